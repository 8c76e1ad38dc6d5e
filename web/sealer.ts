// The page's side of the sealing Worker. A fresh one is made for each submission; ending it forgets its keys.
import {
  type AnswerMessage,
  type Asked,
  type CallName,
  type FaultMessage,
  type Given,
  handedOver,
  type SealerFault,
} from './sealer/calls.js'
import { Failed, type FailureCode } from './failed.js'
import { lostScript } from './network.js'

const failures: Partial<Readonly<Record<SealerFault, FailureCode>>> = {
  root_mismatch: 'root_mismatch',
  cannot_seal: 'cannot_seal',
  primitives_faulty: 'primitives_faulty',
  directory_expired: 'directory_expired',
  directory_invalid: 'directory_invalid',
  directory_older: 'directory_invalid',
  directory_forked: 'directory_invalid',
  directory_missing: 'directory_missing',
  request_too_large: 'request_too_large',
  receipt_invalid: 'receipt_invalid',
  receipt_code_invalid: 'receipt_code_invalid',
  server_untrusted: 'untrusted',
  server_unreachable: 'offline',
  too_many_requests: 'too_many_requests',
}

interface Waiting {
  resolve(given: unknown): void
  reject(error: Failed): void
}

export interface Sealer {
  call<K extends CallName>(name: K, asked: Asked<K>): Promise<Given<K>>
  end(): void
}

/** What a sealer listens and speaks to: a Worker, or this thread behind a port. */
type Counterpart = Pick<Worker, 'addEventListener' | 'postMessage'>

/**
 * @param dismiss ends the other side
 * @param whyLost tells why a script of the other side's own did not come; null where it can be had
 */
export function hire(
  worker: Counterpart,
  dismiss: () => void,
  whyLost: (address: string) => Promise<Failed | null> = async () => null,
): Sealer {
  const waiting = new Map<number, Waiting>()
  let number = 0
  let isEnded = false
  const failAll = (failed: Failed) => {
    for (const one of waiting.values()) one.reject(failed)
    waiting.clear()
  }
  const failedBy = async ({ fault, faults, missing }: FaultMessage) => {
    const lost = missing === null ? null : await whyLost(missing)
    // Signed as it must be, on a day that has not come here yet: keys/directory.ts looks at the time last.
    const isEarly = fault === 'directory_invalid' && faults[0]?.code === 'not_yet_valid'
    const failure = isEarly ? 'device_date' : failures[fault]
    return lost ?? new Failed(failure ?? 'internal', fault, null, { faults })
  }
  worker.addEventListener('message', ({ data }: MessageEvent<AnswerMessage>) => {
    const one = waiting.get(data.number)
    waiting.delete(data.number)
    if (one === undefined) return
    if ('given' in data) one.resolve(data.given)
    else void failedBy(data).then(failed => one.reject(failed))
  })
  // The script did not load, or did not run: which of the two is asked afterwards.
  worker.addEventListener('error', event => {
    event.preventDefault()
    failAll(new Failed('cannot_seal'))
  })
  return {
    call(name, asked) {
      number += 1
      const mine = number
      return new Promise((resolve, reject) => {
        if (isEnded) {
          reject(new Failed('cannot_seal', 'ended'))
          return
        }
        waiting.set(mine, { resolve, reject })
        worker.postMessage({ number: mine, name, asked }, handedOver(asked))
      })
    },
    end() {
      isEnded = true
      dismiss()
      failAll(new Failed('cannot_seal', 'ended'))
    },
  }
}

/** Has it load its primitives and test them; one that cannot is ended. @throws Failed */
export async function tested(sealer: Sealer): Promise<Sealer> {
  try {
    await sealer.call('start', null)
    return sealer
  } catch (error) {
    sealer.end()
    throw error
  }
}

async function startOne(address: string): Promise<Sealer> {
  const worker = new Worker(address)
  return tested(hire(worker, () => worker.terminate(), lostScript)).catch(
    async (error: unknown) => {
      const isUnclear = error instanceof Failed && error.failure === 'cannot_seal'
      throw (isUnclear ? await lostScript(address) : null) ?? error
    },
  )
}

/** With WebAssembly where there is some, else in plain JavaScript. @throws Failed */
export async function startSealer(): Promise<Sealer> {
  if (typeof Worker === 'undefined') throw new Failed('cannot_seal')
  if (typeof WebAssembly === 'object')
    try {
      return await startOne(sealerWasm)
    } catch (error) {
      // Present but forbidden (a policy that an old browser does not understand): the other way is as good.
      if (!(error instanceof Failed) || error.failure !== 'cannot_seal') throw error
    }
  return startOne(sealerPure)
}
