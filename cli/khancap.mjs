#!/usr/bin/env node
// The command `khancap`: starts the built tool, or says in a sentence why it cannot.
import { existsSync } from 'node:fs'

const main = new URL('../build/cli/main.js', import.meta.url)

if (existsSync(main)) {
  await (await import(main.href)).main()
} else {
  process.stderr.write(
    'khancap: the tool has not been built here\nhint: run npm run build in its folder\n',
  )
  process.exitCode = 3
}
