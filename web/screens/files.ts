// Files that follow a request: chosen, told what is hidden in them, sealed and sent one after the other, each named as soon
// as it has arrived. They stay here until then, and can be taken back.
import { button, h } from '../dom.js'
import { Failed, type FailureCode } from '../failed.js'
import { postAddition } from '../network.js'
import type { Page } from '../page.js'
import type { Sealer } from '../sealer.js'
import type { Given } from '../sealer/calls.js'
import { fill } from '../texts/texts.js'
import { Cancelled, endUpload, giveUp, patiently, sendUpload, type Watcher } from '../upload.js'
import type { Ends } from './addition.js'
import { enterWords, type Visit, visitAgain } from './visit.js'
import { withNewest } from './with-newest.js'

/** Megabytes of one file at most, as the words say it; the Worker looks at the bytes. */
const maxMegabytes = 100

type Hidden = Given<'look'>['outcome'] | 'unreadable'

interface Picked {
  readonly file: File
  /** When it was chosen: what is read later must be as long. */
  readonly bytes: number
}

/** All of a file has arrived, and nothing names it yet. */
interface Whole {
  readonly attachment: Given<'attachEnd'>['attachment']
  /** What names it: its fate may not be known, so the same bytes are sent again. */
  body: string | null
  /** Something that names it was sent, and may have arrived. */
  isAsked: boolean
}

export interface Chosen extends Picked {
  hidden: Hidden
  /** `kept`: was to be taken back, and had arrived. */
  state: 'chosen' | 'sent' | 'kept'
  whole: Whole | null
}

/** After these nothing names it any more; an earlier request whose answer was lost may have. */
const refusing: readonly FailureCode[] = ['additions_full', 'mailbox_unknown', 'refused']

/** To be sent; what can no longer be read is to be chosen anew. */
const isWaiting = ({ hidden, state }: Chosen) =>
  hidden !== 'too_large' && hidden !== 'unreadable' && state === 'chosen'

/** Of one file: the others go on. */
const isUnreadable = (error: unknown) => error instanceof Failed && error.code === 'file_unreadable'

async function sealManifest(
  page: Page,
  now: Visit,
  { attachment }: Pick<Whole, 'attachment'>,
): Promise<string> {
  const sealer = await page.sealer()
  await enterWords(page, sealer, now.words)
  const { program, team } = now.mailbox.view
  const { body } = await sealer.call('add', {
    token: now.token,
    text: '',
    answers: null,
    formVersion: null,
    attachments: [attachment],
    program,
    team,
    now: Date.now(),
  })
  return body
}

/** The manifest of one file: from then on handlers see it. @throws Failed, Cancelled */
function name(page: Page, now: Visit, whole: Whole, watcher: Watcher): Promise<void> {
  const send = async () => {
    whole.body ??= await sealManifest(page, now, whole)
    const { body } = whole
    whole.isAsked = true
    await patiently(watcher, () => postAddition(now.token, body))
  }
  return withNewest(page, send, () => {
    whole.body = null
  })
}

/** @throws Failed, Cancelled; what had arrived of it is then given up */
async function upload(
  page: Page,
  { token }: Visit,
  { file, bytes: chosenBytes }: Picked,
  watcher: Watcher,
): Promise<Whole> {
  // Not the one that the file before was sealed by: a newer directory ends it.
  const sealer = await page.sealer()
  const { id, bytes } = await sealer.call('attach', { file, bytes: chosenBytes })
  // One stretch of memory goes to and fro: new ones would be collected late, and a phone ends a page that has many.
  let spare: ArrayBuffer | null = null
  const part = async (from: number, to: number) => {
    const { sealed } = await sealer.call('attachPart', { id, from, to, spare })
    spare = sealed.buffer
    return sealed
  }
  try {
    await sendUpload(token, { id, bytes, part }, watcher)
    const { attachment } = await sealer.call('attachEnd', { id })
    return { attachment, body: null, isAsked: false }
  } catch (error) {
    giveUp(token, id)
    throw error
  }
}

/** Its bytes once, however often it must be named. @throws Failed, Cancelled */
async function sendOne(page: Page, now: Visit, one: Chosen, watcher: Watcher): Promise<void> {
  one.whole ??= await upload(page, now, one, watcher)
  const { whole } = one
  try {
    await name(page, now, whole, watcher)
  } catch (error) {
    if (!(error instanceof Failed) || !refusing.includes(error.failure)) throw error
    const { signal } = watcher
    const isEnded = await endUpload(now.token, whole.attachment.id, signal).catch(() => {
      // Not known: it is kept, and found out when it is sent or removed.
      throw signal.aborted ? new Cancelled() : error
    })
    one.whole = null
    if (isEnded) throw error
  }
}

/** What nobody will name holds no place any longer. */
function takeBack({ token }: Visit, one: Chosen): void {
  if (one.whole !== null) giveUp(token, one.whole.attachment.id)
  one.whole = null
}

/** Handlers may have it already: nobody is told that it is gone before that is known. */
function removeArrived(
  page: Page,
  now: Visit,
  one: Chosen,
  { again, removed }: { readonly again: () => void; readonly removed: () => void },
): void {
  const { whole } = one
  if (whole === null) return removed()
  page.attempt(
    page.words.texts.loading,
    () => endUpload(now.token, whole.attachment.id),
    isEnded => {
      one.whole = null
      if (isEnded) return removed()
      one.state = 'kept'
      again()
    },
    again,
  )
}

/** What becomes of a chosen file, or has become of it. */
function fateOf(page: Page, { hidden, state }: Chosen): HTMLElement {
  const { files: words } = page.words.texts
  if (state === 'kept') return h('p', { class: 'fault', role: 'alert' }, words.tooLate)
  const isFault = state === 'chosen' && hidden === 'unreadable'
  return h(
    'p',
    { class: isFault ? 'fault' : 'hint' },
    state === 'sent' ? words.arrived : words.hidden[hidden],
  )
}

export function showFiles(page: Page, now: Visit, ends: Ends): void {
  const { files: words, back } = page.words.texts
  const chosen = now.unsent.files
  const again = () => showFiles(page, now, ends)
  const keep = (files: readonly Chosen[]) => {
    now.unsent.files = files
    again()
  }
  const without = (one: Chosen) => () => keep(chosen.filter(other => other !== one))
  const remove = (one: Chosen) => {
    if (one.whole?.isAsked === true)
      return removeArrived(page, now, one, { again, removed: without(one) })
    takeBack(now, one)
    without(one)()
  }
  const input = h('input', {
    id: 'files',
    type: 'file',
    multiple: true,
    autocomplete: 'off',
    'aria-describedby': 'files-hint',
  })
  input.addEventListener('change', () => {
    const added = Array.from(input.files ?? [], file => ({ file, bytes: file.size }))
    const isAnew = ({ file, hidden }: Chosen) =>
      hidden === 'unreadable' && added.some(one => one.file.name === file.name)
    const kept = chosen.filter(one => !isAnew(one))
    page.attempt(words.looking, async () => [...kept, ...(await lookAt(page, added))], keep, again)
  })
  const waiting = chosen.filter(isWaiting)
  const isWarned = waiting.some(({ hidden }) => hidden !== 'stripped')
  const agreed = h('input', { id: 'agreed', type: 'checkbox', autocomplete: 'off' })
  const fault = h('div', { role: 'alert' })
  const send = () => {
    if (!isWarned || agreed.checked) return sendAll(page, now, ends)
    fault.textContent = ''
    fault.append(h('p', { class: 'fault' }, words.agreeFirst))
    agreed.focus()
  }
  page.show(
    again,
    h('h1', { tabindex: -1 }, words.heading),
    h('p', {}, fill(words.lead, { mb: maxMegabytes })),
    h(
      'div',
      { class: 'field' },
      h('p', { class: 'hint', id: 'files-hint' }, words.hint),
      // The browser's own button speaks the browser's language.
      h('div', { class: 'file' }, input, h('label', { for: 'files' }, words.choose)),
    ),
    chosen.length === 0
      ? null
      : h(
          'ul',
          { id: 'chosen' },
          ...chosen.map(one =>
            h(
              'li',
              { 'data-state': one.state },
              h('span', { dir: 'auto' }, one.file.name),
              fateOf(page, one),
              one.state === 'chosen'
                ? button(fill(words.remove, { name: one.file.name }), () => remove(one))
                : null,
            ),
          ),
        ),
    isWarned ? h('label', { class: 'option' }, agreed, h('span', {}, words.agree)) : null,
    fault,
    h(
      'div',
      { class: 'actions' },
      waiting.length === 0 ? null : button(words.send, send, 'main'),
      button(back, () => ends.back()),
    ),
  )
}

async function hiddenIn(sealer: Sealer, file: File): Promise<Hidden> {
  try {
    return (await sealer.call('look', { file })).outcome
  } catch (error) {
    if (!isUnreadable(error)) throw error
    return 'unreadable'
  }
}

async function lookAt(page: Page, picked: readonly Picked[]): Promise<Chosen[]> {
  const sealer = await page.sealer()
  const chosen: Chosen[] = []
  for (const one of picked)
    chosen.push({
      ...one,
      hidden: await hiddenIn(sealer, one.file),
      state: 'chosen',
      whole: null,
    })
  return chosen
}

/** A failure keeps what is left, to be sent again; a file that can no longer be read holds up no other. */
function sendAll(page: Page, now: Visit, ends: Ends): void {
  const { files: words } = page.words.texts
  const stop = new AbortController()
  const end = () => stop.abort()
  page.endings.add(end)
  const line = h('p', { role: 'status', class: 'waiting' }, words.sealing)
  const bar = h('progress', { max: 100, value: 0, 'aria-label': words.heading })
  const again = () => showFiles(page, now, ends)
  const waiting = now.unsent.files.filter(isWaiting)
  page.show(
    () => undefined,
    h('h1', { tabindex: -1 }, words.sending),
    line,
    bar,
    h('p', {}, words.stay),
    h(
      'div',
      { class: 'actions' },
      button(words.cancel, () => stop.abort()),
    ),
  )
  const send = async () => {
    await page.freshSealer()
    for (const [index, one] of waiting.entries()) {
      const counted = fill(words.one, { n: index + 1, total: waiting.length })
      line.textContent = counted
      bar.value = 0
      const watcher: Watcher = {
        signal: stop.signal,
        progress(done) {
          bar.value = Math.round(done * 100)
        },
        waiting(why) {
          const said = { line: words.lost, service: words.busy }
          line.textContent = why === null ? counted : said[why]
        },
      }
      try {
        await sendOne(page, now, one, watcher)
        one.state = 'sent'
      } catch (error) {
        if (!isUnreadable(error)) throw error
        one.hidden = 'unreadable'
      }
    }
  }
  const arrived = () => {
    now.unsent.files = []
    page.attempt(
      page.words.texts.loading,
      () => visitAgain(page, now, []),
      found => ends.sent(found),
      () => ends.back(),
    )
  }
  const sending = send().finally(() => page.endings.delete(end))
  sending.then(
    () => (waiting.every(({ state }) => state === 'sent') ? arrived() : again()),
    (error: unknown) => {
      if (error instanceof Cancelled) again()
      else page.fail(error, () => sendAll(page, now, ends), again)
    },
  )
}
