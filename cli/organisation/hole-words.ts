// A hole of a directory in words: which requests would be left to nobody, and from when on.
import { formatTimestamp } from '../../src/core/encoding/timestamp.js'
import type { Hole } from '../../src/core/routing/holes.js'
import { type Safe, safe } from '../terminal/safe.js'

const words: Readonly<Record<Hole['code'], string>> = {
  nobody_in_fallback_team: 'nobody in the fallback team can open anything',
  conflicts_in_fallback_team:
    'everybody in the fallback team is kept from some request by a conflict of interest',
  too_many_readers: 'the team has more members than an envelope can have readers',
  no_program_offered: 'no program is offered',
  no_router: 'the router has no valid recipient',
  no_alarm_at_deadline: 'nobody is told when the deadline passes',
}

export function holeWords({ at, code, where }: Hole): Safe {
  return safe`${where}: ${words[code]}, from ${formatTimestamp(at)} on`
}
