// `khancap org remove`: a handler, team, program or address leaves the organisation's source.
import { resolve } from 'node:path'
import { isActive } from '../../keys/keyring.js'
import type { DirectoryHandler } from '../../schemas/directory.js'
import type { Instant } from '../../schemas/encoding.js'
import type { OrganisationSource } from '../../schemas/organisation.js'
import { readSource } from '../organisation/folder.js'
import { removeAddress, removeHandler, removeProgram, removeTeam } from '../organisation/changes.js'
import { type EditOptions, editSource } from '../organisation/edit.js'
import { orgCommand, takenBack } from '../organisation/steps.js'
import type { Station } from '../station/station.js'
import { type Safe, safe } from '../terminal/safe.js'
import { shellWord, showsAll } from '../terminal/shell-word.js'

const removals = {
  handler: removeHandler,
  team: removeTeam,
  program: removeProgram,
  address: removeAddress,
} as const

export type Removable = keyof typeof removals

export async function removeFrom(
  station: Station,
  options: EditOptions,
  kind: Removable,
  id: string,
): Promise<void> {
  if (kind === 'handler')
    station.printer.say(
      safe`who removes a handler can no longer check what they signed; khancap org revoke ends them and keeps that`,
    )
  if (kind === 'handler') await sayHandOver(station, options, id, 'leaves')
  await editSource(station, options, {
    what: safe`${kind} ${id} is gone`,
    to: source => removals[kind](source, id),
    back: before =>
      waysBack[kind](
        id,
        before,
        (...words) => orgCommand(options, 'add', kind, ...words),
        station.now(),
      ),
  })
}

/** As it stood before. Programs and the keys of handlers are in files that only people have. */
const waysBack: Readonly<
  Record<
    Removable,
    (id: string, before: OrganisationSource, again: Again, now: Instant) => readonly Safe[]
  >
> = {
  // Joining pages name the first one.
  address: (id, { addresses }, again) => [
    ...(addresses[0] === id
      ? [
          safe`it was the first: put back, it is the last, until you move it up in organisation.json`,
        ]
      : []),
    takenBack(again(id)),
  ],
  program: (_id, _before, again) => [
    safe`to take it back, where you have the program as FILE: ${again('FILE')}`,
  ],
  team(id, { teams }, again) {
    const names = Object.entries(teams.find(team => team.id === id)?.names ?? {})
    const named = names.map(([language, name]) => `${language}=${name}`)
    if (!named.every(showsAll))
      return [
        safe`to take it back: put a copy of organisation.json from before in its place; a name of ${id} has a character that cannot be typed`,
      ]
    return [takenBack(again(id, ...each('--name', named)))]
  },
  handler(id, { handlers }, again, now) {
    const row = handlers.find(handler => handler.id === id)
    if (row === undefined) return []
    const command = again('FILE', ...asBefore(row))
    if (isActive(row, now))
      return [
        safe`to take it back, with what they export to FILE, their newest keys alone: ${command}`,
      ]
    return [
      safe`to take it back: put a copy of organisation.json from before in its place; ${id} had ended, and nothing else has what they signed with`,
      safe`where they had ended by mistake, and that is not published, with what they export to FILE, their newest keys alone: ${command}`,
    ]
  },
}

/** The command that adds such a thing. */
type Again = (...words: readonly string[]) => Safe

/** What else the command says that adds a handler as they were. */
export function asBefore({
  languages,
  roles,
  teams,
}: Pick<DirectoryHandler, 'languages' | 'roles' | 'teams'>): readonly string[] {
  return [...each('--team', teams), ...each('--role', roles), ...each('--language', languages)]
}

const each = (option: string, values: readonly string[]) => values.flatMap(value => [option, value])

/**
 * Which cases a handler leaves behind, the folder on the stick cannot know: it says who can, and how.
 *
 * @param why `leaves`: hands over first, and is gone afterwards; `revoked`: as after a lost laptop, where nothing waits for that
 */
export async function sayHandOver(
  station: Station,
  options: EditOptions,
  id: string,
  why: 'leaves' | 'revoked',
): Promise<void> {
  const { handlers } = await readSource(resolve(options.dir))
  const leaving = handlers.find(handler => handler.id === id)
  if (leaving === undefined) return
  const now = station.now()
  const staying = handlers.filter(handler => handler.id !== id && isActive(handler, now))
  for (const team of leaving.teams) {
    const left = staying.filter(({ teams }) => teams.includes(team)).map(handler => handler.id)
    station.printer.say(
      left.length === 0
        ? safe`warning: NOBODY IS LEFT IN TEAM ${team}: nobody but ${id} can open what only that team was sealed; ${onlyTheirs[why](id, team)}`
        : safe`team ${team}: ${left.join(', ')} can open what was sealed to the team while they were in it`,
    )
  }
  const handOver = safe`khancap add-reader --from ${shellWord(id, 'HANDLER')} --to COLLEAGUE --dry-run`
  if (why === 'leaves')
    return station.printer.say(
      safe`before you publish, a colleague or ${id} looks which cases need a new reader; without --dry-run it hands them over: ${handOver}`,
    )
  station.printer.say(
    safe`a laptop was lost, stolen or in other hands: publish at once. Then a colleague looks which cases need a new reader; without --dry-run it hands them over: ${handOver}`,
  )
  station.printer.say(safe`${id} leaves in peace: the same command first, then publish`)
}

const onlyTheirs: Readonly<Record<'leaves' | 'revoked', (id: string, team: string) => Safe>> = {
  leaves: (id, team) =>
    safe`${id} must hand it over before they go: khancap add-reader --team ${shellWord(team, 'TEAM')} --to COLLEAGUE`,
  revoked: () =>
    safe`where their keys are gone with the laptop, their printed sheet brings them back: khancap keys recover`,
}
