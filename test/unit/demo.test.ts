// The demo's directory: made anew when something that it says has changed, and only then.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { newIdentity } from '../../keys/identity.js'
import { newSigningKey } from '../../keys/signing-key.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { newAgeIdentity, recipientOf } from '../../src/core/envelope/age-keys.js'
import { readersFor } from '../../src/core/routing/readers.js'
import { routeFor } from '../../src/core/routing/route.js'
import { routingTable } from '../../src/core/routing/table.js'
import { demoDirectory, type DemoKeys, DemoSource } from '../../src/demo-organisation.js'
import { place } from '../../src/demo-folder.js'
import { shellWord } from '../../src/welcome.js'
import { hour, start, twoDays } from '../helper/example-directory.js'

const day = 86_400_000
const p = await nodePrimitives()
const source = DemoSource.parse(JSON.parse(await readFile('demo/organisation.json', 'utf8')))
const keys: DemoKeys = {
  root: newSigningKey(p, 'demo/root'),
  receipt: newSigningKey(p, 'demo/receipt'),
  routerRecipient: recipientOf(p, newAgeIdentity(p)),
  handlers: source.handlers.map(({ id }) => {
    const identity = newIdentity(p, id)
    return {
      v: 1,
      handler: id,
      recipients: identity.opening.map(each => recipientOf(p, each)),
      signing_keys: identity.signing.map(seed => encodeBase64url(p.ed25519PublicKey(seed))),
    }
  }),
}
const address = 'http://127.0.0.1:8480'
const first = await demoDirectory(p, source, keys, { latest: null, address, now: start })

await t.test(
  'the first directory is a demo, chained to none, for all that it can last',
  async t => {
    t.match(first.directory, { demo: true, sequence: 1, previous: null, origin: address })
    t.equal(first.directory.expires, '2026-03-31T00:00:00Z')
  },
)

/** Program, then countries; a line for each language. ! marks what is not handled in the program: the team is told. */
const everyRequest = `
emergency CN HK MO TW VN KH LA MM TH PH MY ID SG FR US XK unknown
vi        vi vi vi vi vi vi vi vi vi vi vi vi vi vi vi vi vi
en        zh zh zh zh vi en en en en en en en en en en en en
zh-Hans   zh zh zh zh zh zh zh zh zh zh zh zh zh zh zh zh zh
zh-Hant   zh zh zh zh zh zh zh zh zh zh zh zh zh zh zh zh zh
fr!       en en en en en en en en en en en en en en en en en
other!    en en en en en en en en en en en en en en en en en
uk!       en en en en en en en en en en en en en en en en en

pil       CN HK MO TW VN KH LA MM TH PH MY ID SG FR US XK unknown
vi        vi vi vi vi vi vi vi vi vi vi vi vi vi vi vi vi vi
en        en en en en en en en en en en en en en en en en en
zh-Hans   zh zh zh zh zh zh zh zh zh zh zh zh zh zh zh zh zh
zh-Hant   zh zh zh zh zh zh zh zh zh zh zh zh zh zh zh zh zh
fr        fr fr fr fr fr fr fr fr fr fr fr fr fr fr fr fr fr
other!    en en en en en en en en en en en en en en en en en
uk!       en en en en en en en en en en en en en en en en en
`

await t.test('every program x language x country of the shipped directory, in a table', async t => {
  const { directory } = first
  const now = start + hour * 1000
  const cells = routingTable(directory, now)
  const seen: string[] = []
  for (const block of everyRequest.trim().split('\n\n')) {
    const [[program = '', ...countries] = [], ...lines] = block
      .split('\n')
      .map(line => line.split(/ +/))
    for (const [marked = '', ...teams] of lines) {
      const language = marked.replace('!', '')
      t.equal(teams.length, countries.length, `${program} ${language}`)
      for (const [index, country] of countries.entries()) {
        const team = teams[index] ?? ''
        const coverage = country === 'unknown' ? 'unknown' : index < 13 ? 'eligible' : 'not_covered'
        const place = {
          eligible: 'routing_row',
          not_covered: 'country_not_covered',
          unknown: 'country_unknown',
        }[coverage]
        const reason = marked === language ? place : 'language_not_handled'
        const facts = { program, language, country }
        const title = Object.values(facts).join(' ')
        t.match(routeFor(directory, facts, now), { program, team, reason, coverage }, title)
        t.strictSame(
          readersFor(directory, facts, now).map(({ handler }) => handler),
          [...new Set([`${team}-1`, 'en-1'])],
          title,
        )
        // What `khancap org check` prints has a line for it, and says the same.
        const cell = cells.find(
          each =>
            each.program === program &&
            each.language === (language === 'uk' ? 'other' : language) &&
            each.country === (coverage === 'not_covered' ? 'not_covered' : country),
        )
        t.match(cell, { team, now: team, fallback: 'en', reason, coverage }, title)
        seen.push(`${program} ${cell?.language} ${cell?.country}`)
      }
    }
  }
  t.equal(new Set(seen).size, cells.length, 'no line of the directory is missing here')
})

await t.test('what says everything already is kept, byte for byte', async t => {
  const again = await demoDirectory(p, source, keys, { latest: first, address, now: start + day })
  t.equal(again, first)
  const last = { latest: first, address, now: start + 59 * day - 1 }
  t.equal(await demoDirectory(p, source, keys, last), first)
})

await t.test('thirty days before its end, and whatever changes, there is a next one', async t => {
  const later = { latest: first, address, now: start + 59 * day }
  t.match((await demoDirectory(p, source, keys, later)).directory, {
    sequence: 2,
    previous: encodeBase64url(first.sha256),
    expires: '2026-05-29T00:00:00Z',
  })
  const now = start + day
  const moved = { latest: first, address: 'http://127.0.0.1:9000', now }
  t.match((await demoDirectory(p, source, keys, moved)).directory, {
    sequence: 2,
    addresses: ['http://127.0.0.1:9000'],
    origin: address,
  })
  const table = {
    name: { ...source, name: 'Another' },
    ladder: { ...source, service_levels: { pil: twoDays } },
    programs: { ...source, programs: ['emergency'] },
  }
  for (const [title, changed] of Object.entries(table)) {
    const next = await demoDirectory(p, changed, keys, { latest: first, address, now })
    t.equal(next.directory.sequence, 2, title)
  }
})

await t.test(
  'a clock that was set back does not leave a directory of the future in force',
  async t => {
    const early = { latest: first, address, now: start - day }
    t.equal((await demoDirectory(p, source, keys, early)).directory.sequence, 2)
  },
)

await t.test('an organisation that leaves cases to nobody is refused', async t => {
  const handlers = source.handlers.filter(each => each.id !== 'en-1')
  await t.rejects(
    demoDirectory(p, { ...source, handlers }, keys, { latest: null, address, now: start }),
    { message: /leaves requests to nobody \(nobody_in_fallback_team: emergency\)/ },
  )
})

await t.test('a file appears at once, for its owner alone, also over what was there', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'khancap-place-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const file = join(folder, 'a', 'b')
  await place(file, 'one')
  await place(file, 'two')
  t.equal(await readFile(file, 'utf8'), 'two')
})

await t.test('a path is one word for the shell', async t => {
  t.equal(shellWord('/var/lib/khancap/demo'), '/var/lib/khancap/demo')
  t.equal(shellWord('/home/an nguyễn/x'), `'/home/an nguyễn/x'`)
  t.equal(shellWord(`it's`), String.raw`'it'\''s'`)
})
