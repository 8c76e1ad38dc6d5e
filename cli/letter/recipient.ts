// To which address a letter goes: the sender's, or another one that the same mail asks for, where the handler says so.
import { addressesIn } from '../../src/core/mail/address-field.js'
import type { Station } from '../station/station.js'
import { refused } from '../failure.js'
import { joined, safe } from '../terminal/safe.js'
import { type AnswerableMails, isSame } from './mails.js'

/** @param asked what the handler named @throws Failure where it has to be chosen and nobody chooses */
export async function recipientFor(
  { asker, printer }: Station,
  { first, from }: AnswerableMails,
  asked: string | undefined,
): Promise<string> {
  const named = addressesIn(first.parts.header.first('reply-to') ?? '')
  const [only = null, ...more] = named
  const other = more.length === 0 && !isSame(only, from) ? only : null
  const offered = [from, ...(other === null ? [] : [other])]
  if (asked !== undefined) {
    const chosen = offered.find(address => isSame(address, asked))
    if (chosen === undefined)
      throw refused(
        safe`the mail asks for no answer to ${asked}`,
        safe`it can be answered at ${joined(
          offered.map(address => safe`${address}`),
          ' or ',
        )}`,
      )
    return chosen
  }
  if (named.length > 0 && named.every(address => isSame(address, from))) return from
  if (named.length > 0)
    printer.say(
      safe`warning: the mail is from ${from}, and asks that answers go elsewhere: ${
        other ?? 'to several addresses, or to one that cannot be used'
      }; nothing proves who wrote it`,
    )
  if (other === null) return from
  if (!asker.available)
    throw refused(
      safe`say to which address the answer goes; nothing was sent`,
      safe`--to ${from}, who sent the mail; or --to ${other}, where it asks for answers`,
    )
  return asker.choose(safe`Where does the answer go?`, [
    { value: from, label: safe`${from}, who sent the mail` },
    { value: other, label: safe`${other}, where it asks for answers` },
  ])
}
