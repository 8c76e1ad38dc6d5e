import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DirectoryHandler } from '../../schemas/directory.js'
import { PublicIdentity } from '../../schemas/settings.js'
import { formatTimestamp } from '../../src/core/encoding/timestamp.js'

const dayMs = 86_400_000

interface Rotated {
  readonly id: string
  /** Of the handler, with the newest keys. */
  readonly folder: string
  /** Of the keys before them, in milliseconds. */
  readonly end: number
}

/** @returns what the organisation does with its handlers when it takes over the newest keys of one */
export async function takingOver({ end, folder, id }: Rotated) {
  const text = await readFile(join(folder, 'identity.json'), 'utf8')
  const { recipients, signing_keys } = PublicIdentity.parse(JSON.parse(text))
  const from = formatTimestamp(Math.min(end, Date.now()) - dayMs)
  const validity = (index: number) => ({
    valid_from: from,
    valid_until: index === 0 ? null : formatTimestamp(end),
  })
  const keys = {
    recipients: recipients.map((recipient, index) => ({ recipient, ...validity(index) })),
    signing_keys: signing_keys.map((key, index) => ({ key, ...validity(index) })),
  }
  return (handlers: readonly DirectoryHandler[]): DirectoryHandler[] =>
    handlers.map(one => (one.id === id ? { ...one, ...keys } : one))
}
