// A store, an organisation whose programs have their shipped tags, and what takes mails in.
import type { Directory } from '../../schemas/directory.js'
import { shippedPrograms } from '../../schemas/programs/shipped.js'
import type { MailDeps } from '../../src/app/take-in-mails.js'
import { exampleDirectory } from './example-directory.js'
import { testOrganisation } from './organisation.js'
import type { Teardown } from './postgres.js'
import { bench, postgresQueue } from './workers.js'

/** The programs of the example with the tags of the shipped ones. */
export function taggedPrograms(): Directory['programs'] {
  const tags = new Map(shippedPrograms.map(({ id, tags: own }) => [id, own]))
  return exampleDirectory().programs.map(program => ({
    ...program,
    tags: tags.get(program.id) ?? [],
  }))
}

export async function mailBench(t: Teardown) {
  const organisation = await testOrganisation({ programs: taggedPrograms() })
  const made = await bench(t, postgresQueue, { organisation })
  const deps: MailDeps = {
    store: made.db.store,
    primitives: organisation.primitives,
    directories: made.directories,
    digestKeys: [new Uint8Array(32).fill(5)],
    now: Date.now,
  }
  return { ...made, mailDeps: deps }
}

let uid = 0

/** A mail as it comes from a mailbox. */
export function fetched(raw: Uint8Array, bytes = raw.length) {
  return { uid: ++uid, raw, bytes, arrivedAt: Date.now() }
}

export const someMailbox = {
  mailbox: 'somewhere',
  uidValidity: 1n,
  program: null,
  country: null,
  acknowledges: null,
}
