// Writes the list of the site's files beside them, in the form of a WEBCAT manifest. The organisation signs its digest, and
// `khancap verify site` holds a live site against it.
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const byName = (one, other) => (one < other ? -1 : 1)
const digestOf = bytes => createHash('sha256').update(bytes).digest('base64url')

/** WebAssembly that a script brings along as text: these are the first bytes of a module. */
const wasmText = /AGFzbQ[A-Za-z0-9+/]+={0,2}/g

const wasmIn = script =>
  [...script.matchAll(wasmText)]
    .map(([text]) => Buffer.from(text, 'base64'))
    .filter(bytes => WebAssembly.validate(bytes))
    .map(digestOf)

/** What a server sends compressed is the same file, compressed. */
const isPacked = name => /\.(br|gz)$/.test(name)

async function filesIn(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => entry.isFile() && !isPacked(entry.name))
    .map(entry => join(entry.parentPath, entry.name).slice(folder.length).replaceAll('\\', '/'))
    .toSorted(byName)
}

/** The offline forms before a directory is put in, by their language. */
async function templatesIn(folder) {
  const templates = {}
  for (const name of (await readdir(folder)).toSorted(byName)) {
    const [, language] = /^khancap-([A-Za-z-]+)\.html$/.exec(name) ?? []
    if (language !== undefined) templates[language] = digestOf(await readFile(join(folder, name)))
  }
  return templates
}

/**
 * @param folder the site as it was built
 * @param about.version of the program
 * @param about.sources SHA-256 over what it was built from, in hexadecimal
 * @param about.offline the folder of the offline forms' templates
 * @param about.path where the list is served
 * @param about.policy the Content-Security-Policy of every answer
 */
export async function writeSiteList(folder, { version, sources, offline, path, policy }) {
  const [files, bytes, wasm] = [{}, {}, new Set()]
  for (const name of await filesIn(folder)) {
    const content = await readFile(join(folder, name))
    files[name] = digestOf(content)
    bytes[name] = content.length
    if (name.endsWith('.js'))
      for (const digest of wasmIn(content.toString('latin1'))) wasm.add(digest)
  }
  const manifest = {
    app: 'urn:khancap',
    version,
    default_csp: policy,
    default_index: 'index.html',
    default_fallback: '/index.html',
    extra_csp: {},
    files,
    wasm: [...wasm].toSorted(byName),
  }
  const list = { v: 1, sources, bytes, templates: await templatesIn(offline), manifest }
  const file = join(folder, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, `${JSON.stringify(list, null, 1)}\n`)
}
