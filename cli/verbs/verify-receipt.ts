// `khancap verify receipt`: whether a receipt is the organisation's, and what it promises. Needs no network, unless a case
// is to be held to it.
import { maxDirectoryBytes } from '../../schemas/directory.js'
import type { ReceiptContent } from '../../schemas/receipt.js'
import type { VerifiedDirectory } from '../../keys/directory.js'
import { verifyReceipt } from '../../src/core/receipt/receipt.js'
import { findCase } from '../case/case-id.js'
import { recallCase, rememberCase } from '../case/known-case.js'
import { openDesk } from '../client/desk.js'
import { pinnedSettings } from '../client/pinned.js'
import { rememberedDirectory, verifyPastDirectory } from '../client/remembered.js'
import { noFile, refused } from '../failure.js'
import { readBounded } from '../station/disk.js'
import type { Station, VerbOptions } from '../station/station.js'
import { readText } from '../station/written-text.js'
import { safe } from '../terminal/safe.js'
import { timeWords } from '../terminal/time-words.js'

export interface VerifyReceiptOptions extends VerbOptions {
  readonly directory?: string
  readonly case?: string
}

export async function verifyReceiptFile(
  station: Station,
  options: VerifyReceiptOptions,
  file: string,
): Promise<void> {
  const { directory } = await directoryFor(station, options.directory)
  const note = await readText(station, file)
  const receipt = await verifyReceipt(await station.primitives(), note, directory)
  if (options.case !== undefined) await holdCaseTo(station, options, options.case, receipt)
  const { printer } = station
  if (options.json === true)
    return printer.json({ valid: true, organisation: directory.name, ...receipt })
  printer.sentence(safe`the receipt is from ${directory.name}`)
  printer.sentence(safe`  request   ${receipt.intake}`)
  printer.sentence(safe`  received  in the hour from ${timeWords(receipt.received)}`)
  for (const { program, by } of receipt.due)
    printer.sentence(safe`  answer    due by ${timeWords(by)} at the latest (${program})`)
  printer.sentence(safe`  envelope  ${receipt.envelope}`)
  if (directory.demo) printer.say(safe`warning: this is a demo organisation`)
}

/**
 * What was remembered of a case gives way to what the applicant's receipt proves: a server that lied once, and was
 * believed, does not keep the true request away.
 */
async function holdCaseTo(
  station: Station,
  options: VerifyReceiptOptions,
  given: string,
  receipt: ReceiptContent,
): Promise<void> {
  const desk = await openDesk(station, options)
  const id = await findCase(desk.cases, given)
  const { envelope_sha256: envelope, intake } = await desk.cases.detail(id)
  const known = await recallCase(station.folder.path, id)
  station.printer.say(safe`the server serves    ${envelope}`)
  station.printer.say(safe`remembered here      ${known?.envelope ?? '-'}`)
  station.printer.say(safe`the receipt says     ${receipt.envelope}`)
  if (envelope !== receipt.envelope || intake !== receipt.intake)
    throw refused(
      safe`the receipt is not for the request that the server serves under case ${id}`,
      safe`what was remembered stays as it is`,
    )
  await rememberCase(station.folder.path, id, { envelope, closed: false })
  station.printer.say(safe`case ${id} is held to that envelope from now on`)
}

async function directoryFor(
  station: Station,
  file: string | undefined,
): Promise<VerifiedDirectory> {
  const settings = await pinnedSettings(station)
  if (file !== undefined) {
    const note = await readBounded(file, maxDirectoryBytes)
    if (note === null) throw noFile(file)
    return verifyPastDirectory(station, settings.root, note)
  }
  const remembered = await rememberedDirectory(station, settings)
  if (remembered === null)
    throw refused(
      safe`no directory of the organisation was seen on this machine yet`,
      safe`run khancap doctor with a network once, or give --directory FILE`,
    )
  return remembered
}
