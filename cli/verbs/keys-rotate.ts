// `khancap keys rotate`: carries a handler's keys one step further, from wherever they stand: a new generation, then
// every open case re-sealed to it, then the old ones deleted when the directory lets them go. Each step leaves
// everything whole, so that the same line again goes on after an interruption.
import { publicIdentity } from '../../keys/handler-folder.js'
import { type Identity, keepNewest, maxGenerations, rotateIdentity } from '../../keys/identity.js'
import { handlerById, isActive } from '../../keys/keyring.js'
import { recipientOf } from '../../src/core/envelope/age-keys.js'
import { formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { deletableFrom, needOf, sealedPartsOf } from '../case/generations.js'
import { expectInForce, hasConflict, letIn } from '../case/let-in.js'
import { openCases } from '../case/open-cases.js'
import { fetchCase, NotSealedToYou } from '../case/sealed-case.js'
import { type Desk, openDesk } from '../client/desk.js'
import { refused } from '../failure.js'
import { identityFingerprint, storeIdentity, unlockIdentity } from '../station/identity.js'
import type { Station, VerbOptions } from '../station/station.js'
import { safe } from '../terminal/safe.js'
import { timeWords } from '../terminal/time-words.js'

export interface KeysRotateOptions extends VerbOptions {
  readonly new?: true
}

type Step = 'made' | 'not_published' | 'resealed'

export async function rotateKeys(station: Station, options: KeysRotateOptions): Promise<void> {
  const desk = await openDesk(station, options, 'unlocked')
  expectInForce(desk)
  const { identity } = desk
  const p = await station.primitives()
  const newest = recipientOf(p, identity.opening[0] ?? '')
  const known = handlerById(desk.directory.directory, identity.handler)?.recipients ?? []
  const published = known.find(({ recipient }) => recipient === newest)
  const isUsed = published !== undefined && isActive(published, station.now())
  if (!isUsed) return report(desk, options, { step: 'not_published', resealed: 0, identity })
  if (identity.opening.length === 1 || options.new === true) return makeNext(desk, options)
  const { resealed, needs } = await reseal(desk)
  const kept = await deleteOld(desk, options, needs)
  await report(desk, options, { step: 'resealed', resealed, needs, identity: kept })
}

/** The new generation is sealed to from when the organisation has published it. */
async function makeNext(desk: Desk, options: KeysRotateOptions): Promise<void> {
  const { station } = desk
  if (desk.identity.opening.length >= maxGenerations)
    throw refused(
      safe`there are ${maxGenerations} generations already, and the oldest is still needed`,
      safe`khancap keys list says why`,
    )
  const { passphrase } = await unlockIdentity(station, options, desk.settings)
  const identity = rotateIdentity(await station.primitives(), desk.identity)
  await storeIdentity(station, identity, passphrase)
  await report(desk, options, { step: 'made', resealed: 0, identity })
}

/** Cases that still need a generation, by how many of the newest do not open them. */
type Needs = ReadonlyMap<number, readonly string[]>

async function reseal(desk: Desk): Promise<{ resealed: number; needs: Needs }> {
  const { identity, station } = desk
  const p = await station.primitives()
  const reader = { id: identity.handler, recipient: recipientOf(p, identity.opening[0] ?? '') }
  const needs = new Map<number, string[]>()
  let resealed = 0
  for (const { id } of await openCases(desk.cases)) {
    // One after the other: what was re-sealed stays so, whatever becomes of the rest.
    // oxlint-disable-next-line no-await-in-loop
    const sealed = await fetchCase(desk, id).catch((error: unknown) => {
      if (error instanceof NotSealedToYou) return null
      throw error
    })
    // A case that a conflict of interest keeps from them closes to them with the old generation.
    if (sealed === null || hasConflict(desk, sealed, identity.handler)) continue
    // oxlint-disable-next-line no-await-in-loop
    const parts = await sealedPartsOf(desk, sealed)
    for (let count = 1; count < identity.opening.length; count++) {
      // oxlint-disable-next-line no-await-in-loop
      const need = await needOf(desk, sealed, identity, count, parts)
      if (count === 1 && need.envelope) {
        // oxlint-disable-next-line no-await-in-loop
        await letIn(desk, sealed, reader)
        resealed += 1
      }
      if (need.parts > 0) needs.set(count, [...(needs.get(count) ?? []), id])
    }
  }
  return { resealed, needs }
}

/** Deletes from the oldest on, as long as the retention is over and no open case needs it. */
async function deleteOld(desk: Desk, options: KeysRotateOptions, needs: Needs): Promise<Identity> {
  const { directory, identity, settings, station } = desk
  const p = await station.primitives()
  const shown = publicIdentity(p, identity)
  let count = identity.opening.length
  while (count > 1) {
    const from = deletableFrom(directory.directory, shown, count - 1)
    if (from === null || station.now() < from || (needs.get(count - 1)?.length ?? 0) > 0) break
    count -= 1
  }
  if (count === identity.opening.length) return identity
  const kept = keepNewest(identity, count)
  const { passphrase } = await unlockIdentity(station, options, settings)
  await storeIdentity(station, kept, passphrase)
  return kept
}

interface Rotated {
  readonly step: Step
  readonly resealed: number
  readonly needs?: Needs
  readonly identity: Identity
}

async function report(desk: Desk, options: VerbOptions, rotated: Rotated): Promise<void> {
  const { directory, identity: before, station } = desk
  const { identity, needs, resealed, step } = rotated
  const { printer } = station
  const p = await station.primitives()
  const shown = publicIdentity(p, identity)
  const fingerprint = await identityFingerprint(p, shown)
  const deleted = step === 'resealed' ? before.opening.length - identity.opening.length : 0
  const waiting = shown.recipients.slice(1).map((_recipient, index) => {
    const from = deletableFrom(directory.directory, shown, index + 1)
    return {
      generation: index + 2,
      delete_after: from === null ? null : formatTimestamp(from),
      needed_by: needs?.get(index + 1) ?? [],
    }
  })
  if (options.json === true)
    return printer.json({
      step,
      fingerprint,
      generations: identity.opening.length,
      resealed,
      deleted,
      waiting,
    })
  switch (step) {
    case 'made':
      printer.out(safe`made generation 1 of ${identity.handler}: ${fingerprint}`)
      break
    case 'not_published':
      printer.out(safe`the newest generation of ${identity.handler} is not in the directory yet`)
      break
    case 'resealed':
      printer.out(safe`re-sealed ${resealed} open cases to the newest generation`)
      if (deleted > 0)
        printer.out(
          safe`deleted ${deleted} old generations: what was sealed only to them opens no more, for a thief neither`,
        )
  }
  for (const { delete_after, generation, needed_by } of waiting) {
    if (needed_by.length > 0)
      printer.say(
        safe`generation ${generation} stays while these are open, with notes or additions that only it opens: ${needed_by.map(id => id.slice(0, 8)).join(', ')}`,
      )
    printer.say(
      delete_after === null
        ? safe`generation ${generation} is in use: the organisation ends it with khancap org rotate handler`
        : safe`generation ${generation} may be deleted after ${timeWords(delete_after)}: khancap keys rotate does it then`,
    )
  }
  if (step !== 'resealed') {
    printer.say(
      safe`next: khancap keys export --sheet, print it, lock it away, and burn the old one`,
    )
    printer.say(
      safe`next: give the output of khancap keys export to the organisation (khancap org rotate handler), and when it has published: khancap keys rotate`,
    )
  } else if (deleted > 0)
    printer.say(safe`next: burn the printed sheets and shares of the generations that were deleted`)
}
