// A process of its own that takes mails in, for tests that kill it or measure it: prints a line when it watches, every log
// line, and twice a second how much memory it has.
import { readFileSync } from 'node:fs'
import { smtpLetterSender } from '../../src/adapters/nodemailer/smtp-letter-sender.js'
import { openPool } from '../../src/adapters/postgres/pool.js'
import { postgresStore } from '../../src/adapters/postgres/postgres-store.js'
import { currentDirectory } from '../../src/app/current-directory.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { serveMail } from '../../src/serve-mail.js'

const [databaseUrl = '', urls = '', root = '', identityFile = '', smtpUrl] = process.argv.slice(2)
const write =
  (level: string) =>
  (event: string, fields: object = {}) => {
    console.log(JSON.stringify({ level, event, ...fields }))
  }
const log = { info: write('info'), warn: write('warn'), error: write('error') }
const primitives = await nodePrimitives()
const store = postgresStore(openPool(databaseUrl))
await serveMail({
  store,
  primitives,
  directories: currentDirectory({ store, primitives, root, now: Date.now }),
  log,
  urls,
  ca: null,
  identity: readFileSync(identityFile, 'utf8'),
  onTaken: () => {},
  lookMs: 500,
  telling:
    smtpUrl === undefined
      ? null
      : {
          letters: smtpLetterSender({ url: smtpUrl, ca: null }),
          mailFrom: null,
          offlineForm: async () => null,
          leaseSeconds: 3,
        },
})
log.info('watching')
setInterval(() => {
  log.info('memory', { rss: process.memoryUsage.rss() })
}, 500)
