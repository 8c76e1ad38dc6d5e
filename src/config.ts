// Reads the configuration once: settings, which may be printed, and secrets, which may not. Every fault is
// reported together with the others, by name and never by value.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import envPaths from 'env-paths'
import type * as z from 'zod'
import { type Fault, KhancapError } from '../schemas/problem.js'
import type { UploadLimits } from './app/begin-upload.js'
import {
  otherPrograms,
  type Reader,
  type SecretName,
  secrets,
  type SettingName,
  settings,
} from './settings.js'

export type Env = Readonly<Record<string, string | undefined>>

export interface Config {
  readonly home: string
  readonly host: string
  readonly port: number
  readonly metricsPort: number
  /** Requests for support an hour without a puzzle; null where the operator says nothing. */
  readonly openIntakes: number | null
  /** Attachments, as the operator limits them; in bytes. */
  readonly uploads: Partial<UploadLimits>
  /** Null where the demo is to supply it. */
  readonly root: string | null
  readonly directoryFile: string
  readonly receiptKeyFile: string
  readonly routerIdentityFile: string
  readonly contactsFile: string
  readonly mailFrom: string | null
  readonly smtpCaFile: string | null
  readonly imapCaFile: string | null
}

export interface Secrets {
  readonly databaseUrl: string | null
  readonly redisUrl: string | null
  readonly smtpUrl: string | null
  readonly aliveUrl: string | null
  /** Mailboxes to take mails from, apart by white space. */
  readonly imapUrl: string | null
  readonly webhookUrl: string | null
  readonly webhookSecret: string | null
}

type PortSetting = 'KHANCAP_PORT' | 'KHANCAP_METRICS_PORT'
type CountSetting =
  | 'KHANCAP_OPEN_INTAKES'
  | 'KHANCAP_UPLOAD_MB'
  | 'KHANCAP_UPLOADS_PER_CASE'
  | 'KHANCAP_UPLOADS_CASE_MB'
  | 'KHANCAP_UPLOADS_TOTAL_MB'
type TextSetting = Exclude<SettingName, PortSetting | CountSetting>

const names = new Set<string>([
  ...Object.keys(settings),
  ...Object.keys(secrets).flatMap(name => [name, `${name}_FILE`]),
])

const megabyte = 1_048_576

/** An empty variable counts as absent: container files cannot say "not set". */
function given(env: Env, name: string): string | undefined {
  const text = env[name]
  return text === '' ? undefined : text
}

const fault = (name: string, code: string): Fault => ({ pointer: `/${name}`, code })

function refuseWhere(faults: readonly Fault[]): void {
  if (faults.length > 0) throw new KhancapError('config_invalid', { faults })
}

function unknownNames(env: Env): Fault[] {
  return Object.keys(env)
    .filter(name => name.startsWith('KHANCAP_') && !names.has(name) && !otherPrograms.test(name))
    .map(name => fault(name, 'unknown'))
}

/** Where data is kept by default. Root has no home that a database's own user could enter. */
function defaultHome(): string {
  if (process.platform === 'linux' && process.getuid?.() === 0) return '/var/lib/khancap'
  return envPaths('khancap', { suffix: '' }).data
}

/** @throws KhancapError `config_invalid` with a fault for each variable that is unknown or does not fit */
export function loadConfig(env: Env): Config {
  const faults = unknownNames(env)
  function read<T>(name: SettingName, schema: z.ZodType<T, string>): T | null {
    const text = given(env, name)
    if (text === undefined) return null
    const parsed = schema.safeParse(text)
    if (!parsed.success) faults.push(fault(name, 'invalid'))
    return parsed.success ? parsed.data : null
  }
  const text = (name: TextSetting) => read(name, settings[name].schema)
  const port = (name: PortSetting) => read(name, settings[name].schema)
  const number = (name: CountSetting) => read(name, settings[name].schema)
  const size = (key: keyof UploadLimits, name: CountSetting, unit: number) => {
    const count = number(name)
    return count === null ? {} : { [key]: count * unit }
  }
  const path = (name: TextSetting, otherwise: string) => resolve(text(name) ?? otherwise)
  const home = path('KHANCAP_HOME', defaultHome())
  const smtpCaFile = text('KHANCAP_SMTP_CA_FILE')
  const imapCaFile = text('KHANCAP_IMAP_CA_FILE')
  const config: Config = {
    home,
    host: text('KHANCAP_HOST') ?? '127.0.0.1',
    port: port('KHANCAP_PORT') ?? 8480,
    metricsPort: port('KHANCAP_METRICS_PORT') ?? 8481,
    openIntakes: number('KHANCAP_OPEN_INTAKES'),
    uploads: {
      ...size('maxBytes', 'KHANCAP_UPLOAD_MB', megabyte),
      ...size('perCase', 'KHANCAP_UPLOADS_PER_CASE', 1),
      ...size('perCaseBytes', 'KHANCAP_UPLOADS_CASE_MB', megabyte),
      ...size('totalBytes', 'KHANCAP_UPLOADS_TOTAL_MB', megabyte),
    },
    root: text('KHANCAP_ROOT'),
    directoryFile: path('KHANCAP_DIRECTORY_FILE', join(home, 'directory.note')),
    receiptKeyFile: path('KHANCAP_RECEIPT_KEY_FILE', join(home, 'secrets', 'receipt.key')),
    routerIdentityFile: path(
      'KHANCAP_ROUTER_IDENTITY_FILE',
      join(home, 'secrets', 'router.identity'),
    ),
    contactsFile: path('KHANCAP_CONTACTS_FILE', join(home, 'contacts.json')),
    mailFrom: text('KHANCAP_MAIL_FROM'),
    smtpCaFile: smtpCaFile === null ? null : resolve(smtpCaFile),
    imapCaFile: imapCaFile === null ? null : resolve(imapCaFile),
  }
  refuseWhere(faults)
  return Object.freeze(config)
}

/** @throws KhancapError `config_invalid` with a fault for each secret that is missing, unreadable or does not fit */
export function loadSecrets(
  env: Env,
  readFile: (path: string) => string = path => readFileSync(path, 'utf8'),
): Secrets {
  const faults: Fault[] = []
  function read(name: SecretName): string | null {
    const direct = given(env, name)
    const file = given(env, `${name}_FILE`)
    if (direct !== undefined && file !== undefined) {
      faults.push(fault(name, 'given_twice'))
      return null
    }
    let text = direct
    if (file !== undefined) {
      try {
        text = readFile(file).trim()
      } catch {
        faults.push(fault(`${name}_FILE`, 'unreadable'))
        return null
      }
    }
    if (text === undefined) return null
    if (secrets[name].schema.safeParse(text).success) return text
    faults.push(fault(direct === undefined ? `${name}_FILE` : name, 'invalid'))
    return null
  }
  const loaded: Secrets = {
    databaseUrl: read('DATABASE_URL'),
    redisUrl: read('REDIS_URL'),
    smtpUrl: read('KHANCAP_SMTP_URL'),
    aliveUrl: read('KHANCAP_ALIVE_URL'),
    imapUrl: read('KHANCAP_IMAP_URL'),
    webhookUrl: read('KHANCAP_WEBHOOK_URL'),
    webhookSecret: read('KHANCAP_WEBHOOK_SECRET'),
  }
  refuseWhere(faults)
  return Object.freeze(loaded)
}

/** What a process cannot do without. */
const required: Readonly<Record<Reader, readonly string[]>> = {
  start: [],
  api: ['DATABASE_URL', 'KHANCAP_ROOT'],
  workers: ['DATABASE_URL', 'KHANCAP_ROOT'],
  migrate: ['DATABASE_URL'],
}

/**
 * Settings and secrets of one process, with every fault of both reported together.
 * @throws KhancapError `config_invalid`
 */
export function loadConfiguration(
  env: Env,
  reader: Reader,
): { readonly config: Config; readonly secrets: Secrets } {
  const faults: Fault[] = []
  function attempt<T>(load: () => T): T | null {
    try {
      return load()
    } catch (error) {
      if (!(error instanceof KhancapError)) throw error
      faults.push(...error.faults)
      return null
    }
  }
  const config = attempt(() => loadConfig(env))
  const loaded = attempt(() => loadSecrets(env))
  const has = (name: string) =>
    given(env, name) !== undefined || given(env, `${name}_FILE`) !== undefined
  for (const name of required[reader]) if (!has(name)) faults.push(fault(name, 'missing'))
  if (has('KHANCAP_SMTP_URL') && !has('KHANCAP_MAIL_FROM'))
    faults.push(fault('KHANCAP_MAIL_FROM', 'missing'))
  if (has('KHANCAP_WEBHOOK_URL') && !has('KHANCAP_WEBHOOK_SECRET'))
    faults.push(fault('KHANCAP_WEBHOOK_SECRET', 'missing'))
  refuseWhere(faults)
  if (config === null || loaded === null) throw new KhancapError('config_invalid')
  return { config, secrets: loaded }
}

/** The faults of a configuration as sentences, one for each variable. */
export function configSentences(error: KhancapError): string[] {
  const words: Record<string, { expects: string } | undefined> = { ...settings, ...secrets }
  return error.faults.map(({ pointer, code }) => {
    const name = pointer.slice(1)
    const expects = (words[name] ?? words[name.replace(/_FILE$/, '')])?.expects ?? 'something else'
    if (code === 'unknown') return `${name} is not a setting of khancap`
    if (code === 'missing') return `${name} is missing: it must be ${expects}`
    if (code === 'given_twice') return `${name} and ${name}_FILE are both set: keep one`
    if (code === 'unreadable') return `${name} names a file that cannot be read`
    if (name.endsWith('_FILE') && words[name] === undefined)
      return `${name} names a file whose content must be ${expects}`
    return `${name} must be ${expects}`
  })
}
