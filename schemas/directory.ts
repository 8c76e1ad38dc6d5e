// The organisation's directory: programs, teams, keyring, root. It travels as a C2SP signed note over exact
// bytes; this is the JSON inside (docs/protocol.md, "Directory").
import * as z from 'zod'
import {
  AgeRecipient,
  Country,
  Day,
  Language,
  Origin,
  Region,
  Sha256,
  SigningKey,
  Slug,
  Timestamp,
} from './encoding.js'
import { Period, Program } from './program.js'
import { SignedSite } from './site.js'

/** Bytes of a directory note at most. */
export const maxDirectoryBytes = 1_048_576
/** A directory is valid for at most this many days. */
export const maxDirectoryDays = 90
/** Recipients of one envelope at most (docs/protocol.md, "Envelope"). */
export const maxReaders = 64

/** The name of a key in a signed note: no space, no plus (C2SP signed-note). */
export const NoteKeyName = z.string().regex(/^[a-z0-9][a-z0-9./-]{0,79}$/)

export const NoteKey = z.strictObject({ name: NoteKeyName, key: SigningKey })
export type NoteKey = z.infer<typeof NoteKey>

/** The keys that sign the directory, and how many of them must. Its fingerprint is what clients pin. */
export const Root = z
  .strictObject({
    threshold: z.int().min(1).max(10),
    keys: z.array(NoteKey).min(1).max(10),
  })
  .refine(root => root.threshold <= root.keys.length, 'threshold above the number of keys')
  .meta({ id: 'Root', description: 'The keys that sign the directory' })
export type Root = z.infer<typeof Root>

const validity = { valid_from: Timestamp, valid_until: Timestamp.nullable() }

export const KeyringRecipient = z.strictObject({ recipient: AgeRecipient, ...validity })
export type KeyringRecipient = z.infer<typeof KeyringRecipient>

export const Role = z.enum(['handler', 'lead', 'director'])
export type Role = z.infer<typeof Role>

export const DirectoryHandler = z
  .strictObject({
    id: Slug.describe('A pseudonym: the directory is public'),
    recipients: z.array(KeyringRecipient).min(1).max(8).describe('Generations side by side'),
    signing_keys: z
      .array(z.strictObject({ key: SigningKey, ...validity }))
      .min(1)
      .max(8),
    roles: z.array(Role).min(1).max(3),
    teams: z.array(Slug).min(1).max(20),
    languages: z.array(Language).max(20),
    ...validity,
  })
  .meta({ id: 'DirectoryHandler', description: 'A handler in the keyring' })
export type DirectoryHandler = z.infer<typeof DirectoryHandler>

export const Team = z
  .strictObject({ id: Slug, names: z.record(Language, z.string().min(1).max(80)) })
  .meta({ id: 'Team', description: 'Who may open a case' })
export type Team = z.infer<typeof Team>

/** Who must not read what. Empty lists mean any; whoever is named by `handlers` or is in one of `teams` is meant. */
export const Exclusion = z
  .strictObject({
    handlers: z.array(Slug).max(100),
    teams: z.array(Slug).max(100),
    programs: z.array(Slug).max(20),
    languages: z.array(z.union([Language, z.literal('other')])).max(30),
    countries: z.array(z.union([Country, z.literal('unknown')])).max(250),
    regions: z.array(Region).max(200),
    ...Period,
  })
  .refine(({ handlers, teams }) => handlers.length + teams.length > 0, 'excludes nobody')
  .meta({ id: 'Exclusion', description: 'A conflict of interest: who must not read what' })
export type Exclusion = z.infer<typeof Exclusion>

/**
 * When somebody of a team is on duty, as instants: local hours and summer time are worked out before it is signed. A team
 * of which nothing is said is always on duty.
 */
export const Duty = z
  .strictObject({
    team: Slug,
    handlers: z.array(Slug).max(100).describe('Empty: nobody is named, the team takes turns'),
    times: z.array(z.strictObject({ from: Timestamp, until: Timestamp })).max(1000),
  })
  .meta({ id: 'Duty', description: 'When a team is on duty' })
export type Duty = z.infer<typeof Duty>

/** Somebody else who may help, named to applicants whom no program covers. */
export const OtherHelp = z
  .strictObject({
    id: Slug,
    name: z.string().min(1).max(120),
    about: z.record(Language, z.string().min(1).max(400)),
    status: z.enum(['open', 'limited', 'closed']).describe('Whether it takes on requests now'),
    checked: Day.describe('When somebody last asked whether all of this is still so'),
    languages: z.array(Language).max(30),
    countries: z.array(Country).max(250).describe('Empty: any'),
    url: z
      .string()
      .max(200)
      .regex(/^https?:\/\/[\x21-\x7e]+$/)
      .optional(),
    contact: z.string().min(1).max(200).optional().describe('An address or number, as it is shown'),
    ...Period,
  })
  .meta({ id: 'OtherHelp', description: 'Who else may help' })
export type OtherHelp = z.infer<typeof OtherHelp>

/** Versions of the site that count side by side at most: an upgrade needs two. */
export const maxSites = 8

/** How long a handler keeps an old generation of their key at most. */
export const maxKeyRetentionDays = 3650

export const Directory = z
  .strictObject({
    v: z.literal(1),
    name: z.string().min(1).max(120).describe('The organisation'),
    demo: z.boolean().describe('True: made for a try, never for real cases'),
    origin: Origin.describe('The name of this deployment; salts receipt codes, never changes'),
    addresses: z.array(Origin).min(1).max(8).describe('Where it is reached now'),
    sequence: z.int().min(1).max(1_000_000_000),
    previous: Sha256.nullable().describe('SHA-256 of the note before; null for the first'),
    valid_from: Timestamp,
    expires: Timestamp,
    minimum_client: z.int().min(1).max(1000),
    root: Root,
    key_retention_days: z
      .int()
      .min(1)
      .max(maxKeyRetentionDays)
      .describe('Handlers delete a generation of their key this long after it has ended'),
    receipt_keys: z.array(NoteKey).min(1).max(4).describe('The first one signs, all verify'),
    router: z.array(KeyringRecipient).min(1).max(4),
    teams: z.array(Team).min(1).max(100),
    handlers: z.array(DirectoryHandler).min(1).max(500),
    programs: z.array(Program).min(1).max(20),
    exclusions: z.array(Exclusion).max(100).optional(),
    duty: z.array(Duty).max(200).optional(),
    others: z.array(OtherHelp).max(100).optional(),
    site: z.array(SignedSite).max(maxSites).optional().describe('Versions of the pages that count'),
    contact: z
      .strictObject({
        mail: z
          .string()
          .max(200)
          .regex(/^[^\s@<>]+@[^\s@<>]+$/),
        key: z
          .string()
          .min(1)
          .max(20_000)
          .optional()
          .describe('A public key for mails to that address, as armored text'),
      })
      .optional()
      .describe('Shown where nothing can be sealed on the device: another way to write'),
    leave_to: z
      .record(
        Language,
        z
          .string()
          .max(200)
          .regex(/^https:\/\/[\x21-\x7e]+$/),
      )
      .optional()
      .describe('Per page language, the site that "leave this page now" opens'),
  })
  .meta({ id: 'Directory', description: 'Programs and keyring of an organisation' })
export type Directory = z.infer<typeof Directory>

/** What GET /deployment.json says to the page: which root it pins. */
export const Deployment = z
  .strictObject({
    origin: Origin,
    root: z.string().regex(/^[0-9a-f]{64}$/),
    demo: z.boolean(),
  })
  .meta({ id: 'Deployment', description: 'The root that the page pins' })
export type Deployment = z.infer<typeof Deployment>
