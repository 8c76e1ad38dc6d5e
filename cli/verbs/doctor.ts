// `khancap doctor`: looks at everything that must be right for a day's work, and says how to mend what is not. Each
// check is the code that the work itself uses.
import { publicIdentity } from '../../keys/handler-folder.js'
import { isActive } from '../../keys/keyring.js'
import type { VerifiedDirectory } from '../../keys/directory.js'
import type { Identity } from '../../keys/identity.js'
import type { Inboxes } from '../../schemas/inboxes.js'
import type { HandlerSettings } from '../../schemas/settings.js'
import { selfTest } from '../../src/core/crypto/self-test.js'
import { parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { agentPlace, looseAt } from '../agent/place.js'
import { deletableFrom } from '../case/generations.js'
import { draftedCases } from '../case/draft.js'
import { begunCases } from '../case/words.js'
import { actingKey } from '../client/acting-key.js'
import { caseDesk } from '../client/case-desk.js'
import { type Answer, exchange } from '../client/exchange.js'
import { fetchDirectory, pinnedSettings } from '../client/pinned.js'
import { asFailure, Failure, refused, unavailable } from '../failure.js'
import { identityFingerprint, noIdentity, unlockIdentity } from '../station/identity.js'
import { lastRecovery } from '../station/recovery-log.js'
import type { Station, VerbOptions } from '../station/station.js'
import { joined, type Safe, safe } from '../terminal/safe.js'
import { shellWord } from '../terminal/shell-word.js'
import { clockWords, spanWords } from '../terminal/time-words.js'
import { examineInboxes, examineLetters, inboxesOf } from './doctor-mail.js'

const day = 86_400_000
/** Days before an end at which it is time to do something about it. */
const soonDays = 14
/** Holders of the root must meet to sign a new one. */
const directoryDays = 21
/** The server refuses signatures that are 60 seconds off. */
const maxClockMs = 45_000

const otherwise = safe`mend first what stands above; where all of that is right, tell the organisation`

type Status = 'ok' | 'warn' | 'fail' | 'skipped'

interface Finding {
  readonly check: string
  readonly status: Status
  readonly sentence: Safe
  readonly mend: readonly Safe[]
}

export async function examine(station: Station, options: VerbOptions): Promise<void> {
  const findings: Finding[] = []
  const { printer } = station

  function note(finding: Finding): void {
    findings.push(finding)
    if (options.json === true) return
    const { bold, green, red, yellow, dim } = printer.style
    const paint = { ok: green, warn: yellow, fail: red, skipped: dim }[finding.status]
    printer.sentence(
      safe`${paint(safe`${finding.status.padEnd(7)}`)} ${bold(safe`${finding.check}`)}: ${finding.sentence}`,
    )
    for (const words of finding.mend) printer.sentence(safe`          mend: ${words}`)
  }

  /** Notes what the check says, or how it failed. @returns its value, or null */
  async function check<T>(name: string, look: () => Promise<Looked<T>>): Promise<T | null> {
    try {
      const { value, sentence, status = 'ok', mend = [] } = await look()
      note({ check: name, status, sentence, mend })
      return value
    } catch (thrown) {
      const { sentence, hints } = asFailure(thrown)
      // Hints that send people here from elsewhere would send them round in a circle.
      const mend = hints.filter(({ text }) => !text.includes('khancap doctor'))
      note({ check: name, status: 'fail', sentence, mend: mend.length > 0 ? mend : [otherwise] })
      return null
    }
  }

  async function checkMail(look: () => Promise<Inboxes>): Promise<void> {
    const told = await look().catch(asFailure)
    if (told instanceof Failure) return void (await check('mail', () => Promise.reject(told)))
    const { inboxes, letters } = told
    if (inboxes.length > 0) await check('mail', async () => examineInboxes(inboxes))
    if (letters.waiting > 0) await check('answers by mail', async () => examineLetters(letters))
  }

  await check('cryptography', () => examineCryptography(station))
  await check('folder', () => examineFolder(station))
  const settings = await check('organisation', () => examineSettings(station))
  const identity = await check('identity', () => examineIdentity(station, options, settings))
  const loose = await looseAgent(station)
  if (loose !== null) await check('agent', async () => loose)
  await check('drafts', () => examineDrafts(station))
  const answer =
    settings === null ? null : await check('server', () => examineServer(station, settings))
  await check('clock', () => examineClock(station, answer))
  if (settings !== null) {
    const directory = await check('directory', () => examineDirectory(station, settings))
    if (directory !== null && identity !== null) {
      const taken = await check('keyring', () =>
        examineKeyring(station, settings, directory, identity),
      )
      // A server that takes no signed requests was told of: it would say nothing here either.
      if (taken !== null) await checkMail(() => inboxesOf(station, settings, directory, identity))
    }
  }

  const failed = findings.filter(({ status }) => status === 'fail').length
  if (options.json === true)
    printer.json({
      ok: failed === 0,
      checks: findings.map(({ sentence, mend, ...finding }) => ({
        ...finding,
        sentence: sentence.text,
        mend: mend.map(({ text }) => text),
      })),
    })
  if (failed > 0)
    throw refused(
      failed === 1 ? safe`one thing is to be mended` : safe`${failed} things are to be mended`,
      safe`how stands above, behind mend`,
    )
}

export interface Looked<T> {
  readonly value: T
  readonly sentence: Safe
  readonly status?: Status
  readonly mend?: readonly Safe[]
}

async function examineCryptography(station: Station): Promise<Looked<true>> {
  await selfTest(await station.primitives())
  return { value: true, sentence: safe`gives the right answers` }
}

async function examineFolder({ folder }: Station): Promise<Looked<true>> {
  const open = await folder.openToOthers()
  if (open.length === 0) return { value: true, sentence: safe`${folder.path}` }
  return {
    value: true,
    status: 'warn',
    sentence: safe`other users of this machine may look into ${open.join(', ')}`,
    mend: [safe`chmod -R go= ${shellWord(folder.path, 'FOLDER')}`],
  }
}

async function examineSettings(station: Station): Promise<Looked<HandlerSettings>> {
  const settings = await pinnedSettings(station)
  return {
    value: settings,
    sentence: safe`${settings.url}, root ${settings.root.slice(0, 16)}…`,
  }
}

async function examineIdentity(
  station: Station,
  options: VerbOptions,
  settings: HandlerSettings | null,
): Promise<Looked<Identity | null>> {
  if ((await station.folder.sealedIdentity()) === null) throw noIdentity(station)
  const canOpen =
    station.asker.available ||
    [
      options.passphraseFile,
      options.passphraseCommand,
      station.environment.passphraseFile,
      settings?.passphrase_file,
      settings?.passphrase_command,
    ].some(source => typeof source === 'string')
  if (!canOpen)
    return {
      value: null,
      status: 'skipped',
      sentence: safe`locked, and there is no terminal to ask for the passphrase at`,
    }
  const { identity } = await unlockIdentity(station, options, settings)
  const recovered = await lastRecovery(station)
  const fingerprint = await identityFingerprint(
    await station.primitives(),
    publicIdentity(await station.primitives(), identity),
  )
  if (recovered?.includes(fingerprint) === true)
    return {
      value: identity,
      status: 'warn',
      sentence: safe`${identity.handler} opens with the passphrase; it was brought back from paper: ${recovered}`,
      mend: [
        safe`tell the organisation if you have not; khancap keys rotate makes a generation that was on no paper`,
      ],
    }
  return {
    value: identity,
    sentence: safe`${identity.handler} opens with the passphrase (generations: ${identity.opening.length})`,
  }
}

/** null where there is no agent, or one in a place that only we can reach. */
async function looseAgent(station: Station): Promise<Looked<true> | null> {
  const place = agentPlace(station)
  const loose = place === null ? null : await looseAt(place)
  if (loose === null) return null
  return { value: true, status: 'warn', sentence: loose.sentence, mend: [loose.mend] }
}

async function examineDrafts({ folder }: Station): Promise<Looked<true>> {
  const cases = await draftedCases(folder.drafts)
  const begun = await begunCases(folder.drafts)
  if (cases.length + begun.length === 0)
    return { value: true, sentence: safe`every answer was confirmed` }
  return {
    value: true,
    status: 'warn',
    sentence:
      cases.length > 0
        ? safe`answers that were not confirmed: ${cases.join(', ')}`
        : safe`words that were begun and not sent: ${begun.join(', ')}`,
    mend: [
      ...cases.map(id => safe`khancap reply ${id.slice(0, 8)} --again`),
      ...begun.map(
        id => safe`khancap reply, note, reroute or cover ${id.slice(0, 8)} offers them again`,
      ),
    ],
  }
}

async function examineServer(
  { printer }: Station,
  { proxy, url }: HandlerSettings,
): Promise<Looked<Answer>> {
  const answer = await exchange(
    { method: 'GET', url: `${url}/readyz`, headers: {}, body: null, maxBytes: 65_536 },
    { proxy, printer },
  )
  if (answer.status === 200) return { value: answer, sentence: safe`${url} takes requests` }
  throw unavailable(
    safe`${url} is there, but cannot take requests now (status ${answer.status})`,
    safe`tell who runs it`,
  )
}

/** @param answer null where no server answered: a wrong clock may be why nothing is pinned yet */
async function examineClock(station: Station, answer: Answer | null): Promise<Looked<true>> {
  const said = Date.parse(answer?.date ?? '')
  if (Number.isNaN(said))
    return {
      value: true,
      status: 'skipped',
      sentence: safe`it is ${clockWords(station.now())} by this machine, and no server says what time it is`,
      mend: [safe`compare it with a clock that you trust`],
    }
  const off = Math.abs(station.now() - said)
  if (off <= maxClockMs) return { value: true, sentence: safe`agrees with the server's` }
  throw refused(
    safe`this machine's clock and the server's are ${spanWords(off)} apart`,
    safe`set the clock of this machine by a clock that you trust; if it is right, tell who runs the server`,
  )
}

async function examineDirectory(
  station: Station,
  settings: HandlerSettings,
): Promise<Looked<VerifiedDirectory>> {
  const { directory } = await fetchDirectory(station, settings)
  const { addresses, demo, expires, name, sequence } = directory.directory
  const left = parseTimestamp(expires) - station.now()
  const isNamed = addresses.includes(settings.url)
  const isEnding = left < directoryDays * day
  return {
    value: directory,
    status: demo || isEnding || !isNamed ? 'warn' : 'ok',
    sentence: joined(
      [
        safe`${name}, number ${sequence}, valid for ${spanWords(left)}`,
        ...(isNamed
          ? []
          : [safe`it does not name ${settings.url}, so that the server refuses signed requests`]),
        ...(demo ? [safe`a demo, never for real cases`] : []),
      ],
      '; ',
    ),
    mend: [
      ...(isNamed ? [] : [safe`khancap init --url with one of ${addresses.join(', ')}`]),
      // Nobody signs a demo anew.
      ...(isEnding && !demo
        ? [safe`the organisation publishes a new one: khancap org publish`]
        : []),
    ],
  }
}

async function examineKeyring(
  station: Station,
  settings: HandlerSettings,
  directory: VerifiedDirectory,
  identity: Identity,
): Promise<Looked<true>> {
  const { handler, seed } = await actingKey(station, directory, identity)
  const line = { ...settings, printer: station.printer }
  await caseDesk(station, line, seed).list({ scope: 'mine', limit: 1 })
  const now = station.now()
  const ends = [handler, ...handler.recipients, ...handler.signing_keys]
    .filter(validity => isActive(validity, now))
    .flatMap(({ valid_until }) => (valid_until === null ? [] : [parseTimestamp(valid_until)]))
  const end = ends.length === 0 ? null : Math.min(...ends)
  const shown = publicIdentity(await station.primitives(), identity)
  const over = shown.recipients.filter((_recipient, index) => {
    const from = deletableFrom(directory.directory, shown, index)
    return from !== null && from <= now
  })
  if (over.length > 0)
    return {
      value: true,
      status: 'warn',
      sentence: safe`${over.length} old generations of ${identity.handler} are past their retention: a thief of this machine could still open old cases with them`,
      mend: [safe`khancap keys rotate deletes those that no open case needs`],
    }
  const sentence = safe`${handler.id} is ${handler.roles.join(', ')} in ${handler.teams.join(', ')}; the server takes signed requests`
  if (end === null || end - now > soonDays * day) return { value: true, sentence }
  return {
    value: true,
    status: 'warn',
    sentence: safe`${sentence}; something of it ends in ${spanWords(end - now)}`,
    mend: [safe`khancap keys list; khancap keys rotate makes the next generation`],
  }
}
