// What keeps the sealing scripts small, and quick without a JIT, as a plugin of esbuild: every byte of them travels before
// somebody can send. Code is left out, zod, SHA-2 and SHA-3 are replaced; no code of a library is changed.
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const smallZod = fileURLToPath(new URL('sealer/small-zod.ts', import.meta.url))
const hashes = name => fileURLToPath(new URL(`../src/core/crypto/${name}.ts`, import.meta.url))

/** A constant that nobody uses may go, whatever is called to make it. */
const pure = (all, start, made) => `${start}/* @__PURE__ */ (() => ${made})()`

/** A declaration ends before the next line that is neither indented nor closes something. */
const schema =
  /^((?:export )?const \w+ = )((?:z\b|exactBytes\(|text\()[\s\S]*?)(?=\n(?![\s)\]}]))/gm

/** What schemas say to readers of the documents, and the table of problems: a Worker answers with codes. */
const string = String.raw`(?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")`
const description = new RegExp(String.raw`\.describe\(\s*${string}\s*,?\s*\)`, 'g')

const leanSchema = text =>
  text.replace(description, '').replace('problems[code].title', 'code').replace(schema, pure)

export function lean() {
  return {
    name: 'lean',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^zod$/ }, () => ({ path: smallZod }))
      onResolve({ filter: /^@noble\/hashes\/sha[23]\.js$/ }, ({ path }) => ({
        path: hashes(path.slice(-7, -3)),
      }))
      onLoad({ filter: /\/schemas\/[a-z-]+\.ts$/ }, async ({ path }) => ({
        contents: leanSchema(await readFile(path, 'utf8')),
        loader: 'ts',
      }))
    },
  }
}
