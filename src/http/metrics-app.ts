// Prometheus text for the operator, on a port of its own. Counts and ages: nothing with a language, a country, a
// program or a team, because a small count is a person.
import { fastify, type FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Instant } from '../../schemas/encoding.js'
import { KhancapError } from '../../schemas/problem.js'
import type { CurrentDirectory } from '../app/current-directory.js'
import { logFault } from '../app/log-fault.js'
import { parseTimestamp } from '../core/encoding/timestamp.js'
import type { Figures, FiguresStore } from '../ports/figures-store.js'
import type { Log } from '../ports/log.js'

export interface MetricsDeps {
  readonly store: Pick<FiguresStore, 'figures'>
  readonly directories: CurrentDirectory
  readonly log: Log
  readonly now: () => Instant
}

/** Name, help, and the figure. */
const figures: readonly (readonly [string, string, (figures: Figures) => number])[] = [
  ['khancap_cases_breached', 'Cases whose deadline passed without an answer', f => f.breached],
  [
    'khancap_oldest_unanswered_seconds',
    'Age of the oldest case without an answer',
    f => f.oldestUnansweredSeconds,
  ],
  [
    'khancap_purge_late_seconds',
    'By how much the oldest purge that is due is late; 0 where none is',
    f => f.purgeLateSeconds,
  ],
  ['khancap_outbox_rows', 'Committed rows that have not taken effect', f => f.outboxRows],
  ['khancap_outbox_oldest_seconds', 'Age of the oldest such row', f => f.outboxOldestSeconds],
  [
    'khancap_notices_undeliverable',
    'Notices that nobody could be sent',
    f => f.noticesUndeliverable,
  ],
  [
    'khancap_notice_failures',
    'Attempts in a row that told nobody; 0 while notices arrive',
    f => f.noticeFailures,
  ],
  [
    'khancap_letters_waiting',
    'Answers by mail that no mail server has taken',
    f => f.lettersWaiting,
  ],
  ['khancap_letter_oldest_seconds', 'Age of the oldest such answer', f => f.letterOldestSeconds],
  [
    'khancap_sweep_age_seconds',
    'Seconds since the last sweep; -1 before the first',
    f => f.sweepAgeSeconds ?? -1,
  ],
  [
    'khancap_rung_late_seconds',
    'By how much the oldest reminder or alarm that is due is late; 0 where none is',
    f => f.rungLateSeconds,
  ],
  [
    'khancap_mailbox_age_seconds',
    'Seconds since the mailbox that was read least recently was read; -1 where none is watched',
    f => f.mailboxAgeSeconds ?? -1,
  ],
  [
    'khancap_acknowledgement_oldest_seconds',
    'Age of the oldest mail whose sender is still to be told by mail that it came; 0 where none is',
    f => f.acknowledgementOldestSeconds,
  ],
  [
    'khancap_acknowledgements_missed',
    'Senders who were not told because no mail server took it for a day',
    f => f.acknowledgementsMissed,
  ],
]

function gauge(registry: Registry, name: string, help: string): Gauge {
  return new Gauge({ name, help, registers: [registry] })
}

/** Seconds until the newest directory expires; below zero once it has. @returns NaN where there is none */
async function directorySeconds({ directories, now }: MetricsDeps): Promise<number> {
  try {
    const { directory } = await directories.newest()
    return (parseTimestamp(directory.expires) - now()) / 1000
  } catch (error) {
    if (error instanceof KhancapError && error.code !== 'store_unavailable') return Number.NaN
    throw error
  }
}

export async function metricsApp(deps: MetricsDeps): Promise<FastifyInstance> {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const byState = new Gauge({
    name: 'khancap_cases',
    help: 'Cases by state',
    labelNames: ['state'],
    registers: [registry],
  })
  const gauges = figures.map(
    ([name, help, figure]) => [gauge(registry, name, help), figure] as const,
  )
  const expiry = gauge(
    registry,
    'khancap_directory_expires_seconds',
    'Seconds until the directory expires; below zero once it has; NaN where none was published',
  )

  const apart = gauge(
    registry,
    'khancap_clock_ahead_seconds',
    'By how much the clock of the database, which keeps the deadlines, is ahead of this process',
  )

  const app = fastify({ logger: false, exposeHeadRoutes: false })
  app.removeAllContentTypeParsers()
  app.get('/metrics', async (_request, reply) => {
    try {
      const now = await deps.store.figures()
      for (const [state, count] of Object.entries(now.casesByState)) byState.set({ state }, count)
      for (const [each, figure] of gauges) each.set(figure(now))
      apart.set((now.now - deps.now()) / 1000)
      expiry.set(await directorySeconds(deps))
      return await reply.type(registry.contentType).send(await registry.metrics())
    } catch (error) {
      logFault(deps.log, 'metrics failed', error)
      return reply.code(503).type('text/plain').send('unavailable\n')
    }
  })
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).type('text/plain').send('not found\n'),
  )
  return app
}
