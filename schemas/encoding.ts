// The small words that every other schema is made of: ids, bytes as text, instants, languages, countries.
import * as z from 'zod'

/** base64url without padding (RFC 4648 §5) of exactly `bytes` bytes. Canonical: unused bits must be zero. */
export function exactBytes(bytes: number) {
  const rest = bytes % 3
  const body = `[A-Za-z0-9_-]{${Math.floor(bytes / 3) * 4}}`
  const tail =
    rest === 0 ? '' : rest === 1 ? '[A-Za-z0-9_-][AQgw]' : '[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048]'
  return z.string().regex(new RegExp(`^${body}${tail}$`))
}

/** base64url without padding of one to `maxBytes` bytes. */
export function boundedBytes(maxBytes: number) {
  return z
    .string()
    .min(2)
    .max(Math.ceil((maxBytes * 4) / 3))
    .regex(/^[A-Za-z0-9_-]*$/)
    .refine(text => text.length % 4 !== 1, 'not base64url')
}

/** SHA-256 as base64url. */
export const Sha256 = exactBytes(32).meta({ id: 'Sha256', description: 'SHA-256, base64url' })
export type Sha256 = z.infer<typeof Sha256>

/** 128 random bits made by a client: an intake, addition, reply, note or grant. */
export const ClientId = exactBytes(16).meta({
  id: 'ClientId',
  description: '128 random bits made by the client, base64url',
})
export type ClientId = z.infer<typeof ClientId>

/** 128 random bits made by the server, 26 digits of Crockford's base32 in lower case: easy to read aloud. */
export const CaseId = z
  .string()
  .regex(/^[0-7][0-9a-hjkmnp-tv-z]{25}$/)
  .meta({ id: 'CaseId', description: "128 random bits, Crockford's base32" })
export type CaseId = z.infer<typeof CaseId>

/** A name that an organisation gives to a program, team or handler. */
export const Slug = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/)
  .meta({ id: 'Slug', description: 'A short name in lower case' })
export type Slug = z.infer<typeof Slug>

/** A second in UTC, RFC 3339 with Z. Inside the program an instant is a number of milliseconds since 1970. */
export const Timestamp = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/)
  .meta({ id: 'Timestamp', description: 'A second in UTC, RFC 3339' })
export type Timestamp = z.infer<typeof Timestamp>

/** A day of the calendar. */
export const Day = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/)
  .meta({ id: 'Day', description: 'A day, YYYY-MM-DD' })
export type Day = z.infer<typeof Day>

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number

/** A BCP 47 language tag as the forms use them: vi, en, zh-Hans, zh-Hant, fr. */
export const Language = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$/)
  .meta({ id: 'Language', description: 'A BCP 47 language tag' })
export type Language = z.infer<typeof Language>

/** ISO 3166-1 alpha-2, and XK. */
export const Country = z
  .string()
  .regex(/^[A-Z]{2}$/)
  .meta({ id: 'Country', description: 'ISO 3166-1 alpha-2' })
export type Country = z.infer<typeof Country>

/** ISO 3166-2. */
export const Region = z
  .string()
  .regex(/^[A-Z]{2}-[A-Z0-9]{1,3}$/)
  .meta({ id: 'Region', description: 'ISO 3166-2' })
export type Region = z.infer<typeof Region>

/** Where the service is reached: scheme, host, port; no path, no trailing slash. */
export const Origin = z
  .string()
  .max(200)
  .regex(/^https?:\/\/[a-z0-9.-]+(:\d{1,5})?$|^http:\/\/\[::1\](:\d{1,5})?$/)
  .meta({ id: 'Origin', description: 'Scheme, host and port' })
export type Origin = z.infer<typeof Origin>

/** An age recipient of the hybrid kind, Bech32 with the prefix age1pq (C2SP age, mlkem768x25519). */
export const AgeRecipient = z
  .string()
  .regex(/^age1pq1[02-9ac-hj-np-z]{1900,2000}$/)
  .meta({ id: 'AgeRecipient', description: 'An age mlkem768x25519 recipient' })
export type AgeRecipient = z.infer<typeof AgeRecipient>

/** An Ed25519 public key, base64url. */
export const SigningKey = exactBytes(32).meta({
  id: 'SigningKey',
  description: 'An Ed25519 public key, base64url',
})
export type SigningKey = z.infer<typeof SigningKey>
