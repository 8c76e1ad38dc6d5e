// What is said between a command and the agent: one line of JSON each way. The secret halves never cross the line.
import * as z from 'zod'
import { AgeRecipient, boundedBytes, exactBytes, SigningKey, Slug } from './encoding.js'

/** Bytes of a line at most: a request that is signed is far below. */
export const maxLineBytes = 65_536

const token = exactBytes(32)
const key = z.int().min(0).max(7).describe('Which generation, the newest is 0')

export const AgentQuestion = z.discriminatedUnion('ask', [
  z.strictObject({ ask: z.literal('who'), token }),
  z.strictObject({ ask: z.literal('lock'), token }),
  z.strictObject({
    ask: z.literal('decapsulate'),
    token,
    key,
    encapsulated: exactBytes(1120).describe('X-Wing'),
  }),
  z.strictObject({
    ask: z.literal('sign'),
    token,
    key,
    bytes: boundedBytes(32_768),
    by_itself: z
      .literal(true)
      .optional()
      .describe('A command asks that nobody has typed just now: no work'),
  }),
])
export type AgentQuestion = z.infer<typeof AgentQuestion>

export const AgentIdentity = z.strictObject({
  handler: Slug,
  recipients: z.array(AgeRecipient).min(1).max(8),
  signing_keys: z.array(SigningKey).min(1).max(8),
  locks_in_seconds: z.int().min(0),
  pid: z.int().min(1),
})
export type AgentIdentity = z.infer<typeof AgentIdentity>

export const AgentAnswer = z.union([
  z.strictObject({ identity: AgentIdentity }),
  z.strictObject({ locked: z.literal(true) }),
  z.strictObject({ bytes: exactBytes(32) }),
  z.strictObject({ signature: exactBytes(64) }),
  z.strictObject({ refused: z.string().max(200) }),
])
export type AgentAnswer = z.infer<typeof AgentAnswer>
