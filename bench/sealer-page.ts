// What runs in a real browser: asks a built sealing Worker as the pages do, and says how long it took. Bundled by
// bench/site.ts.
import type { Answers } from '../schemas/sealed.js'
import { utf8 } from '../src/core/encoding/bytes.js'
import { hireWorker } from '../test/helper/hired-worker.js'

/** The part of a browser that is used here. */
declare class Worker {
  constructor(address: string)
  addEventListener(type: 'error', listener: () => void): void
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void
  postMessage(message: unknown): void
  terminate(): void
}
declare const document: { querySelector(selector: string): { readonly files: File[] } | null }
declare class PerformanceObserver {
  constructor(seen: (list: { getEntries(): { readonly duration: number }[] }) => void)
  observe(what: object): void
}

export interface Opening {
  /** The address of a built sealing Worker. */
  readonly worker: string
  readonly deployment: { readonly origin: string; readonly root: string; readonly demo: boolean }
  readonly note: string
}

const answers: Answers = {
  reply_language: 'vi',
  contact: { kind: 'messenger', address: '+84 912 345 678 (Signal)' },
  contact_caution: 'Chỉ nhắn sau 22 giờ.',
  on_behalf_of: 'family',
  person_agrees: 'cannot_be_asked',
  country: 'VN',
  time_pressure: 'happening_now',
  deadline: { date: '2026-11-25', time: '08:30', zone: 'Asia/Ho_Chi_Minh' },
  what_happened: 'Sáng nay, khoảng 5 giờ, họ xông vào nhà và bắt chồng tôi.',
  situation: ['detained', 'disappeared'],
  defender_link: { way_out: 'later' },
  help_needed: ['lawyer', 'family_visit'],
  alias: 'Hoa',
  referral: 'ask_me_each_time',
  if_unreachable: { kind: 'tell_person', details: 'Chị gái tôi, Lan.' },
}

async function open({ worker, deployment, note }: Opening) {
  const hired = hireWorker(worker)
  await hired.ask('start', null)
  const served = {
    deployment,
    note: utf8(note),
    before: null,
    channel: 'web',
    now: Date.now(),
  } as const
  await hired.ask('open', served)
  return hired
}

export interface FormSealed {
  /** A Worker that starts, tests its primitives and verifies the directory. */
  readonly readyMs: number
  readonly sealMs: number
}

async function sealForm(opening: Opening): Promise<FormSealed> {
  const began = performance.now()
  const { ask, end } = await open(opening)
  const ready = performance.now()
  await ask('seal', {
    program: 'emergency',
    pageLanguage: 'vi',
    answers,
    entropy: crypto.getRandomValues(new Uint8Array(16)),
    id: null,
    now: Date.now(),
  })
  const sealMs = performance.now() - ready
  end()
  return { readyMs: ready - began, sealMs }
}

export interface FileSealed {
  readonly ms: number
  readonly bytes: number
  /** Longest task of the page's own thread that took more than 50 ms; 0 where none did. */
  readonly longestMs: number
}

/** As many bytes at once as an upload over a good line has (web/upload.ts). */
const partBytes = 4_194_304

/** Seals the chosen file part by part; the memory of a part is handed back when the next one is asked for. */
async function sealFile(opening: Opening): Promise<FileSealed> {
  const file = document.querySelector('#bench-file')?.files[0]
  if (file === undefined) throw new Error('no file was chosen')
  const { ask, end } = await open(opening)
  // As soon as it is chosen.
  await ask('look', { file })
  const long: number[] = []
  new PerformanceObserver(list => {
    for (const { duration } of list.getEntries()) long.push(duration)
  }).observe({ entryTypes: ['longtask'] })
  const began = performance.now()
  const { id, bytes } = await ask('attach', { file, bytes: file.size })
  let spare: ArrayBuffer | null = null
  for (let at = 0; at < bytes; ) {
    // Parts belong one behind the other.
    // oxlint-disable-next-line no-await-in-loop
    const part: { sealed: Uint8Array<ArrayBuffer> } = await ask('attachPart', {
      id,
      from: at,
      to: at + partBytes,
      spare,
    })
    at += part.sealed.length
    spare = part.sealed.buffer
  }
  await ask('attachEnd', { id })
  const ms = performance.now() - began
  end()
  return { ms, bytes, longestMs: Math.max(0, ...long) }
}

export type Peer = 'age' | 'openpgp' | 'libsodium'

/** @returns milliseconds, by the peer's own watch */
async function peer(task: { readonly worker: string; readonly name: Peer }): Promise<number> {
  const file = document.querySelector('#bench-file')?.files[0]
  const worker = new Worker(task.worker)
  const post = worker.postMessage.bind(worker)
  try {
    return await new Promise((resolve, reject) => {
      worker.addEventListener('error', () => reject(new Error('the peer stopped')))
      worker.addEventListener('message', ({ data }) => resolve(Number(data)))
      post({ name: task.name, file })
    })
  } finally {
    worker.terminate()
  }
}

Object.assign(globalThis, { benchSealForm: sealForm, benchSealFile: sealFile, benchPeer: peer })
