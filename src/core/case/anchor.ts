// What an act says of the case that it is done to: which envelope, how far its history had come, which directory was
// the newest, and what it decides. It stands in the address of the request, which is signed and kept, so that nobody can move an act to
// another case, put one into the past with a key that has left, or say that it decided something else (docs/protocol.md, "Acts").
import { ActAnchor, type EventKind } from '../../../schemas/case.js'
import { encodeBase64url } from '../encoding/base64url.js'

/** `after` of an act on a case without a history. */
export const beforeHistory = encodeBase64url(new Uint8Array(32))

/** As the query of an act's address, in its one order. */
export function printAnchor(anchor: ActAnchor): string {
  const { after, detail, directory, envelope, parts } = anchor
  return [
    `after=${after}&directory=${directory}&envelope=${envelope}`,
    ...(parts.length === 0 ? [] : [`part=${parts.join('.')}`]),
    ...(detail === null ? [] : [`detail=${detail.replaceAll(' ', '+')}`]),
  ].join('&')
}

/** Where the detail of an act stands in its body; an act of another verb decides nothing beyond itself. */
const details: Readonly<Record<string, readonly string[]>> = {
  contacted: ['via'],
  seals: ['reader'],
  close: ['outcome'],
  reroute: ['team'],
  coverage: ['coverage'],
  hold: ['reason', 'until'],
}

/** What an act decides, as its entry in the history will say it. @param verb the last part of its address */
export function detailOf(verb: string, body: object): string | null {
  const given = new Map<string, unknown>(Object.entries(body))
  const words = (details[verb] ?? []).map(field => String(given.get(field)))
  return words.length === 0 ? null : words.join(' ')
}

/** Whether what an entry says was decided is what its actor signed. Of an end of a hold only the fact is signed. */
export function isDetailOf(
  { detail, kind }: { readonly kind: EventKind; readonly detail: string | null },
  anchor: ActAnchor | null,
): boolean {
  return (anchor?.detail ?? null) === (kind === 'hold_ended' ? null : detail)
}

const form =
  /^\?after=([\w-]{43})&directory=([1-9]\d{0,9})&envelope=([\w-]{43})(?:&part=([\w-]{43}(?:\.[\w-]{43})*))?(?:&detail=([\w:+-]{1,64}))?$/

/**
 * The anchor in the query of an act's address.
 * @returns null where there is none, or none in this one form
 */
export function readAnchor(query: string): ActAnchor | null {
  const [, after, directory, envelope, part, words] = form.exec(query) ?? []
  const { data } = ActAnchor.safeParse({
    after,
    directory: Number(directory),
    envelope,
    parts: part === undefined ? [] : part.split('.'),
    detail: words?.replaceAll('+', ' ') ?? null,
  })
  return data ?? null
}
