// What the file brings with it: the directory that was put into it, and a sealer made of its own script. Nothing here, and
// nothing that the file shows, asks the network for anything.
import type { Directory } from '../../schemas/directory.js'
import { readEmbedded } from '../../src/core/offline/embedded.js'
import { purePrimitives } from '../../src/core/crypto/pure.js'
import { byId, h } from '../dom.js'
import { Failed } from '../failed.js'
import { fieldInput } from '../inputs/field.js'
import type { Surroundings } from '../page.js'
import { answered } from '../screens/answered.js'
import { showReview } from '../screens/review.js'
import { showCode } from '../screens/code.js'
import { hire, type Sealer, tested } from '../sealer.js'
import * as later from '../sealer/later.js'
import { serve, type WorkerScope } from '../sealer/serve.js'
import { readNote, type Signed } from '../site.js'
import { sealHere } from './seal-here.js'

/** @throws Failed where the file holds no directory, or something else in its place */
export function embedded(): Signed & { readonly directory: Directory } {
  const found = readEmbedded(byId('directory')?.textContent ?? '')
  if (found === null) throw new Failed('directory_missing')
  const { note, root } = found
  const directory = readNote(note)
  const { demo, origin } = directory
  return { deployment: { origin, root, demo }, note, directory }
}

/** Answers calls with primitives in plain JavaScript: the other engine would make the file three times as large. */
export function serveHere(scope: WorkerScope): void {
  serve(
    scope,
    async () => purePrimitives(),
    async () => later,
  )
}

/** Where the browser gives no Worker to a file: the page stands still while it seals, and it seals all the same. */
function inThisThread(): Sealer {
  const { port1, port2 } = new MessageChannel()
  serveHere(port1)
  port1.start()
  port2.start()
  return hire(port2, () => port1.close())
}

/** @throws Failed */
async function startSealer(script: string): Promise<Sealer> {
  const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }))
  try {
    const worker = new Worker(address)
    return await tested(hire(worker, () => worker.terminate()))
  } catch (error) {
    if (error instanceof Failed && error.failure !== 'cannot_seal') throw error
    return await tested(inThisThread())
  } finally {
    URL.revokeObjectURL(address)
  }
}

/** @param script the text of the file's script, which is also that of its Worker */
export function inThisFile(script: string): Surroundings {
  return {
    channel: 'offline',
    loadExcerpt: async () => null,
    loadSigned: async () => embedded(),
    startSealer: () => startSealer(script),
    loadLater: async () => ({ fieldInput, answered, showReview, showCode, send: sealHere }),
    contact: label => contactOf(label),
  }
}

/** The address and key that the directory names; nothing where it names none, or there is none. */
function contactOf(label: string): HTMLElement {
  try {
    const { contact } = embedded().directory
    if (contact === undefined) return h('span')
    const { key, mail } = contact
    return h(
      'details',
      {},
      h('summary', {}, label),
      h('p', {}, mail),
      key === undefined ? null : h('pre', { tabindex: 0, lang: 'en' }, key),
    )
  } catch {
    return h('span')
  }
}
