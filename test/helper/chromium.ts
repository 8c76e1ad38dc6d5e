// A real Chromium, and everything that it did: requests, refused policies, errors, storage.
import {
  type Browser,
  type BrowserContext,
  chromium,
  type Page,
  type Request,
} from 'playwright-core'
import type { Teardown } from './postgres.js'

export interface Visitor {
  readonly browser: Browser
  readonly context: BrowserContext
  readonly page: Page
  /** Every request of page and Workers. */
  readonly requests: Request[]
  /** Errors of scripts and refusals of the policy. */
  readonly complaints: string[]
}

export interface VisitorOptions {
  readonly width?: number
  readonly height?: number
  readonly javaScript?: boolean
  readonly dark?: boolean
  readonly locale?: string
}

/** Debian's Chromium, or the one that is named. */
const executablePath = process.env['KHANCAP_TEST_CHROMIUM'] ?? '/usr/bin/chromium'

export async function visitor(t: Teardown, options: VisitorOptions = {}): Promise<Visitor> {
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  })
  t.teardown(() => browser.close())
  const context = await browser.newContext({
    viewport: { width: options.width ?? 360, height: options.height ?? 740 },
    javaScriptEnabled: options.javaScript ?? true,
    colorScheme: options.dark === true ? 'dark' : 'light',
    locale: options.locale ?? 'en-GB',
    timezoneId: 'Asia/Ho_Chi_Minh',
  })
  const page = await context.newPage()
  const requests: Request[] = []
  const complaints: string[] = []
  context.on('request', request => requests.push(request))
  page.on('pageerror', error => complaints.push(error.message))
  page.on('console', message => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  return { browser, context, page, requests, complaints }
}
