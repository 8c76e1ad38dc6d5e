// Tries mutants in a process of its own: told which tests to run under which mutant, says whether one of them noticed.
import { pathToFileURL } from 'node:url'

let living = -1
let reached = null
globalThis.isMutant = id => {
  if (reached !== null) reached.add(id)
  return id === living
}

/** Runs one test file anew, so that what stands at its top is made by the mutant too. */
let loads = 0
const load = file => import(`${pathToFileURL(file).href}?load=${loads++}`)

/** Of the processor: the work of others is not the test's. */
function busyMilliseconds() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Which mutants each subtest reaches, and how long it takes. */
async function measure(file) {
  const setup = new Set()
  const subtests = []
  let from = 0
  reached = setup
  globalThis.mutationPlan = {
    isWanted: () => true,
    begin() {
      reached = new Set()
      from = busyMilliseconds()
    },
    end(title) {
      subtests.push({ title, milliseconds: busyMilliseconds() - from, reached: [...reached] })
      reached = setup
    },
  }
  await load(file)
  reached = null
  return { setup: [...setup], subtests }
}

/** @returns the subtest that noticed, or null */
async function attempt(id, file, titles) {
  let current = 'what stands at the top'
  living = id
  globalThis.mutationPlan = {
    isWanted: title => titles.includes(title),
    begin(title) {
      current = title
    },
    end() {},
  }
  try {
    await load(file)
    return null
  } catch {
    return current
  } finally {
    living = -1
  }
}

// What a mutant leaves behind must not end the process.
process.on('unhandledRejection', () => {})
process.on('uncaughtException', () => {})
async function answerTo({ measured, id, file, titles }) {
  if (!measured) return { noticed: await attempt(id, file, titles) }
  return measure(file).catch(error => ({ error: String(error.stack) }))
}

process.on('message', question => {
  answerTo(question).then(
    answer => process.send(answer),
    () => process.exit(1),
  )
})
