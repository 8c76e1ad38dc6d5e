// Adding something to a request: free text, or the further questions that are asked once somebody has answered.
import type { Form, Program } from '../../schemas/program.js'
import type { Answers } from '../../schemas/sealed.js'
import { keepShown } from '../../src/core/form/shown.js'
import { button, form as formOf, h, unrecorded } from '../dom.js'
import { Failed } from '../failed.js'
import { postAddition } from '../network.js'
import type { Page } from '../page.js'
import type { SealedAddition } from '../sealer/calls.js'
import { answerList } from './answer-list.js'
import { ask, askedQuestions, type Interview } from './interview.js'
import { enterWords, type Visit, visitAgain } from './visit.js'

/** Where an addition ends: back in the mailbox, with or without news. */
export interface Ends {
  back(): void
  sent(found: Visit): void
}

interface Addition {
  readonly text: string
  readonly answers: Answers | null
  readonly formVersion: number | null
  /** Its fate is not known: the same bytes are sent again. */
  sealed: SealedAddition | null
}

/** How often a newer directory is fetched before the person is asked to try later. */
const maxReseals = 3

async function seal(page: Page, now: Visit, addition: Addition): Promise<SealedAddition> {
  const sealer = await page.freshSealer()
  await enterWords(page, sealer, now.words)
  const { text, answers, formVersion } = addition
  const { program, team } = now.mailbox.view
  const order = {
    token: now.token,
    text,
    answers,
    formVersion,
    attachments: [],
    program,
    team,
    now: Date.now(),
  }
  return sealer.call('add', order)
}

/** @throws Failed */
async function deliver(page: Page, now: Visit, addition: Addition): Promise<Visit> {
  for (let tries = 0; ; tries++) {
    addition.sealed ??= await seal(page, now, addition)
    try {
      await postAddition(now.token, addition.sealed.body)
      return await visitAgain(page, now, [])
    } catch (error) {
      if (!(error instanceof Failed) || error.code !== 'directory_stale') throw error
      if (tries >= maxReseals) throw new Failed('unavailable', 'directory_stale')
      addition.sealed = null
      page.forgetSite()
    }
  }
}

function send(page: Page, now: Visit, addition: Addition, ends: Ends): void {
  page.attempt(
    page.words.texts.sending.sending,
    () => deliver(page, now, addition),
    found => ends.sent(found),
    () => ends.back(),
  )
}

export function showAddition(page: Page, now: Visit, ends: Ends, typed = ''): void {
  const { addition: words, back: backLabel } = page.words.texts
  const input = h('textarea', {
    id: 'addition',
    rows: 8,
    'aria-describedby': 'addition-hint',
    ...unrecorded,
  })
  input.value = typed
  const fault = h('div', { role: 'alert' })
  const again = () => showAddition(page, now, ends, input.value)
  const submit = () => {
    const text = input.value.trim()
    if (text === '') {
      fault.textContent = ''
      fault.append(h('p', { class: 'fault' }, words.empty))
      input.focus()
      return
    }
    const addition = { text, answers: null, formVersion: null, sealed: null }
    send(page, now, addition, { ...ends, back: again })
  }
  page.show(
    again,
    h('h1', { tabindex: -1 }, words.heading),
    formOf(
      submit,
      h(
        'div',
        { class: 'field' },
        h('label', { for: 'addition', class: 'label' }, words.label),
        h('p', { class: 'hint', id: 'addition-hint' }, words.hint),
        input,
      ),
      fault,
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
    answers: {},
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
  const submit = () => {
    const addition = { text: '', answers, formVersion: interview.form.version, sealed: null }
    send(page, now, addition, { ...ends, back: again })
  }
  page.show(
    again,
    h('h1', { tabindex: -1 }, review.heading),
    h('p', { class: 'lead' }, words.waits),
    answerList(page, interview, key => ask(page, interview, key, true)),
    h(
      'div',
      { class: 'actions' },
      isEmpty ? null : button(words.send, submit, 'main'),
      button(back, () => ask(page, interview, questions[questions.length - 1]?.key ?? '')),
    ),
  )
}
