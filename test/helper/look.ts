// A look at a screen, as everybody must be able to use it.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import type { Test } from 'tap'
import { overflow } from './traces.js'

const require = createRequire(import.meta.url)
const axe = await readFile(require.resolve('axe-core/axe.min.js'), 'utf8')

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly html: string }[]
}

/** Looks at the page as it stands: no violation that axe knows, nothing cut off, one heading. */
export async function look(t: Test, page: Page, screen: string) {
  await page.evaluate(axe)
  const found: { violations: Violation[] } = await page.evaluate(
    `axe.run(document, { resultTypes: ['violations'] })`,
  )
  t.strictSame(
    found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(' ')}`),
    [],
    `${screen}: no violation`,
  )
  t.ok(Number(await page.evaluate(overflow)) <= 0, `${screen}: nothing is cut off at the side`)
  t.equal(await page.locator('h1:visible').count(), 1, `${screen}: one heading`)
}
