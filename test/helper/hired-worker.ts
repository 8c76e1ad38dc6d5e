// A client of a built sealing Worker in a real browser: asks as the pages do. Bundled into what the browser runs.
import {
  type AnswerMessage,
  type Asked,
  type CallName,
  type Given,
  handedOver,
} from '../../web/sealer/calls.js'

/** The part of a browser's Worker that is used here. */
declare class Worker {
  constructor(address: string)
  addEventListener(type: 'error', listener: () => void): void
  addEventListener(type: 'message', listener: (event: { data: AnswerMessage }) => void): void
  postMessage(message: unknown, handedOver: ArrayBuffer[]): void
  terminate(): void
}

export function hireWorker(address: string) {
  const worker = new Worker(address)
  let count = 0
  function ask<K extends CallName>(name: K, asked: Asked<K>): Promise<Given<K>> {
    const number = count++
    return new Promise((resolve, reject) => {
      worker.addEventListener('error', () => reject(new Error('the Worker stopped')))
      worker.addEventListener('message', ({ data }) => {
        if (data.number !== number) return
        if ('fault' in data) reject(new Error(data.fault))
        else resolve(data.given)
      })
      const post = worker.postMessage.bind(worker)
      post({ number, name, asked }, handedOver(asked))
    })
  }
  return { ask, end: () => worker.terminate() }
}
