// `khancap open ID` (step 9): fetch, verify and open a case.
import { dirname, join } from 'node:path'
import { teamFor } from '../../src/core/routing/route.js'
import { attachmentsOf, saveAttachments } from '../case/attachments.js'
import { caseJson, openedCase, type OpenedCase } from '../case/opened-case.js'
import { findCase } from '../case/case-id.js'
import { type ShownMail, showMails } from '../case/case-mails.js'
import { rememberCase } from '../case/known-case.js'
import { saveFiles, saveRaw, sayKeys, sayUnfinished } from '../case/saving.js'
import { caseLines } from '../case/case-lines.js'
import { wordsFor } from '../case/form-lines.js'
import { type Desk, openDesk } from '../client/desk.js'
import { asFailure, Failure, refused } from '../failure.js'
import { languageOf } from '../station/language.js'
import type { Station } from '../station/station.js'
import type { Printer } from '../terminal/printer.js'
import { safe } from '../terminal/safe.js'
import { visibleJson } from '../terminal/visible.js'
import type { OpenCaseOptions } from './open.js'
import { rerouteCase } from './reroute.js'

export async function openCase(
  station: Station,
  options: OpenCaseOptions,
  given: string,
): Promise<void> {
  const desk = await openDesk(station, options)
  await show(desk, options, await openedCase(desk, await findCase(desk.cases, given)))
}

async function show(desk: Desk, options: OpenCaseOptions, opened: OpenedCase): Promise<void> {
  const { printer } = desk.station
  const { out, raw } = options
  const mails = await showMails(desk, opened, { out, gpg: options.gpg })
  await rememberShown(desk, opened)
  // A mail is saved as it is opened, the rest once all of it is shown: what a folder does not take can be read all the same.
  if (options.json === true)
    printer.json(
      mails.length === 0
        ? caseJson(opened)
        : { ...caseJson(opened), mails: mails.map(({ json }) => json) },
    )
  else showLines(desk, opened, mails)
  const { length: attached } = attachmentsOf(opened.parts)
  if (out === undefined && attached > 0)
    printer.say(
      safe`${attached} ${attached === 1 ? 'attachment' : 'attachments'}: --out DIR saves them; look at them on a machine that may come to harm`,
    )
  if (raw !== undefined) {
    await sayUnfinished(printer, dirname(raw))
    await saveRaw(printer, raw, await rawOf(opened))
    sayKeys(printer, raw)
  }
  const unsaved = out === undefined ? null : await saveAll(desk, opened, mails, out)
  if (options.json !== true)
    for (const mail of mails) await offerCorrection(desk, options, opened, mail)
  if (unsaved !== null) throw unsaved
}

/** What the applicant's device sealed, byte for byte: the request, then each addition. Each ends with a line feed. */
async function rawOf({ parts, sealed }: OpenedCase): Promise<Uint8Array> {
  const added = await Promise.all(parts.additions.map(async ({ raw }) => (await raw?.()) ?? null))
  return Buffer.concat([sealed.text, ...added.filter(bytes => bytes !== null)])
}

/** @returns what is to be said at the end where not all of it was saved */
async function saveAll(
  desk: Desk,
  opened: OpenedCase,
  mails: readonly ShownMail[],
  folder: string,
): Promise<Failure | null> {
  const { printer } = desk.station
  const { id } = opened.sealed.detail.case
  const ofMails = mails.map(mail => mail.left)
  const refusals = ofMails.filter(left => left instanceof Failure)
  let left = ofMails.reduce<number>((sum, one) => sum + (typeof one === 'number' ? one : 0), 0)
  const bytes = `${visibleJson(caseJson(opened), 2)}\n`
  const attachments = attachmentsOf(opened.parts)
  let lost = 0
  await sayUnfinished(printer, folder)
  try {
    left += await saveFiles(printer, [{ file: join(folder, `${id}.json`), bytes }])
    const attached = await saveAttachments(desk, id, attachments, folder)
    left += attached.left
    lost = attached.lost
  } catch (error) {
    refusals.push(asFailure(error))
  }
  if (lost > 0)
    refusals.push(
      refused(
        safe`${lost} of ${attachments.length} attachments were not saved`,
        safe`ask the applicant to send them again: khancap reply ${id.slice(0, 8)}`,
      ),
    )
  if (left > 0)
    refusals.push(
      refused(
        safe`${left} ${left === 1 ? 'file was' : 'files were'} there already; nothing was written over`,
        safe`give another folder with --out, or delete what you are done with`,
      ),
    )
  return asOne(printer, refusals)
}

/** The first of them ends the command, with what there is to do about all; the others are said before it. */
function asOne(printer: Printer, refusals: readonly Failure[]): Failure | null {
  const [first, ...others] = refusals
  if (first === undefined || others.length === 0) return first ?? null
  for (const { sentence } of others) printer.say(safe`warning: ${sentence}`)
  const hints = new Map(refusals.flatMap(one => one.hints).map(hint => [hint.text, hint]))
  return new Failure(first.exit, first.sentence, [...hints.values()], {
    cause: first,
    ...(first.code === null ? {} : { code: first.code }),
  })
}

function showLines(desk: Desk, opened: OpenedCase, mails: readonly ShownMail[]): void {
  const { printer } = desk.station
  const { program: id } = opened.sealed.content
  const program = desk.directory.directory.programs.find(one => one.id === id) ?? null
  const words = wordsFor(id, languageOf(desk.station, desk.settings), program)
  for (const line of caseLines(desk, opened, words)) printer.out(line)
  for (const { isPgp, lines } of mails) {
    printer.out(safe``)
    printer.out(printer.style.dim(safe`MAIL`))
    for (const line of lines) printer.out(line)
    if (isPgp)
      printer.say(
        safe`sealed with PGP: khancap open ${opened.sealed.detail.case.id.slice(0, 8)} --gpg hands it to gpg on this machine`,
      )
  }
}

/** From here on an answer is one to all of this. */
async function rememberShown(desk: Desk, { history, sealed }: OpenedCase): Promise<void> {
  const sound = history.events.slice(
    0,
    history.brokenAt === null ? undefined : history.brokenAt - 1,
  )
  const { detail, isClosed } = sealed
  await rememberCase(desk.station.folder.path, detail.case.id, {
    envelope: detail.envelope_sha256,
    closed: isClosed,
    shown: sound.at(-1)?.event.hash,
  })
}

/** Where the opened mail says another program than the case runs as: whose it would have been, and handing it over. */
async function offerCorrection(
  desk: Desk,
  options: OpenCaseOptions,
  { sealed }: OpenedCase,
  { finding }: ShownMail,
): Promise<void> {
  if (finding === null) return
  const { station } = desk
  const { id, program, team: present } = sealed.detail.case
  const [named] = finding.programs
  const runsAs = program ?? sealed.content.program
  if (finding.outcome !== 'tagged' || named === undefined || finding.programs.includes(runsAs))
    return
  const language = finding.language === 'und' ? 'other' : finding.language
  const facts = { program: named, language, country: 'unknown' as const }
  const { team } = teamFor(desk.directory.directory, facts, station.now())
  station.printer.say(
    safe`warning: it says ${finding.programs.join(' and ')}, and the case runs as ${runsAs}`,
  )
  if (team === present) return
  const line = safe`khancap reroute ${id.slice(0, 8)} --team ${team} hands it to those who answer ${named}`
  if (!station.asker.available) return station.printer.say(line)
  if (await station.asker.confirm(safe`Hand it to ${team}, who answer ${named}?`))
    await rerouteCase(station, { ...options, team }, id)
}
