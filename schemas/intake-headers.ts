// The headers of a request for support, for the server alone: what seals reads none.
import * as z from 'zod'

export const IntakeHeaders = z.object({
  'khancap-puzzle': z
    .string()
    .max(200)
    .optional()
    .describe(
      'A solution of the puzzle that stood in this header of an answer of 429 or 503 (docs/protocol.md, "Puzzle")',
    ),
  'content-digest': z
    .string()
    .max(200)
    .optional()
    .describe('RFC 9530, of the body; only with a solution'),
})
