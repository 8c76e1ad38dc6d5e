// Makes the tool as one file, for a machine without npm, and as a package that installs alone: no dependencies, since
// everything that it needs is inside. Made from what the compiler wrote; the same sources give the same bytes. Its parts lie
// in a comment, and are compiled when they are first needed: `--version` needs none, and a verb few of them.
import { chmod, copyFile, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, transform } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const tool = 'khancap.cjs'
/** Stands before four hexadecimal digits in place of a character. */
const escape = '\u0001'

/** @param compiled folder with cli/main.js and offline/ @param target folder of the package */
export async function bundleTool(compiled, target) {
  const whole = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  await mkdir(target, { recursive: true })
  const { parts, inputs } = await partsOf(compiled, whole.version)
  await writeFile(join(target, tool), oneFile(parts, whole.version), { mode: 0o755 })
  await chmod(join(target, tool), 0o755)
  await writeFile(join(target, 'NOTICES.txt'), await noticesOf(inputs))
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
    bin: { khancap: tool },
    man: './khancap.1',
    files: [tool, 'khancap.1', 'NOTICES.txt', 'offline'],
  }
  await writeFile(join(target, 'package.json'), `${JSON.stringify(shipped, null, 2)}\n`)
}

const byName = ([one], [other]) => (one < other ? -1 : 1)

/** The tool cut up by what its verbs need together, each part as a module that `require` gives. */
async function partsOf(compiled, version) {
  const common = { charset: 'ascii', legalComments: 'none', logLevel: 'warning', platform: 'node' }
  const { metafile, outputFiles } = await build({
    ...common,
    metafile: true,
    entryPoints: [join(compiled, 'cli', 'main.js')],
    outdir: compiled,
    write: false,
    absWorkingDir: root,
    // Found from the sources also while the compiled files still stand elsewhere.
    nodePaths: [join(root, 'node_modules')],
    bundle: true,
    splitting: true,
    define: { khancapVersion: JSON.stringify(version) },
    format: 'esm',
    target: ['node20.19'],
  })
  const parts = await Promise.all(
    outputFiles.map(async ({ path, text }) => {
      const { code } = await transform(text, {
        ...common,
        define: { 'import.meta.url': 'khancapUrl' },
        format: 'cjs',
        minifySyntax: true,
        minifyWhitespace: true,
        supported: { 'dynamic-import': false },
        target: ['node20.19'],
      })
      return [`./${basename(path)}`, inComment(code)]
    }),
  )
  return { parts: parts.toSorted(byName), inputs: Object.keys(metafile.inputs) }
}

const escaped = unit => `${escape}${unit.charCodeAt(0).toString(16).padStart(4, '0')}`

/** As it may stand in a comment, and with bytes for characters. */
function inComment(code) {
  return code
    .replaceAll(escape, escaped)
    .replaceAll(/[\u0080-\uffff]/g, escaped)
    .replaceAll('*/', `*${escaped('/')}`)
}

/** What starts the tool, and its parts behind it. All of it is ASCII: characters are bytes. */
function oneFile(parts, version) {
  const places = {}
  let at = 0
  for (const [name, code] of parts) {
    places[name] = [at, (at += code.length)]
  }
  return `#!/usr/bin/env node
'use strict'
// Khancap ${version}: the case handlers' tool. Its parts stand in the comment below; each is compiled when it is first needed.
if (process.argv.length === 3 && process.argv[2] === '--version') console.log('${version}')
else {
  const file = require('node:fs').readFileSync(__filename, 'latin1')
  const { compileFunction } = require('node:vm')
  const khancapUrl = require('node:url').pathToFileURL(__filename).href
  const begin = file.indexOf('/' + '*parts') + 8
  const places = ${JSON.stringify(places)}
  const made = new Map()
  const part = name => {
    if (!(name in places)) return require(name)
    const known = made.get(name)
    if (known !== undefined) return known.exports
    const [from, to] = places[name]
    const code = file.slice(begin + from, begin + to)
      .replace(/\\u0001(....)/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)))
    const module = { exports: {} }
    made.set(name, module)
    const names = ['module', 'exports', 'require', 'khancapUrl']
    compileFunction(code, names, { filename: __filename + name.slice(1) })(module, module.exports, part, khancapUrl)
    return module.exports
  }
  part('./main.js').main()
}
/*parts
${parts.map(([, code]) => code).join('')}*/
`
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
