// To which address a letter goes: the sender's, or another one that the same mail names, where the handler says so.
import { addressesIn } from '../../src/core/mail/address-field.js'
import type { Station } from '../station/station.js'
import { refused } from '../failure.js'
import { joined, type Safe, safe } from '../terminal/safe.js'
import { type AnswerableMails, isSame } from './mails.js'

/** @param asked what the handler named @throws Failure where it has to be chosen and nobody chooses */
export async function recipientFor(
  { asker, printer }: Station,
  { first, from }: AnswerableMails,
  asked: string | undefined,
): Promise<string> {
  const named = addressesIn(first.header.first('reply-to') ?? '')
  const [only = null, ...more] = named
  const wanted = more.length === 0 && !isSame(only, from) ? only : null
  const { sealedFrom } = first
  const offered = [{ value: from, why: safe`who sent the mail` }]
  const offer = (value: string | null, why: Safe) => {
    if (value !== null && !offered.some(one => isSame(one.value, value)))
      offered.push({ value, why })
  }
  offer(sealedFrom, safe`whom its sealed part names as its sender`)
  offer(wanted, safe`where it asks for answers`)
  if (asked !== undefined) {
    const chosen = offered.find(({ value }) => isSame(value, asked))
    if (chosen === undefined)
      throw refused(
        safe`the mail asks for no answer to ${asked}`,
        safe`it can be answered at ${joined(
          offered.map(({ value }) => safe`${value}`),
          ' or ',
        )}`,
      )
    return chosen.value
  }
  if (sealedFrom !== null && !isSame(sealedFrom, from))
    printer.say(
      safe`warning: the mail is from ${from}, and its sealed part from ${sealedFrom}: somebody may have changed it on its way`,
    )
  if (named.length > 0 && !named.every(address => isSame(address, from)))
    printer.say(
      safe`warning: the mail is from ${from}, and asks that answers go elsewhere: ${
        wanted ?? 'to several addresses, or to one that cannot be used'
      }; nothing proves who wrote it`,
    )
  if (offered.length === 1) return from
  if (!asker.available)
    throw refused(
      safe`say to which address the answer goes; nothing was sent`,
      safe`${joined(
        offered.map(({ value, why }) => safe`--to ${value}, ${why}`),
        '; or ',
      )}`,
    )
  return asker.choose(
    safe`Where does the answer go?`,
    offered.map(({ value, why }) => ({ value, label: safe`${value}, ${why}` })),
  )
}
