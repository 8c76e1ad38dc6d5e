// Step 11. What an applicant who returns with the receipt code sees, and adds.
import {
  AdditionReceipt,
  AdditionRequest,
  DeletionReceipt,
  DeletionRequest,
  MailboxRequest,
  MailboxView,
} from '../../schemas/mailbox.js'
import { addToCase } from '../app/add-to-case.js'
import { deleteCase } from '../app/delete-case.js'
import { readMailbox } from '../app/read-mailbox.js'
import { ceilToHour, floorToHour, formatTimestamp } from '../core/encoding/timestamp.js'
import type { MailboxContent } from '../ports/mailbox-store.js'
import { printBytes, readBytes } from './bytes.js'
import type { HttpDeps } from './deps.js'
import { readJson } from './json-body.js'
import { bodyLimits } from './limits.js'
import { tokenOf } from './mailbox-token.js'
import { atMostPerSecond } from './rate.js'
import { type Api, problemResponses } from './routes.js'

function printMailbox({ case: row, replies, older, additions }: MailboxContent): MailboxView {
  // Told as the receipt told it: the hour by which, at the latest.
  const dueAt = row.dueAt === null ? null : ceilToHour(row.dueAt)
  return {
    state: row.state,
    program: row.program,
    team: row.team,
    received_at: formatTimestamp(floorToHour(row.receivedAt)),
    due_at: dueAt === null ? null : formatTimestamp(dueAt),
    overdue: dueAt !== null && dueAt < row.now,
    hold:
      row.hold === null || row.hold.since === null
        ? null
        : { until: formatTimestamp(row.hold.until), reason: row.hold.reason },
    answered_at: row.answeredAt === null ? null : formatTimestamp(row.answeredAt),
    coverage: row.coverage,
    directory_version: row.directorySequence,
    replies: replies.map(({ id, sealed, at }) => ({
      id,
      sealed: printBytes(sealed),
      at: formatTimestamp(at),
    })),
    older,
    additions: additions.map(({ id, at }) => ({ id, at: formatTimestamp(at) })),
  }
}

export function mailboxRoutes(app: Api, deps: HttpDeps): void {
  const security = [{ mailboxToken: [] }]
  const shed = () => atMostPerSecond(deps.settings.perSecond.applicants)

  app.route({
    method: 'POST',
    url: '/v1/mailbox',
    bodyLimit: bodyLimits.small,
    preValidation: readJson,
    onRequest: shed(),
    schema: {
      operationId: 'readMailbox',
      summary: 'State, deadline and sealed replies of the case of this mailbox',
      security,
      body: MailboxRequest,
      response: { 200: MailboxView, ...problemResponses },
    },
    handler: async request => {
      const { before = null, read } = request.body
      return printMailbox(await readMailbox(deps, tokenOf(request), { before, read }))
    },
  })

  app.route({
    method: 'POST',
    url: '/v1/mailbox/additions',
    bodyLimit: bodyLimits.oneSealed,
    preValidation: readJson,
    onRequest: shed(),
    schema: {
      operationId: 'addToCase',
      summary: 'Adds something sealed to the case of this mailbox',
      security,
      body: AdditionRequest,
      response: { 201: AdditionReceipt, ...problemResponses },
    },
    handler: async (request, reply) => {
      const { id, directory_version, sealed, signature, uploads } = request.body
      const { at } = await addToCase(deps, tokenOf(request), {
        id,
        directorySequence: directory_version,
        sealed: readBytes(sealed, '/sealed'),
        signature: readBytes(signature, '/signature'),
        uploads,
      })
      deps.onCommitted()
      return reply.code(201).send({ id, received_at: formatTimestamp(at) })
    },
  })

  app.route({
    method: 'POST',
    url: '/v1/mailbox/deletion',
    bodyLimit: bodyLimits.small,
    preValidation: readJson,
    onRequest: shed(),
    schema: {
      operationId: 'deleteCase',
      summary: 'The applicant deletes everything sealed of the case of this mailbox',
      security,
      body: DeletionRequest,
      response: { 200: DeletionReceipt, ...problemResponses },
    },
    handler: async request => {
      const { key, signature } = request.body
      const { at } = await deleteCase(deps, tokenOf(request), {
        key: readBytes(key, '/key'),
        signature: readBytes(signature, '/signature'),
      })
      deps.onCommitted()
      return { deleted_at: formatTimestamp(floorToHour(at)) }
    },
  })
}
