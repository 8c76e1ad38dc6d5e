// Reads the private contacts whenever they are needed. No file means that nobody can be told by mail.
import { readFile } from 'node:fs/promises'
import { Contacts } from '../schemas/contacts.js'
import { KhancapError } from '../schemas/problem.js'

/** @returns a reader that throws KhancapError `config_invalid` where the file cannot be read or has faults */
export function contactsFile(path: string): () => Promise<Contacts> {
  return async () => {
    try {
      return Contacts.parse(JSON.parse(await readFile(path, 'utf8')))
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')
        return { teams: {}, handlers: {} }
      // The cause stays out: zod's would name addresses.
      throw new KhancapError('config_invalid', {
        faults: [{ pointer: '/contacts', code: 'invalid' }],
      })
    }
  }
}
