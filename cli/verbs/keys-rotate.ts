// `khancap keys rotate`: carries a handler's keys one step further, from wherever they stand: a new generation, then
// every open case re-sealed to it, then the old ones deleted when the directory lets them go. Each step leaves
// everything whole, so that the same line again goes on after an interruption.
import { publicIdentity } from '../../keys/handler-folder.js'
import { type Identity, keepNewest, maxGenerations, rotateIdentity } from '../../keys/identity.js'
import { handlerById, isActive } from '../../keys/keyring.js'
import { recipientOf } from '../../src/core/envelope/age-keys.js'
import { formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { deletableFrom } from '../case/generations.js'
import { recallCase, rememberCase } from '../case/known-case.js'
import { expectInForce } from '../case/let-in.js'
import { type Resealed, resealCases } from '../case/reseal.js'
import { type Desk, openDesk } from '../client/desk.js'
import { refused } from '../failure.js'
import { identityFingerprint, storeIdentity, unlockIdentity } from '../station/identity.js'
import type { Station, VerbOptions } from '../station/station.js'
import { command, safe } from '../terminal/safe.js'
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
  const { printer } = station
  const done = await resealCases(desk, (count, all) =>
    printer.progress(safe`re-sealing open cases: ${count} of ${all}`),
  ).finally(() => printer.progress(null))
  const kept = await deleteOld(desk, options, done)
  await report(desk, options, { step: 'resealed', ...done, identity: kept })
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

/** Deletes from the oldest on, as long as the retention is over and no open case needs it, or may need it. */
async function deleteOld(
  desk: Desk,
  options: KeysRotateOptions,
  { needs, withheld }: Resealed,
): Promise<Identity> {
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
  if (withheld.length > 0 && !(await isGivenUp(desk, withheld))) return identity
  const kept = keepNewest(identity, count)
  const { passphrase } = await unlockIdentity(station, options, settings)
  await storeIdentity(station, kept, passphrase)
  // Decided once: what was given up is not asked for again.
  for (const id of withheld) {
    // oxlint-disable-next-line no-await-in-loop
    const known = await recallCase(station.folder.path, id)
    // oxlint-disable-next-line no-await-in-loop
    if (known !== null)
      await rememberCase(station.folder.path, id, { ...known, closed: true, shown: undefined })
  }
  return kept
}

/** Whoever hides cases must not be able to have their only key deleted: a person decides. */
async function isGivenUp({ station }: Desk, withheld: Resealed['withheld']): Promise<boolean> {
  if (!station.asker.available) return false
  return station.asker.confirm(
    safe`The server does not show ${withheld.join(', ')}, which were opened here and which nobody was seen to close. What was sealed only to the old generation then opens no more. Delete it?`,
  )
}

interface Rotated extends Partial<Resealed> {
  readonly step: Step
  readonly resealed: number
  readonly identity: Identity
}

async function report(desk: Desk, options: VerbOptions, rotated: Rotated): Promise<void> {
  const { directory, identity: before, station } = desk
  const { identity, needs, resealed, step, unreadable = [], withheld = [] } = rotated
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
      unreadable,
      withheld,
    })
  switch (step) {
    case 'made':
      printer.sentence(safe`made generation 1 of ${identity.handler}: ${fingerprint}`)
      break
    case 'not_published':
      printer.sentence(
        safe`the newest generation of ${identity.handler} is not in the directory yet`,
      )
      break
    case 'resealed':
      printer.sentence(safe`re-sealed ${resealed} open cases to the newest generation`)
      if (deleted > 0)
        printer.sentence(
          safe`deleted ${deleted} old generations: what was sealed only to them opens no more, for a thief neither`,
        )
  }
  if (unreadable.length > 0)
    printer.say(
      safe`these open with no key, and were passed over: ${unreadable.map(id => id.slice(0, 8)).join(', ')}`,
    )
  if (withheld.length > 0)
    printer.say(
      safe`warning: the server does not show these, which were opened here and which nobody was seen to close: ${withheld.map(id => id.slice(0, 8)).join(', ')}; ask colleagues what became of them${deleted > 0 ? '' : ': until then the old generations stay'}`,
    )
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
      safe`next: ${command`khancap keys export --sheet`}, print it, lock it away, and burn the old one`,
    )
    printer.say(
      safe`next: give the output of ${command`khancap keys export`} to the organisation (khancap org rotate handler), and when it has published: khancap keys rotate`,
    )
  } else if (deleted > 0)
    printer.say(safe`next: burn the printed sheets and shares of the generations that were deleted`)
}
