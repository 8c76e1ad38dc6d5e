// `khancap watch`: the inbox as a live view of the whole terminal, or as a line of JSON for each look at it. A line that
// is lost is said and tried again; what was last seen stays.
import type { CaseList } from '../../schemas/case.js'
import type { Instant } from '../../schemas/encoding.js'
import { parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { type News, newsIn, type Told } from '../case/inbox-news.js'
import { expectKnownIn, type InboxFilter, queryOf } from '../case/inbox-query.js'
import { casesShown, type Line, watchFrame } from '../case/watch-frame.js'
import { type CaseDesk, caseDesk } from '../client/case-desk.js'
import { type Desk, openDesk } from '../client/desk.js'
import { asFailure, misused, noHint } from '../failure.js'
import type { Station, VerbOptions } from '../station/station.js'
import type { Key } from '../terminal/full-screen.js'
import { safe } from '../terminal/safe.js'

export interface WatchOptions extends VerbOptions, Omit<InboxFilter, 'all'> {
  readonly every: string
  readonly quiet?: true
}

/** Cases of one look: as many as the server gives at once. */
const maxCases = 200
/** Seconds between tries while the line is lost: doubled each time, up to here. */
const maxRetrySeconds = 30
/** What has happened is told for so long. */
const newsMs = 10 * 60_000

export async function watchInbox(station: Station, options: WatchOptions): Promise<void> {
  const every = Number(options.every)
  if (!Number.isInteger(every) || every < 5 || every > 3600)
    throw misused(safe`--every takes seconds, from 5 to 3600`, noHint)
  const query = queryOf(options, maxCases)
  if (options.json !== true && station.fullScreen === null)
    throw misused(
      safe`khancap watch needs a terminal`,
      safe`khancap watch --json prints a line for each look; khancap inbox looks once`,
    )
  const desk = await openDesk(station, options)
  await expectKnownIn(desk, query)
  const looks = (ended: AbortSignal): Look => {
    const line = { ...desk.settings, ended }
    const asked = caseDesk(desk.station, line, desk.seed)
    const byItself = caseDesk(desk.station.byItself ?? desk.station, line, desk.seed)
    return isAsked => (isAsked ? asked : byItself).list(query)
  }
  if (options.json === true) return watchAsLines(station, looks(station.unheard), every)
  return watchOnScreen(desk, looks, { every, quiet: options.quiet === true })
}

/** @param isAsked whether somebody has asked for this look just now: a screen that nobody sits at keeps no agent unlocked */
type Look = (isAsked: boolean) => ReturnType<CaseDesk['list']>

/** One look after the other, until somebody has had enough. Failures are handed on, and end nothing. */
async function lookOn(
  look: Look,
  every: number,
  ended: AbortSignal,
  told: {
    readonly list: (list: CaseList) => void
    readonly failure: (failure: ReturnType<typeof asFailure>, retrySeconds: number) => void
    /** Cuts the wait for the next look short. */
    readonly hurry: (hurry: () => void) => void
  },
): Promise<void> {
  let retrySeconds = 1
  let isAsked = true
  while (!ended.aborted) {
    let wait = every
    try {
      // Each look follows the one before.
      // oxlint-disable-next-line no-await-in-loop
      told.list(await look(isAsked))
      retrySeconds = 1
    } catch (error) {
      if (ended.aborted) return
      wait = Math.min(retrySeconds, every)
      retrySeconds = Math.min(2 * retrySeconds, maxRetrySeconds)
      told.failure(asFailure(error), wait)
    }
    isAsked = false
    // oxlint-disable-next-line no-await-in-loop
    await new Promise<void>(passed => {
      const timer = setTimeout(over, wait * 1000)
      function over() {
        clearTimeout(timer)
        ended.removeEventListener('abort', over)
        passed()
      }
      ended.addEventListener('abort', over)
      if (ended.aborted) over()
      told.hurry(() => {
        isAsked = true
        over()
      })
    })
  }
}

async function watchAsLines(
  { printer, unheard }: Station,
  look: Look,
  every: number,
): Promise<void> {
  let told: Told | null = null
  await lookOn(look, every, unheard, {
    list(list) {
      const seen = newsIn(told, list.cases, parseTimestamp(list.now))
      told = seen.told
      printer.json({ ...list, news: seen.news })
    },
    failure: ({ hints, sentence }, retry) =>
      printer.json({
        failure: sentence.text,
        hint: hints[0]?.text ?? null,
        retry_seconds: retry,
      }),
    hurry: () => undefined,
  })
}

async function watchOnScreen(
  { directory, station }: Desk,
  looks: (ended: AbortSignal) => Look,
  { every, quiet }: { readonly every: number; readonly quiet: boolean },
): Promise<void> {
  const quit = new AbortController()
  let list: CaseList | null = null
  let line: Line = { state: 'connecting' }
  let told: Told | null = null
  let news: (News & { at: Instant })[] = []
  let from = 0
  // What the server's clock is ahead of ours: the time left is counted by the server's.
  let ahead = 0
  let hurry: (() => void) | null = null

  if (station.fullScreen === null) return
  using screen = await station.fullScreen({
    key: press,
    redraw: () => draw(),
  })
  const now = () => station.now() + ahead

  function draw(): void {
    const most = Math.max(0, (list?.cases.length ?? 0) - casesShown(screen, line))
    from = Math.min(Math.max(0, from), most)
    const view = { organisation: directory.directory.name, list, line, news, from, now: now() }
    screen.show(watchFrame(view, screen, screen.style))
  }

  function press(key: Key): void {
    const page = casesShown(screen, line)
    const moves: Readonly<Partial<Record<Key, number>>> = {
      up: -1,
      down: 1,
      'page-up': -page,
      'page-down': page,
      first: -Infinity,
      last: Infinity,
    }
    if (key === 'quit') return quit.abort()
    if (key === 'refresh') return hurry?.()
    from += moves[key] ?? 0
    draw()
  }

  /** Also between two looks: what becomes due in the meantime is told at once. */
  function tick(): void {
    news = news.filter(({ at }) => now() - at < newsMs)
    if (list !== null) {
      const seen = newsIn(told, list.cases, now())
      told = seen.told
      news.push(...seen.news.map(one => ({ ...one, at: now() })))
      if (seen.news.length > 0 && !quiet) screen.bell()
    }
    draw()
  }

  draw()
  const clock = setInterval(tick, 1000)
  try {
    await lookOn(looks(quit.signal), every, quit.signal, {
      list(fresh) {
        list = fresh
        ahead = parseTimestamp(fresh.now) - station.now()
        line = { state: 'connected' }
        tick()
      },
      failure({ hints, sentence }, retry) {
        const since = line.state === 'lost' ? line.since : now()
        line = {
          state: 'lost',
          since,
          retryAt: now() + retry * 1000,
          sentence,
          hint: hints[0] ?? null,
        }
        draw()
      },
      hurry: over => {
        hurry = over
      },
    })
  } finally {
    clearInterval(clock)
  }
}
