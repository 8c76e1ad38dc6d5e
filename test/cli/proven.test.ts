// Whose act it was, and when: what a server or a key that has left could claim afterwards is not believed, and never
// lets anybody read (docs/protocol.md, "Acts").
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { identityRecipient, identitySigningKey } from '../../keys/identity.js'
import { nextEvent } from '../../src/adapters/postgres/chain.js'
import { printAnchor } from '../../src/core/case/anchor.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { inspectSealed } from '../../src/core/envelope/inspect.js'
import { makeGrant } from '../../src/core/envelope/open.js'
import { readSignature } from '../../src/core/http-signature/verify.js'
import { signRequest } from '../../src/core/http-signature/sign.js'
import { signDeletion } from '../../src/core/receipt/proofs.js'
import { act, sealedNote, withToken } from '../helper/api.js'
import { office } from '../helper/office.js'
import { clientId, sha256 } from '../helper/store.js'

t.setTimeout(300_000)

const desk = await office(t)
const zeros = encodeBase64url(new Uint8Array(32))
const json = (text: string) => JSON.parse(text)
type Shown = { code: string; sentence: string }[]
const warned = async (handler: string, id: string) => {
  const { code, err, out } = await desk.run(handler, ['open', id, '--json'])
  if (code !== 0) throw new Error(err)
  const warnings: Shown = json(out).warnings
  return { shown: json(out), codes: warnings.map(one => one.code) }
}
const identityIn = (handler: string) => {
  const identity = desk.organisation.identities[handler]
  if (identity === undefined) throw new Error(`no handler ${handler}`)
  return identity
}

async function did(handler: string, args: readonly string[], stdin = '') {
  const run = await desk.run(handler, args, { stdin })
  if (run.code !== 0) throw new Error(run.err)
}

/** A directory in which this handler has left, published and in use. */
const leave = (handler: string) =>
  desk.publish(({ handlers }) => ({
    handlers: handlers.map(one =>
      one.id === handler ? { ...one, valid_until: formatTimestamp(Date.now() - 1000) } : one,
    ),
  }))

/** How many can open the last note of a case. */
async function readersOfLastNote(id: string): Promise<number> {
  const [row] = await desk.api.db.rows(
    'select sealed from notes where case_id = $1 order by at desc limit 1',
    [id],
  )
  const sealed = row?.['sealed']
  return sealed instanceof Uint8Array ? inspectSealed(sealed).recipients : 0
}

await t.test('step 11: a deletion is held to the key of who has the receipt code', async t => {
  const { primitives: p } = desk.organisation
  async function deleted(seed?: Uint8Array) {
    const one = await desk.newCase()
    await did('vietnam-1', ['open', one.caseId])
    const signing = seed ?? one.keys.additionSeed
    const body = {
      key: encodeBase64url(p.ed25519PublicKey(signing)),
      signature: encodeBase64url(signDeletion(p, signing, one.keys.mailboxHash)),
    }
    const answer = await withToken(desk.api, one.token, '/v1/mailbox/deletion', body)
    t.equal(answer.statusCode, 200, answer.body)
    return one.caseId
  }
  const id = await deleted()
  const own = await desk.run('vietnam-1', ['history', id])
  t.equal(own.code, 0, own.err)
  t.match(own.out, 'deleted, by who has the receipt code')
  const never = await desk.run('vietnam-2', ['history', id])
  t.equal(never.code, 0, never.err)
  t.match(never.out, /deleted, NOT PROVEN: the case was never opened on this\s+machine/)
  const forged = await deleted(randomBytes(32))
  const other = await desk.run('vietnam-1', ['history', forged])
  t.equal(other.code, 1)
  t.match(other.out, 'deleted, NOT BY WHO HAS THE RECEIPT CODE')
  t.match(other.err, 'the case was deleted, and not by who has its receipt code')
  const shown = await desk.run('vietnam-1', ['history', forged, '--json'])
  t.match(json(shown.out).events.at(-1), { kind: 'deleted', signature: 'false' })
})

await t.test('a grant whose header was not made with the file key does not count', async t => {
  const { primitives: p } = desk.organisation
  const [one, other] = [await desk.newCase(), await desk.newCase()]
  await did('vietnam-1', ['add-reader', one.caseId, '--to', 'china-1'])
  const { seed } = identitySigningKey(p, identityIn('vietnam-1'))
  // Signed by a handler who is there, as for this envelope; the header is that of another one.
  const wrong = await makeGrant(p, identityIn('vietnam-1').opening, other.envelope, {
    caseId: one.caseId,
    reader: 'intake-1',
    recipient: identityRecipient(p, identityIn('intake-1')),
    seed,
  })
  if (wrong === null) throw new Error('grant expected')
  await desk.api.db.rows('update grants set header = $2 where case_id = $1', [
    one.caseId,
    wrong.header,
  ])
  t.strictSame((await warned('vietnam-2', one.caseId)).codes, ['part_missing', 'grant_doubtful'])
})

await t.test('nobody puts words into the mouth of a handler', async t => {
  const { api } = desk
  const [one, other] = [await desk.newCase(), await desk.newCase()]
  await did('vietnam-1', ['claim', one.caseId])
  const insert = async (id: string, by: string, sealed: Uint8Array) =>
    api.db.rows(
      'insert into notes (case_id, id, handler, at, sealed) values ($1, $2, $3, now(), $4)',
      [one.caseId, id, by, sealed],
    )
  const note = async (by: string, writer: string, of = one, id = clientId()) => {
    const { bytes } = await sealedNote(api, of, { id, by, text: 'told them to wait' }, writer)
    await insert(id, by, bytes)
  }
  await note('vietnam-1', 'vietnam-1')
  await note('vietnam-2', 'china-1')
  await note('vietnam-1', 'vietnam-1', other)
  const { bytes } = await sealedNote(api, one, { by: 'vietnam-1' }, 'vietnam-1')
  await insert(clientId(), 'vietnam-1', bytes)
  await insert(clientId(), 'vietnam-2', (await sealedNote(api, one, {}, 'vietnam-1')).bytes)
  const { codes, shown } = await warned('vietnam-1', one.caseId)
  t.strictSame(
    shown.notes.map((each: { not_shown?: string; text?: string }) => each.not_shown ?? each.text),
    ['told them to wait', 'not_from_its_writer', 'another_case', 'another_case', 'another_case'],
  )
  t.equal(codes.filter(code => code === 'part_not_shown').length, 4)
})

await t.test(
  'the server refuses an act whose signature is for another case, history or part',
  async t => {
    const { api } = desk
    const [one, other] = [await desk.newCase(), await desk.newCase()]
    const envelope = encodeBase64url(sha256(one.envelope))
    const right = { after: zeros, directory: 1, envelope, parts: [], detail: null }
    const claim = (anchor: string) =>
      act(api, 'vietnam-1', 'POST', `/v1/cases/${one.caseId}/claim${anchor}`, {})
    const refusals: readonly (readonly [string, string, string])[] = [
      [
        'another envelope',
        printAnchor({ ...right, envelope: encodeBase64url(sha256(other.envelope)) }),
        '/envelope',
      ],
      ['a part that it does not bring', printAnchor({ ...right, parts: [zeros] }), '/part'],
      [
        'a history that is not there',
        printAnchor({ ...right, after: encodeBase64url(randomBytes(32)) }),
        '/after',
      ],
      ['a directory of tomorrow', printAnchor({ ...right, directory: 2 }), '/directory'],
      ['another order', `directory=1&after=${zeros}&envelope=${envelope}`, ''],
      ['only a half', `after=${zeros}`, ''],
      ['something else', 'x=1', ''],
    ]
    for (const [name, query, pointer] of refusals) {
      const answer = (await claim(`?${query}`)).json()
      t.equal(answer.code, 'request_invalid', name)
      t.equal(answer.errors[0].pointer, pointer, name)
    }
    t.equal((await claim(`?${printAnchor(right)}`)).statusCode, 200)
    t.equal((await desk.run('vietnam-1', ['release', one.caseId])).code, 0)
    t.equal((await claim('')).statusCode, 200, 'an act may say nothing of that')
  },
)

await t.test(
  'an act of a key that has left counts where a colleague saw it in time, and not otherwise',
  async t => {
    const [seen, unseen] = [await desk.newCase(), await desk.newCase()]
    for (const { caseId } of [seen, unseen]) {
      await did('vietnam-1', ['claim', caseId])
      await did('vietnam-1', ['add-reader', caseId, '--to', 'china-1'])
      await did('vietnam-1', ['note', caseId], 'asked a lawyer')
    }
    await did('vietnam-2', ['note', seen.caseId], 'saw that')
    for (const { caseId } of [seen, unseen])
      t.strictSame((await warned('vietnam-2', caseId)).codes, [])
    const [moved, unmoved] = [await desk.newCase(), await desk.newCase()]
    for (const { caseId } of [moved, unmoved])
      await did('vietnam-1', ['reroute', caseId, '--team', 'china', '--reason', 'theirs'])
    await did('china-1', ['note', moved.caseId], 'took it over')
    await leave('vietnam-1')

    const handed = await warned('china-1', moved.caseId)
    t.strictSame(handed.codes, [], 'the act of handing over names the grants that it brought')
    t.strictSame((await warned('china-1', unmoved.caseId)).codes, [
      'act_unproven',
      'grant_doubtful',
      'grant_doubtful',
    ])
    const old = {
      after: zeros,
      directory: 1,
      envelope: encodeBase64url(sha256(seen.envelope)),
      parts: [],
      detail: null,
    }
    const path = `/v1/cases/${seen.caseId}/claim?${printAnchor(old)}`
    const stale = await act(desk.api, 'vietnam-2', 'POST', path, {})
    t.equal(stale.statusCode, 409)
    t.equal(stale.json().code, 'directory_stale', 'nobody vouches with a directory of before')

    const good = await warned('vietnam-2', seen.caseId)
    t.strictSame(good.codes, [], 'vouched for')
    t.strictSame(
      good.shown.history.events.map((one: { signature: string }) => one.signature),
      ['none', 'verified', 'verified', 'verified', 'verified'],
    )
    t.equal(good.shown.notes[0].signature, 'verified')
    await did('vietnam-2', ['note', seen.caseId], 'for all of us')
    const team = await readersOfLastNote(seen.caseId)

    const doubtful = await warned('vietnam-2', unseen.caseId)
    t.strictSame(doubtful.codes, ['act_unproven', 'act_unproven', 'act_unproven', 'grant_doubtful'])
    t.equal(doubtful.shown.notes[0].signature, 'unproven')
    t.match((await desk.run('vietnam-2', ['open', unseen.caseId])).out, /vietnam-1, NOT PROVEN/)
    await did('vietnam-2', ['note', unseen.caseId], 'for those who are proven')
    t.equal(await readersOfLastNote(unseen.caseId), team - 1, 'china-1 is not among them')
    // Who was let in can still open it: whoever made the header held the key to the envelope.
    t.equal((await desk.run('china-1', ['open', unseen.caseId])).code, 0)
    t.equal(
      (await readFile(join(await desk.folderOf('vietnam-2'), 'directories', '1.note'))).length,
      desk.organisation.note.length,
      'the directory of then is kept',
    )
  },
)

await t.test(
  'a grant and an act that are dated back with a key that has left do not count',
  async t => {
    const { api, organisation } = desk
    const { primitives: p } = organisation
    const one = await desk.newCase()
    const id = one.caseId
    await did('vietnam-2', ['claim', id])
    // Server and thief work together: a grant by vietnam-1, dated to when that key was good, in an unbroken chain.
    const left = identityIn('vietnam-1')
    const { key, seed } = identitySigningKey(p, left)
    const grant = await makeGrant(p, left.opening, one.envelope, {
      caseId: id,
      reader: 'china-1',
      recipient: identityRecipient(p, identityIn('china-1')),
      seed,
    })
    if (grant === null) throw new Error('grant expected')
    const at = Date.now() - 60_000
    const anchor = {
      after: zeros,
      directory: 1,
      envelope: encodeBase64url(sha256(one.envelope)),
      parts: [encodeBase64url(sha256(grant.header))],
      detail: 'china-1',
    }
    const url = `${desk.url}/v1/cases/${id}/seals?${printAnchor(anchor)}`
    const request = { method: 'POST', url, body: new Uint8Array(), seed, created: at }
    const headers = await signRequest(p, { ...request, nonce: encodeBase64url(p.random(16)) })
    const claim = readSignature(
      {
        signature: headers['signature'],
        signatureInput: headers['signature-input'],
        contentDigest: headers['content-digest'],
        contentType: headers['content-type'],
      },
      { method: 'POST', targetUris: [url] },
      p,
    )
    const [last] = await api.db.rows(
      'select number, hash from events where case_id = $1 order by number desc limit 1',
      [id],
    )
    if (!(last?.['hash'] instanceof Uint8Array)) throw new Error('event expected')
    const event = nextEvent(
      id,
      { event_count: Number(last['number']), last_event_hash: last['hash'] },
      { kind: 'reader_added', at, handler: 'vietnam-1', detail: 'china-1', request: claim },
    )
    const time = new Date(at)
    await api.db.rows(
      `insert into events (case_id, number, kind, at, handler, detail, signature_base, signature, key, previous, hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      [
        id,
        event.number,
        event.kind,
        time,
        event.handler,
        event.detail,
        event.signature_base,
        event.signature,
        event.key,
        event.previous,
        event.hash,
      ],
    )
    await api.db.rows('update cases set event_count = $2, last_event_hash = $3 where id = $1', [
      id,
      event.number,
      event.hash,
    ])
    await api.db.rows(
      `insert into grants (case_id, id, handler, at, reader, header, signature, key)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [id, clientId(), 'vietnam-1', time, 'china-1', grant.header, grant.signature, key],
    )
    const { codes } = await warned('vietnam-2', id)
    t.strictSame(codes, ['act_unproven', 'grant_doubtful'])
    // A colleague who acts afterwards has the directory in which that key has left: they vouch for nothing of it.
    await did('vietnam-2', ['note', id], 'nothing of that')
    const alone = await desk.newCase()
    await did('vietnam-2', ['note', alone.caseId], 'as many as without a grant')
    t.equal(await readersOfLastNote(id), await readersOfLastNote(alone.caseId))
    t.strictSame((await warned('vietnam-lead', id)).codes, ['act_unproven', 'grant_doubtful'])
  },
)

await t.test(
  'directories of the past are served for ever, byte for byte, and nothing else',
  async t => {
    const past = await desk.api.app.inject({ url: '/v1/directories/1' })
    t.same(past.rawPayload, Buffer.from(desk.organisation.note))
    t.equal(past.headers['content-type'], 'text/plain; charset=utf-8')
    t.match(past.headers['cache-control'], /immutable/)
    t.equal((await desk.api.app.inject({ url: '/v1/directories/2' })).statusCode, 200)
    for (const none of ['3', '0', '01', '-1', '1.5', 'x', '1000000000'])
      t.equal((await desk.api.app.inject({ url: `/v1/directories/${none}` })).statusCode, 404, none)
  },
)
