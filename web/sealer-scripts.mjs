// Builds a sealing Worker as two classic scripts: what a first request needs, and what the Worker loads when it is first asked
// for files or for a mailbox (web/sealer/later.ts). The second one uses the modules of the first, and brings none of them again.
import { basename } from 'node:path'
import { build } from 'esbuild'
import { wantedScript } from './wanted-script.mjs'

/** The name of the one thing that `web/sealer/later.ts` gives. */
const given = 'answeringLater'
/** Where the scripts meet, in the Worker's global scope: what the first lends, what the second gives. */
const lent = 'self.sealerLent'
const found = 'self.sealerFound'

/** @param sources by the names that they import each other by; entered at `entry.js` */
async function classic(settings, sources) {
  const { outputFiles } = await build({
    ...settings,
    entryPoints: ['entry.js'],
    plugins: [
      {
        name: 'in-memory',
        setup({ onLoad, onResolve }) {
          onResolve({ filter: /./ }, ({ path }) => ({ path: basename(path), namespace: 'memory' }))
          onLoad({ filter: /./ }, ({ path }) => ({ contents: sources[path] }))
        },
      },
    ],
  })
  return outputFiles[0].text
}

/**
 * @param settings of esbuild, for one script
 * @param options.name of the entry in `web/sealer/`
 * @param options.addAsset writes a script of the site; returns its address
 * @returns the address of the first script
 */
export async function sealerScripts(settings, { name, addAsset, ...options }) {
  const modules = await build({
    ...settings,
    ...options,
    entryPoints: [`web/sealer/${name}.ts`],
    format: 'esm',
    splitting: true,
    // What old browsers do not have is kept here, for the parts to find each other by.
    supported: { 'dynamic-import': true },
    outdir: 'out',
    chunkNames: '[name]-[hash]',
    metafile: true,
    // Schemas that nobody uses there may want more of zod.
    logOverride: { 'import-is-undefined': 'silent' },
  })
  const sources = {}
  for (const { path, text } of modules.outputFiles) sources[basename(path)] = text
  const outputs = Object.entries(modules.metafile.outputs)
  const [laterPath, { imports }] = outputs.find(
    ([, { entryPoint }]) => entryPoint === 'web/sealer/later.ts',
  )
  const later = basename(laterPath)
  const shared = imports
    .filter(({ kind }) => kind === 'import-statement')
    .map(({ path }) => ({
      file: basename(path),
      names: outputs.find(([output]) => output === path)[1].exports,
    }))

  const second = { [later]: sources[later] }
  for (const [at, { file, names }] of shared.entries())
    second[file] = `export const { ${names.join(', ')} } = ${lent}[${at}]`
  second['entry.js'] = `import { ${given} } from './${later}'\n${found} = ${given}`
  const address = await addAsset(`rest-${name}.js`, await classic(settings, second))

  const lending = shared.map(({ file }, at) => `import * as shared${at} from './${file}'`)
  const all = shared.map((_, at) => `shared${at}`).join(', ')
  const first = {
    ...sources,
    [later]: `${wantedScript(address)}\nexport const ${given} = ${found}`,
    'entry.js': [...lending, `${lent} = [${all}]`, `import './${name}.js'`].join('\n'),
  }
  return addAsset(`seal-${name}.js`, await classic(settings, first))
}
