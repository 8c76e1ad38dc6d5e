// An applicant who goes through the pages, whatever the browser: a driver of six verbs, and the walk from the first
// page to the receipt.
import type { Page as Chromium } from 'playwright-core'
import type { Page as Firefox } from 'puppeteer-core'

export interface Driver {
  open(address: string): Promise<void>
  /** Waits until the selector is there and seen, then clicks. */
  click(selector: string): Promise<void>
  /** Waits for the field, empties it, types. */
  type(selector: string, text: string): Promise<void>
  select(selector: string, value: string): Promise<void>
  see(selector: string): Promise<void>
  textOf(selector: string): Promise<string>
  textsOf(selector: string): Promise<string[]>
}

const patience = 60_000

export function chromiumDriver(page: Chromium): Driver {
  const timeout = patience
  return {
    open: async address => void (await page.goto(address)),
    click: selector => page.click(selector, { timeout }),
    type: (selector, text) => page.fill(selector, text, { timeout }),
    select: async (selector, value) => void (await page.selectOption(selector, value, { timeout })),
    see: async selector => void (await page.waitForSelector(selector, { timeout })),
    textOf: async selector => (await page.textContent(selector, { timeout })) ?? '',
    textsOf: selector => page.locator(selector).allTextContents(),
  }
}

export function firefoxDriver(page: Firefox): Driver {
  const see = async (selector: string) =>
    void (await page.waitForSelector(selector, { visible: true, timeout: patience }))
  return {
    open: async address => void (await page.goto(address)),
    async click(selector) {
      await see(selector)
      await page.$eval(selector, element => {
        element.scrollIntoView({ block: 'center' })
      })
      await page.click(selector)
    },
    async type(selector, text) {
      await see(selector)
      await page.focus(selector)
      // Keystrokes of every script are not what is tested, and take long without a JIT.
      await page.$eval(
        selector,
        (element, value) => {
          Object.assign(element, { value })
          element.dispatchEvent(new Event('input', { bubbles: true }))
        },
        text,
      )
    },
    async select(selector, value) {
      await see(selector)
      await page.select(selector, value)
    },
    see,
    async textOf(selector) {
      await see(selector)
      return (await page.$eval(selector, element => element.textContent)) ?? ''
    },
    textsOf: selector =>
      page.$$eval(selector, elements => elements.map(element => element.textContent ?? '')),
  }
}

/** What an applicant does on the page of each question; what is not named is passed by. */
export type Doings = Readonly<Record<string, (driver: Driver) => Promise<void>>>

export const goOn = 'main form button.main'

export function choose(...codes: readonly string[]) {
  return async (driver: Driver) => {
    for (const code of codes) await driver.click(`label.option:has(input[value="${code}"])`)
  }
}

export function write(key: string, text: string) {
  return (driver: Driver) => driver.type(`#q-${key.replace(/[^a-z0-9]+/g, '-')}`, text)
}

/** From the question that is shown through those named, in this order. Each page is told to `seen` before it is left. */
export async function answer(
  driver: Driver,
  doings: Doings,
  seen: (key: string) => Promise<void> = async () => {},
): Promise<void> {
  for (const [key, act] of Object.entries(doings)) {
    await driver.see(`#q-${key.replace(/[^a-z0-9]+/g, '-')}`)
    await act(driver)
    await seen(key)
    await driver.click(goOn)
  }
}

export const passBy = async () => {}

/** The shortest emergency request, in the page's language, with this story. */
export function emergencyDoings(language: string, story: string, country = 'VN'): Doings {
  return {
    reply_language: choose(language),
    contact: choose('portal'),
    contact_caution: passBy,
    on_behalf_of: choose('family'),
    person_agrees: choose('cannot_be_asked'),
    country: driver => driver.select('#q-country', country),
    time_pressure: choose('happening_now'),
    deadline: passBy,
    what_happened: write('what_happened', story),
    situation: choose('detained', 'health'),
    defender_link: choose('later'),
    help_needed: choose('lawyer', 'family_visit'),
    alias: passBy,
    referral: passBy,
    if_unreachable: passBy,
  }
}

export function pilDoings(language: string, summary: string, country = 'VN'): Doings {
  return {
    reply_language: choose(language),
    contact: choose('portal'),
    contact_caution: passBy,
    role: choose('lawyer'),
    jurisdiction: driver => driver.select('#q-jurisdiction-country', country),
    stage: choose('filed'),
    next_deadline: passBy,
    issue: choose('environment_land'),
    summary: write('summary', summary),
    public_interest: choose('unknown'),
    legal_basis: passBy,
    opponent: passBy,
    client_informed: choose('yes'),
    retaliation_risk: passBy,
    support_sought: choose('costs', 'expert'),
    budget: passBy,
    other_funding: passBy,
    referral: passBy,
    advocacy_consent: passBy,
  }
}

/** Opens the page of a language and chooses a program. */
export async function begin(driver: Driver, url: string, folder: string, program: string) {
  await driver.open(`${url}/${folder}/`)
  await driver.click('#start')
  await driver.click(`[data-program="${program}"]`)
}

/** From the review to the receipt: keeps the words, types two of them back, seals and sends. @returns the words */
export async function send(
  driver: Driver,
  seen: (screen: string) => Promise<void> = async () => {},
): Promise<string[]> {
  await driver.see('.review')
  await seen('review')
  await driver.click('main .actions button.main')
  await driver.see('ol.words')
  const words = await driver.textsOf('ol.words li')
  await seen('code')
  await driver.click('main .actions button.main')
  await driver.see('#saved')
  for (const label of await driver.textsOf('form .field label')) {
    const number = Number(/\d+/.exec(label)?.[0])
    await driver.type(`#word-${number}`, words[number - 1] ?? '')
  }
  await seen('confirm')
  await driver.click(goOn)
  return words
}

/** The words as somebody types them from a note. */
export async function comeBack(driver: Driver, url: string, folder: string, words: string) {
  await driver.open(`${url}/${folder}/`)
  await driver.click('#have-code')
  await driver.type('#words', words)
  await driver.click(goOn)
}
