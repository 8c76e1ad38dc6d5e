// What a hostile applicant seals takes nothing from a handler: the case is shown, and the others are worked on.
import t from 'tap'
import type { CarriedMail } from '../../schemas/sealed.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { newAgeIdentity } from '../../src/core/envelope/age-keys.js'
import { caseInTeam, sealedAddition, withToken } from '../helper/api.js'
import { office, vietnamese } from '../helper/office.js'
import { clientId } from '../helper/store.js'

t.setTimeout(300_000)

const json = (text: string) => JSON.parse(text)
const desk = await office(t)
const p = desk.organisation.primitives

/** A mail that is nowhere. */
const nowhere = (): CarriedMail => ({
  file: {
    id: clientId(),
    identity: newAgeIdentity(p),
    bytes: 100,
    sha256: encodeBase64url(new Uint8Array(32)),
    name: 'mail.eml',
    type: 'message/rfc822',
  },
  arrived: '2026-03-02T10:00:00Z',
  whole: true,
})

await t.test('step 9: a request of the page that says that it carries a mail opens', async t => {
  const one = await caseInTeam(desk.api, 'vietnam', { answers: vietnamese, mail: nowhere() })
  const { code, err, out } = await desk.run('vietnam-1', ['open', one.caseId])
  t.equal(code, 0, err)
  t.match(out, 'Chỉ nhắn sau 22 giờ')
  t.match(out.replaceAll(/\n +/g, ' '), 'says that it carries a mail; it was not fetched')
  const shown = json((await desk.run('vietnam-1', ['open', one.caseId, '--json'])).out)
  t.match(shown.warnings, [{ code: 'mail_out_of_place' }])
  t.notOk('mails' in shown)
  await desk.run('vietnam-1', ['claim', one.caseId])
  const reply = await desk.run('vietnam-1', ['reply', one.caseId], { stdin: 'Chào chị Hoa.' })
  t.equal(reply.code, 0, 'it is answered like any request of the page')
})

await t.test('step 9: a mail that cannot be had is named, and hides nothing else', async t => {
  const one = await caseInTeam(desk.api, 'vietnam', { answers: vietnamese })
  for (const channel of ['web', 'mail', 'mail'] as const) {
    const addition = await sealedAddition(
      desk.organisation,
      one,
      `by ${channel}`,
      { channel },
      nowhere(),
    )
    const isMail = channel === 'mail'
    // Nobody signs a mail.
    const sent = isMail ? { ...addition, signature: 'A'.repeat(86) } : addition
    const answer = await withToken(desk.api, one.token, '/v1/mailbox/additions', sent)
    t.ok(answer.statusCode < 300, answer.body)
  }
  const { code, err, out } = await desk.run('vietnam-1', ['open', one.caseId])
  t.equal(code, 0, err)
  t.match(out, 'by web')
  t.equal(out.match(/mail not shown: /g)?.length, 2)
  const shown = json((await desk.run('vietnam-1', ['open', one.caseId, '--json'])).out)
  t.match(shown.mails, [{ not_shown: String }, { not_shown: String }])
  t.match(shown.warnings, [{ code: 'mail_out_of_place' }])
})
