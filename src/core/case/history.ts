// The history of a case: a chain of events in which each hash covers the one before (docs/protocol.md, "History").
// The store writes it and handlers check it with the same layout.
import type { EventKind } from '../../../schemas/case.js'
import type { CaseId, Instant } from '../../../schemas/encoding.js'
