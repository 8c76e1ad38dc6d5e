// How a run of `gpg` ends: by itself, or when patience does.
import type { ChildProcess } from 'node:child_process'
import { refused } from '../failure.js'
import { type Safe, safe } from '../terminal/safe.js'

/**
 * @param missing what cannot be done where there is no gpg
 * @returns the code; null where it was killed
 * @throws Failure where it cannot be started
 */
export async function endOfGpg(
  child: ChildProcess,
  patienceMs: number,
  missing: Safe,
  instead: Safe,
): Promise<number | null> {
  // Not the option of spawn: where gpg is missing, that timer would keep this program waiting.
  const patience = setTimeout(() => child.kill('SIGKILL'), patienceMs)
  try {
    return await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
  } catch (error) {
    const isMissing = error instanceof Error && Reflect.get(error, 'code') === 'ENOENT'
    throw refused(isMissing ? missing : safe`gpg could not be started`, instead)
  } finally {
    clearTimeout(patience)
  }
}
