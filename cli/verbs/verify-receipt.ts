// `khancap verify receipt`: whether a receipt is the organisation's, and what it promises. Needs no network.
import { maxDirectoryBytes } from '../../schemas/directory.js'
import type { VerifiedDirectory } from '../../keys/directory.js'
import { verifyReceipt } from '../../src/core/receipt/receipt.js'
import { pinnedSettings, rememberedDirectory, verifyPastDirectory } from '../client/pinned.js'
import { refused } from '../failure.js'
import { readBounded } from '../station/disk.js'
import type { Station } from '../station/station.js'
import { readText } from '../station/written-text.js'
import { safe } from '../terminal/safe.js'
import { timeWords } from '../terminal/time-words.js'

export interface VerifyReceiptOptions {
  readonly json?: true
  readonly directory?: string
}

export async function verifyReceiptFile(
  station: Station,
  options: VerifyReceiptOptions,
  file: string,
): Promise<void> {
  const { directory } = await directoryFor(station, options.directory)
  const note = await readText(station, file)
  const receipt = await verifyReceipt(await station.primitives(), note, directory)
  const { printer } = station
  if (options.json === true)
    return printer.json({ valid: true, organisation: directory.name, ...receipt })
  printer.out(safe`the receipt is from ${directory.name}`)
  printer.out(safe`  request   ${receipt.intake}`)
  printer.out(safe`  received  in the hour from ${timeWords(receipt.received)}`)
  for (const { program, by } of receipt.due)
    printer.out(safe`  answer    due by ${timeWords(by)} at the latest (${program})`)
  printer.out(safe`  envelope  ${receipt.envelope}`)
  if (directory.demo) printer.say(safe`warning: this is a demo organisation`)
}

async function directoryFor(
  station: Station,
  file: string | undefined,
): Promise<VerifiedDirectory> {
  const settings = await pinnedSettings(station)
  if (file !== undefined) {
    const note = await readBounded(file, maxDirectoryBytes)
    if (note === null) throw refused(safe`there is no file ${file}`)
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
