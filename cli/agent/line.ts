// The line of a command to the agent. Core opens and signs in one breath, so a question waits for its answer: a thread of
// its own talks to the socket meanwhile.
import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { unavailable } from '../failure.js'
import type { Station } from '../station/station.js'
import { safe } from '../terminal/safe.js'
import { agentPlace, isOurs } from './place.js'
import { AgentAnswer, type AgentQuestion, maxLineBytes } from '../../schemas/agent.js'

const patienceMs = 60_000
const headBytes = 8

type WithoutToken<T> = T extends unknown ? Omit<T, 'token'> : never

export interface AgentLine {
  /** @throws Failure where the agent is gone or refuses */
  ask(question: WithoutToken<AgentQuestion>): AgentAnswer
  close(): void
}

/** null where no agent of this config folder listens, or not in a place that only we can reach. */
export async function agentLine(station: Station): Promise<AgentLine | null> {
  const place = agentPlace(station)
  if (place === null) return null
  // Each is only worth looking at where the one before is ours.
  // oxlint-disable-next-line no-await-in-loop
  for (const path of [place.folder, place.socket, place.token])
    if (!(await isOurs(path))) return null

  const shared = new SharedArrayBuffer(headBytes + maxLineBytes)
  const head = new Int32Array(shared, 0, 2)
  const worker = new Worker(carry, {
    eval: true,
    workerData: { shared, socket: place.socket, headBytes },
  })
  worker.unref()
  function carried(question: WithoutToken<AgentQuestion>, token: string): AgentAnswer {
    Atomics.store(head, 0, 0)
    // A thread has no origin.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    worker.postMessage(JSON.stringify({ ...question, token }))
    const woken = Atomics.wait(head, 0, 0, patienceMs)
    const length = Atomics.load(head, 1)
    if (woken === 'timed-out' || length === 0) throw gone()
    const text = Buffer.from(shared, headBytes, length).toString('latin1')
    const answer = AgentAnswer.safeParse(parsed(text))
    if (answer.data === undefined || 'refused' in answer.data) throw gone()
    return answer.data
  }
  /** What the agent held when it was asked who it is, and the token of that agent. */
  let known: { readonly keys: string; readonly token: string } | null = null
  return {
    ask(question) {
      const token = tokenIn(place.token)
      if (question.ask === 'who') {
        const answer = carried(question, token)
        known = { keys: keysIn(answer), token }
        return answer
      }
      // Keys are asked for by their place: another agent may hold others there.
      if (known !== null && known.token !== token) {
        if (keysIn(carried({ ask: 'who' }, token)) !== known.keys) throw another()
        known = { ...known, token }
      }
      return carried(question, token)
    },
    close: () => void worker.terminate(),
  }
}

function gone() {
  return unavailable(
    safe`the agent has locked itself, or it refuses`,
    safe`khancap agent start unlocks it again`,
    safe`then run the command again; khancap watch goes on by itself`,
  )
}

function another() {
  return unavailable(
    safe`the agent holds another identity than when this command began`,
    safe`end this command, and run it again`,
  )
}

function keysIn(answer: AgentAnswer): string {
  if (!('identity' in answer)) throw gone()
  const { recipients, signing_keys } = answer.identity
  return [...recipients, ...signing_keys].join()
}

/** Read for each question: after a lock there may be another agent. */
function tokenIn(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw gone()
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Runs in the thread, as a text of its own: one file of the tool may be all that there is. */
const carry = `
const { parentPort, workerData } = require('node:worker_threads')
const { connect } = require('node:net')
const head = new Int32Array(workerData.shared, 0, 2)
const place = new Uint8Array(workerData.shared, workerData.headBytes)
parentPort.on('message', question => {
  let heard = ''
  let isTold = false
  const tell = () => {
    if (isTold) return
    isTold = true
    const fits = heard.length <= place.length && heard.endsWith('\\n')
    if (fits) for (let at = 0; at < heard.length; at++) place[at] = heard.charCodeAt(at)
    Atomics.store(head, 1, fits ? heard.length : 0)
    Atomics.store(head, 0, 1)
    Atomics.notify(head, 0)
  }
  const line = connect(workerData.socket, () => line.write(question + '\\n'))
  line.on('data', part => {
    heard += part.toString('latin1')
    if (heard.length > place.length) line.destroy()
  })
  line.on('error', tell)
  line.on('close', tell)
})
`
