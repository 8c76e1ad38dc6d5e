// Makes the tool as one file, for a machine without npm, and as a package that installs alone: no dependencies, since
// everything that it needs is inside. Made from what the compiler wrote; the same sources give the same bytes.
import { chmod, copyFile, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

/** @param compiled folder with cli/main.js and offline/ @param target folder of the package */
export async function bundleTool(compiled, target) {
  const whole = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  await mkdir(target, { recursive: true })
  const { metafile } = await build({
    metafile: true,
    entryPoints: [join(compiled, 'cli', 'main.js')],
    outfile: join(target, 'khancap.mjs'),
    absWorkingDir: root,
    // Found from the sources also while the compiled files still stand elsewhere.
    nodePaths: [join(root, 'node_modules')],
    bundle: true,
    charset: 'utf8',
    define: { khancapVersion: JSON.stringify(whole.version) },
    format: 'esm',
    legalComments: 'none',
    logLevel: 'warning',
    minifySyntax: true,
    minifyWhitespace: true,
    platform: 'node',
    target: ['node20.19'],
    // What was written for CommonJS asks for Node's own modules with require.
    banner: {
      js: [
        '#!/usr/bin/env node',
        `import { createRequire as khancapRequire } from 'node:module'`,
        'const require = khancapRequire(import.meta.url)',
      ].join('\n'),
    },
  })
  await chmod(join(target, 'khancap.mjs'), 0o755)
  await writeFile(join(target, 'NOTICES.txt'), await noticesOf(Object.keys(metafile.inputs)))
  const { manualPage } = await import(pathToFileURL(join(compiled, 'cli', 'manual.js')).href)
  await writeFile(join(target, 'khancap.1'), await manualPage(whole.version))
  for (const [from, to] of [
    ['LICENSE', 'LICENSE'],
    ['docs/cli.md', 'README.md'],
  ])
    await copyFile(join(root, from), join(target, to))
  await cp(join(compiled, 'offline'), join(target, 'offline'), { recursive: true })
  const { engines, license, version } = whole
  const shipped = {
    name: 'khancap',
    version,
    description: "The case handlers' tool: opens sealed requests for support, and answers them",
    license,
    type: 'module',
    engines,
    bin: { khancap: 'khancap.mjs' },
    man: './khancap.1',
    files: ['khancap.mjs', 'khancap.1', 'NOTICES.txt', 'offline'],
  }
  await writeFile(join(target, 'package.json'), `${JSON.stringify(shipped, null, 2)}\n`)
}

/** The licences of everything inside, as they ask for. */
async function noticesOf(inputs) {
  const folders = inputs.flatMap(input => {
    const [, folder] = /((?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input) ?? []
    return folder === undefined ? [] : [folder]
  })
  const notices = []
  for (const folder of [...new Set(folders)].toSorted((one, other) => (one < other ? -1 : 1))) {
    const { license, name, version } = JSON.parse(
      await readFile(join(root, folder, 'package.json'), 'utf8'),
    )
    const file = (await readdir(join(root, folder))).find(one => /^licen[cs]e/i.test(one))
    const text = file === undefined ? '' : await readFile(join(root, folder, file), 'utf8')
    notices.push(`${name} ${version} (${license})\n\n${text.trim()}\n`)
  }
  return notices.join(`\n${'-'.repeat(80)}\n\n`)
}
