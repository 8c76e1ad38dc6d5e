// Step 4. Takes in a sealed request.
import { IntakeReceipt, IntakeRequest } from '../../schemas/intake.js'
import { submitIntake } from '../app/submit-intake.js'
import { readBytes } from './bytes.js'
import type { HttpDeps } from './deps.js'
import { readJson } from './json-body.js'
import { bodyLimits } from './limits.js'
import { atMostPerSecond } from './rate.js'
import { type Api, problemResponses } from './routes.js'

export function intakeRoutes(app: Api, deps: HttpDeps): void {
  app.route({
    method: 'POST',
    url: '/v1/intakes',
    bodyLimit: bodyLimits.intake,
    preValidation: readJson,
    onRequest: atMostPerSecond(deps.settings.perSecond.applicants),
    schema: {
      operationId: 'submitIntake',
      summary: 'Takes in a sealed request; the same id and bytes give the same receipt',
      body: IntakeRequest,
      response: { 200: IntakeReceipt, 201: IntakeReceipt, ...problemResponses },
    },
    handler: async (request, reply) => {
      const { id, directory_version, slip, envelope, mailbox } = request.body
      const taken = await submitIntake(
        deps,
        {
          id,
          directorySequence: directory_version,
          slip: slip === null ? null : readBytes(slip, '/slip'),
          envelope: readBytes(envelope, '/envelope'),
          mailbox: readBytes(mailbox, '/mailbox'),
        },
        ['web', 'offline'],
      )
      if (taken.outcome === 'recorded') deps.onCommitted()
      return reply
        .code(taken.outcome === 'recorded' ? 201 : 200)
        .send({ id, receipt: taken.receipt })
    },
  })
}
