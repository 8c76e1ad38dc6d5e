// `khancap agent`: unlocks the identity once, for a process that holds it in memory until it locks itself.
import { spawn } from 'node:child_process'
import { whoIs } from '../agent/at-hand.js'
import { type AgentLine, agentLine } from '../agent/line.js'
import { agentPlace, claimPlace, looseAt } from '../agent/place.js'
import type { Handover } from '../agent/serve.js'
import { decodeIdentity } from '../../src/core/envelope/age-keys.js'
import { misused, noHint, refused, unavailable } from '../failure.js'
import { unlockIdentity } from '../station/identity.js'
import type { Station, VerbOptions } from '../station/station.js'
import { safe } from '../terminal/safe.js'
import { spanWords } from '../terminal/time-words.js'

export interface AgentStartOptions extends VerbOptions {
  readonly idle: string
}

const minuteMs = 60_000
const maxIdleMinutes = 720

export async function startAgent(station: Station, options: AgentStartOptions): Promise<void> {
  const idle = Number(options.idle)
  if (!Number.isInteger(idle) || idle < 1 || idle > maxIdleMinutes)
    throw misused(safe`--idle takes minutes, from 1 to ${maxIdleMinutes}`, noHint)
  const place = agentPlace(station)
  if (place === null)
    throw refused(
      safe`this system has no place that only you can reach: no agent was started`,
      safe`on Windows there is none; elsewhere set XDG_RUNTIME_DIR`,
      safe`every command works without it and asks for the passphrase`,
    )
  await claimPlace(place)
  const { identity } = await unlockIdentity(station, options, await station.folder.settings())
  const before = await agentLine(station)
  if (before !== null) {
    if (whoIs(before) !== null) before.ask({ ask: 'lock' })
    before.close()
  }
  const p = await station.primitives()
  const handover: Handover = {
    handler: identity.handler,
    opening: identity.opening.length,
    signing: identity.signing.length,
    socket: place.socket,
    token: place.token,
    idleMs: idle * minuteMs,
  }
  const seeds = [...identity.opening.map(decodeIdentity), ...identity.signing, p.random(32)]
  await startProcess(station.self, handover, seeds)
  for (const seed of seeds) seed.fill(0)
  await showAgent(station, options)
}

async function startProcess(
  [program = '', ...args]: readonly string[],
  handover: Handover,
  seeds: readonly Uint8Array[],
): Promise<void> {
  const child = spawn(program, [...args, '--agent'], {
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'pipe', 'ignore'],
    // Nothing of the environment is needed, and what is not there cannot be read from it.
    env: {},
  })
  const ready = new Promise<boolean>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => resolve(false))
    child.stdout.once('data', () => resolve(true))
  })
  // A pipe, and bytes: the secrets are in no argument, no file, and no text that could not be wiped.
  child.stdin.write(`${JSON.stringify(handover)}\n`)
  for (const seed of seeds) child.stdin.write(seed)
  child.stdin.end()
  if (!(await ready))
    throw unavailable(
      safe`the agent did not start`,
      safe`run it again; every command works without it too, and asks for the passphrase`,
    )
  child.stdout.destroy()
  child.unref()
}

/** @throws Failure where an agent may be there and cannot be asked: it would only look as if there were none */
async function expectedLine(station: Station): Promise<AgentLine | null> {
  const place = agentPlace(station)
  const loose = place === null ? null : await looseAt(place)
  if (loose !== null) throw refused(loose.sentence, loose.mend, safe`then run this command again`)
  return agentLine(station)
}

/** Where none was found there may be one all the same, for who looks elsewhere. */
function sayWhere(station: Station): void {
  const place = agentPlace(station)
  if (place !== null)
    station.printer.say(
      safe`looked in ${place.folder}; one that was started in another session is not seen from here`,
    )
}

export async function showAgent(station: Station, options: VerbOptions): Promise<void> {
  const line = await expectedLine(station)
  const held = line === null ? null : whoIs(line)
  line?.close()
  const { printer } = station
  if (options.json === true)
    return printer.json({
      running: held !== null,
      handler: held?.handler ?? null,
      locks_in_seconds: held?.locks_in_seconds ?? null,
      pid: held?.pid ?? null,
    })
  printer.sentence(
    held === null
      ? safe`no agent holds an identity; khancap agent start starts one`
      : safe`the agent holds the identity of ${held.handler}; it locks in ${spanWords(held.locks_in_seconds * 1000)} without work`,
  )
  if (held === null) sayWhere(station)
}

export async function stopAgent(station: Station, options: VerbOptions): Promise<void> {
  const line = await expectedLine(station)
  const wasRunning = line !== null && whoIs(line) !== null
  if (wasRunning) line.ask({ ask: 'lock' })
  line?.close()
  if (options.json === true) return station.printer.json({ stopped: wasRunning })
  station.printer.sentence(
    wasRunning ? safe`the agent is locked and gone` : safe`no agent was running`,
  )
  if (!wasRunning) sayWhere(station)
}
