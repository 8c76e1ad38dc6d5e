// A real Firefox, driven over WebDriver BiDi; also as Tor Browser at "Safer" sets it: no JIT, no WebAssembly, a clock
// in UTC.
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type * as Puppeteer from 'puppeteer-core'
import type { HTTPRequest, Page } from 'puppeteer-core'
import type { Teardown } from './postgres.js'

// tap's loader cannot follow the exports of a package that the ES modules of puppeteer-core import.
const { launch }: typeof Puppeteer = createRequire(import.meta.url)('puppeteer-core')

export interface FirefoxVisitor {
  readonly page: Page
  readonly requests: HTTPRequest[]
  readonly complaints: string[]
}

export const torSafer = {
  'javascript.options.wasm': false,
  'javascript.options.ion': false,
  'javascript.options.baselinejit': false,
  'javascript.options.native_regexp': false,
  'privacy.resistFingerprinting': true,
} as const

const executablePath = process.env['KHANCAP_TEST_FIREFOX'] ?? '/usr/bin/firefox-esr'

export async function firefoxVisitor(
  t: Teardown,
  preferences: Readonly<Record<string, unknown>> = {},
): Promise<FirefoxVisitor> {
  const home = await mkdtemp(join(tmpdir(), 'khancap-firefox-'))
  const browser = await launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    extraPrefsFirefox: { ...preferences },
    env: { ...process.env, HOME: home },
  })
  t.teardown(async () => {
    await browser.close()
    await rm(home, { recursive: true, force: true })
  })
  const page = await browser.newPage()
  await page.setViewport({ width: 400, height: 800 })
  const requests: HTTPRequest[] = []
  const complaints: string[] = []
  page.on('request', request => requests.push(request))
  page.on('pageerror', error => complaints.push(String(error)))
  page.on('console', message => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  return { page, requests, complaints }
}
