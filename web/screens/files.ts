// Files that follow a request: chosen, told what is hidden in them, sealed and sent one after the other, each named as soon
// as it has arrived. They stay here until then, and can be taken back.
import { button, h } from '../dom.js'
import { Failed } from '../failed.js'
import { postAddition } from '../network.js'
import type { Page } from '../page.js'
import type { Sealer } from '../sealer.js'
import type { Given } from '../sealer/calls.js'
import { fill } from '../texts/texts.js'
import { Cancelled, giveUp, sendUpload } from '../upload.js'
import type { Ends } from './addition.js'
import { enterWords, type Visit, visitAgain } from './visit.js'

/** Megabytes of one file at most, as the words say it; the Worker looks at the bytes. */
const maxMegabytes = 100
/** How often a newer directory is fetched before the person is asked to try later. */
const maxReseals = 3

type Hidden = Given<'look'>['outcome']

interface Chosen {
  readonly file: File
  readonly hidden: Hidden
  state: 'chosen' | 'sent' | 'failed'
}

/** The manifest of one file: from then on handlers see it. @throws Failed */
async function name(
  page: Page,
  now: Visit,
  attachment: Given<'attachEnd'>['attachment'],
): Promise<void> {
  for (let tries = 0; ; tries++) {
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
    try {
      await postAddition(now.token, body)
      return
    } catch (error) {
      if (!(error instanceof Failed) || error.code !== 'directory_stale') throw error
      if (tries >= maxReseals) throw new Failed('unavailable', 'directory_stale')
      page.forgetSite()
    }
  }
}

async function sendOne(
  page: Page,
  now: Visit,
  sealer: Sealer,
  file: File,
  watcher: Parameters<typeof sendUpload>[2],
): Promise<void> {
  const { id, bytes } = await sealer.call('attach', { file })
  const part = async (from: number, to: number) =>
    (await sealer.call('attachPart', { id, from, to })).sealed
  try {
    await sendUpload(now.token, { id, bytes, part }, watcher)
    const { attachment } = await sealer.call('attachEnd', { id })
    await name(page, now, attachment)
  } catch (error) {
    if (error instanceof Cancelled) giveUp(now.token, id)
    throw error
  }
}

export function showFiles(
  page: Page,
  now: Visit,
  ends: Ends,
  chosen: readonly Chosen[] = [],
): void {
  const { files: words, back } = page.words.texts
  const again = (list: readonly Chosen[]) => showFiles(page, now, ends, list)
  const input = h('input', {
    id: 'files',
    type: 'file',
    multiple: true,
    'aria-describedby': 'files-hint',
  })
  input.addEventListener('change', () => {
    const added = Array.from(input.files ?? [])
    page.attempt(
      words.looking,
      async () => [...chosen, ...(await lookAt(page, added))],
      again,
      () => again(chosen),
    )
  })
  const waiting = chosen.filter(({ hidden, state }) => hidden !== 'too_large' && state !== 'sent')
  const isWarned = waiting.some(({ hidden }) => hidden !== 'stripped')
  const agreed = h('input', { id: 'agreed', type: 'checkbox' })
  const fault = h('div', { role: 'alert' })
  const send = () => {
    if (!isWarned || agreed.checked) return sendAll(page, now, ends, chosen)
    fault.textContent = ''
    fault.append(h('p', { class: 'fault' }, words.agreeFirst))
    agreed.focus()
  }
  page.show(
    () => again(chosen),
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
              h(
                'p',
                { class: 'hint' },
                one.state === 'sent' ? words.arrived : words.hidden[one.hidden],
              ),
              one.state === 'sent'
                ? null
                : button(fill(words.remove, { name: one.file.name }), () =>
                    again(chosen.filter(other => other !== one)),
                  ),
            ),
          ),
        ),
    isWarned ? h('p', {}, agreed, ' ', h('label', { for: 'agreed' }, words.agree)) : null,
    fault,
    h(
      'div',
      { class: 'actions' },
      waiting.length === 0 ? null : button(words.send, send, 'main'),
      button(back, () => ends.back()),
    ),
  )
}

async function lookAt(page: Page, files: readonly File[]): Promise<Chosen[]> {
  const sealer = await page.sealer()
  const chosen: Chosen[] = []
  for (const file of files) {
    const { outcome } = await sealer.call('look', { file })
    chosen.push({ file, hidden: outcome, state: 'chosen' })
  }
  return chosen
}

/** A failure keeps what is left, to be sent again. */
function sendAll(page: Page, now: Visit, ends: Ends, chosen: readonly Chosen[]): void {
  const { files: words } = page.words.texts
  const stop = new AbortController()
  const line = h('p', { role: 'status', class: 'waiting' }, words.sealing)
  const bar = h('progress', { max: 100, value: 0, 'aria-label': words.heading })
  const again = () => showFiles(page, now, ends, chosen)
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
    const sealer = await page.freshSealer()
    const waiting = chosen.filter(({ hidden, state }) => hidden !== 'too_large' && state !== 'sent')
    for (const [index, one] of waiting.entries()) {
      const counted = fill(words.one, { n: index + 1, total: waiting.length })
      line.textContent = counted
      bar.value = 0
      await sendOne(page, now, sealer, one.file, {
        signal: stop.signal,
        progress: done => {
          bar.value = Math.round(done * 100)
        },
        waiting: isWaiting => {
          line.textContent = isWaiting ? words.lost : counted
        },
      })
      one.state = 'sent'
    }
  }
  send().then(
    () =>
      page.attempt(
        page.words.texts.loading,
        () => visitAgain(page, now, []),
        found => ends.sent(found),
        () => ends.back(),
      ),
    (error: unknown) => {
      if (error instanceof Cancelled) again()
      else page.fail(error, () => sendAll(page, now, ends, chosen), again)
    },
  )
}
