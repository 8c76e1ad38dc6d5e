// Steps 9 and 10. What handlers see and do. Each route names its own hooks: nothing is guarded by its path.
import * as z from 'zod'
import {
  type AnswerProof,
  CaseDetail,
  CaseList,
  CaseQuery,
  CloseRequest,
  ContactedRequest,
  EmptyBody,
  NoteRequest,
  ReplyRequest,
  SealRequest,
} from '../../schemas/case.js'
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
import { actRoute, handlerSecurity, handlersOnly, OneCase } from './act-route.js'
import { readBytes } from './bytes.js'
import { printCase, printCaseDetail } from './case-view.js'
import type { HttpDeps } from './deps.js'
import { bodyLimits } from './limits.js'
import { type Api, problemResponses } from './routes.js'
import { actorOf } from './signed-request.js'

const SealedFile = z.custom<Uint8Array>().meta({
  id: 'SealedFile',
  type: 'string',
  format: 'binary',
  description: 'An age v1 file: docs/protocol.md, "Sealed file"',
})

export function caseRoutes(app: Api, deps: HttpDeps): void {
  app.route({
    ...handlersOnly(deps),
    method: 'GET',
    url: '/v1/cases',
    schema: {
      operationId: 'listCases',
      summary: 'A page of the inbox, by due time',
      security: handlerSecurity,
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
    ...handlersOnly(deps),
    method: 'GET',
    url: '/v1/cases/:id',
    schema: {
      operationId: 'showCase',
      summary: 'A case with its history, and a list of its sealed parts',
      security: handlerSecurity,
      params: OneCase,
      response: { 200: CaseDetail, ...problemResponses },
    },
    handler: async request => {
      const { row, parts, readable } = await showCase(deps, request.params.id, actorOf(request))
      return printCaseDetail(row, parts, readable)
    },
  })

  app.route({
    ...handlersOnly(deps),
    method: 'GET',
    url: '/v1/cases/:id/envelope',
    schema: {
      operationId: 'fetchEnvelope',
      summary: 'The envelope as it was taken in',
      security: handlerSecurity,
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

  actRoute(app, deps, {
    verb: 'claim',
    operationId: 'claimCase',
    summary: 'Says who works on a case; the clock runs on',
    body: EmptyBody,
    act: (id, actor) => claimCase(deps, id, actor),
  })

  actRoute(app, deps, {
    verb: 'release',
    operationId: 'releaseCase',
    summary: 'Gives a case back to its team; the clock runs on',
    body: EmptyBody,
    act: (id, actor) => releaseCase(deps, id, actor),
  })

  actRoute(app, deps, {
    verb: 'replies',
    operationId: 'replyToCase',
    summary: 'Records a sealed reply; stops the clock',
    body: ReplyRequest,
    bodyLimit: bodyLimits.reply,
    act: (id, actor, { answer, letter, sealed, team_copy, ...reply }) =>
      replyToCase(deps, id, actor, {
        id: reply.id,
        sealed: readBytes(sealed, '/sealed'),
        teamCopy: readBytes(team_copy, '/team_copy'),
        letter: letter === undefined ? null : readBytes(letter, '/letter'),
        answer: readAnswer(answer),
      }),
  })

  actRoute(app, deps, {
    verb: 'contacted',
    operationId: 'recordContact',
    summary: 'Records an answer given outside the system; stops the clock',
    body: ContactedRequest,
    act: (id, actor, { answer, via, ...contact }) =>
      recordContact(deps, id, actor, { id: contact.id, via, answer: readAnswer(answer) }),
  })

  actRoute(app, deps, {
    verb: 'notes',
    operationId: 'noteOnCase',
    summary: 'Records a sealed note for the team; the clock runs on',
    body: NoteRequest,
    bodyLimit: bodyLimits.oneSealed,
    act: (id, actor, note) =>
      noteOnCase(deps, id, actor, { id: note.id, sealed: readBytes(note.sealed, '/sealed') }),
  })

  actRoute(app, deps, {
    verb: 'seals',
    operationId: 'addReader',
    summary: 'Lets one more handler open the envelope',
    body: SealRequest,
    bodyLimit: bodyLimits.grant,
    act: (id, actor, { header, signature, ...grant }) =>
      addReader(deps, id, actor, {
        id: grant.id,
        reader: grant.reader,
        header: readBytes(header, '/header'),
        signature: readBytes(signature, '/signature'),
      }),
  })

  actRoute(app, deps, {
    verb: 'close',
    operationId: 'closeCase',
    summary: 'Ends the work on a case and starts its retention',
    body: CloseRequest,
    act: (id, actor, { outcome }) => closeCase(deps, id, actor, outcome),
  })

  actRoute(app, deps, {
    verb: 'reopen',
    operationId: 'reopenCase',
    summary: 'Puts a closed case back to its team',
    body: EmptyBody,
    act: (id, actor) => reopenCase(deps, id, actor),
  })
}

function readAnswer({ hour, signature }: AnswerProof) {
  return { hour, signature: readBytes(signature, '/answer/signature') }
}
