// Steps 9 and 10 with the handlers' tool, against a real API on a real store.
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { maxAdditions } from '../../schemas/mailbox.js'
import { maxSealedBytes } from '../../schemas/sealed.js'
import { decodeBase64url } from '../../src/core/encoding/base64url.js'
import { openReply } from '../../src/core/envelope/open.js'
import { widthOf } from '../../cli/terminal/width.js'
import { act, sealedAddition, withToken } from '../helper/api.js'
import { scriptedAsker, temporaryFolder } from '../helper/cli.js'
import { type Office, office, vietnamese } from '../helper/office.js'

t.setTimeout(300_000)

const json = (text: string) => JSON.parse(text)
const short = (id: string) => id.slice(0, 8)

async function claimed(desk: Office) {
  const one = await desk.newCase()
  const run = await desk.run('vietnam-1', ['claim', short(one.caseId)])
  if (run.code !== 0) throw new Error(run.err)
  return one
}

const desk = await office(t)

await t.test('step 9: the inbox lists cases by due time, as words and as JSON', async t => {
  const { caseId } = await desk.newCase()
  const words = await desk.run('vietnam-1', ['inbox'])
  t.equal(words.code, 0)
  t.match(words.out, /^CASE +TIME LEFT +STATE +PROGRAM +TEAM +BY +NOTE\n/)
  t.match(words.out, new RegExp(`^${short(caseId)}  4[78] h.* routed +emergency +vietnam +-$`, 'm'))
  t.notMatch(words.out, '\u001b', 'a file gets no colour')
  const { out } = await desk.run('vietnam-1', ['inbox', '--json'])
  t.ok(out.endsWith('\n'))
  const list = json(out)
  t.strictSame(Object.keys(list), ['now', 'cases', 'next'])
  t.ok(list.cases.some((one: { id: string }) => one.id === caseId))
  t.strictSame(json((await desk.run('china-1', ['inbox', '--json'])).out).cases, [])
})

await t.test('step 9: the inbox comes in pages', async t => {
  await desk.newCase()
  await desk.newCase()
  const first = await desk.run('vietnam-1', ['inbox', '--limit', '1'])
  const cursor =
    /^there are more: khancap inbox --limit 1 --after (\S+)$/m.exec(first.err)?.[1] ?? ''
  t.not(cursor, '')
  const second = await desk.run('vietnam-1', ['inbox', '--limit', '1', '--after', cursor])
  t.equal(second.code, 0)
  t.not(second.out.split('\n')[1], first.out.split('\n')[1])
  for (const limit of ['0', '201', 'x'])
    t.equal((await desk.run('vietnam-1', ['inbox', '--limit', limit])).code, 2)
})

await t.test(
  'step 9: open prints the form in the language of the handler, within 80 columns',
  async t => {
    const { caseId } = await desk.newCase()
    const environment = { locale: 'vi_VN.UTF-8' }
    const { code, err, out } = await desk.run('vietnam-1', ['open', caseId], {
      environment,
      columns: 80,
    })
    t.equal(code, 0, err)
    for (const line of [
      'Bạn muốn chúng tôi trả lời bằng ngôn ngữ nào?',
      '    Tiếng Việt',
      'Chúng tôi có thể liên lạc an toàn với bạn bằng cách nào?',
      '    Qua ứng dụng nhắn tin',
      '  | +84 912 345 678 (Signal)',
      '    Không thể hỏi người này',
      '    Việt Nam',
      '    2026-11-25 08:30 Asia/Ho_Chi_Minh',
      '    - Bị giam giữ',
      '    Tôi sẽ nói sau',
      '  | Chị gái tôi, Lan.',
    ])
      t.ok(out.split('\n').includes(line), line)
    t.notMatch(out, 'warning')
    for (const line of out.split('\n')) t.ok(widthOf(line) <= 80, line)
  },
)

await t.test(
  'step 9: open gives the same facts as JSON, without a key of the applicant',
  async t => {
    const one = await desk.newCase()
    const { out } = await desk.run('vietnam-1', ['open', one.caseId, '--json'])
    const opened = json(out)
    t.strictSame(Object.keys(opened), [
      'case',
      'outcome',
      'intake',
      'envelope_sha256',
      'content',
      'additions',
      'replies',
      'notes',
      'history',
      'warnings',
    ])
    t.strictSame(opened.content.answers, vietnamese)
    t.strictSame(opened.warnings, [])
    t.notMatch(out, one.content.reply.key)
    t.notMatch(out, /AGE-SECRET-KEY/)
  },
)

await t.test(
  'step 9: what was opened is saved for its owner alone, and never over a file',
  async t => {
    const { caseId } = await desk.newCase()
    const folder = join(await temporaryFolder(t), 'opened')
    t.equal((await desk.run('vietnam-1', ['open', caseId, '--out', folder])).code, 0)
    const file = join(folder, `${caseId}.json`)
    t.equal((await stat(file)).mode & 0o777, 0o600)
    t.equal((await stat(folder)).mode & 0o777, 0o700)
    t.strictSame(json(await readFile(file, 'utf8')).content.answers, vietnamese)
    const again = await desk.run('vietnam-1', ['open', caseId, '--out', folder])
    t.equal(again.code, 1)
    t.match(again.err, `${file} is there already; it was left as it is`)
    t.match(again.err, 'khancap: 1 file was there already; nothing was written over\nhint: ')
    t.equal(again.out, (await desk.run('vietnam-1', ['open', caseId])).out, 'it is shown first')
  },
)

await t.test(
  'a short id is enough while it is the only one; misread letters are read as meant',
  async t => {
    const { caseId } = await desk.newCase()
    const misread = short(caseId).toUpperCase().replaceAll('0', 'O').replaceAll('1', 'I')
    t.equal((await desk.run('vietnam-1', ['open', misread])).code, 0)
    const tooShort = await desk.run('vietnam-1', ['open', caseId.slice(0, 3)])
    t.equal(tooShort.code, 2)
    t.match(tooShort.err, 'give at least 4 letters')
    const nobody = caseId.startsWith('7zzz') ? '0000' : '7zzz'
    t.match(
      (await desk.run('vietnam-1', ['open', nobody])).err,
      'no case that you can see begins with',
    )
    t.equal((await desk.run('vietnam-1', ['open', 'not/an/id'])).code, 2)
  },
)

await t.test(
  'step 10: a reply is sealed to the applicant, copied to the team, and stops the clock',
  async t => {
    const one = await claimed(desk)
    const text = 'Chào chị Hoa,\n\nchúng tôi đã nhận được yêu cầu của chị.\n'
    const sent = await desk.run('vietnam-1', ['reply', short(one.caseId), '--json'], {
      stdin: text,
    })
    t.equal(sent.code, 0, sent.err)
    const after = json(sent.out).case
    t.equal(after.state, 'answered')
    t.equal(after.due_at, null)

    const mailbox = await withToken(desk.api, one.token, '/v1/mailbox', {})
    const [reply] = mailbox.json().replies
    const read = await openReply(
      desk.organisation.primitives,
      [one.keys.replyIdentity],
      decodeBase64url(reply.sealed),
      one.keys.replyKey,
      { origin: desk.url, kind: 'reply' },
    )
    t.equal(read?.text, text.trim())
    t.equal(read?.language, 'vi')
    t.strictSame(read?.facts, {
      program: 'emergency',
      language: 'vi',
      country: 'VN',
      region: null,
    })

    const [row] = await desk.api.db.rows(
      'select answer_hour, answer_signature, answer_key from cases where id = $1',
      [one.caseId],
    )
    t.ok(row, 'the proof is on record')
    const opened = json((await desk.run('vietnam-2', ['open', one.caseId, '--json'])).out)
    t.equal(opened.replies[0].text, text.trim(), 'a colleague reads the copy')
    t.strictSame(opened.warnings, [])
    t.equal(
      opened.history.events.find((event: { kind: string }) => event.kind === 'replied').signature,
      'verified',
    )
    t.strictSame(await readdir(join(await desk.folderOf('vietnam-1'), 'drafts')), [])
  },
)

await t.test('nobody writes an answer that would be refused', async t => {
  const one = await desk.newCase()
  const unclaimed = await desk.run('vietnam-1', ['reply', short(one.caseId)], { stdin: 'x' })
  t.equal(unclaimed.code, 1)
  t.match(unclaimed.err, `hint: khancap claim ${short(one.caseId)} takes it on`)
  await desk.run('vietnam-2', ['claim', one.caseId])
  const taken = await desk.run('vietnam-1', ['reply', one.caseId], { stdin: 'x' })
  t.match(taken.err, `khancap: vietnam-2 has claimed case ${one.caseId}`)
  const empty = await desk.run('vietnam-2', ['reply', one.caseId], { stdin: ' \n' })
  t.equal(empty.code, 2)
  t.match(empty.err, 'nothing was written; nothing was sent')
  const long = await desk.run('vietnam-2', ['reply', one.caseId], { stdin: 'a'.repeat(20_001) })
  t.equal(long.code, 1)
  t.match(long.err, 'the text has 20001 characters; at most 20000 can be sealed')
  const binary = await desk.run('vietnam-2', ['reply', one.caseId], {
    stdin: Uint8Array.of(0xff, 0xfe, 0),
  })
  t.match(binary.err, 'the input is not text in UTF-8')
  const full = await desk.run('vietnam-2', ['reply', one.caseId], { stdin: 'ế'.repeat(20_000) })
  t.equal(full.code, 0, full.err)
})

await t.test('a day with one case: note, colleague, contact, close, reopen, release', async t => {
  const one = await claimed(desk)
  const id = short(one.caseId)
  t.equal((await desk.run('vietnam-1', ['note', id], { stdin: 'hỏi luật sư ở Hà Nội' })).code, 0)

  const unread = await desk.run('china-1', ['open', one.caseId])
  t.equal(unread.code, 1)
  t.match(unread.err, 'there is no such case for this handler')
  const stranger = await desk.run('vietnam-1', ['add-reader', id, '--to', 'nobody-9'])
  t.match(stranger.err, 'the directory has no active handler nobody-9')
  t.equal((await desk.run('vietnam-1', ['add-reader', id, '--to', 'left-1'])).code, 1)
  const added = await desk.run('vietnam-1', ['add-reader', id], { asker: scriptedAsker('china-1') })
  t.equal(added.code, 0, added.err)
  const seen = json((await desk.run('china-1', ['open', one.caseId, '--json'])).out)
  t.strictSame(seen.content.answers, vietnamese, 'who was let in reads the case')

  const early = await desk.run('vietnam-1', ['close', id, '--outcome', 'supported'])
  t.equal(early.code, 1)
  t.match(early.err, 'khancap reply or khancap contacted')
  const contacted = await desk.run('vietnam-1', ['contacted', id], {
    asker: scriptedAsker('phone'),
  })
  t.equal(contacted.code, 0, contacted.err)
  t.match(contacted.out, 'was answered by phone')
  const closed = await desk.run('vietnam-1', ['close', id], { asker: scriptedAsker('referred') })
  t.match(closed.out, /closed case .* \(referred\)/)
  t.match((await desk.run('vietnam-1', ['reply', id], { stdin: 'x' })).err, 'is closed')
  t.equal((await desk.run('vietnam-1', ['reopen', id])).code, 0)
  t.equal((await desk.run('vietnam-1', ['release', id])).code, 0)

  const opened = json((await desk.run('vietnam-2', ['open', one.caseId, '--json'])).out)
  t.equal(opened.notes[0].text, 'hỏi luật sư ở Hà Nội')
  t.equal(opened.history.broken_at, null)
  const acts = opened.history.events.filter((event: { handler: string | null }) => event.handler)
  t.ok(acts.every((event: { signature: string }) => event.signature === 'verified'))
  t.strictSame(opened.warnings, [])
})

await t.test('a note written later can be read by who was let in', async t => {
  const one = await claimed(desk)
  await desk.run('vietnam-1', ['add-reader', one.caseId, '--to', 'china-1'])
  await desk.run('vietnam-1', ['note', one.caseId], { stdin: 'for all of us' })
  const seen = json((await desk.run('china-1', ['open', one.caseId, '--json'])).out)
  t.equal(seen.notes[0].text, 'for all of us')
})

await t.test('step 11: an addition is shown where the applicant signed it', async t => {
  const one = await desk.newCase()
  const addition = await sealedAddition(desk.organisation, one, 'Họ vừa quay lại.')
  t.equal((await withToken(desk.api, one.token, '/v1/mailbox/additions', addition)).statusCode, 201)
  const opened = json((await desk.run('vietnam-1', ['open', one.caseId, '--json'])).out)
  t.equal(opened.additions[0].text, 'Họ vừa quay lại.')
  t.strictSame(opened.warnings, [])

  await desk.api.db.rows(
    `update additions set signature = decode(repeat('00', 64), 'hex') where case_id = $1`,
    [one.caseId],
  )
  const forged = await desk.run('vietnam-1', ['open', one.caseId])
  t.match(forged.out, 'not shown: not from the applicant')
  t.notMatch(forged.out, 'quay lại')
})

await t.test(
  'however much was added to a case, it can be claimed, opened and answered',
  async t => {
    const one = await desk.newCase()
    // More than anybody may add now.
    await desk.api.db.rows(
      `insert into additions (case_id, id, at, sealed, signature, directory_sequence)
     select $1, lpad(n::text, 21, '0') || 'A', now(),
       decode(repeat('00', $2), 'hex'), decode(repeat('00', 64), 'hex'), 1
     from generate_series(1, $3) n`,
      [one.caseId, maxSealedBytes, maxAdditions],
    )
    const shown = await act(desk.api, 'vietnam-1', 'GET', `/v1/cases/${one.caseId}`)
    t.ok(shown.rawPayload.length < 100_000, `${shown.rawPayload.length} bytes`)
    t.equal((await desk.run('vietnam-1', ['claim', one.caseId])).code, 0)
    const opened = await desk.run('vietnam-1', ['open', one.caseId, '--json'])
    t.equal(opened.code, 0, opened.err)
    t.equal(json(opened.out).additions.length, maxAdditions)
    const answered = await desk.run('vietnam-1', ['reply', one.caseId], { stdin: 'Chúng tôi đây.' })
    t.equal(answered.code, 0, answered.err)
  },
)

await t.test(
  'a case that was routed elsewhere than its answers say is shown with a warning',
  async t => {
    const one = await desk.newCase({ ...vietnamese, country: 'CN', reply_language: 'zh-Hans' })
    const { code, out } = await desk.run('vietnam-1', ['open', one.caseId, '--json'])
    t.equal(code, 0)
    const [warning] = json(out).warnings
    t.equal(warning.code, 'routing_differs')
    t.match(warning.sentence, 'the sealed answers lead to emergency, team china')
  },
)

await t.test('a history that was changed afterwards is shown with a warning', async t => {
  const one = await claimed(desk)
  await desk.api.db.rows(
    `update events set handler = 'vietnam-2' where case_id = $1 and kind = 'claimed'`,
    [one.caseId],
  )
  const codes = json(
    (await desk.run('vietnam-1', ['open', one.caseId, '--json'])).out,
  ).warnings.map(({ code }: { code: string }) => code)
  t.ok(codes.includes('history_broken'))
  t.ok(codes.includes('signature_false'))
})

await t.test('two handlers hold the clock of a case, and let it run on', async t => {
  const { caseId } = await desk.newCase()
  const id = short(caseId)
  const hold = ['hold', id, '--until', '12h', '--reason', 'applicant_asked']
  const asked = await desk.run('vietnam-1', hold)
  t.equal(asked.code, 0, asked.err)
  t.match(asked.out, /^asked to hold case \w{26} until .* UTC: another handler must confirm it\n$/)
  const alone = await desk.run('vietnam-1', ['hold', id, '--confirm'])
  t.match([alone.code, alone.err], [1, 'you asked for it yourself; another handler confirms it'])
  t.match((await desk.run('vietnam-2', ['inbox'])).out, 'vietnam-1 asks to hold it')
  const unasked = await desk.run('vietnam-2', ['hold', id, '--confirm'])
  t.match([unasked.code, unasked.err], [2, /a hold is confirmed at a terminal\nhint: .*--until 2/])
  const no = await desk.run('vietnam-2', ['hold', id, '--confirm'], { asker: scriptedAsker('no') })
  t.match([no.code, no.err], [1, 'the hold was not confirmed'])
  const asker = scriptedAsker('yes')
  const held = await desk.run('vietnam-2', ['hold', id, '--confirm'], { asker })
  t.match(asker.asked[0], /^vietnam-1 asks to hold case .* UTC: the applicant asked us to wait\./)
  t.match(held.out, /^case \w{26} is held until .* UTC; the applicant sees it\n$/)
  t.match((await desk.run('vietnam-1', ['inbox'])).out, /held until 2\d{3}-/)
  const opened = await desk.run('vietnam-1', ['open', id])
  t.match(opened.out, /^ {2}held until .* UTC \(applicant asked\), by vietnam-1 and vietnam-2$/m)
  t.match(opened.out, /held \(applicant asked .*\)\s+by\s+vietnam-2,\s+signed/)
  t.notMatch(opened.out, 'warning')
  const again = await desk.run('vietnam-1', [
    'hold',
    id,
    '--until',
    '1h',
    '--reason',
    'cannot_work',
  ])
  t.equal(again.code, 1)
  t.match(again.err, /cannot be held now\nhint: .*\nhint: khancap unhold/)
  const ended = await desk.run('vietnam-1', ['unhold', id])
  t.match(ended.out, /^the clock of case \w{26} runs\n$/)
  const long = await desk.run('vietnam-1', [
    'hold',
    id,
    '--until',
    '200d',
    '--reason',
    'cannot_work',
  ])
  t.match(long.err, /the hold cannot end then\nhint: .* 3 d together at most/)
  const nobody = await desk.run('vietnam-2', ['hold', id, '--confirm'])
  t.match(nobody.err, 'nobody has asked to hold case')
  for (const wrong of [
    ['hold', id],
    ['hold', id, '--confirm', '--until', '1h'],
    ['hold', id, '--until', 'tomorrow', '--reason', 'cannot_work'],
    ['hold', id, '--until', '2027-02-31T00:00Z', '--reason', 'cannot_work'],
    ['hold', id, '--until', '1h'],
  ])
    t.equal((await desk.run('vietnam-1', wrong)).code, 2, wrong.join(' '))
})

await t.test(
  'the history alone: each act with its signature, and no word of the applicant',
  async t => {
    const one = await claimed(desk)
    const { code, err, out } = await desk.run('vietnam-1', ['history', short(one.caseId)])
    t.equal(code, 0, err)
    t.match(out, /routed/)
    t.match(out, /claimed by vietnam-1, signed$/m)
    t.match(err, 'the chain is whole, and each act is signed')
    t.strictSame(
      Object.keys(json((await desk.run('vietnam-1', ['history', one.caseId, '--json'])).out)),
      ['case', 'broken_at', 'events'],
    )
    await desk.api.db.rows(
      `update events set handler = 'vietnam-2' where case_id = $1 and kind = 'claimed'`,
      [one.caseId],
    )
    const changed = await desk.run('vietnam-1', ['history', one.caseId])
    t.equal(changed.code, 1)
    t.match(changed.out, 'NOT SIGNED BY THEM')
    t.match(changed.err, 'the history is broken at entry 2')
  },
)

await t.test('the inbox is narrowed down by team, program and what is due', async t => {
  const { caseId } = await desk.newCase()
  const listed = async (...args: string[]) => {
    const run = await desk.run('vietnam-1', ['inbox', '--json', '--limit', '200', ...args])
    return json(run.out).cases.some(({ id }: { id: string }) => id === caseId)
  }
  t.ok(await listed('--team', 'vietnam', '--program', 'emergency', '--due', '3d'))
  t.notOk(await listed('--team', 'china'))
  t.notOk(await listed('--program', 'pil'))
  t.notOk(await listed('--due', '1h'))
  for (const wrong of [
    ['--due', '4'],
    ['--due', '0h'],
    ['--due', '9999d'],
    ['--team', 'A team'],
  ])
    t.equal((await desk.run('vietnam-1', ['inbox', ...wrong])).code, 2, wrong.join(' '))
})

await t.test('a misspelled name is refused: it would look like an inbox without cases', async t => {
  const { caseId } = await desk.newCase()
  const to = ['--to', 'vietnam-lead']
  for (const [kind, wrong, ...args] of [
    ['team', 'vietnm', 'inbox', '--team', 'vietnm'],
    ['program', 'emergncy', 'inbox', '--program', 'emergncy'],
    ['team', 'vietnm', 'watch', '--json', '--team', 'vietnm'],
    ['program', 'emergncy', 'watch', '--json', '--program', 'emergncy'],
    ['handler', 'vietnm-1', 'add-reader', '--from', 'vietnm-1', ...to],
    ['team', 'vietnm', 'add-reader', '--team', 'vietnm', ...to],
  ] as const) {
    const run = await desk.run('vietnam-1', args)
    t.equal(run.code, 1, args.join(' '))
    t.equal(run.out, '')
    t.match(run.err, `khancap: the directory has no ${kind} ${wrong}\nhint: it has `)
  }
  // What the directory no longer has may still stand on cases.
  await desk.api.db.rows(
    `update cases set program = 'ended', claimed_by = 'who-left' where id = $1`,
    [caseId],
  )
  const listed = await desk.run('vietnam-1', ['inbox', '--program', 'ended'])
  t.equal(listed.code, 0, listed.err)
  t.match(listed.out, short(caseId))
  const left = await desk.run('vietnam-1', ['add-reader', '--from', 'who-left', ...to, '--dry-run'])
  t.equal(left.code, 0, left.err)
  t.match(left.out, caseId)
})
