// Whether an envelope was sealed or granted to a handler, as far as the server knows: it knows the directory that
// was used, the team that the case went to and the program's fallback team, and it never sees the recipients' names.
import { activeHandlers } from '../../keys/keyring.js'
import type { CaseForHandler } from '../ports/case-store.js'
import type { CurrentDirectory } from './current-directory.js'

/** @throws KhancapError `directory_invalid`, `store_unavailable` */
export async function isReadable(
  directories: CurrentDirectory,
  handler: string,
  row: CaseForHandler,
): Promise<boolean> {
  if (row.state === 'purged') return false
  if (row.granted) return true
  const sealedWith = await directories.bySequence(row.directorySequence)
  if (sealedWith === null || row.team === null) return false
  const { directory } = sealedWith
  const fallback = directory.programs.find(program => program.id === row.program)?.fallback_team
  const first = row.routedTeam ?? row.team
  const teams = fallback === undefined ? [first] : [first, fallback]
  return teams.some(team =>
    activeHandlers(directory, row.receivedAt, team).some(active => active.id === handler),
  )
}
