// Adding something to a request: free text, or the further questions that are asked once somebody has answered.
import type { Form, Program } from '../../schemas/program.js'
import type { Answers } from '../../schemas/sealed.js'
import { checkAnswers } from '../../src/core/form/check.js'
import { keepShown } from '../../src/core/form/shown.js'
import { button, form as formOf, h, unrecorded } from '../dom.js'
import { postAddition } from '../network.js'
import type { Page } from '../page.js'
import type { SealedAddition } from '../sealer/calls.js'
import { fill } from '../texts/texts.js'
import { answerList } from './answer-list.js'
import { ask, askedQuestions, type Interview } from './interview.js'
import { headingOf, letterOf } from './reply.js'
import { toChange } from './to-change.js'
import { enterWords, type Visit, visitAgain } from './visit.js'
import { withNewest } from './with-newest.js'

/** Where an addition ends: back in the mailbox, with or without news. */
export interface Ends {
  back(): void
  sent(found: Visit): void
}

interface Content {
  readonly text: string
  readonly answers: Answers | null
  readonly formVersion: number | null
}

export interface Addition {
  readonly content: Content
  /** The content as JSON, as it was when it was to be sent. */
  readonly of: string
  /** Its fate is not known: the same bytes are sent again. */
  sealed: SealedAddition | null
}

/** The longest text, as what is sealed counts it: a few characters, such as pictures, count twice. */
const maxLength = 10_000
/** Above this share of the room the number of characters is shown. */
const nearlyFull = 0.8

const room = (used: number) => ({ used, max: maxLength })

/** As it is counted and sealed: in NFC a letter with its accents is one. */
const textOf = (typed: string) => typed.normalize('NFC').trim()

async function seal(page: Page, now: Visit, content: Content): Promise<SealedAddition> {
  const sealer = await page.freshSealer()
  await enterWords(page, sealer, now.words)
  const { program, team } = now.mailbox.view
  const order = {
    token: now.token,
    ...content,
    attachments: [],
    program,
    team,
    now: Date.now(),
  }
  return sealer.call('add', order)
}

/** @throws Failed */
function deliver(page: Page, now: Visit, addition: Addition): Promise<Visit> {
  const post = async () => {
    addition.sealed ??= await seal(page, now, addition.content)
    await postAddition(now.token, addition.sealed.body)
    return visitAgain(page, now, [])
  }
  return withNewest(page, post, () => {
    addition.sealed = null
  })
}

/** The same once more is the addition that may have arrived. */
function additionOf({ unsent }: Visit, content: Content): Addition {
  const of = JSON.stringify(content)
  if (unsent.addition?.of !== of) unsent.addition = { content, of, sealed: null }
  return unsent.addition
}

function send(page: Page, now: Visit, content: Content, ends: Ends): void {
  const addition = additionOf(now, content)
  page.attempt(
    page.words.texts.sending.sending,
    () => deliver(page, now, addition),
    found => {
      now.unsent.addition = null
      ends.sent(found)
    },
    () => ends.back(),
  )
}

/** The newest answer, to be read again beside what is written to it. */
function answeredTo(page: Page, { mailbox }: Visit): HTMLElement | null {
  const readable = mailbox.replies.filter(({ message }) => message !== null)
  const reply = readable[readable.length - 1]
  if (reply === undefined) return null
  return h(
    'details',
    { id: 'answered-to' },
    h('summary', {}, headingOf(page, reply)),
    letterOf(page, reply),
  )
}

export function showAddition(page: Page, now: Visit, ends: Ends): void {
  const { addition: words, back: backLabel, faults, question } = page.words.texts
  const { unsent } = now
  const input = h('textarea', {
    id: 'addition',
    rows: 8,
    'aria-describedby': 'addition-hint',
    ...unrecorded,
  })
  input.value = unsent.text
  const count = h('p', { class: 'hint count', 'aria-live': 'polite' })
  const showCount = () => {
    const used = textOf(input.value).length
    count.textContent = used > maxLength * nearlyFull ? fill(question.chars, room(used)) : ''
  }
  input.addEventListener('input', () => {
    unsent.text = input.value
    showCount()
  })
  showCount()
  const fault = h('div', { role: 'alert' })
  const tell = (sentence: string) => {
    fault.textContent = ''
    fault.append(h('p', { class: 'fault' }, sentence))
    input.focus()
  }
  const again = () => showAddition(page, now, ends)
  const submit = () => {
    const text = textOf(input.value)
    if (text === '') return tell(words.empty)
    if (text.length > maxLength) return tell(fill(faults.too_long, room(text.length)))
    send(
      page,
      now,
      { text, answers: null, formVersion: null },
      {
        back: again,
        sent(found) {
          unsent.text = ''
          ends.sent(found)
        },
      },
    )
  }
  page.show(
    again,
    h('h1', { tabindex: -1 }, words.heading),
    answeredTo(page, now),
    formOf(
      submit,
      h(
        'div',
        { class: 'field' },
        h('label', { for: 'addition', class: 'label' }, words.label),
        h('p', { class: 'hint', id: 'addition-hint' }, words.hint),
        fault,
        input,
        count,
      ),
      h(
        'div',
        { class: 'actions' },
        h('button', { class: 'main' }, words.send),
        button(backLabel, () => ends.back()),
      ),
    ),
  )
}

/** The second form of a program: nothing in it is required, and it may be sent half full. */
export function startMore(page: Page, now: Visit, program: Program, form: Form, ends: Ends): void {
  const interview: Interview = {
    program,
    form,
    answers: now.unsent.answers,
    tellsCoverage: false,
    early: page.words.texts.review.heading,
    back: () => ends.back(),
    done: () => reviewMore(page, now, interview, ends),
  }
  ask(page, interview, askedQuestions(interview)[0]?.key ?? '')
}

function reviewMore(page: Page, now: Visit, interview: Interview, ends: Ends): void {
  const { review, addition: words, back } = page.words.texts
  const again = () => reviewMore(page, now, interview, ends)
  const answers = keepShown(interview.form, interview.answers)
  const isEmpty = Object.keys(answers).length === 0
  const questions = askedQuestions(interview)
  const faults = checkAnswers(interview.form, answers)
  const { change, list } = toChange(page, interview, faults)
  const submit = () => {
    if (faults.length > 0) return again()
    send(
      page,
      now,
      { text: '', answers, formVersion: interview.form.version },
      {
        back: again,
        sent(found) {
          now.unsent.answers = {}
          ends.sent(found)
        },
      },
    )
  }
  page.show(
    again,
    list,
    h('h1', { tabindex: -1 }, review.heading),
    h('p', { class: 'lead' }, words.waits),
    answerList(page, interview, change),
    h(
      'div',
      { class: 'actions' },
      isEmpty ? null : button(words.send, submit, 'main'),
      button(back, () => ask(page, interview, questions[questions.length - 1]?.key ?? '')),
    ),
  )
}
