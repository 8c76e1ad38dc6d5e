// Attachments over HTTP: tus 1.0 for who holds the token of a mailbox, sizes and shapes checked before anything is kept,
// stretches for handlers who may see the case.
import { randomBytes } from 'node:crypto'
import t from 'tap'
import { maxPartBytes } from '../../schemas/upload.js'
import { decodeBase64url } from '../../src/core/encoding/base64url.js'
import { pieceDigest, sealedAttachmentBytes } from '../../src/core/attachment/sealed-attachment.js'
import { openAgeFile } from '../../src/core/envelope/open.js'
import { httpSettings } from '../../src/http/limits.js'
import { act, caseInTeam, testApi, withToken } from '../helper/api.js'
import { clientId } from '../helper/store.js'
import {
  beginUpload,
  continueUpload,
  manifestOf,
  metadataOf,
  patchOver,
  sealedUpload,
  tus,
  uploadAll,
} from '../helper/upload.js'

t.setTimeout(180_000)

const settings = (changes: Partial<typeof httpSettings.uploads>) => ({
  settings: {
    ...httpSettings,
    maxLoopDelayMs: 60_000,
    uploads: { ...httpSettings.uploads, ...changes },
  },
})

await t.test('an attachment travels in parts and opens on the machine of a handler', async t => {
  const api = await testApi(t)
  const { primitives } = api.organisation
  const request = await caseInTeam(api)
  const text = randomBytes(1_300_000)
  const upload = await sealedUpload(api.organisation, text, { name: 'Ảnh chụp.jpg' })
  const { id, sealed, attachment } = upload
  const begun = await beginUpload(api, request.token, upload)
  t.equal(begun.statusCode, 201, begun.body)
  t.equal(begun.headers['location'], `/v1/uploads/${id}`)
  t.equal(begun.headers['tus-resumable'], '1.0.0')
  const hoursLeft = (headers: typeof begun.headers) =>
    (Date.parse(String(headers['upload-expires'])) - Date.now()) / 3_600_000
  t.equal(Math.round(hoursLeft(begun.headers)), 1, 'while nothing has come')
  t.equal((await beginUpload(api, request.token, upload)).statusCode, 201, 'the same again')
  const cuts = [0, 65_536, 400_000, sealed.length]
  for (const [index, from] of cuts.slice(0, -1).entries()) {
    const head = await tus(api, request.token, 'HEAD', `/v1/uploads/${id}`)
    t.equal(head.statusCode, 200)
    t.equal(head.headers['upload-offset'], String(from))
    t.equal(head.headers['upload-length'], String(sealed.length))
    t.equal(head.headers['cache-control'], 'no-store')
    t.equal(Math.round(hoursLeft(head.headers)), from === 0 ? 1 : 24)
    const part = sealed.subarray(from, cuts[index + 1])
    const answer = await continueUpload(api, request.token, id, from, part)
    t.equal(answer.statusCode, 204, answer.body)
    t.equal(answer.headers['upload-offset'], String(cuts[index + 1]))
  }
  const url = `/v1/cases/${request.caseId}/attachments/${id}`
  const early = await act(api, 'vietnam-1', 'GET', url)
  t.equal(early.json().code, 'attachment_unknown', 'nothing names it yet')
  const manifest = await manifestOf(api.organisation, request, [attachment])
  const woken = api.woken()
  const added = await withToken(api, request.token, '/v1/mailbox/additions', manifest)
  t.equal(added.statusCode, 201, added.body)
  t.equal(api.woken(), woken + 1, 'handlers are told')
  const stretches: Buffer[] = []
  for (let from = 0; ; ) {
    const answer = await act(api, 'vietnam-1', 'GET', `${url}?from=${from}`)
    // Its body is ciphertext: as the title of an assertion it would be read as whatever it spells.
    t.equal(answer.statusCode, 200)
    if (answer.rawPayload.length === 0) break
    t.ok(answer.rawPayload.length <= 524_288)
    stretches.push(answer.rawPayload)
    from += answer.rawPayload.length
  }
  const opened = await openAgeFile(primitives, [attachment.identity], Buffer.concat(stretches))
  const plain = opened?.plaintext.subarray(0, attachment.bytes) ?? new Uint8Array()
  t.same(Buffer.from(plain), text)
  const digest = pieceDigest(primitives)
  await digest.take(plain)
  t.same(await digest.end(), decodeBase64url(attachment.digest))
  const stranger = await act(api, 'china-1', 'GET', url)
  t.equal(stranger.json().code, 'case_unknown', stranger.body)
  t.equal((await api.app.inject(url)).statusCode, 401, 'unsigned')
  const dump = JSON.stringify(await api.db.rows('select * from uploads'))
  t.notMatch(dump, /nh ch|\.jpg|image\/jpeg/, 'neither name nor kind')
})

await t.test('whoever lacks the token of the mailbox finds no upload', async t => {
  const api = await testApi(t)
  const request = await caseInTeam(api)
  const other = await caseInTeam(api)
  const upload = await sealedUpload(api.organisation, randomBytes(10))
  await beginUpload(api, request.token, upload)
  const url = `/v1/uploads/${upload.id}`
  for (const [token, status] of [
    [null, 401],
    ['A'.repeat(43), 404],
    [other.token, 404],
  ] as const) {
    t.equal((await tus(api, token, 'HEAD', url)).statusCode, status)
    t.equal((await tus(api, token, 'DELETE', url)).statusCode, status)
    const headers = { 'upload-offset': '0' }
    t.equal((await tus(api, token, 'PATCH', url, headers, upload.sealed)).statusCode, status)
  }
  const unknown = await beginUpload(
    api,
    'A'.repeat(43),
    await sealedUpload(api.organisation, randomBytes(10)),
  )
  t.equal(unknown.json().code, 'mailbox_unknown')
  t.equal((await tus(api, request.token, 'DELETE', url)).statusCode, 204)
  t.equal((await tus(api, request.token, 'HEAD', url)).statusCode, 404)
})

await t.test('what is no sealed attachment is refused before anything is kept', async t => {
  const api = await testApi(t)
  const { token } = await caseInTeam(api)
  const begin = (headers: Record<string, string>) => tus(api, token, 'POST', '/v1/uploads', headers)
  const length = String(sealedAttachmentBytes(10))
  const metadata = metadataOf(clientId())
  for (const [headers, code] of [
    [{ 'upload-length': '5000', 'upload-metadata': metadata }, 'upload_malformed'],
    [{ 'upload-length': '-1', 'upload-metadata': metadata }, 'request_invalid'],
    [{ 'upload-length': `0${length}`, 'upload-metadata': metadata }, 'request_invalid'],
    [{ 'upload-metadata': metadata }, 'request_invalid'],
    [{ 'upload-length': length }, 'request_invalid'],
    [
      { 'upload-length': length, 'upload-metadata': `${metadata},filename eA==` },
      'request_invalid',
    ],
    [{ 'upload-length': length, 'upload-metadata': 'filename eA==' }, 'request_invalid'],
    [
      { 'upload-length': length, 'upload-metadata': metadata, 'tus-resumable': '0.2.2' },
      'tus_unsupported',
    ],
  ] as const) {
    const answer = await begin(headers)
    t.equal(answer.json().code, code, JSON.stringify(headers))
    t.notMatch(answer.body, /filename/)
  }
  const upload = await sealedUpload(api.organisation, randomBytes(10))
  await beginUpload(api, token, upload)
  const junk = await continueUpload(api, token, upload.id, 0, randomBytes(upload.sealed.length))
  t.equal(junk.json().code, 'upload_malformed')
  const wrong = await continueUpload(api, token, upload.id, 5, upload.sealed.subarray(5))
  t.equal(wrong.json().code, 'upload_offset')
  const long = Buffer.concat([upload.sealed, Buffer.from('x')])
  t.equal((await continueUpload(api, token, upload.id, 0, long)).json().code, 'request_too_large')
  const short = await continueUpload(api, token, upload.id, 0, upload.sealed.subarray(0, 3000))
  t.equal(short.json().code, 'upload_offset', 'too little for a part')
  const json = await api.app.inject({
    method: 'PATCH',
    url: `/v1/uploads/${upload.id}`,
    headers: { authorization: `Bearer ${token}`, 'tus-resumable': '1.0.0', 'upload-offset': '0' },
    payload: {},
  })
  t.equal(json.json().code, 'media_type_unsupported')
  const head = await tus(api, token, 'HEAD', `/v1/uploads/${upload.id}`)
  t.equal(head.headers['upload-offset'], '0', 'nothing was kept')
  t.same(await api.db.rows('select * from upload_parts'), [])
  const longer = await sealedUpload(api.organisation, randomBytes(400_000))
  await beginUpload(api, token, longer)
  const beyond = await continueUpload(api, token, longer.id, 0, longer.sealed.subarray(0, 263_851))
  t.equal(beyond.statusCode, 204, 'a little behind a whole part is no fault')
  t.equal(beyond.headers['upload-offset'], '262144', 'and is to be sent again')
  const rest = await continueUpload(api, token, longer.id, 262_144, longer.sealed.subarray(262_144))
  t.equal(rest.headers['upload-offset'], String(longer.sealed.length))
  const stream = { 'content-type': 'application/offset+octet-stream' }
  const elsewhere = await api.app.inject({
    method: 'POST',
    url: '/v1/intakes',
    headers: stream,
    payload: 'x',
  })
  t.equal(elsewhere.json().code, 'media_type_unsupported', 'other routes take no such bodies')
})

await t.test('size, number and room have caps, and one over each is refused', async t => {
  const each = sealedAttachmentBytes(100_000)
  const api = await testApi(
    t,
    settings({ maxBytes: 100_000, perCase: 2, perCaseBytes: 2 * each, totalBytes: 2 * each }),
  )
  const options = await tus(api, null, 'OPTIONS', '/v1/uploads')
  t.equal(options.statusCode, 204)
  t.equal(options.headers['tus-max-size'], String(each))
  t.equal(options.headers['tus-extension'], 'creation,expiration,termination')
  const [one, two] = [await caseInTeam(api), await caseInTeam(api)]
  const begin = async (token: string, length: number) => {
    const headers = { 'upload-length': String(length), 'upload-metadata': metadataOf(clientId()) }
    const answer = await tus(api, token, 'POST', '/v1/uploads', headers)
    return answer.statusCode === 201 ? 201 : answer.json().code
  }
  t.equal(await begin(one.token, sealedAttachmentBytes(110_000)), 'request_too_large')
  t.equal(await begin(one.token, each), 201)
  t.equal(await begin(one.token, each), 201)
  t.equal(await begin(one.token, sealedAttachmentBytes(1)), 'uploads_full')
  t.equal(await begin(two.token, each), 201, 'what was announced takes no room from others')
})

await t.test(
  'beyond the total a part is refused, what came before stays, and goes on once there is room',
  async t => {
    const text = randomBytes(100_000)
    const each = sealedAttachmentBytes(text.length)
    const cut = 70_000
    const api = await testApi(t, settings({ totalBytes: each + cut }))
    const [one, two] = [await caseInTeam(api), await caseInTeam(api)]
    const [first, second] = [
      await sealedUpload(api.organisation, text),
      await sealedUpload(api.organisation, text),
    ]
    t.equal((await beginUpload(api, one.token, first)).statusCode, 201)
    t.equal((await beginUpload(api, two.token, second)).statusCode, 201)
    const send = (from: number, to?: number) =>
      continueUpload(api, two.token, second.id, from, second.sealed.subarray(from, to))
    const offset = async () => {
      const head = await tus(api, two.token, 'HEAD', `/v1/uploads/${second.id}`)
      return Number(head.headers['upload-offset'])
    }
    const whole = await continueUpload(api, one.token, first.id, 0, first.sealed)
    t.equal(whole.statusCode, 204, whole.body)
    t.equal((await send(0, cut)).statusCode, 204, 'at the cap')
    const refused = await send(cut)
    t.equal(refused.statusCode, 503, 'above the cap')
    t.equal(refused.json().code, 'uploads_paused')
    t.ok(refused.headers['retry-after'])
    t.equal(await offset(), cut, 'what came before stays')
    const late = await sealedUpload(api.organisation, randomBytes(1))
    t.equal((await beginUpload(api, one.token, late)).json().code, 'uploads_paused')
    const manifest = await manifestOf(api.organisation, two, [])
    t.equal((await withToken(api, two.token, '/v1/mailbox/additions', manifest)).statusCode, 201)
    t.equal((await tus(api, one.token, 'DELETE', `/v1/uploads/${first.id}`)).statusCode, 204)
    while ((await api.db.store.purgeUploads(10)) > 0);
    // So long a count of all uploads is believed.
    await new Promise(resolve => setTimeout(resolve, 1100))
    t.equal((await send(cut)).statusCode, 204)
    t.equal(await offset(), each)
  },
)

await t.test('an addition names what has arrived as a whole, and nothing else', async t => {
  const api = await testApi(t)
  const request = await caseInTeam(api)
  const upload = await sealedUpload(api.organisation, randomBytes(200_000))
  await beginUpload(api, request.token, upload)
  await continueUpload(api, request.token, upload.id, 0, upload.sealed.subarray(0, 70_000))
  const manifest = await manifestOf(api.organisation, request, [upload.attachment])
  const add = () => withToken(api, request.token, '/v1/mailbox/additions', manifest)
  t.equal((await add()).json().code, 'upload_incomplete')
  await continueUpload(api, request.token, upload.id, 70_000, upload.sealed.subarray(70_000))
  t.equal((await add()).statusCode, 201)
  t.equal((await add()).statusCode, 201, 'the same again')
  const many = {
    ...manifest,
    id: clientId(),
    uploads: Array.from({ length: 51 }, () => clientId()),
  }
  t.equal((await withToken(api, request.token, '/v1/mailbox/additions', many)).statusCode, 400)
})

await t.test(
  'a line that breaks leaves what had arrived, and the upload goes on from there',
  async t => {
    const api = await testApi(t)
    const request = await caseInTeam(api)
    const upload = await sealedUpload(api.organisation, randomBytes(2_500_000))
    await beginUpload(api, request.token, upload)
    const base = await api.app.listen({ host: '127.0.0.1', port: 0 })
    const sent = 1_900_000
    await new Promise<void>(resolve => {
      const call = patchOver(base, request.token, upload)
      call.on('error', () => resolve())
      call.on('close', () => resolve())
      call.write(upload.sealed.subarray(0, sent), () => setTimeout(() => call.destroy(), 200))
    })
    const offset = async () =>
      Number(
        (await tus(api, request.token, 'HEAD', `/v1/uploads/${upload.id}`)).headers[
          'upload-offset'
        ],
      )
    let at = await offset()
    for (let tries = 0; at < 1_048_576 && tries < 500; tries++) {
      await new Promise(resolve => setTimeout(resolve, 20))
      at = await offset()
    }
    t.ok(at >= 1_048_576 && at <= sent, `${at} bytes are there`)
    for (;;) {
      const answer = await continueUpload(
        api,
        request.token,
        upload.id,
        at,
        upload.sealed.subarray(at),
      )
      if (answer.statusCode === 204) break
      t.equal(answer.json().code, 'upload_offset', 'the broken line had more to tell')
      at = await offset()
    }
    const manifest = await manifestOf(api.organisation, request, [upload.attachment])
    const added = await withToken(api, request.token, '/v1/mailbox/additions', manifest)
    t.equal(added.statusCode, 201, added.body)
    const parts = await api.db.rows(
      'select sealed from upload_parts where upload_id = $1 order by from_byte',
      [upload.id],
    )
    const whole = Buffer.concat(
      parts.map(({ sealed }) => (Buffer.isBuffer(sealed) ? sealed : Buffer.alloc(0))),
    )
    t.ok(whole.equals(upload.sealed), 'byte by byte what was sealed')
  },
)

await t.test(
  'uploads that hang on to all seats lose them to whoever comes, with what had arrived of them',
  async t => {
    const api = await testApi(t, settings({ atOnce: 2, seatMs: 100 }))
    const base = await api.app.listen({ host: '127.0.0.1', port: 0 })
    const sender = async (bytes: number) => {
      const request = await caseInTeam(api)
      const upload = await sealedUpload(api.organisation, randomBytes(bytes))
      t.equal((await beginUpload(api, request.token, upload)).statusCode, 201)
      return { request, upload }
    }
    const slow = [await sender(200_000), await sender(200_000)]
    const cut = slow.map(({ request, upload }) => {
      const call = patchOver(base, request.token, upload)
      t.teardown(() => call.destroy())
      const over = new Promise<void>(resolve => call.on('error', () => resolve()))
      call.write(upload.sealed.subarray(0, 100_000))
      return over
    })
    const real = await sender(10)
    for (let tries = 0; ; tries++) {
      const done = await uploadAll(api, real.request.token, real.upload).then(
        () => true,
        (error: unknown) => !/429/.test(String(error)),
      )
      if (done || tries > 600) break
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    const offset = async ({ request, upload }: (typeof slow)[number]) => {
      const at = await tus(api, request.token, 'HEAD', `/v1/uploads/${upload.id}`)
      return Number(at.headers['upload-offset'])
    }
    t.equal(await offset(real), real.upload.sealed.length, 'it arrived')
    await Promise.race(cut)
    let kept = 0
    for (let tries = 0; kept === 0 && tries < 500; tries++) {
      kept = Math.max(...(await Promise.all(slow.map(offset))))
      await new Promise(resolve => setTimeout(resolve, 20))
    }
    t.equal(kept, 100_000, 'what had come of the one that was cut off is there')
    // Its answer, which nobody hears, is made in the turn that ends its last write: by now it is over.
    await offset(real)
    t.strictSame(
      api.log.lines.filter(({ event }) => event === 'request failed'),
      [],
      'it is no fault of the service',
    )
  },
)

await t.test(
  'who comes again gets the seat of their own lost line, and nobody else does',
  async t => {
    // A seat is its own for a minute, and there is one.
    const api = await testApi(t, settings({ atOnce: 1, seatMs: 60_000 }))
    const base = await api.app.listen({ host: '127.0.0.1', port: 0 })
    const [request, other] = [await caseInTeam(api), await caseInTeam(api)]
    const upload = await sealedUpload(api.organisation, randomBytes(600_000))
    await beginUpload(api, request.token, upload)
    const offset = async () => {
      const found = await tus(api, request.token, 'HEAD', `/v1/uploads/${upload.id}`)
      return Number(found.headers['upload-offset'])
    }
    const ghost = patchOver(base, request.token, upload)
    t.teardown(() => ghost.destroy())
    const isCut = new Promise<boolean>(resolve => {
      ghost.on('error', () => resolve(true))
      setTimeout(() => resolve(false), 60_000).unref()
    })
    ghost.write(upload.sealed.subarray(0, 400_000))
    let at = 0
    for (let tries = 0; at < maxPartBytes && tries < 500; tries++) {
      await new Promise(resolve => setTimeout(resolve, 20))
      at = await offset()
    }
    t.equal(at, maxPartBytes, 'a part has come, and the line hangs')
    const send = (token: string) =>
      continueUpload(api, token, upload.id, at, upload.sealed.subarray(at))
    const stranger = await send(other.token)
    t.equal(stranger.json().code, 'too_many_requests', 'another mailbox ends nothing')
    let answer = await send(request.token)
    if (answer.statusCode !== 204) {
      t.equal(answer.json().code, 'upload_offset', 'more had come over the lost line')
      at = await offset()
      answer = await send(request.token)
    }
    t.equal(answer.statusCode, 204, answer.body)
    t.equal(await offset(), upload.sealed.length)
    t.equal(await isCut, true, 'the lost line is ended')
    const next = await sealedUpload(api.organisation, randomBytes(10))
    await uploadAll(api, other.token, next)
    t.strictSame(
      api.log.lines.filter(({ event }) => event === 'request failed'),
      [],
      'it is no fault of the service',
    )
  },
)

await t.test('more bodies at once than there is room for come back later', async t => {
  const api = await testApi(t, settings({ atOnce: 0 }))
  const request = await caseInTeam(api)
  const upload = await sealedUpload(api.organisation, randomBytes(10))
  await uploadAll(api, request.token, upload).then(
    () => t.fail('taken'),
    (error: unknown) => t.match(String(error), /429/),
  )
})
