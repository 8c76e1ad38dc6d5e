// Eligibility as a table: language and country say what is covered, never that nobody answers.
import t from 'tap'
import { checkEligibility } from '../../src/core/eligibility/eligibility.js'

const program = { languages: ['vi', 'en', 'zh-Hans'], countries: ['VN', 'CN'] }

await t.test('coverage follows the country, the language is told apart', async t => {
  const table = [
    ['vi', 'VN', 'eligible', true],
    ['zh-Hans', 'CN', 'eligible', true],
    ['zh-Hant', 'CN', 'eligible', false],
    ['fr', 'VN', 'eligible', false],
    ['other', 'VN', 'eligible', false],
    ['en', 'FR', 'not_covered', true],
    ['fr', 'FR', 'not_covered', false],
    ['en', 'unknown', 'unknown', true],
    ['other', 'unknown', 'unknown', false],
  ] as const
  for (const [language, country, coverage, languageHandled] of table)
    t.match(
      checkEligibility(program, { language, country }),
      { coverage, languageHandled },
      `${language} ${country}`,
    )
})

await t.test('a program without countries covers none, and does not fail', async t => {
  const nowhere = { languages: ['vi'], countries: [] }
  t.equal(checkEligibility(nowhere, { language: 'vi', country: 'VN' }).coverage, 'not_covered')
})
