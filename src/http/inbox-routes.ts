// Whether mails can be taken in, for handlers: they would wonder why nobody writes.
import { Inboxes } from '../../schemas/inboxes.js'
import type { HttpDeps } from './deps.js'
import { type Api, problemResponses } from './routes.js'
import { recognised, signedBy } from './signed-request.js'

export function inboxRoutes(app: Api, deps: HttpDeps): void {
  app.route({
    method: 'GET',
    url: '/v1/inboxes',
    onRequest: recognised(deps),
    preValidation: signedBy(deps),
    schema: {
      operationId: 'readInboxes',
      summary:
        'The mailboxes from which requests are taken, whether they can be read, and answers that wait',
      security: [{ handlerSignature: [] }],
      response: { 200: Inboxes, ...problemResponses },
    },
    handler: async () => {
      const states = await deps.store.inboxStates()
      const letters = await deps.store.waitingLetters()
      return {
        inboxes: states.map(({ fault, readSecondsAgo, unacknowledgedSeconds: owed }) => ({
          read_seconds_ago: Math.floor(readSecondsAgo),
          fault,
          ...(owed === null ? {} : { unacknowledged_seconds: Math.floor(owed) }),
        })),
        letters: {
          waiting: letters.count,
          oldest_seconds: Math.floor(letters.oldestSeconds),
        },
      }
    },
  })
}
