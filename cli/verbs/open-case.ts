// `khancap open ID` (step 9): fetch, verify and open a case.
import { join } from 'node:path'
import { mkdir } from 'node:fs/promises'
import { teamFor } from '../../src/core/routing/route.js'
import { attachmentsOf, saveAttachments } from '../case/attachments.js'
import { caseJson, openedCase, type OpenedCase } from '../case/opened-case.js'
import { findCase } from '../case/case-id.js'
import { type ShownMail, showMails } from '../case/case-mails.js'
import { rememberCase } from '../case/known-case.js'
import { caseLines } from '../case/case-lines.js'
import { wordsFor } from '../case/form-lines.js'
import { type Desk, openDesk } from '../client/desk.js'
import { writeNew } from '../station/disk.js'
import { languageOf } from '../station/language.js'
import type { Station } from '../station/station.js'
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
  const { case: summary } = opened.sealed.detail
  const { out } = options
  if (out !== undefined) {
    const file = join(out, `${summary.id}.json`)
    await mkdir(out, { recursive: true, mode: 0o700 })
    await writeNew(file, `${visibleJson(caseJson(opened), 2)}\n`)
    printer.say(safe`saved in ${file}, in the clear: delete it when you are done`)
  }
  const mails = await showMails(desk, opened, { out, gpg: options.gpg })
  for (const saved of mails.flatMap(mail => mail.saved))
    printer.say(safe`saved in ${saved}, in the clear: delete it when you are done`)
  await rememberShown(desk, opened)
  if (options.json === true)
    printer.json(
      mails.length === 0
        ? caseJson(opened)
        : { ...caseJson(opened), mails: mails.map(({ json }) => json) },
    )
  else {
    showLines(desk, opened, mails)
    for (const mail of mails) await offerCorrection(desk, options, opened, mail)
  }
  const attachments = attachmentsOf(opened.parts)
  if (attachments.length === 0) return
  if (options.out === undefined)
    return printer.say(
      safe`${attachments.length} ${attachments.length === 1 ? 'attachment' : 'attachments'}: --out DIR saves them; look at them on a machine that may come to harm`,
    )
  for (const file of await saveAttachments(desk, summary.id, attachments, options.out))
    printer.say(safe`saved in ${file}, in the clear: delete it when you are done`)
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
