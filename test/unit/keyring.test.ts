// Who and which keys are valid at an instant: at the edge and one over.
import t from 'tap'
import type { DirectoryHandler } from '../../schemas/directory.js'
import {
  activeHandlers,
  activeRecipient,
  handlerById,
  handlerByKey,
  isActive,
  routerRecipient,
} from '../../keys/keyring.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { newPerson, sampleOrganisation } from '../helper/sample-content.js'

const p = await nodePrimitives()
const { directory, handlers } = sampleOrganisation(p)
const [vi, en] = directory.handlers
const [viPerson] = handlers
if (vi === undefined || en === undefined || viPerson === undefined) throw new Error('two handlers')
const from = '2026-03-01T00:00:00Z'
const until = '2026-04-01T00:00:00Z'
const start = parseTimestamp(from)
const end = parseTimestamp(until)
const bounded = { valid_from: from, valid_until: until }
const withVi = (change: Partial<DirectoryHandler>) => ({
  ...directory,
  handlers: [{ ...vi, ...change }, en],
})

await t.test('validity begins with its first instant and ends before its last', t => {
  t.notOk(isActive(bounded, start - 1))
  t.ok(isActive(bounded, start))
  t.ok(isActive(bounded, end - 1))
  t.notOk(isActive(bounded, end))
  t.ok(isActive({ ...bounded, valid_until: null }, end))
  t.end()
})

await t.test('handlers are sealed to while they and one of their recipients are valid', t => {
  const ids = (of: typeof directory, at: number, team?: string) =>
    activeHandlers(of, at, team).map(({ id }) => id)
  t.same(ids(directory, start), ['vi-1', 'en-1'])
  t.same(ids(directory, start, 'vi'), ['vi-1'])
  t.same(ids(directory, start, 'none'), [])
  t.same(ids(withVi(bounded), end), ['en-1'], 'the handler has left')
  t.same(ids(withVi(bounded), end - 1), ['vi-1', 'en-1'])
  const recipients = vi.recipients.map(one => ({ ...one, ...bounded }))
  t.same(ids(withVi({ recipients }), end), ['en-1'], 'no recipient is left')
  t.same(ids(withVi({ recipients }), start - 1), ['en-1'], 'or not yet there')
  t.end()
})

await t.test('the newest valid recipient is sealed to', t => {
  const [old, fresh, later] = [newPerson(p), newPerson(p), newPerson(p)].map(one => one.recipient)
  const recipients = [
    { recipient: old ?? '', valid_from: '2026-01-01T00:00:00Z', valid_until: null },
    { recipient: fresh ?? '', valid_from: from, valid_until: until },
    { recipient: later ?? '', valid_from: '2026-05-01T00:00:00Z', valid_until: null },
  ]
  for (const order of [recipients, recipients.toReversed()]) {
    const handler = { ...vi, recipients: order }
    t.equal(activeRecipient(handler, start - 1), old)
    t.equal(activeRecipient(handler, start), fresh)
    t.equal(activeRecipient(handler, end), old)
    t.equal(activeRecipient(handler, parseTimestamp('2026-05-01T00:00:00Z')), later)
    t.equal(activeRecipient(handler, 0), null)
    t.equal(routerRecipient({ ...directory, router: order }, start), fresh)
    t.equal(routerRecipient({ ...directory, router: order }, 0), null)
  }
  const validity = { valid_from: from, valid_until: null }
  const twins = [old, fresh].map(recipient => ({ recipient: recipient ?? '', ...validity }))
  t.equal(activeRecipient({ ...vi, recipients: twins }, start), old, 'among equals the first')
  t.end()
})

await t.test('a signing key finds its handler while both are valid', t => {
  const key = p.ed25519PublicKey(viPerson.seed)
  const id = (of: typeof directory, at: number) => handlerByKey(of, key, at)?.id
  t.equal(id(directory, start), 'vi-1')
  t.equal(handlerByKey(directory, p.random(32), start), null)
  t.equal(id(withVi(bounded), end), undefined, 'the handler has left')
  const signing_keys = vi.signing_keys.map(one => ({ ...one, ...bounded }))
  t.equal(id(withVi({ signing_keys }), end - 1), 'vi-1')
  t.equal(id(withVi({ signing_keys }), end), undefined, 'the key has ended')
  t.equal(id(withVi({ signing_keys }), start - 1), undefined)
  const next = p.random(32)
  const rotated = [
    ...signing_keys,
    { key: encodeBase64url(p.ed25519PublicKey(next)), valid_from: until, valid_until: null },
  ]
  t.equal(
    handlerByKey(withVi({ signing_keys: rotated }), p.ed25519PublicKey(next), end)?.id,
    'vi-1',
  )
  t.end()
})

await t.test('handlers of the past are still known by name', t => {
  t.equal(handlerById(withVi(bounded), 'vi-1')?.id, 'vi-1')
  t.equal(handlerById(directory, 'nobody'), null)
  t.end()
})
