// `khancap bundle`: takes chosen cases and the directory along, sealed to this handler, for a machine without network.
import { rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { CaseDetail, CaseSummary } from '../../schemas/case.js'
import { type BundleCase, maxBundleCases } from '../../schemas/bundle.js'
import type { CaseId, ClientId } from '../../schemas/encoding.js'
import type { Attachment } from '../../schemas/sealed.js'
import { KhancapError } from '../../schemas/problem.js'
import { sealedAttachmentBytes } from '../../src/core/attachment/sealed-attachment.js'
import { newClientId } from '../../src/core/encoding/case-id.js'
import { newBundle } from '../../src/core/bundle/statements.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { mailIn } from '../case/case-mails.js'
import { findCase } from '../case/case-id.js'
import { fetchAllParts } from '../case/fetch-parts.js'
import { fetchCase, type SealedCase } from '../case/sealed-case.js'
import { attachmentsOf, attachmentSource, isItsOwn, openAttachment } from '../case/attachments.js'
import { openParts } from '../case/opened-parts.js'
import { type Desk, openDesk } from '../client/desk.js'
import { type Failure, refused } from '../failure.js'
import { isMissing, isThere } from '../station/disk.js'
import { copySource, fileSource } from '../station/opened-stream.js'
import type { Station, VerbOptions } from '../station/station.js'
import { carriedFile, writeBundleFile } from '../stick/bundle-file.js'
import { recallBundle, remember } from '../stick/memory.js'
import { type Safe, safe } from '../terminal/safe.js'
import { shellWord } from '../terminal/shell-word.js'

export interface BundleOptions extends VerbOptions {
  readonly out: string
}

export async function makeBundle(
  given: Station,
  options: BundleOptions,
  named: readonly string[],
): Promise<void> {
  await expectFree(options.out)
  const desk = await openDesk(given, options)
  const { station } = desk
  const ids = await chosen(desk, named)
  const carried = new Set<ClientId>()
  const cases: BundleCase[] = []
  for (const [index, id] of ids.entries()) {
    if (options.json !== true) station.printer.say(safe`${index + 1} of ${ids.length}: case ${id}`)
    // Opened here already: what does not open would be found out where nobody can help.
    // oxlint-disable-next-line no-await-in-loop
    const sealed = await fetchCase(desk, id).catch(unreadable)
    if (sealed === null) {
      station.printer.say(safe`warning: case ${id} opens with no key; it was left out`)
      continue
    }
    const { content, detail, envelope } = sealed
    if (mailIn(content) !== null) {
      station.printer.say(
        safe`warning: case ${id} came by mail, which a bundle does not carry; it was left out`,
      )
      continue
    }
    // oxlint-disable-next-line no-await-in-loop
    const parts = await partsOf(desk, detail)
    cases.push({ detail, envelope: encodeBase64url(envelope), parts })
    if (detail.additions.length > 0)
      // oxlint-disable-next-line no-await-in-loop
      await carryAttachments(desk, options.out, sealed, carried)
  }
  if (cases.length === 0)
    throw refused(
      safe`there is nothing that a bundle could carry`,
      safe`what stands above says why of each case; name others: khancap bundle --out F ID ID`,
    )
  const note = await station.folder.directoryNote()
  if (note === null) throw new Error('the directory was not remembered')
  const p = await station.primitives()
  const { origin, sequence } = desk.directory.directory
  const made = formatTimestamp(station.now() - (station.now() % 1000))
  const bundle = await newBundle(
    p,
    {
      v: 1,
      kind: 'bundle',
      id: newClientId(p),
      origin,
      root: desk.settings.root,
      handler: desk.handler.id,
      made,
      directory: encodeBase64url(note),
      cases,
    },
    desk.seed,
  )
  await writeBundleFile(station, options.out, desk.identity, bundle, true)
  await remember(station, await recallBundle(station, bundle))
  const { printer } = station
  if (options.json === true)
    return printer.json({
      file: options.out,
      bundle: bundle.content.id,
      made,
      directory: sequence,
      cases: cases.map(({ detail }) => detail.case.id),
    })
  printer.sentence(
    safe`bundled ${cases.length} ${cases.length === 1 ? 'case' : 'cases'} in ${options.out}`,
  )
  printer.say(
    safe`sealed to ${desk.handler.id}; there: khancap open ID --bundle ${shellWord(fileName(options.out), 'FILE')}`,
  )
  printer.say(
    safe`the clock of the server runs on until the answers are imported here: khancap import`,
  )
}

/** Before anything is fetched: over Tor that takes its time. @throws Failure */
async function expectFree(file: string): Promise<void> {
  if (!(await isThere(dirname(file))))
    throw refused(
      safe`there is no folder ${dirname(file)}`,
      safe`is the stick in, and the path right?`,
    )
  if (await isThere(file))
    throw refused(
      safe`${file} exists already; it was left as it is`,
      safe`it may hold answers: khancap import sends them; give the new bundle another name with --out`,
    )
}

/** Sealed as they are; each was opened once here, so that it opens there. What is not as its applicant sealed it stays here. */
async function carryAttachments(
  desk: Desk,
  bundle: string,
  sealed: SealedCase,
  carried: Set<ClientId>,
): Promise<void> {
  const { id } = sealed.detail.case
  const attachments = attachmentsOf(await openParts(desk, sealed))
  for (const [index, attachment] of attachments.entries())
    try {
      // One after the other: a line carries them no faster together.
      // oxlint-disable-next-line no-await-in-loop
      await carryAttachment(desk, bundle, id, attachment, carried)
    } catch (error) {
      if (!isItsOwn(error)) throw error
      desk.station.printer.say(
        safe`warning: attachment ${index + 1} of case ${id} is not there as the applicant sealed it; it was left out`,
      )
    }
}

/** @param carried what this bundle has already: a second manifest takes nothing of it away */
async function carryAttachment(
  desk: Desk,
  bundle: string,
  caseId: CaseId,
  attachment: Attachment,
  carried: Set<ClientId>,
): Promise<void> {
  const file = carriedFile(bundle, attachment.id)
  if (carried.has(attachment.id))
    return openAttachment(desk, attachment, await fileSource(file), null)
  if (!(await isCarried(desk, attachment, file))) {
    await rm(file, { force: true })
    await copySource(attachmentSource(desk, caseId, attachment), file)
    try {
      await openAttachment(desk, attachment, await fileSource(file), null)
    } catch (error) {
      await rm(file, { force: true })
      throw error
    }
  }
  carried.add(attachment.id)
}

/** Whether a bundle that was broken off has brought it here, whole. */
async function isCarried(desk: Desk, attachment: Attachment, file: string): Promise<boolean> {
  try {
    if ((await stat(file)).size !== sealedAttachmentBytes(attachment.bytes)) return false
    await openAttachment(desk, attachment, await fileSource(file), null)
    return true
  } catch (error) {
    if (isMissing(error) || isItsOwn(error)) return false
    throw error
  }
}

function fileName(file: string): string {
  return join('.', file).split(/[/\\]/).at(-1) ?? file
}

/** What is not as the server lists it stays here; the other machine says so too. */
async function partsOf(desk: Desk, detail: CaseDetail): Promise<BundleCase['parts']> {
  const all = await fetchAllParts(desk, detail)
  return all.flatMap(({ kind, listed: { id }, sealed }) => {
    if (sealed !== 'not_as_listed') return [{ kind, id, sealed: encodeBase64url(sealed) }]
    desk.station.printer.say(
      safe`warning: ${oneOf[kind]} of case ${detail.case.id} is not as the server lists it; it was left out`,
    )
    return []
  })
}

const oneOf = { additions: 'an addition', replies: 'a reply', notes: 'a note' } as const

/** What an applicant sealed so that nobody can open it takes nobody else's case from the bundle. */
function unreadable(error: unknown): null {
  if (error instanceof KhancapError && error.code === 'sealed_unreadable') return null
  throw error
}

function nothingReadable({ handler }: Desk, cases: readonly CaseSummary[]): Failure {
  return refused(
    safe`what you have claimed is not sealed to you: ${counted(cases)}`,
    safe`ask a colleague who can open it to let you in: khancap add-reader ID --to ${handler.id}`,
  )
}

function counted(cases: readonly CaseSummary[]): Safe {
  const ids = cases.map(({ id }) => id.slice(0, 8)).join(', ')
  return safe`${cases.length} ${cases.length === 1 ? 'case' : 'cases'} (${ids})`
}

/** Those that were named; without names, all that the handler has claimed. */
async function chosen(desk: Desk, given: readonly string[]): Promise<string[]> {
  const ids = new Set<string>()
  // Each may have to be searched for.
  // oxlint-disable-next-line no-await-in-loop
  for (const letters of given) ids.add(await findCase(desk.cases, letters))
  if (given.length === 0) {
    const { cases, next } = await desk.cases.list({ scope: 'mine', limit: maxBundleCases })
    const sealedToOthers = cases.filter(({ readable }) => !readable)
    for (const one of cases) if (one.readable) ids.add(one.id)
    if (ids.size === 0 && sealedToOthers.length > 0) throw nothingReadable(desk, sealedToOthers)
    if (sealedToOthers.length > 0)
      desk.station.printer.say(
        safe`warning: left out: ${counted(sealedToOthers)}, claimed by you and not sealed to you; ask a colleague who can open it: khancap add-reader ID --to ${desk.handler.id}`,
      )
    if (next !== null)
      desk.station.printer.say(safe`warning: only the first ${maxBundleCases} are taken along`)
  }
  if (ids.size === 0)
    throw refused(
      safe`you have claimed no case`,
      safe`khancap claim takes one on; or name the cases: khancap bundle --out F ID ID`,
    )
  if (ids.size > maxBundleCases)
    throw refused(
      safe`a bundle has room for ${maxBundleCases} cases; these are ${ids.size}`,
      safe`make two, each with its own --out`,
    )
  return [...ids]
}
