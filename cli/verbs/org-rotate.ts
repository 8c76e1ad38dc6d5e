// `khancap org rotate`: new keys beside the old ones: of a handler, of the router, or for receipts.
import { resolve } from 'node:path'
import { newSigningKey, printSigningKey } from '../../keys/signing-key.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { floorToHour, formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { newAgeIdentity, recipientOf } from '../../src/core/envelope/age-keys.js'
import { misused } from '../failure.js'
import { rotateHandler, rotateReceiptKey, rotateRouter } from '../organisation/changes.js'
import { type EditOptions, editSource } from '../organisation/edit.js'
import {
  readSource,
  receiptKeyFile,
  routerIdentityFile,
  writeServerSecret,
} from '../organisation/folder.js'
import type { Station } from '../station/station.js'
import { safe } from '../terminal/safe.js'
import { publicIdentityIn } from './org-add.js'
import { routerText } from './org-init.js'

const day = 86_400_000

export interface OrgRotateOptions extends EditOptions {
  readonly overlap: string
}

export async function rotateHandlerIn(
  station: Station,
  options: OrgRotateOptions,
  file: string,
): Promise<void> {
  const identity = await publicIdentityIn(station, file)
  const when = validityOf(station, options)
  await editSource(
    station,
    options,
    source => rotateHandler(source, identity, when),
    safe`${identity.handler} has a new generation; the ones before end ${when.until}`,
  )
}

export async function rotateRouterIn(station: Station, options: OrgRotateOptions): Promise<void> {
  const p = await station.primitives()
  const identity = newAgeIdentity(p)
  const when = validityOf(station, options)
  const folder = resolve(options.dir)
  if (options.dryRun !== true)
    await writeServerSecret(folder, routerIdentityFile, routerText(p, identity))
  await editSource(
    station,
    options,
    source => rotateRouter(source, recipientOf(p, identity), when),
    safe`the router has a new recipient; the one before ends ${when.until}`,
  )
  station.printer.say(
    safe`next: put the lines of ${routerIdentityFile} in front of those in the workers' file before you publish, then delete it here`,
  )
}

export async function rotateReceiptKeyIn(station: Station, options: EditOptions): Promise<void> {
  const p = await station.primitives()
  const folder = resolve(options.dir)
  const { receipt_keys } = await readSource(folder)
  const numbers = receipt_keys.map(({ name }) => Number(/^receipt-(\d{1,6})$/.exec(name)?.[1] ?? 0))
  const key = newSigningKey(p, `receipt-${Math.max(0, ...numbers) + 1}`)
  if (options.dryRun !== true)
    await writeServerSecret(folder, receiptKeyFile, printSigningKey(p, key, 'receipt key'))
  const publicKey = { name: key.name, key: encodeBase64url(p.ed25519PublicKey(key.seed)) }
  await editSource(
    station,
    options,
    source => rotateReceiptKey(source, publicKey),
    safe`receipts are signed by ${key.name}; those of the keys before still verify`,
  )
  station.printer.say(
    safe`next: publish, then put ${receiptKeyFile} in the place of the API's file, then delete it here`,
  )
}

function validityOf(station: Station, { overlap }: OrgRotateOptions) {
  const days = Number(overlap)
  if (!Number.isInteger(days) || days < 0 || days > 365)
    throw misused(safe`--overlap takes days, from 0 to 365`)
  const from = floorToHour(station.now())
  return { from: formatTimestamp(from), until: formatTimestamp(from + days * day) }
}
