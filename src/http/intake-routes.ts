// Step 4. Takes in a sealed request.
import { IntakeReceipt, IntakeRequest } from '../../schemas/intake.js'
import { IntakeHeaders } from '../../schemas/intake-headers.js'
import { submitIntake } from '../app/submit-intake.js'
import { admission } from './admission.js'
import { readBytes } from './bytes.js'
import type { HttpDeps } from './deps.js'
import { readJson } from './json-body.js'
import { bodyLimits } from './limits.js'
import type { LoopWatch } from './loop-watch.js'
import { type Api, problemResponses } from './routes.js'

export function intakeRoutes(app: Api, deps: HttpDeps, load: Pick<LoopWatch, 'lateMs'>): void {
  const { admit, expectSolved, whileTaken } = admission(deps, load)
  app.decorateRequest('solvedFor', null)
  app.route({
    method: 'POST',
    url: '/v1/intakes',
    bodyLimit: bodyLimits.intake,
    onRequest: admit,
    preValidation: [expectSolved, readJson],
    schema: {
      operationId: 'submitIntake',
      summary: 'Takes in a sealed request; the same id and bytes give the same receipt',
      headers: IntakeHeaders,
      body: IntakeRequest,
      response: { 200: IntakeReceipt, 201: IntakeReceipt, ...problemResponses },
    },
    handler: async (request, reply) => {
      const { id, directory_version, slip, envelope, mailbox } = request.body
      const submission = {
        id,
        directorySequence: directory_version,
        slip: slip === null ? null : readBytes(slip, '/slip'),
        envelope: readBytes(envelope, '/envelope'),
        mailbox: readBytes(mailbox, '/mailbox'),
      }
      const taken = await whileTaken(() => submitIntake(deps, submission, ['web', 'offline']))
      if (taken.outcome === 'recorded') deps.onCommitted()
      return reply
        .code(taken.outcome === 'recorded' ? 201 : 200)
        .send({ id, receipt: taken.receipt })
    },
  })
}
