// A real Chromium, and everything that it did: requests, refused policies, errors, storage.
import tap from 'tap'
import {
  type Browser,
  type BrowserContext,
  chromium,
  type Page,
  type Request,
} from 'playwright-core'
import type { Teardown } from './postgres.js'

export interface Visitor {
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
  readonly zone?: string
  /** A browser that keeps pages as they were left, and brings them back so: playwright's own keep none. */
  readonly keepsPages?: boolean
}

/** Debian's Chromium, or the one that is named. */
const executablePath = process.env['KHANCAP_TEST_CHROMIUM'] ?? '/usr/bin/chromium'

function launch(without: string[]): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
    ignoreDefaultArgs: without,
  })
}

let shared: Promise<Browser> | null = null

/** One Chromium for the tests of a file; each visitor has a profile of its own. */
function theBrowser(): Promise<Browser> {
  if (shared === null) {
    const launching = launch([])
    shared = launching
    tap.teardown(async () => (await launching).close())
  }
  return shared
}

async function keepingBrowser(t: Teardown): Promise<Browser> {
  const browser = await launch(['--disable-back-forward-cache'])
  t.teardown(() => browser.close())
  return browser
}

export async function visitor(t: Teardown, options: VisitorOptions = {}): Promise<Visitor> {
  const browser = await (options.keepsPages === true ? keepingBrowser(t) : theBrowser())
  const context = await browser.newContext({
    viewport: { width: options.width ?? 360, height: options.height ?? 740 },
    javaScriptEnabled: options.javaScript ?? true,
    colorScheme: options.dark === true ? 'dark' : 'light',
    locale: options.locale ?? 'en-GB',
    timezoneId: options.zone ?? 'Asia/Ho_Chi_Minh',
  })
  t.teardown(() => context.close())
  const page = await context.newPage()
  const requests: Request[] = []
  const complaints: string[] = []
  context.on('request', request => requests.push(request))
  page.on('pageerror', error => complaints.push(error.message))
  page.on('console', message => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  return { context, page, requests, complaints }
}
