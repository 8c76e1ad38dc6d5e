// A mail that a request came by, opened here: its words for the terminal, its attachments under names of ours. Nothing of
// it is run, rendered or fetched.
import { join } from 'node:path'
import type { Directory } from '../../schemas/directory.js'
import type { CaseId } from '../../schemas/encoding.js'
import type { CarriedMail } from '../../schemas/sealed.js'
import { unpadded } from '../../src/core/envelope/carried.js'
import { openAgeFile } from '../../src/core/envelope/open.js'
import { type MailParts, partBytes, partText, readParts } from '../../src/core/mail/parts.js'
import { attachedParts, textOf } from '../../src/core/mail/text.js'
import { decodeSubject } from '../../src/core/subject-tags/decode.js'
import { type SubjectFinding, subjectClassifier } from '../../src/core/subject-tags/classify.js'
import type { Desk } from '../client/desk.js'
import { refused } from '../failure.js'
import type { Printer } from '../terminal/printer.js'
import { type Safe, safe, safeLines, wrapped } from '../terminal/safe.js'
import { extension } from './extension.js'
import { block } from './form-lines.js'
import { openWithGpg, pgpOf, type PgpSealed } from './pgp.js'
import { saveFiles } from './saving.js'

export interface OpenedMail {
  readonly carried: CarriedMail
  readonly raw: Uint8Array
  readonly parts: MailParts
  /** What the subject, or else its first words, say now, with the directory of now. */
  readonly finding: SubjectFinding
  /** What of it is sealed with PGP, and was not handed to gpg. */
  readonly pgp: PgpSealed | null
}

/** @throws Failure, KhancapError `sealed_unreadable` */
export async function openMail(desk: Desk, id: CaseId, carried: CarriedMail): Promise<OpenedMail> {
  const p = await desk.station.primitives()
  const sealed = await desk.cases.part(id, 'mails', carried.file.id)
  const opened = await openAgeFile(p, [carried.file.identity], sealed)
  if (opened === null)
    throw refused(
      safe`the mail of case ${id} is sealed to something else`,
      safe`tell the organisation: as it came, the mail may still be in the mailbox`,
    )
  const raw = await unpadded(p, carried.file, opened.plaintext)
  const parts = readParts(raw)
  const finding = classified(desk.directory.directory, parts, parts.header, desk.station.now())
  return { carried, raw, parts, finding, pgp: pgpOf(parts) }
}

/** The mail with what gpg found in it; the same where nothing is sealed with PGP. @throws Failure */
export async function withGpg(desk: Desk, mail: OpenedMail): Promise<OpenedMail> {
  if (mail.pgp === null) return mail
  const inner = await openWithGpg(mail.pgp)
  const parts = { ...inner, header: mail.parts.header }
  const finding = classified(desk.directory.directory, parts, inner.header, desk.station.now())
  return { ...mail, parts, finding, pgp: null }
}

/** First words of a mail that are looked at, and letters of each line. */
const firstLines = 20
const lineLetters = 300

/**
 * An obscured outer subject says nothing: the protected one inside does (RFC 9788, and "protected-headers" before), and
 * where that is none either, a tag in the first lines.
 */
function classified(
  directory: Directory,
  mail: MailParts,
  protectedHeader: MailParts['header'],
  now: number,
): SubjectFinding {
  const { header, parts } = mail
  const classifier = subjectClassifier(directory.programs, now)
  const outer = classifier.raw((header.first('subject') ?? '').trim())
  if (outer.outcome === 'tagged') return outer
  const within = parts
    .filter(({ type }) => type === 'text/plain' || type === 'text/rfc822-headers')
    .map(part => /^Subject: ([^\r\n]{1,500})/im.exec(partText(part).slice(0, 2000))?.[1])
    .find(subject => subject !== undefined)
  const findings = [
    classifier.raw((protectedHeader.first('subject') ?? '').trim()),
    ...(within === undefined ? [] : [classifier.text(within)]),
    ...textOf(mail)
      .split('\n', firstLines)
      .map(line => classifier.text(line.trim().slice(0, lineLetters))),
  ]
  return findings.find(({ outcome }) => outcome === 'tagged') ?? outer
}

const shownFields = ['from', 'to', 'cc', 'reply-to', 'date', 'subject'] as const
/** Characters of the text that go to the terminal; --out DIR saves all. */
const maxShown = 65_536

export function mailLines(desk: Desk, { carried, finding, parts }: OpenedMail): Safe[] {
  const { printer } = desk.station
  const { header } = parts
  const fields = shownFields.flatMap(name => {
    const value = header.first(name)
    return value === null ? [] : [fieldLine(printer, name, decodeSubject(value).text)]
  })
  const text = textOf(parts)
  return [
    ...fields,
    wrapped(
      safe`  its subject says: ${finding.outcome}${finding.programs.length === 0 ? '' : ` ${finding.programs.join(' ')}`} (${finding.language}); a sender is whoever it says, nothing proves it`,
      printer.columns,
      '  ',
    ),
    ...(carried.whole
      ? []
      : [safe`  this is its beginning only: it was too long, the rest is in the mailbox`]),
    ...(text === '' ? [] : [block(printer, text.slice(0, maxShown))]),
    ...(text.length > maxShown
      ? [safe`  … ${text.length} characters; --out DIR saves the mail`]
      : []),
    ...attachedParts(parts).flatMap(({ name, body, type }) => [
      safe`  attachment, ${name === null ? 'no name, ' : ''}about ${body.length} bytes; --out DIR saves it`,
      block(printer, name === null ? type : `${name}, ${type}`),
    ]),
  ]
}

/** A field of the mail, behind the bar beside its name. */
function fieldLine(printer: Printer, name: string, value: string): Safe {
  return safeLines(value, fieldMargin(''), printer.columns, fieldMargin(name))
}

function fieldMargin(name: string): string {
  return `  ${name.padEnd(10)}| `
}

export function mailJson({ carried, finding, parts, pgp }: OpenedMail): object {
  const { header } = parts
  return {
    arrived: carried.arrived,
    whole: carried.whole,
    bytes: carried.file.bytes,
    fields: Object.fromEntries(
      shownFields.flatMap(name => {
        const value = header.first(name)
        return value === null ? [] : [[name, decodeSubject(value).text]]
      }),
    ),
    subject: {
      outcome: finding.outcome,
      programs: finding.programs,
      language: finding.language,
      asks_for_form: finding.asksForForm,
    },
    text: textOf(parts).slice(0, maxShown),
    attachments: attachedParts(parts).map(({ name, type }) => ({ name, type })),
    pgp: pgp !== null,
  }
}

/**
 * The mail, and what is attached, under names of ours: what is inside has no say in them.
 * @returns how many of the files were there already
 */
export async function saveMail(
  printer: Printer,
  folder: string,
  stem: string,
  mail: OpenedMail,
): Promise<number> {
  const files = [{ file: join(folder, `${stem}.eml`), bytes: mail.raw }]
  for (const [at, part] of attachedParts(mail.parts).entries())
    files.push({
      file: join(folder, `${stem}-${at + 1}${extension(part)}`),
      bytes: partBytes(part),
    })
  return saveFiles(printer, files)
}
