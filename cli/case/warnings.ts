// What does not fit together in a case: between what is sealed, what the directory says, and what the server says.
// None of it hides the case: a person decides.
import type { Program } from '../../schemas/program.js'
import { handlerByKey } from '../../keys/keyring.js'
import { parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { checkAnswers } from '../../src/core/form/check.js'
import { routeFor, teamFor } from '../../src/core/routing/route.js'
import { verifyAnswer } from '../../src/core/receipt/proofs.js'
import { decodeBase64url } from '../../src/core/encoding/base64url.js'
import type { Desk } from '../client/desk.js'
import { safe } from '../terminal/safe.js'
import { historyWarnings } from './history-warnings.js'
import type { OpenedParts } from './opened-parts.js'
import { mailIn } from './case-mails.js'
import { hasConflict } from './let-in.js'
import { factsOf } from './readers.js'
import type { SealedCase } from './sealed-case.js'
import { type Warning, warning } from './warning.js'

export async function warningsOf(
  desk: Desk,
  sealed: SealedCase,
  parts: OpenedParts,
): Promise<readonly Warning[]> {
  const { content } = sealed
  const program = desk.directory.directory.programs.find(({ id }) => id === content.program)
  // A mail has no form: its subject is looked at anew when it is shown.
  const isMail = mailIn(content) !== null
  return [
    ...(program === undefined
      ? [warning('program_unknown', safe`the directory has no program ${content.program}`)]
      : isMail
        ? []
        : formWarnings(program, sealed)),
    ...contextWarnings(sealed),
    ...mailWarnings(sealed, parts),
    ...(isMail ? [] : routingWarnings(desk, sealed)),
    ...(await historyWarnings(desk, sealed, parts)),
    ...grantWarnings(desk, sealed),
    ...(await proofWarnings(desk, sealed)),
  ]
}

/** Faults that say what a form asks, not what an answer is. */
const ofItsVersion = ['required', 'not_asked']

function formWarnings(program: Program, { content }: SealedCase): Warning[] {
  const warnings: Warning[] = []
  const promised = program.promise[content.page_language]
  if (promised !== undefined && promised !== content.promise)
    warnings.push(
      warning(
        'promise_differs',
        safe`the request says that the applicant was shown another promise than the directory has now:`,
        content.promise,
      ),
    )
  const isOther = content.form_version !== program.form.version
  if (isOther)
    warnings.push(
      warning(
        'form_version_other',
        safe`filled in with version ${content.form_version} of the form; the directory has ${program.form.version}`,
      ),
    )
  // What another version asked is not known here; what no question of now can take is said all the same.
  const faults = checkAnswers(program.form, content.answers).filter(
    ({ code }) => !isOther || !ofItsVersion.includes(code),
  )
  const places = new Set(
    faults.map(({ code, pointer }) => `${pointer || 'elsewhere'} (${code.replaceAll('_', ' ')})`),
  )
  if (places.size > 0)
    warnings.push(
      warning(
        'answers_do_not_fit',
        safe`the answers do not fit the form: ${[...places].join(', ')}`,
      ),
    )
  return warnings
}

function contextWarnings({ content, detail, sealedWith }: SealedCase): Warning[] {
  const { context } = content
  const unseen =
    sealedWith === null
      ? [
          warning(
            'directory_unseen',
            safe`it was sealed with directory ${context.directory_sequence}, which the server does not show: whether that was the organisation's cannot be checked`,
          ),
        ]
      : []
  if (
    context.directory_sequence === detail.directory_version &&
    context.channel === detail.case.channel
  )
    return unseen
  return [
    ...unseen,
    warning(
      'context_differs',
      safe`sealed with directory ${context.directory_sequence} by ${context.channel}, but the server says directory ${detail.directory_version} by ${detail.case.channel}`,
    ),
  ]
}

/** Nobody but who takes in mails says that there is one: elsewhere it is not looked for. */
function mailWarnings({ content }: SealedCase, { additions }: OpenedParts): Warning[] {
  return [content, ...additions.map(addition => addition.content)]
    .filter(one => typeof one !== 'string' && one.mail !== undefined && mailIn(one) === null)
    .map(() =>
      warning(
        'mail_out_of_place',
        safe`something that did not come by mail says that it carries a mail; it was not fetched`,
      ),
    )
}

/** The server routed by the slip; the sealed answers say where it should have gone, by the same directory. */
function routingWarnings(desk: Desk, sealed: SealedCase): Warning[] {
  const { case: summary } = sealed.detail
  const { directory } = desk.directory
  if (summary.state === 'received') return []
  if (summary.reason === 'slip_unreadable' || summary.reason === 'no_slip')
    return [
      warning(
        'slip_unreadable',
        safe`the router could not read the facts for routing; check that this is the right team`,
      ),
    ]
  if (summary.routed_directory_version !== directory.sequence) return []
  // Where a person sent it on, the history says who; and it may have been routed on the other side of a change of shift.
  if (summary.reason === 'rerouted') return []
  const at = parseTimestamp(summary.received_at)
  const route = routeFor(directory, factsOf(sealed), at)
  const fits = [route, teamFor(directory, factsOf(sealed), at)].some(
    ({ program, team, reason }) =>
      program === summary.program && team === summary.team && reason === summary.reason,
  )
  if (fits || summary.reason === 'nobody_on_duty') return []
  return [
    warning(
      'routing_differs',
      safe`the sealed answers lead to ${route.program}, team ${route.team} (${route.reason}); the server says ${summary.program ?? '-'}, team ${summary.team ?? '-'} (${summary.reason ?? '-'})`,
    ),
  ]
}

function grantWarnings(desk: Desk, sealed: SealedCase): Warning[] {
  const conflicted = new Set(
    sealed.grants.map(({ reader }) => reader).filter(reader => hasConflict(desk, sealed, reader)),
  )
  const kept = [...conflicted].map(reader =>
    warning(
      'reader_conflict',
      safe`${reader} was let in, and a conflict of interest keeps ${reader} from this case; nothing that others write here is sealed to ${reader}`,
    ),
  )
  const doubtful = sealed.doubtful.map(({ by, reader }) =>
    warning(
      'grant_doubtful',
      safe`the server shows that ${by} let ${reader} in, and that is not proven; nothing that is written here is sealed to ${reader} because of it`,
    ),
  )
  return [...kept, ...doubtful]
}

async function proofWarnings(
  desk: Desk,
  { detail, envelopeSha256, history }: SealedCase,
): Promise<Warning[]> {
  const { answer } = detail
  if (answer === null) return []
  const p = await desk.station.primitives()
  const { directory } = desk.directory
  const [key, signature] = [decodeBase64url(answer.key), decodeBase64url(answer.signature)]
  const isTheirs = directory.handlers.some(({ signing_keys }) =>
    signing_keys.some(known => known.key === answer.key),
  )
  const isProven =
    handlerByKey(directory, key, desk.station.now()) !== null ||
    history.events.some(
      ({ event, signature: standing }) =>
        standing === 'verified' &&
        (event.kind === 'replied' || event.kind === 'contacted') &&
        event.request?.key === answer.key,
    )
  if (!verifyAnswer(p, key, envelopeSha256, answer.hour, signature) || !(isTheirs || isProven))
    return [
      warning(
        'answer_proof_false',
        safe`the server says that this case was answered, but no handler of the directory has signed that`,
      ),
    ]
  if (isProven) return []
  return [
    warning(
      'answer_unproven',
      safe`that this case was answered is signed by a key that has left the directory, and nobody who is in it vouches for when`,
    ),
  ]
}
