// `khancap keys new`: makes an identity, or puts a new generation in front of the one that is here.
import { rm } from 'node:fs/promises'
import { keepNewest, maxGenerations, newIdentity, rotateIdentity } from '../../keys/identity.js'
import { Slug } from '../../schemas/encoding.js'
import type { HandlerSettings } from '../../schemas/settings.js'
import { equalBytes } from '../../src/core/encoding/bytes.js'
import { formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { misused, noHint, refused } from '../failure.js'
import { writeNew } from '../station/disk.js'
import {
  expectForPassphrase,
  identityFingerprint,
  storeIdentity,
  unlockIdentity,
  type Unlocked,
} from '../station/identity.js'
import { newPassphrase } from '../station/passphrase.js'
import { logRecovery } from '../station/recovery-log.js'
import { printSheet } from '../station/sheet.js'
import type { Station, VerbOptions } from '../station/station.js'
import { command, safe } from '../terminal/safe.js'

export interface KeysNewOptions extends VerbOptions {
  readonly handler?: string
  readonly keep: string
  readonly sheet?: string
}

export async function makeIdentity(station: Station, options: KeysNewOptions): Promise<void> {
  const settings = await station.folder.settings()
  const keep = keepOf(options.keep)
  const before = await station.folder.sealedIdentity()
  const { identity, passphrase } =
    before === null
      ? await firstGeneration(station, options, settings)
      : await nextGeneration(station, options, settings, keep)
  // The sheet first: if it cannot be written, nothing has changed.
  if (options.sheet !== undefined)
    await writeNew(options.sheet, printSheet(identity, formatTimestamp(station.now()).slice(0, 10)))
  const shown = await storeIdentity(station, identity, passphrase).catch(async (error: unknown) => {
    // What cannot be looked at now may be kept: its sheet stays, and the first failure is told.
    if (options.sheet !== undefined)
      await dropSheet(station, options.sheet, before).catch(() => undefined)
    throw error
  })
  if (settings !== null && settings.handler !== identity.handler)
    await station.folder.saveSettings({ ...settings, handler: identity.handler })

  const { printer } = station
  const fingerprint = await identityFingerprint(await station.primitives(), shown)
  if (options.json === true)
    printer.json({ ...shown, fingerprint, generations: identity.opening.length })
  else {
    printer.sentence(safe`made an identity for ${identity.handler}: ${fingerprint}`)
    printer.sentence(safe`  sealed in ${station.folder.identityFile}`)
  }
  if (options.sheet !== undefined)
    await logRecovery(
      station,
      safe`printed the recovery sheet of ${identity.handler} (${fingerprint})`,
    )
  if (options.sheet === undefined)
    printer.say(
      safe`next: ${command`khancap keys export --sheet`}, print it, lock it away: without it a lost laptop is a lost identity`,
    )
  else printer.say(safe`next: print ${options.sheet}, lock it away, and delete the file`)
  printer.say(safe`next: give the output of khancap keys export to the organisation`)
}

async function firstGeneration(
  station: Station,
  options: KeysNewOptions,
  settings: HandlerSettings | null,
): Promise<Unlocked> {
  const handler = options.handler ?? settings?.handler ?? null
  if (handler === null || !Slug.safeParse(handler).success)
    throw misused(
      safe`whose identity is it? give --handler ID, your name in the directory`,
      safe`a short name in lower case, such as vi-1; it is public, so choose a pseudonym`,
    )
  const passphrase = await newPassphrase(
    station,
    options,
    settings,
    safe`the identity of ${handler}`,
  )
  return { identity: newIdentity(await station.primitives(), handler), passphrase }
}

async function nextGeneration(
  station: Station,
  options: KeysNewOptions,
  settings: HandlerSettings | null,
  keep: number,
): Promise<Unlocked> {
  await expectForPassphrase(station)
  const { identity, passphrase } = await unlockIdentity(station, options, settings)
  if (options.handler !== undefined && options.handler !== identity.handler)
    throw refused(
      safe`the identity here is that of ${identity.handler}`,
      safe`set KHANCAP_CONFIG_DIR to another folder for another handler`,
    )
  const older = keep > 1 ? keepNewest(identity, keep - 1) : null
  const p = await station.primitives()
  return {
    identity: older === null ? newIdentity(p, identity.handler) : rotateIdentity(p, older),
    passphrase,
  }
}

/** A sheet of what is kept nowhere would mislead, and stand in the way of the next try; that of what was kept is wanted. */
async function dropSheet(
  { folder, printer }: Station,
  sheet: string,
  before: Uint8Array | null,
): Promise<void> {
  const now = await folder.sealedIdentity()
  const isUnchanged = now === null || before === null ? now === before : equalBytes(now, before)
  if (isUnchanged) await rm(sheet, { force: true })
  else printer.say(safe`the new identity is kept all the same, and its sheet is in ${sheet}`)
}

function keepOf(given: string): number {
  const keep = Number(given)
  if (!Number.isInteger(keep) || keep < 1 || keep > maxGenerations)
    throw misused(safe`--keep takes a number from 1 to ${maxGenerations}`, noHint)
  return keep
}
