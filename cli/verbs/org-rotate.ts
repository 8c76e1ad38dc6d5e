// `khancap org rotate`: new keys beside the old ones: of a handler, of the router, or for receipts.
import { resolve } from 'node:path'
import { newSigningKey, printSigningKey } from '../../keys/signing-key.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { floorToHour, formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { newAgeIdentity, recipientOf } from '../../src/core/envelope/age-keys.js'
import { misused, noHint } from '../failure.js'
import { rotateHandler, rotateReceiptKey, rotateRouter } from '../organisation/changes.js'
import { type EditOptions, editSource } from '../organisation/edit.js'
import { readSource, receiptKeyFile, routerIdentityFile } from '../organisation/folder.js'
import { noWayBack, orgCommand } from '../organisation/steps.js'
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
  const { handler } = identity
  await editSource(station, options, {
    what: safe`${handler} has a new generation; the ones before end ${when.until}`,
    to: source => rotateHandler(source, identity, when),
    back: () => [
      noWayBack(safe`the generations before have their end`),
      safe`where they read another fingerprint, before you publish: ${orgCommand(options, 'revoke', handler)}`,
      safe`then, with the right file as FILE: ${orgCommand(options, 'rotate', 'handler', 'FILE')}`,
    ],
  })
}

export async function rotateRouterIn(station: Station, options: OrgRotateOptions): Promise<void> {
  const p = await station.primitives()
  const identity = newAgeIdentity(p)
  const when = validityOf(station, options)
  await editSource(station, options, {
    what: safe`the router has a new recipient; the one before ends ${when.until}`,
    to: source => rotateRouter(source, recipientOf(p, identity), when),
    secret: { file: routerIdentityFile, text: routerText(p, identity) },
    back: () => [
      noWayBack(safe`the recipient before has its end, and opens slips until then`),
      safe`another one in its place, once ${routerIdentityFile} is carried away: ${orgCommand(options, 'rotate', 'router')}`,
    ],
  })
  if (options.dryRun === true) return
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
  const publicKey = { name: key.name, key: encodeBase64url(p.ed25519PublicKey(key.seed)) }
  await editSource(station, options, {
    what: safe`receipts are signed by ${key.name}; those of the keys before still verify`,
    to: source => rotateReceiptKey(source, publicKey),
    secret: { file: receiptKeyFile, text: printSigningKey(p, key, 'receipt key') },
    back: () => [
      noWayBack(safe`a key that receipts may have been signed with stays in the directory`),
      safe`another one in its place, once ${receiptKeyFile} is carried away: ${orgCommand(options, 'rotate', 'receipt')}`,
    ],
  })
  if (options.dryRun === true) return
  station.printer.say(
    safe`next: publish, then put ${receiptKeyFile} in the place of the API's file, then delete it here`,
  )
}

function validityOf(station: Station, { overlap }: OrgRotateOptions) {
  const days = Number(overlap)
  if (!Number.isInteger(days) || days < 0 || days > 365)
    throw misused(safe`--overlap takes days, from 0 to 365`, noHint)
  const from = floorToHour(station.now())
  return { from: formatTimestamp(from), until: formatTimestamp(from + days * day) }
}
