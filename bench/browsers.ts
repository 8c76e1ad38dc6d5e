// Browsers of a row: closed with it, each page as somebody who comes for the first time.
import { type Browser, chromium, type Page } from 'playwright-core'
import { firefoxVisitor, torSafer } from '../test/helper/firefox.js'
import type { Run } from './row.js'

export async function startChromium(run: Run): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: process.env['KHANCAP_TEST_CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  })
  run.defer(() => browser.close())
  return browser
}

/** Processes of this kind that the browser has now. */
export async function processesOf(browser: Browser, kind: 'renderer'): Promise<number[]> {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  await session.detach()
  return processInfo.filter(({ type }) => type === kind).map(({ id }) => id)
}

/** Runs a function that a script of bench/ has left in the page. @throws Error */
export function call<Answer>(
  page: { evaluate: (expression: string) => Promise<unknown> },
  name: string,
  given: object,
): Promise<Answer> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return page.evaluate(`${name}(${JSON.stringify(given)})`) as Promise<Answer>
}

/** Chooses a file as a person does, so that the browser reads it from the disk. */
export async function chooseFile(page: Page, file: string): Promise<void> {
  await page.evaluate(`{
    document.querySelector('#bench-file')?.remove()
    const input = document.createElement('input')
    document.body.append(Object.assign(input, { type: 'file', id: 'bench-file' }))
  }`)
  await page.setInputFiles('#bench-file', file)
}

export async function firefoxPage(run: Run, settings: 'usual' | 'safer') {
  const given = settings === 'safer' ? torSafer : {}
  return (await firefoxVisitor({ teardown: run.defer }, given)).page
}
