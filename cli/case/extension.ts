// The ending of a file that is saved: from its kind, or one of a few that the sender's own name has. Nothing else of a name is
// ever used.
const endings: Readonly<Record<string, string>> = {
  'application/pdf': '.pdf',
  'application/pgp-encrypted': '.pgp',
  'application/pgp-keys': '.asc',
  'application/pgp-signature': '.asc',
  'image/gif': '.gif',
  'image/heic': '.heic',
  'image/jpeg': '.jpg',
  'image/png': '.png',
  'image/webp': '.webp',
  'message/rfc822': '.eml',
  'text/calendar': '.ics',
  'text/csv': '.csv',
  'text/html': '.html.txt',
  'text/plain': '.txt',
  'audio/mpeg': '.mp3',
  'video/mp4': '.mp4',
}
const known =
  /\.(asc|age|docx?|gpg|heic|jpe?g|m4a|mov|mp3|mp4|odt|pdf|pgp|png|txt|webp|xlsx?|zip)$/i

/** Letters of the sender's own ending, where the type says nothing: a handler may need to know that it is a .docx. */
export function extension({
  name,
  type,
}: {
  readonly name: string | null
  readonly type: string
}): string {
  const ending = Object.hasOwn(endings, type) ? endings[type] : undefined
  if (ending !== undefined) return ending
  const own = known.exec(name ?? '')
  return own === null ? '.bin' : `.${(own[1] ?? 'bin').toLowerCase()}`
}
