// The configuration reports every fault at once, by name and never by value.
import t from 'tap'
import { isLoopback } from '../../src/core/encoding/loopback.js'
import { configSentences, loadConfig, loadConfiguration, loadSecrets } from '../../src/config.js'
import { mailboxUrls } from '../../src/mailbox-urls.js'
import { KhancapError } from '../../schemas/problem.js'
import { secrets, settings } from '../../src/settings.js'

const canary = 'canary-5c9d1f'

function faultsOf(act: () => unknown): KhancapError {
  try {
    act()
  } catch (error) {
    if (error instanceof KhancapError && error.code === 'config_invalid') return error
    throw error
  }
  throw new Error('the configuration was accepted')
}

await t.test('an empty environment gives the defaults', async t => {
  const config = loadConfig({ KHANCAP_HOME: '/srv/k' })
  t.strictSame(config, {
    home: '/srv/k',
    host: '127.0.0.1',
    port: 8480,
    metricsPort: 8481,
    openIntakes: null,
    uploads: {},
    root: null,
    directoryFile: '/srv/k/directory.note',
    receiptKeyFile: '/srv/k/secrets/receipt.key',
    routerIdentityFile: '/srv/k/secrets/router.identity',
    contactsFile: '/srv/k/contacts.json',
    mailFrom: null,
    smtpCaFile: null,
    imapCaFile: null,
  })
  t.ok(Object.isFrozen(config))
  t.ok(loadConfig({}).home.endsWith('khancap'))
})

await t.test('what attachments get is given in megabytes, within its bounds', async t => {
  const read = (name: string, value: string) => loadConfig({ [`KHANCAP_${name}`]: value }).uploads
  t.strictSame(read('UPLOAD_MB', '100'), { maxBytes: 104_857_600 })
  t.strictSame(read('UPLOADS_PER_CASE', '0'), { perCase: 0 })
  t.strictSame(read('UPLOADS_CASE_MB', '20000'), { perCaseBytes: 20_971_520_000 })
  t.strictSame(read('UPLOADS_TOTAL_MB', '1'), { totalBytes: 1_048_576 })
  for (const [name, value] of [
    ['UPLOAD_MB', '0'],
    ['UPLOAD_MB', '101'],
    ['UPLOADS_PER_CASE', '201'],
    ['UPLOADS_CASE_MB', '20001'],
    ['UPLOADS_TOTAL_MB', '10000001'],
    ['UPLOADS_TOTAL_MB', '1.5'],
    ['UPLOADS_TOTAL_MB', '01'],
  ] as const)
    t.throws(() => read(name, value), { code: 'config_invalid' }, `${name} ${value}`)
})

await t.test('requests without a puzzle are a number, at least one', async t => {
  const read = (value: string) => loadConfig({ KHANCAP_OPEN_INTAKES: value }).openIntakes
  t.equal(read('1'), 1)
  t.equal(read('10000000'), 10_000_000)
  for (const value of ['0', '10000001', '1.5', '-1', '01'])
    t.throws(() => read(value), { code: 'config_invalid' }, value)
})

await t.test('an empty variable counts as absent', async t => {
  t.equal(loadConfig({ KHANCAP_PORT: '' }).port, 8480)
  t.equal(loadSecrets({ DATABASE_URL: '' }).databaseUrl, null)
})

await t.test(
  'every fault of settings and secrets is reported together, by name and never by value',
  async t => {
    const error = faultsOf(() =>
      loadConfiguration(
        {
          KHANCAP_PORT: canary,
          KHANCAP_METRICS_PORT: '65536',
          KHANCAP_HOST: `${canary} `,
          KHANCAP_ROOT: canary,
          KHANCAP_MAIL_FROM: canary,
          KHANCAP_HOEM: canary,
          REDIS_URL: `http://${canary}`,
          KHANCAP_SMTP_URL_FILE: `/nowhere/${canary}`,
        },
        'api',
      ),
    )
    const names = error.faults.map(fault => `${fault.pointer} ${fault.code}`)
    t.strictSame(names.toSorted(), [
      '/DATABASE_URL missing',
      '/KHANCAP_HOEM unknown',
      '/KHANCAP_HOST invalid',
      '/KHANCAP_MAIL_FROM invalid',
      '/KHANCAP_METRICS_PORT invalid',
      '/KHANCAP_PORT invalid',
      '/KHANCAP_ROOT invalid',
      '/KHANCAP_SMTP_URL_FILE unreadable',
      '/REDIS_URL invalid',
    ])
    const sentences = configSentences(error)
    t.equal(sentences.length, error.faults.length)
    t.notMatch(`${sentences.join()} ${JSON.stringify(error)} ${error.stack}`, canary)
    t.match(sentences.join('\n'), 'KHANCAP_PORT must be a port number from 0 to 65535')
  },
)

await t.test('mailboxes are URLs with what is known of their mails', async t => {
  const accepted = (text: string) => {
    try {
      return loadSecrets({ KHANCAP_IMAP_URL: text }).imapUrl === text
    } catch {
      return false
    }
  }
  const one = 'imaps://user:pass%20word@mail.example/Junk?move=Taken&program=pil&country=VN'
  t.ok(accepted(one))
  t.ok(accepted(`${one} imap://u:p@127.0.0.1:1143`))
  t.strictSame(mailboxUrls(one), [
    {
      host: 'mail.example',
      port: 993,
      secure: true,
      user: 'user',
      password: 'pass word',
      path: 'Junk',
      moveTo: 'Taken',
      program: 'pil',
      country: 'VN',
      address: null,
      acknowledges: true,
    },
  ])
  const named = (rest: string) => mailboxUrls(`imaps://help%40example.org:p@h/${rest}`)
  t.match(named('?acknowledge=no'), [{ address: 'help@example.org', acknowledges: false }])
  t.match(named('?address=desk@example.org'), [{ address: 'desk@example.org', acknowledges: true }])
  t.match(mailboxUrls('imap://u:p@host'), [{ port: 143, secure: false, path: 'INBOX' }])
  t.ok(accepted(Array.from({ length: 16 }, () => 'imap://u:p@h').join(' ')))
  t.notOk(accepted(Array.from({ length: 17 }, () => 'imap://u:p@h').join(' ')))
  for (const text of [
    'https://u:p@h',
    'imaps://h',
    'imaps://u:p@h?other=1',
    'imaps://u:p@h?country=vn',
    'imaps://u:p@h?acknowledge=perhaps',
    'imaps://u:p@h?acknowledge=no&acknowledge=yes',
    'imaps://u:p@h?address=nobody',
    'imaps://u:p@h?address=a@b.example%0d%0aBcc:c@d.example',
  ])
    t.notOk(accepted(text), text)
})

await t.test("the CLI's and the tests' own variables are left alone", async () => {
  loadConfig({ KHANCAP_CONFIG_DIR: '/x', KHANCAP_TEST_LONG: '1', KHANCAP_PASSPHRASE_FILE: '/y' })
})

await t.test('a port is at most 65535', async t => {
  t.equal(loadConfig({ KHANCAP_PORT: '65535' }).port, 65_535)
  t.equal(loadConfig({ KHANCAP_PORT: '0' }).port, 0)
  for (const port of ['65536', '-1', '1.5', '0x50', ' 80'])
    faultsOf(() => loadConfig({ KHANCAP_PORT: port }))
})

await t.test(
  'a secret is read from the file that NAME_FILE names, without its last line break',
  async t => {
    const files: Record<string, string> = { '/run/db': 'postgres://u:p@127.0.0.1/khancap\n' }
    const loaded = loadSecrets({ DATABASE_URL_FILE: '/run/db' }, path => {
      const text = files[path]
      if (text === undefined) throw new Error('ENOENT')
      return text
    })
    t.equal(loaded.databaseUrl, 'postgres://u:p@127.0.0.1/khancap')
  },
)

await t.test('a secret is given once', async t => {
  const error = faultsOf(() =>
    loadSecrets({ DATABASE_URL: 'postgres://a/b', DATABASE_URL_FILE: '/run/db' }, () => ''),
  )
  t.strictSame(configSentences(error), [
    'DATABASE_URL and DATABASE_URL_FILE are both set: keep one',
  ])
})

await t.test('a file with something else in it is named, not quoted', async t => {
  const error = faultsOf(() => loadSecrets({ REDIS_URL_FILE: '/run/redis' }, () => canary))
  const [sentence] = configSentences(error)
  t.match(sentence, /^REDIS_URL_FILE names a file whose content must be a URL/)
  t.notMatch(sentence, canary)
})

await t.test('a mail server needs a sender', async t => {
  const error = faultsOf(() =>
    loadConfiguration({ KHANCAP_SMTP_URL: 'smtp://127.0.0.1:1025' }, 'start'),
  )
  t.strictSame(configSentences(error), ['KHANCAP_MAIL_FROM is missing: it must be a mail address'])
})

await t.test('npm start needs nothing; the two halves need the database and the root', async t => {
  loadConfiguration({}, 'start')
  for (const reader of ['api', 'workers'] as const) {
    const error = faultsOf(() => loadConfiguration({}, reader))
    t.strictSame(
      error.faults.map(fault => fault.pointer),
      ['/DATABASE_URL', '/KHANCAP_ROOT'],
    )
  }
})

await t.test('only this machine is loopback', async t => {
  const here = ['127.0.0.1', '127.8.8.8', '127.255.255.255', 'localhost', '::1', '[::1]']
  for (const host of here) t.ok(isLoopback(host), host)
  const elsewhere = [
    '0.0.0.0',
    '::',
    '127.0.0.1.example.org',
    'example.org',
    '10.0.0.1',
    '127.0.0.256',
  ]
  for (const host of elsewhere) t.notOk(isLoopback(host), host)
})

await t.test('each setting says what whoever can write it could do', async t => {
  for (const [name, setting] of Object.entries({ ...settings, ...secrets }))
    t.match(setting.about, /(Trusted|Not trusted)[^.]*[^]*\.$/, name)
})
