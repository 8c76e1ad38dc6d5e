// Makes the corpus of raw mails beside it, from the shapes in clients.ts and odd.ts: one file for each mail, and what must
// become of it in index.json. ../README.md says where everything comes from.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { clientMails, type CorpusMail } from './clients.js'
import { oddMails } from './odd.js'

export function corpus(): CorpusMail[] {
  return [...clientMails(), ...oddMails()]
}

/** What index.json says. */
export function corpusIndex(): readonly Omit<CorpusMail, 'raw'>[] {
  return corpus().map(({ name, outcome, programs }) => ({ name, outcome, programs }))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join('test', 'vectors', 'mail', 'raw')
  await mkdir(folder, { recursive: true })
  for (const file of await readdir(folder)) await rm(join(folder, file))
  for (const { name, raw } of corpus()) await writeFile(join(folder, `${name}.eml`), raw, 'latin1')
  await writeFile(join(folder, '..', 'index.json'), `${JSON.stringify(corpusIndex(), null, 2)}\n`)
}
