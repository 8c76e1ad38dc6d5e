// Whether a sealed file came as armored text.
import { open } from 'node:fs/promises'

/** White space may stand before an armor. */
export async function isArmored(file: string): Promise<boolean> {
  const handle = await open(file, 'r')
  try {
    const head = new Uint8Array(256)
    const { bytesRead } = await handle.read(head, 0, head.length, 0)
    return new TextDecoder().decode(head.subarray(0, bytesRead)).trimStart().startsWith('-----')
  } finally {
    await handle.close()
  }
}
