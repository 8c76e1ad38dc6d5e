// The rules of a directory that stand in no table, as sentences: who is off duty when, and who must not read what.
import type { Directory, Exclusion } from '../../schemas/directory.js'
import { formatTimestamp } from '../../src/core/encoding/timestamp.js'
import type { Span } from '../../src/core/routing/duty.js'
import type { DutyGap } from '../../src/core/routing/table.js'
import { type Safe, safe } from '../terminal/safe.js'

export function ruleWords(directory: Directory, gaps: readonly DutyGap[]): Safe[] {
  return [...gaps.flatMap(dutyWords), ...(directory.exclusions ?? []).map(exclusionWords)]
}

function dutyWords({ team, fallback, team_off, both_off }: DutyGap): Safe[] {
  const isOwn = team === fallback
  return [
    ...(isOwn
      ? []
      : [safe`duty: nobody of ${team} ${times(team_off)}: its cases go to ${fallback} at once`]),
    ...(both_off.length === 0
      ? []
      : [
          safe`duty: nobody of ${isOwn ? team : `${team} or ${fallback}`} ${times(both_off)}: cases wait with ${team}, and their clock runs`,
        ]),
  ]
}

function times(spans: readonly Span[]): string {
  const [first] = spans
  if (first === undefined) return 'ever'
  const count = spans.length === 1 ? 'once' : `${spans.length} times`
  const [from, until] = [formatTimestamp(first.from), formatTimestamp(first.until)]
  return `${count}${spans.length === 1 ? '' : ', first'} from ${from} until ${until}`
}

function exclusionWords(exclusion: Exclusion): Safe {
  const { handlers, teams, programs, languages, countries, regions } = exclusion
  const who = [...handlers, ...teams.map(team => `the team ${team}`)].join(', ')
  const what = [
    ...(programs.length === 0 ? [] : [`of ${programs.join(', ')}`]),
    ...(languages.length === 0 ? [] : [`in ${languages.join(', ')}`]),
    ...(countries.length === 0 ? [] : [`from ${countries.join(', ')}`]),
    ...(regions.length === 0 ? [] : [`from ${regions.join(', ')}`]),
  ]
  const when = [
    ...(exclusion.valid_from === undefined ? [] : [`from ${exclusion.valid_from} on`]),
    ...(exclusion.valid_until === undefined ? [] : [`until ${exclusion.valid_until}`]),
  ]
  return safe`conflict: ${[who, 'must not read requests', ...what, ...when].join(' ')}`
}
