// `npm run screens -- FOLDER [LANGUAGE...]`: a picture of every screen that an applicant can come to, in every language, on
// an old phone and on a desk. For translators and reviewers; what is wider than the window is told as a failure.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { everyScreen } from '../helper/every-screen.js'
import { allTexts } from '../helper/texts.js'
import { overflow } from '../helper/traces.js'

// As long as it takes, on whatever machine.
t.setTimeout(0)

const widths = [320, 1280]

const [folder, ...wanted] = process.argv.slice(2)
if (folder === undefined) {
  console.error('usage: npm run screens -- FOLDER [LANGUAGE...]')
  process.exit(2)
}

for (const texts of allTexts.filter(
  ({ language }) => wanted.length === 0 || wanted.includes(language),
))
  await t.test(`screens in ${texts.language}`, async t => {
    t.setTimeout(0)
    await mkdir(join(folder, texts.language), { recursive: true })
    let taken = 0
    await everyScreen(t, texts, async (page, screen) => {
      const number = String(++taken).padStart(3, '0')
      for (const width of widths) {
        await page.setViewportSize({ width, height: 740 })
        const path = join(folder, texts.language, `${number}-${screen}-${width}.png`)
        await page.screenshot({ path, fullPage: true, animations: 'disabled' })
        const isCut = Number(await page.evaluate(overflow)) > 0
        t.notOk(isCut, `${texts.language} ${number} ${screen}, ${width} pixels wide`)
      }
      await page.setViewportSize({ width: 320, height: 740 })
    })
  })
