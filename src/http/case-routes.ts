// Steps 9 and 10. What handlers see and do. Each route names its own hooks: nothing is guarded by its path.
import * as z from 'zod'
import type { FastifyRequest } from 'fastify'
import {
  ActQuery,
  CaseDetail,
  CaseList,
  CaseQuery,
  CaseSummary,
  CloseRequest,
  ContactedRequest,
  EmptyBody,
  NoteRequest,
  ReplyRequest,
  SealRequest,
} from '../../schemas/case.js'
import { CaseId } from '../../schemas/encoding.js'
import { addReader } from '../app/add-reader.js'
import { claimCase } from '../app/claim-case.js'
import { closeCase } from '../app/close-case.js'
import { fetchEnvelope } from '../app/fetch-envelope.js'
import { listCases } from '../app/list-cases.js'
import { noteOnCase } from '../app/note-on-case.js'
import { recordContact } from '../app/record-contact.js'
import { releaseCase } from '../app/release-case.js'
import { reopenCase } from '../app/reopen-case.js'
import { replyToCase } from '../app/reply-to-case.js'
import { showCase } from '../app/show-case.js'
import { formatTimestamp } from '../core/encoding/timestamp.js'
import type { CaseRow } from '../ports/case-store.js'
import { readBytes } from './bytes.js'
import { printCase, printCaseDetail } from './case-view.js'
import type { HttpDeps } from './deps.js'
import { readJson } from './json-body.js'
import { bodyLimits } from './limits.js'
import { printFor } from './print-for.js'
import { type Api, problemResponses } from './routes.js'
import { actorOf, recognised, signedBy } from './signed-request.js'

const OneCase = z.strictObject({ id: CaseId })

const SealedFile = z.custom<Uint8Array>().meta({
  id: 'SealedFile',
  type: 'string',
  format: 'binary',
  description: 'An age v1 file: docs/protocol.md, "Sealed file"',
})

export function caseRoutes(app: Api, deps: HttpDeps): void {
  // The order matters: who signed, then the bytes that they signed, then what those say.
  const preValidation = [signedBy(deps), readJson]
  const shared = () => ({
    preValidation,
    onRequest: recognised(deps),
  })
  const security = [{ handlerSignature: [] }]

  const print = (request: FastifyRequest, row: CaseRow) => printFor(deps, request, row)

  app.route({
    ...shared(),
    method: 'GET',
    url: '/v1/cases',
    schema: {
      operationId: 'listCases',
      summary: 'A page of the inbox, by due time',
      security,
      querystring: CaseQuery,
      response: { 200: CaseList, ...problemResponses },
    },
    handler: async request => {
      const { cases, next, now } = await listCases(deps, actorOf(request), request.query)
      return {
        now: formatTimestamp(now),
        cases: cases.map(({ row, readable }) => printCase(row, readable)),
        next,
      }
    },
  })

  app.route({
    ...shared(),
    method: 'GET',
    url: '/v1/cases/:id',
    schema: {
      operationId: 'showCase',
      summary: 'A case with its history, and a list of its sealed parts',
      security,
      params: OneCase,
      response: { 200: CaseDetail, ...problemResponses },
    },
    handler: async request => {
      const { row, parts, readable } = await showCase(deps, request.params.id, actorOf(request))
      return printCaseDetail(row, parts, readable)
    },
  })

  app.route({
    ...shared(),
    method: 'GET',
    url: '/v1/cases/:id/envelope',
    schema: {
      operationId: 'fetchEnvelope',
      summary: 'The envelope as it was taken in',
      security,
      params: OneCase,
      response: {
        200: {
          description: 'The sealed envelope',
          content: { 'application/octet-stream': { schema: SealedFile } },
        },
        ...problemResponses,
      },
    },
    handler: async (request, reply) => {
      const envelope = await fetchEnvelope(deps, request.params.id, actorOf(request))
      reply.header('content-type', 'application/octet-stream')
      return reply.send(envelope)
    },
  })

  app.route({
    ...shared(),
    method: 'POST',
    url: '/v1/cases/:id/claim',
    bodyLimit: bodyLimits.small,
    schema: {
      operationId: 'claimCase',
      summary: 'Says who works on a case; the clock runs on',
      security,
      params: OneCase,
      querystring: ActQuery,
      body: EmptyBody,
      response: { 200: CaseSummary, ...problemResponses },
    },
    handler: async request =>
      print(request, await claimCase(deps, request.params.id, actorOf(request))),
  })

  app.route({
    ...shared(),
    method: 'POST',
    url: '/v1/cases/:id/release',
    bodyLimit: bodyLimits.small,
    schema: {
      operationId: 'releaseCase',
      summary: 'Gives a case back to its team; the clock runs on',
      security,
      params: OneCase,
      querystring: ActQuery,
      body: EmptyBody,
      response: { 200: CaseSummary, ...problemResponses },
    },
    handler: async request =>
      print(request, await releaseCase(deps, request.params.id, actorOf(request))),
  })

  app.route({
    ...shared(),
    method: 'POST',
    url: '/v1/cases/:id/replies',
    bodyLimit: bodyLimits.reply,
    schema: {
      operationId: 'replyToCase',
      summary: 'Records a sealed reply; stops the clock',
      security,
      params: OneCase,
      querystring: ActQuery,
      body: ReplyRequest,
      response: { 200: CaseSummary, ...problemResponses },
    },
    handler: async request => {
      const { id, sealed, team_copy, answer } = request.body
      const row = await replyToCase(deps, request.params.id, actorOf(request), {
        id,
        sealed: readBytes(sealed, '/sealed'),
        teamCopy: readBytes(team_copy, '/team_copy'),
        answer: {
          hour: answer.hour,
          signature: readBytes(answer.signature, '/answer/signature'),
        },
      })
      return print(request, row)
    },
  })

  app.route({
    ...shared(),
    method: 'POST',
    url: '/v1/cases/:id/contacted',
    bodyLimit: bodyLimits.small,
    schema: {
      operationId: 'recordContact',
      summary: 'Records an answer given outside the system; stops the clock',
      security,
      params: OneCase,
      querystring: ActQuery,
      body: ContactedRequest,
      response: { 200: CaseSummary, ...problemResponses },
    },
    handler: async request => {
      const { id, via, answer } = request.body
      const row = await recordContact(deps, request.params.id, actorOf(request), {
        id,
        via,
        answer: {
          hour: answer.hour,
          signature: readBytes(answer.signature, '/answer/signature'),
        },
      })
      return print(request, row)
    },
  })

  app.route({
    ...shared(),
    method: 'POST',
    url: '/v1/cases/:id/notes',
    bodyLimit: bodyLimits.oneSealed,
    schema: {
      operationId: 'noteOnCase',
      summary: 'Records a sealed note for the team; the clock runs on',
      security,
      params: OneCase,
      querystring: ActQuery,
      body: NoteRequest,
      response: { 200: CaseSummary, ...problemResponses },
    },
    handler: async request => {
      const { id, sealed } = request.body
      const row = await noteOnCase(deps, request.params.id, actorOf(request), {
        id,
        sealed: readBytes(sealed, '/sealed'),
      })
      return print(request, row)
    },
  })

  app.route({
    ...shared(),
    method: 'POST',
    url: '/v1/cases/:id/seals',
    bodyLimit: bodyLimits.grant,
    schema: {
      operationId: 'addReader',
      summary: 'Lets one more handler open the envelope',
      security,
      params: OneCase,
      querystring: ActQuery,
      body: SealRequest,
      response: { 200: CaseSummary, ...problemResponses },
    },
    handler: async request => {
      const { id, reader, header, signature } = request.body
      const row = await addReader(deps, request.params.id, actorOf(request), {
        id,
        reader,
        header: readBytes(header, '/header'),
        signature: readBytes(signature, '/signature'),
      })
      return print(request, row)
    },
  })

  app.route({
    ...shared(),
    method: 'POST',
    url: '/v1/cases/:id/close',
    bodyLimit: bodyLimits.small,
    schema: {
      operationId: 'closeCase',
      summary: 'Ends the work on a case and starts its retention',
      security,
      params: OneCase,
      querystring: ActQuery,
      body: CloseRequest,
      response: { 200: CaseSummary, ...problemResponses },
    },
    handler: async request =>
      print(
        request,
        await closeCase(deps, request.params.id, actorOf(request), request.body.outcome),
      ),
  })

  app.route({
    ...shared(),
    method: 'POST',
    url: '/v1/cases/:id/reopen',
    bodyLimit: bodyLimits.small,
    schema: {
      operationId: 'reopenCase',
      summary: 'Puts a closed case back to its team',
      security,
      params: OneCase,
      querystring: ActQuery,
      body: EmptyBody,
      response: { 200: CaseSummary, ...problemResponses },
    },
    handler: async request =>
      print(request, await reopenCase(deps, request.params.id, actorOf(request))),
  })
}
