// Which key an answer is sealed to. One key that came with the first mail is shown, and a yes is enough; where there is any
// doubt (several keys, one that only some of the sender's mails bring, a mail that stayed shut or could not be looked at)
// somebody has to name it.
import type { Timestamp } from '../../schemas/encoding.js'
import { latin1 } from '../../src/core/mail/latin1.js'
import type { Desk } from '../client/desk.js'
import { refused } from '../failure.js'
import { type Safe, safe } from '../terminal/safe.js'
import { timeWords } from '../terminal/time-words.js'
import { withKey } from './gpg.js'
import type { AnswerableMail, AnswerableMails } from './mails.js'
import type { KeySource, OfferedKey } from './offered-keys.js'

/** A key of the mails: of one that comes several times, where it comes from first. */
export interface MailKey {
  readonly kind: OfferedKey['kind']
  /** Of an OpenPGP key; an age recipient is its own. */
  readonly fingerprint: string
  readonly isUsable: boolean
  readonly mail: 'first' | 'later'
  /** When that mail came. */
  readonly arrived: Timestamp
  /** A mail that came later than the first says it is of the same address, and does not bring it. */
  readonly isMissedLater: boolean
  readonly offered: OfferedKey
}

export interface KeyOptions {
  /** In the clear, whatever keys there are. */
  readonly plain?: true
  /** The fingerprint of the key, or the age recipient. */
  readonly key?: string
}

/** @returns null where the answer is to leave in the clear @throws Failure where somebody has to decide, and nobody does */
export async function chooseKey(
  desk: Desk,
  mails: AnswerableMails,
  options: KeyOptions,
): Promise<MailKey | null> {
  if (options.plain === true) return null
  const { asker, printer } = desk.station
  const { damaged, keys } = await keysOf(mails)
  const shut = [mails.first, ...mails.later].flatMap(mail =>
    mail.shut === null ? [] : [mail.shut],
  )
  for (const why of shut)
    printer.say(
      safe`warning: a mail of this case stays shut, and what key it brings is not known: ${why}`,
    )
  if (mails.unseen > 0)
    printer.say(safe`warning: ${unseenWords(mails.unseen)}, and what keys they bring is not known`)
  if (damaged > 0)
    printer.say(
      safe`warning: the mail brings a key that cannot be used: it is damaged, or it is several in one`,
    )
  const usable = keys.filter(({ isUsable }) => isUsable)
  for (const key of keys.filter(({ isUsable }) => !isUsable))
    printer.say(
      safe`warning: the mail brings a key that cannot be used: it has expired, was revoked, or seals nothing: ${lineOf(key)}`,
    )
  if (options.key !== undefined) return namedKey(usable, options.key)
  const [first, ...others] = usable
  const isUnknown = shut.length > 0 || mails.unseen > 0
  if (first === undefined && !isUnknown) return null
  const doubt = doubtOf(keys, mails, shut.length > 0)
  if (first !== undefined && doubt === null) return first
  if (doubt !== null) printer.say(safe`warning: ${doubt}`)
  for (const key of usable) printer.say(safe`  ${lineOf(key)}`)
  if (!asker.available)
    throw refused(
      safe`somebody has to decide how this answer is sealed; nothing was sent`,
      ...usable.map(
        key =>
          safe`--key ${key.fingerprint} seals it to this key: first compare it with what the person gave you in another way`,
      ),
      ...(shut.length > 0 ? [safe`run this on the machine whose gpg can open that mail`] : []),
      ...(mails.unseen > 0
        ? [
            safe`khancap open … --out DIR saves mails that are too many, or too large: read them first`,
          ]
        : []),
      safe`--plain --yes sends it in the clear`,
    )
  // Whether it leaves in the clear is asked when its words are there.
  if (first === undefined) return null
  const chosen = await asker.choose(safe`To which key is the answer sealed?`, [
    ...[first, ...others].map(key => ({ value: key.fingerprint, label: lineOf(key) })),
    { value: 'plain', label: safe`to none: in the clear` },
  ])
  return usable.find(({ fingerprint }) => fingerprint === chosen) ?? null
}

/** Of later mails that nobody has looked at. */
export function unseenWords(unseen: number): Safe {
  return unseen === 1
    ? safe`1 later mail of this case could not be looked at`
    : safe`${unseen} later mails of this case could not be looked at`
}

/** Why the first key is not simply taken; null where there is no reason. */
function doubtOf(
  keys: readonly MailKey[],
  { unseen }: AnswerableMails,
  isShut: boolean,
): Safe | null {
  const [key, ...more] = keys
  if (key === undefined)
    return isShut || unseen > 0 ? safe`whether the sender gave a key is not known` : null
  if (more.some(({ mail }) => mail !== key.mail))
    return safe`a later mail of that address brings another key than the first: it was changed, or somebody else wrote that mail`
  if (more.length > 0)
    return safe`the mail brings ${keys.length} different keys: not all need be its sender's`
  if (key.mail === 'later')
    return safe`the key comes with a later mail only: anybody can write one in that name`
  if (key.offered.mustBeNamed)
    return safe`the key stands among other words, or in a file of no kind: it may be somebody else's`
  if (key.isMissedLater)
    return safe`a later mail of that address does not bring this key: somebody else may have written the mail that does`
  if (isShut) return safe`a part that stays shut may bring another key than this one`
  return unseen > 0 ? safe`what was not looked at may bring another key than this one` : null
}

/** Whether this is the key that somebody named: whole, with or without spaces. */
export function isKey(key: Pick<MailKey, 'fingerprint'> | null, asked: string): boolean {
  const compact = asked.replaceAll(/[\s:]/g, '').replace(/^0x/i, '')
  return key !== null && key.fingerprint.toLowerCase() === compact.toLowerCase()
}

function namedKey(usable: readonly MailKey[], asked: string): MailKey {
  const found = usable.find(key => isKey(key, asked))
  if (found !== undefined) return found
  throw refused(
    safe`no mail of this case brings a key ${asked} that can be used; nothing was sent`,
    ...usable.map(key => safe`what they bring: ${lineOf(key)}`),
    safe`give the whole fingerprint, or the whole age recipient`,
  )
}

export function lineOf({ arrived, fingerprint, kind, mail, offered }: MailKey): Safe {
  const which = mail === 'first' ? 'the first mail' : 'a later mail of that address'
  const from = `${which}, of ${timeWords(arrived)}`
  return safe`${kind === 'age' ? 'age' : 'OpenPGP'}  ${fingerprint}  (${sourceWords[offered.source]} of ${from}${offered.isInside ? ', in its sealed part' : ''})`
}

const sourceWords: Readonly<Record<KeySource, string>> = {
  autocrypt: 'Autocrypt header',
  attached: 'file',
  in_text: 'text',
}

/** Each key once, in the order in which they count: of the first mail before later ones. */
async function keysOf({
  first,
  later,
}: AnswerableMails): Promise<{ readonly keys: MailKey[]; readonly damaged: number }> {
  const found = new Map<string, Omit<MailKey, 'isMissedLater'>>()
  const bringing = new Map<string, Set<AnswerableMail>>()
  const looked = new Map<string, Looked>()
  let damaged = 0
  for (const mail of [first, ...later])
    for (const offered of mail.keys) {
      const text = offered.kind === 'age' ? offered.recipient : latin1(offered.bytes)
      // One after the other: gpg is a process for each, and mails bring the same key again and again.
      // oxlint-disable-next-line no-await-in-loop
      const seen = looked.has(text) ? (looked.get(text) ?? null) : await look(offered)
      looked.set(text, seen)
      if (seen === null) damaged++
      else {
        const { fingerprint } = seen
        bringing.set(fingerprint, (bringing.get(fingerprint) ?? new Set()).add(mail))
        const known = found.get(fingerprint)
        // A newer copy of a key may be usable where an older one has expired.
        if (known === undefined || (!known.isUsable && seen.isUsable))
          found.set(fingerprint, {
            ...seen,
            kind: offered.kind,
            mail: known?.mail ?? (mail === first ? 'first' : 'later'),
            arrived: known?.arrived ?? mail.arrived,
            offered,
          })
      }
    }
  const keys = [...found.values()].map(key => ({
    ...key,
    isMissedLater: later.some(
      mail => mail.shut === null && bringing.get(key.fingerprint)?.has(mail) !== true,
    ),
  }))
  return { keys, damaged }
}

type Looked = Pick<MailKey, 'fingerprint' | 'isUsable'> | null

/** null where it is no key. */
async function look(offered: OfferedKey): Promise<Looked> {
  if (offered.kind === 'age') return { fingerprint: offered.recipient, isUsable: true }
  return withKey(offered.bytes, async key =>
    key === null ? null : { fingerprint: key.fingerprint, isUsable: key.isUsable },
  )
}
