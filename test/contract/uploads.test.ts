// Attachments as the store keeps them: parts in order, room counted, named by an addition or purged.
import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { maxPartBytes } from '../../schemas/upload.js'
import { postgresStore } from '../../src/adapters/postgres/postgres-store.js'
import type { NewAddition } from '../../src/ports/mailbox-store.js'
import type { NewUpload, UploadRoom } from '../../src/ports/upload-store.js'
import type { Store } from '../../src/ports/store.js'
import { actor, clientId, routedCase, testStore } from '../helper/store.js'

const totalBytes = 100_000
const room: UploadRoom = { perCase: 3, perCaseBytes: 10_000, totalBytes }
const lifetimeSeconds = 3600

const newUpload = (changes: Partial<NewUpload> = {}): NewUpload => ({
  id: clientId(),
  bytes: 3000,
  room,
  lifetimeSeconds,
  ...changes,
})

const naming = (uploads: readonly string[], changes: Partial<NewAddition> = {}): NewAddition => ({
  id: clientId(),
  sealed: randomBytes(4096),
  signature: randomBytes(64),
  directorySequence: 2,
  responseSeconds: () => 48 * 3600,
  firstRungSeconds: () => 24 * 3600,
  noticeId: randomUUID(),
  outboxId: randomUUID(),
  maxAdditions: 200,
  maxAdditionBytes: 16_777_216,
  uploads,
  ...changes,
})

async function wholeUpload(store: Store, mailbox: Uint8Array, bytes = 3000, id = clientId()) {
  const upload = newUpload({ bytes, id })
  await store.beginUpload(mailbox, upload)
  const sealed = randomBytes(bytes)
  await store.appendUpload(mailbox, { id: upload.id, from: 0, sealed, totalBytes, lifetimeSeconds })
  return { id: upload.id, sealed }
}

await t.test('an upload begins once, whoever asks again, and belongs to its mailbox', async t => {
  const { store } = await testStore(t)
  const [mailbox, other] = [randomBytes(32), randomBytes(32)]
  await routedCase(store, { mailbox })
  await routedCase(store, { mailbox: other })
  const upload = newUpload()
  const begun = await Promise.all(
    Array.from({ length: 5 }, () => store.beginUpload(mailbox, upload)),
  )
  for (const one of begun) t.match(one, { id: upload.id, bytes: 3000, stored: 0 })
  t.ok((begun[0]?.expiresAt ?? 0) > Date.now() + 3_000_000)
  t.match(await store.findUpload(mailbox, upload.id), { stored: 0, bytes: 3000 })
  t.equal(await store.findUpload(other, upload.id), null)
  t.equal(await store.findUpload(mailbox, clientId()), null)
  t.equal(await store.endUpload(other, upload.id), false)
  const conflict = { code: 'upload_conflict' }
  await t.rejects(store.beginUpload(mailbox, { ...upload, bytes: 3001 }), conflict)
  await t.rejects(store.beginUpload(other, upload), conflict)
  await t.rejects(store.beginUpload(randomBytes(32), newUpload()), { code: 'mailbox_unknown' })
  const part = { id: upload.id, from: 0, sealed: randomBytes(10), totalBytes, lifetimeSeconds }
  await t.rejects(store.appendUpload(other, part), { code: 'upload_unknown' })
})

await t.test('parts are taken one behind the other, and one of two for the same place', async t => {
  const { store } = await testStore(t)
  const mailbox = randomBytes(32)
  const { caseId } = await routedCase(store, { mailbox })
  const { id } = await store.beginUpload(mailbox, newUpload())
  const sealed = randomBytes(3000)
  const part = (from: number, to: number) => ({
    id,
    from,
    sealed: sealed.subarray(from, to),
    totalBytes,
    lifetimeSeconds,
  })
  const both = await Promise.allSettled([
    store.appendUpload(mailbox, part(0, 1000)),
    store.appendUpload(mailbox, part(0, 1000)),
  ])
  t.same(both.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
  const offset = { code: 'upload_offset' }
  for (const wrong of [part(0, 500), part(999, 2000), part(1001, 2000), part(1000, 1000)])
    await t.rejects(store.appendUpload(mailbox, wrong), offset)
  const long = { ...part(1000, 3000), sealed: randomBytes(2001) }
  await t.rejects(store.appendUpload(mailbox, long), offset, 'one byte more than announced')
  t.equal(await store.appendUpload(mailbox, part(1000, 1001)), 1001)
  t.equal(await store.appendUpload(mailbox, part(1001, 3000)), 3000)
  t.match(await store.findUpload(mailbox, id), { stored: 3000 })
  t.equal(await store.readAttachment(caseId, id, 0, 10), null, 'nothing has named it')
  await store.recordAddition(mailbox, naming([id]))
  t.same(await store.readAttachment(caseId, id, 0, 5000), sealed)
  for (const [from, count] of [
    [0, 1],
    [999, 3],
    [1000, 1],
    [500, 2000],
    [2999, 1],
    [3000, 10],
    [9000, 10],
  ] as const)
    t.same(
      await store.readAttachment(caseId, id, from, count),
      sealed.subarray(from, from + count),
      `${count} from ${from}`,
    )
  t.equal(await store.readAttachment(caseId, clientId(), 0, 10), null)
  const { caseId: another } = await routedCase(store)
  t.equal(await store.readAttachment(another, id, 0, 10), null)
})

await t.test('a part has a bound, and is read from its first byte to its last', async t => {
  const { store } = await testStore(t)
  const mailbox = randomBytes(32)
  const { caseId } = await routedCase(store, { mailbox })
  const bytes = 2 * maxPartBytes
  const upload = newUpload({ bytes, room: { ...room, perCaseBytes: bytes, totalBytes: bytes } })
  await store.beginUpload(mailbox, upload)
  const sealed = randomBytes(bytes)
  const part = (from: number, to: number) => ({
    id: upload.id,
    from,
    sealed: sealed.subarray(from, to),
    totalBytes: bytes,
    lifetimeSeconds,
  })
  await t.rejects(store.appendUpload(mailbox, part(0, maxPartBytes + 1)), RangeError, 'one over')
  await store.appendUpload(mailbox, part(0, maxPartBytes))
  await store.appendUpload(mailbox, part(maxPartBytes, bytes))
  await store.recordAddition(mailbox, naming([upload.id]))
  for (const from of [0, maxPartBytes - 1, maxPartBytes, bytes - 1])
    t.same(
      await store.readAttachment(caseId, upload.id, from, 2),
      sealed.subarray(from, from + 2),
      `from ${from}`,
    )
})

await t.test(
  'room is counted in attachments and bytes of the case, at the cap and one over',
  async t => {
    const { store } = await testStore(t)
    const mailbox = randomBytes(32)
    await routedCase(store, { mailbox })
    const full = { code: 'uploads_full' }
    await t.rejects(store.beginUpload(mailbox, newUpload({ bytes: 10_001 })), full)
    const first = newUpload({ bytes: 10_000 })
    await store.beginUpload(mailbox, first)
    await t.rejects(store.beginUpload(mailbox, newUpload({ bytes: 1 })), full)
    t.equal(await store.endUpload(mailbox, first.id), true)
    t.equal(await store.endUpload(mailbox, first.id), false)
    t.equal(await store.findUpload(mailbox, first.id), null)
    await t.rejects(store.beginUpload(mailbox, first), { code: 'upload_conflict' }, 'never again')
    const begun = await Promise.allSettled(
      Array.from({ length: 5 }, () => store.beginUpload(mailbox, newUpload({ bytes: 1 }))),
    )
    t.equal(begun.filter(({ status }) => status === 'fulfilled').length, 3, 'as many as fit')
  },
)

/** An upload to a case of its own, in a total of 5000 bytes. */
async function sender(store: Store, bytes = 5000) {
  const mailbox = randomBytes(32)
  await routedCase(store, { mailbox })
  const small = { ...room, totalBytes: 5000 }
  const begin = (announced: number) =>
    store.beginUpload(mailbox, newUpload({ bytes: announced, room: small }))
  const { id } = await begin(bytes)
  const send = (from: number, count: number) =>
    store.appendUpload(mailbox, {
      id,
      from,
      sealed: randomBytes(count),
      totalBytes: 5000,
      lifetimeSeconds,
    })
  const stored = async () => (await store.findUpload(mailbox, id))?.stored
  return { mailbox, id, begin, send, stored }
}

const paused = { code: 'uploads_paused' }
/** How long it takes at most until what others did to the total is seen. */
const seenAfterMs = 1100

await t.test('what was announced and has not come keeps nobody out', async t => {
  const { store } = await testStore(t)
  for (let each = 0; each < 20; each++) await sender(store)
  const real = await sender(store)
  t.equal(await real.send(0, 5000), 5000, 'at the cap')
  await t.rejects(real.begin(1), paused)
})

await t.test('room of all cases together ends for everybody at the same byte', async t => {
  const { store } = await testStore(t)
  const [one, two] = [await sender(store), await sender(store)]
  await t.rejects(sender(store, 5001), paused, 'alone it would not fit')
  await one.send(0, 3000)
  await t.rejects(two.begin(2001), paused, 'nor beside what is there')
  await two.begin(2000)
  await t.rejects(two.send(0, 2001), paused, 'one over')
  t.equal(await two.stored(), 0)
  t.equal(await two.send(0, 1999), 1999)
  t.equal(await two.send(1999, 1), 2000, 'at the cap')
  for (const each of [one, two]) {
    await t.rejects(each.begin(1), paused)
    await t.rejects(each.send((await each.stored()) ?? 0, 1), paused)
  }
  t.same([await one.stored(), await two.stored()], [3000, 2000], 'what came before stays')
  await store.recordAddition(one.mailbox, naming([]))
  t.pass('words are taken all the same')
  await store.endUpload(one.mailbox, one.id)
  await t.rejects(two.send(2000, 1), paused, 'it is still there')
  while ((await store.purgeUploads(10)) > 0);
  await sleep(seenAfterMs)
  t.equal(await two.send(2000, 3000), 5000, 'and goes on where it was')
})

await t.test('of parts that come at once, only those are taken that fit', async t => {
  async function eight() {
    const { store } = await testStore(t)
    const senders = await Promise.all(Array.from({ length: 8 }, () => sender(store)))
    await sleep(seenAfterMs)
    const began = performance.now()
    const all = await Promise.allSettled(senders.map(({ send }) => send(0, 2500)))
    return { all, isOneCount: performance.now() - began < 900 }
  }
  // All of them by one count; a machine that stood still meanwhile tries again.
  let { all: sent, isOneCount } = await eight()
  for (let tries = 0; tries < 5 && !isOneCount; tries++) ({ all: sent, isOneCount } = await eight())
  t.equal(sent.filter(({ status }) => status === 'fulfilled').length, 2, 'to the cap')
  for (const one of sent) if (one.status === 'rejected') t.match(one.reason, paused)
})

await t.test('what another process takes in counts within a second', async t => {
  const { store, pool } = await testStore(t)
  const other = postgresStore(pool)
  const [here, there] = [await sender(store), await sender(other)]
  await here.send(0, 5000)
  await sleep(seenAfterMs)
  await t.rejects(there.send(0, 1), paused)
  await t.rejects(sender(other, 1), paused)
})

await t.test('of what was begun and of which nothing came the end is near', async t => {
  const { store } = await testStore(t)
  const mailbox = randomBytes(32)
  await routedCase(store, { mailbox })
  const day = 86_400
  const { id, expiresAt } = await store.beginUpload(mailbox, newUpload({ lifetimeSeconds: day }))
  const left = (at: number | null | undefined) => ((at ?? 0) - Date.now()) / 1000
  t.ok(left(expiresAt) > 3000 && left(expiresAt) < 4200, 'an hour')
  const part = { id, from: 0, sealed: randomBytes(10), totalBytes, lifetimeSeconds: day }
  await store.appendUpload(mailbox, part)
  t.ok(left((await store.findUpload(mailbox, id))?.expiresAt) > day - 600, 'a day')
})

await t.test('an addition names whole uploads of its own case, all of them or none', async t => {
  const { store, rows } = await testStore(t)
  const [mailbox, other] = [randomBytes(32), randomBytes(32)]
  const { caseId } = await routedCase(store, { mailbox })
  await routedCase(store, { mailbox: other })
  const whole = await wholeUpload(store, mailbox)
  const foreign = await wholeUpload(store, other)
  const half = newUpload()
  await store.beginUpload(mailbox, half)
  const incomplete = { code: 'upload_incomplete' }
  for (const wrong of [half.id, foreign.id, clientId()])
    await t.rejects(store.recordAddition(mailbox, naming([whole.id, wrong])), incomplete)
  t.same(await rows('select count(*)::int as n from additions'), [{ n: 0 }], 'nothing was written')
  const addition = naming([whole.id])
  const { at } = await store.recordAddition(mailbox, addition)
  t.same(await store.recordAddition(mailbox, addition), { at }, 'the same again')
  t.match(await store.findUpload(mailbox, whole.id), { stored: 3000, expiresAt: null })
  await t.rejects(store.recordAddition(mailbox, naming([whole.id])), incomplete, 'named once')
  t.equal(await store.endUpload(mailbox, whole.id), false, 'it stays')
  t.same(await store.readAttachment(caseId, whole.id, 0, 3000), whole.sealed)
})

await t.test('what was ended is not named by an addition that began before that', async t => {
  const { store, pool, rows } = await testStore(t)
  const mailbox = randomBytes(32)
  await routedCase(store, { mailbox })
  // In the order in which they are looked at, by id and by place.
  const [one = '', two = ''] = [clientId(), clientId()].toSorted()
  await wholeUpload(store, mailbox, 3000, one)
  await wholeUpload(store, mailbox, 3000, two)
  const inTheWay = await pool.connect()
  await inTheWay.query('begin')
  await inTheWay.query('select from uploads where id = $1 for update', [one])
  const named = store.recordAddition(mailbox, naming([one, two])).catch((error: unknown) => error)
  const waiting = `select from pg_stat_activity
    where wait_event_type = 'Lock' and datname = current_database()`
  while ((await rows(waiting)).length === 0) await sleep(10)
  t.equal(await store.endUpload(mailbox, two), true)
  await inTheWay.query('commit')
  inTheWay.release()
  t.match(await named, { code: 'upload_incomplete' })
  t.equal(await store.findUpload(mailbox, two), null)
  t.match(await store.findUpload(mailbox, one), { stored: 3000 }, 'the other waits still')
})

await t.test(
  'step 12: what was ended, has expired or was purged goes, and nothing else',
  async t => {
    const { store, rows } = await testStore(t)
    const mailbox = randomBytes(32)
    const { caseId } = await routedCase(store, { mailbox })
    const left = async () =>
      (
        await rows(
          'select (select count(*) from uploads)::int as n, (select count(*) from upload_parts)::int as parts',
        )
      )[0]
    const kept = await wholeUpload(store, mailbox)
    await store.recordAddition(mailbox, naming([kept.id]))
    const waiting = await wholeUpload(store, mailbox)
    const ended = newUpload()
    await store.beginUpload(mailbox, ended)
    for (let at = 0; at < 3; at++)
      await store.appendUpload(mailbox, {
        id: ended.id,
        from: at * 10,
        sealed: randomBytes(10),
        totalBytes,
        lifetimeSeconds,
      })
    t.equal(await store.purgeUploads(10), 0)
    await store.endUpload(mailbox, ended.id)
    t.equal(await store.purgeUploads(2), 2, 'so many at once')
    t.same(await left(), { n: 3, parts: 3 })
    t.equal(await store.purgeUploads(2), 2, 'the last part, and the upload')
    t.equal(await store.purgeUploads(2), 0)
    await rows(`update uploads set expires_at = statement_timestamp() where id = $1`, [waiting.id])
    t.equal(await store.findUpload(mailbox, waiting.id), null)
    const part = { id: waiting.id, from: 3000, sealed: randomBytes(1), totalBytes, lifetimeSeconds }
    await t.rejects(store.appendUpload(mailbox, part), { code: 'upload_unknown' })
    await t.rejects(store.recordAddition(mailbox, naming([waiting.id])), {
      code: 'upload_incomplete',
    })
    t.equal(await store.purgeUploads(10), 2)
    t.same(await left(), { n: 1, parts: 1 }, 'the named one stays')
    await store.actOnCase(caseId, actor(), () => ({
      state: 'closed',
      dueAt: null,
      nextRungAt: null,
      outcome: 'supported',
      purgeAt: Date.now() - 1000,
      event: { kind: 'closed', detail: 'supported' },
    }))
    t.equal(await store.purgeDue(10), 1)
    t.equal(await store.readAttachment(caseId, kept.id, 0, 10), null, 'at once')
    t.equal(await store.purgeUploads(10), 2)
    t.same(await left(), { n: 0, parts: 0 })
  },
)
