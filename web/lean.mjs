// What keeps the sealing scripts small, as plugins of esbuild: every byte of them travels before somebody can send. Code is
// left out and zod is replaced; no code of a library is changed.
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const smallZod = fileURLToPath(new URL('sealer/small-zod.ts', import.meta.url))

/** A constant that nobody uses may go, whatever is called to make it. */
const pure = (all, start, made) => `${start}/* @__PURE__ */ (() => ${made})()`

/** A declaration ends before the next line that is neither indented nor closes something. */
const schema =
  /^((?:export )?const \w+ = )((?:z\b|exactBytes\(|text\()[\s\S]*?)(?=\n(?![\s)\]}]))/gm

/** The other hybrids of the file that X-Wing stands in: each would bring a NIST curve along. */
const otherHybrid = /^(export const (?:QSF|KitchenSink)_\w+ = )(.*);$/gm

export function lean() {
  return {
    name: 'lean',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^zod$/ }, () => ({ path: smallZod }))
      onLoad({ filter: /\/schemas\/[a-z-]+\.ts$/ }, async ({ path }) => ({
        contents: (await readFile(path, 'utf8')).replace(schema, pure),
        loader: 'ts',
      }))
      onLoad({ filter: /@noble\/post-quantum\/hybrid\.js$/ }, async ({ path }) => ({
        contents: (await readFile(path, 'utf8')).replace(otherHybrid, pure),
      }))
    },
  }
}
