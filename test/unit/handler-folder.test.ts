// What a handler's config folder holds, as text: settings and the public half of an identity. Faults by name, never by value.
import t from 'tap'
import {
  directoryFile,
  draftsFolder,
  identityFile,
  newSettings,
  parsePublicIdentity,
  parseSettings,
  pluginIdentityFile,
  printPublicIdentity,
  printSettings,
  publicIdentity,
  publicIdentityFile,
  settingsFile,
} from '../../keys/handler-folder.js'
import { newIdentity } from '../../keys/identity.js'
import { KhancapError } from '../../schemas/problem.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { recipientOf } from '../../src/core/envelope/age-keys.js'

const p = await nodePrimitives()
const url = 'https://khancap.example.org'
const root = 'ab'.repeat(32)

await t.test('the names of the files are what the documentation says', t => {
  t.strictSame(
    [
      settingsFile,
      directoryFile,
      identityFile,
      publicIdentityFile,
      pluginIdentityFile,
      draftsFolder,
    ],
    [
      'settings.json',
      'directory.note',
      'identity.age',
      'identity.json',
      'identity.plugin',
      'drafts',
    ],
  )
  t.end()
})

await t.test('settings of an organisation that was just pinned know nothing yet', t => {
  const settings = newSettings({ url, root })
  t.strictSame(settings, {
    v: 1,
    url,
    origin: null,
    root,
    highest_sequence: 0,
    highest_sha256: null,
    handler: null,
    language: null,
    passphrase_file: null,
    passphrase_command: null,
    proxy: null,
  })
  t.strictSame(newSettings({ url, root, handler: 'lawyer-1', passphraseFile: 'passphrase' }), {
    ...settings,
    handler: 'lawyer-1',
    passphrase_file: 'passphrase',
  })
  const text = printSettings(settings)
  t.match(text, /^\{\n {2}"v": 1,\n/)
  t.match(text, /\n\}\n$/)
  t.strictSame(parseSettings(text), settings)
  t.end()
})

await t.test('the public half of an identity has its recipients and its keys', t => {
  const identity = newIdentity(p, 'lawyer-1')
  const half = publicIdentity(p, identity)
  t.strictSame(
    half.recipients,
    identity.opening.map(opening => recipientOf(p, opening)),
  )
  t.equal(half.signing_keys.length, 1)
  t.equal(half.handler, 'lawyer-1')
  const text = printPublicIdentity(half)
  t.strictSame(parsePublicIdentity(text), half)
  t.notMatch(text, /SECRET/)
  t.throws(() => printPublicIdentity({ ...half, handler: '' }))
  t.end()
})

function faultsOf(call: () => unknown): { code: string; faults: unknown; caused: boolean } {
  try {
    call()
  } catch (error) {
    if (error instanceof KhancapError)
      return { code: error.code, faults: error.faults, caused: error.cause !== undefined }
  }
  throw new Error('expected a problem')
}

await t.test('what is no JSON, or has another shape, is named and not shown', t => {
  for (const [read, code] of [
    [parseSettings, 'config_invalid'],
    [parsePublicIdentity, 'identity_malformed'],
  ] as const) {
    t.match(
      faultsOf(() => read('{')),
      { code, caused: true },
    )
    t.match(
      faultsOf(() => read('[]')),
      { code, faults: [{ pointer: '', code: 'invalid_type' }] },
    )
  }
  const bad = JSON.stringify({ ...newSettings({ url, root }), root: 'secret-value' })
  const { faults } = faultsOf(() => parseSettings(bad))
  t.match(faults, [{ pointer: '/root' }])
  t.notMatch(JSON.stringify(faults), /secret-value/)
  const half = publicIdentity(p, newIdentity(p, 'lawyer-1'))
  const nested = { ...half, signing_keys: Array.from({ length: 51 }, () => 'x') }
  const many = faultsOf(() => parsePublicIdentity(JSON.stringify(nested))).faults
  t.ok(Array.isArray(many) && many.length > 0 && many.length <= 50)
  t.match(many, [{ pointer: /^\/signing_keys/ }])
  t.end()
})
