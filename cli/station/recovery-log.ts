// Every use of what can bring an identity back: sheets that were printed, splittings, recoveries. A file that only
// grows, without secrets; what is in it, the organisation should hear too, for a thief would use their own machine.
import { appendFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { type Safe, safe } from '../terminal/safe.js'
import { readBounded } from './disk.js'
import type { Station } from './station.js'

const fileName = 'recovery.log'
const maxBytes = 1_048_576

export async function logRecovery(station: Station, done: Safe): Promise<void> {
  const { folder, printer } = station
  const line = safe`${formatTimestamp(station.now())} ${done}`
  await mkdir(folder.path, { recursive: true, mode: 0o700 })
  await appendFile(join(folder.path, fileName), `${line.text}\n`, { mode: 0o600 })
  printer.say(safe`noted in ${join(folder.path, fileName)}; tell the organisation: ${line}`)
}

/** The last recovery that was noted here; null where there was none. */
export async function lastRecovery(station: Station): Promise<string | null> {
  const bytes = await readBounded(join(station.folder.path, fileName), maxBytes)
  const lines = bytes === null ? [] : new TextDecoder().decode(bytes).trimEnd().split('\n')
  return lines.findLast(line => line.includes(' recovered ')) ?? null
}
