// Reads the private contacts whenever they are needed. No file means that nobody can be told by mail: said at the
// start, and again with each notice that waits because of it.
import { readFile } from 'node:fs/promises'
import { Contacts } from '../schemas/contacts.js'
import { KhancapError } from '../schemas/problem.js'
import { faultFields } from './app/log-fault.js'
import type { Log } from './ports/log.js'

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

/** Says at the start that nobody can be told, and not only on the night when somebody should be. */
export async function lookAtContacts(read: () => Promise<Contacts>, log: Log): Promise<void> {
  const setting = 'KHANCAP_CONTACTS_FILE'
  try {
    const { handlers, teams } = await read()
    const lists = [...Object.values(handlers), ...Object.values(teams)]
    if (lists.every(addresses => addresses.length === 0))
      log.error('there are no contacts: nobody can be told by mail', { setting })
  } catch (error) {
    log.error('contacts cannot be read: nobody can be told', { ...faultFields(error), setting })
  }
}
