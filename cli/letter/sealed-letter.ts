// A letter as it goes to the server: sealed to the router of now, which hands it to the mail server.
import type { LetterMessage } from '../../schemas/sealed.js'
import { routerRecipient } from '../../keys/keyring.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { sealLetter } from '../../src/core/envelope/seal.js'
import { contextOf } from '../case/readers.js'
import type { Desk } from '../client/desk.js'
import { refused } from '../failure.js'
import { safe } from '../terminal/safe.js'

/** @throws Failure where there is nobody to send a letter */
export function routerOf({ directory, station }: Desk): string {
  const router = routerRecipient(directory.directory, station.now())
  if (router === null)
    throw refused(
      safe`the directory names no router that could send a mail`,
      safe`the organisation must publish a new directory`,
    )
  return router
}

/** @returns base64url @throws Failure */
export async function sealedLetter(desk: Desk, message: LetterMessage): Promise<string> {
  const p = await desk.station.primitives()
  const context = contextOf(desk, 'letter')
  const { bytes } = await sealLetter(p, message, desk.seed, context, routerOf(desk))
  return encodeBase64url(bytes)
}
