// The page of one language: what it holds in memory, how a screen takes the place of another, how failures are told.
// There is one address and one entry in the history; nothing is ever written to the device.
import { type Catalogue, catalogueFor, type SharedWords } from '../schemas/programs/catalogue.js'
import type { Program } from '../schemas/program.js'
import type { Answers } from '../schemas/sealed.js'
import { bullets, button, h } from './dom.js'
import { type Leaving, prepareLeaving } from './leave.js'
import { Failed, type FailureCode } from './failed.js'
import type { Sealer } from './sealer.js'
import type { SealedRequest, Served } from './sealer/calls.js'
import { openSealer, type Site } from './site.js'
import { fill, type Texts } from './texts/texts.js'

export interface Words {
  readonly texts: Texts
  readonly shared: SharedWords
  readonly catalogues: readonly Catalogue[]
}

/** What was typed, and the keys made of it. Erased when the page is left, however it is left. */
export interface Draft {
  program: Program | null
  answers: Answers
  entropy: Uint8Array | null
  receiptWords: readonly string[]
  foreignWords: boolean
  /** The last sealed request, until it is known to have arrived: it is sent again byte by byte. */
  sealed: SealedRequest | null
  /** The answers that are in it, as JSON; null where it must be sealed anew. */
  sealedOf: string | null
}

/** The screens on both sides of sealing. */
export interface Ways {
  /** To the screen before. */
  back(): void
  /** To the answers, where the form itself has changed meanwhile. */
  review(): void
}

/** Where a page stands: on the organisation's site, or in a file without network (web/offline/). */
export interface Surroundings {
  readonly channel: Served['channel']
  /** @throws Failed */
  loadSite(): Promise<Site>
  /** A fresh sealer that has passed its test. @throws Failed */
  readonly startSealer: () => Promise<Sealer>
  /** What comes once the receipt code was kept. */
  send(page: Page, ways: Ways): void
  /** Who can be written to where nothing can be sealed, under this label. */
  contact(label: string): HTMLElement
}

const emptyDraft = (): Draft => ({
  program: null,
  answers: {},
  entropy: null,
  receiptWords: [],
  foreignWords: false,
  sealed: null,
  sealedOf: null,
})

/** After these the person is shown other safe ways. */
const dead: readonly FailureCode[] = [
  'cannot_seal',
  'primitives_faulty',
  'directory_invalid',
  'root_mismatch',
  'directory_expired',
]

export class Page {
  readonly words: Words
  readonly surroundings: Surroundings
  draft: Draft = emptyDraft()
  /** What is being sealed before it is asked for, by the present Worker; null where nothing is. */
  ahead: { readonly of: string; readonly sealer: Promise<Sealer | null> } | null = null
  #site: Promise<Site> | null = null
  #sealer: Promise<Sealer> | null = null
  #programs: readonly Program[] = []
  /** The newest directory that verified since the page was opened. */
  #verified: Uint8Array | null = null
  readonly #main: HTMLElement
  readonly #leaving: Leaving
  /** Draws the present screen again, with what was typed in it. */
  #redraw: () => void = () => {}

  constructor(words: Words, surroundings: Surroundings, main: HTMLElement) {
    this.words = words
    this.surroundings = surroundings
    this.#main = main
    this.#leaving = prepareLeaving(() => this.forget())
  }

  /** Everything typed, every key, every Worker. */
  forget(): void {
    const { answers, entropy } = this.draft
    for (const key of Object.keys(answers)) delete answers[key]
    entropy?.fill(0)
    this.draft = emptyDraft()
    this.#endSealer()
    this.#redraw = () => {}
  }

  /** Covers, forgets and goes elsewhere. */
  leave(): void {
    this.#leaving.leave()
  }

  /**
   * Shows a screen: its heading takes the focus, or the list of faults where there is one.
   * @param redraw draws it again after an interruption; first it keeps what was typed
   */
  show(redraw: () => void, ...content: readonly (HTMLElement | null)[]): void {
    this.#redraw = redraw
    this.#main.textContent = ''
    for (const element of content) if (element !== null) this.#main.append(element)
    window.scrollTo(0, 0)
    const target = this.#main.querySelector<HTMLElement>('.faults, h1')
    target?.focus()
  }

  /** The organisation's side, fetched once. @throws Failed */
  site(): Promise<Site> {
    if (this.#site === null) {
      const loading = this.surroundings.loadSite()
      this.#site = loading
      loading.then(
        site => this.#meet(site),
        () => {
          this.#site = null
        },
      )
    }
    return this.#site
  }

  /** Forgets what was fetched: the organisation has published something newer. */
  forgetSite(): void {
    this.#site = null
    this.#endSealer()
  }

  /** A Worker with a verified directory; the same one until it is ended. @throws Failed */
  sealer(): Promise<Sealer> {
    if (this.#sealer === null) {
      const { channel, startSealer } = this.surroundings
      const opening = this.site().then(async site => {
        const sealer = await openSealer(site, startSealer, { before: this.#verified, channel })
        this.#verified = site.note
        return sealer
      })
      this.#sealer = opening
      opening.catch(() => {
        if (this.#sealer === opening) this.#sealer = null
      })
    }
    return this.#sealer
  }

  /** Another Worker, with nothing of the one before. @throws Failed */
  freshSealer(): Promise<Sealer> {
    this.#endSealer()
    return this.sealer()
  }

  #endSealer(): void {
    this.#sealer?.then(
      sealer => sealer.end(),
      () => {},
    )
    this.#sealer = null
    this.ahead = null
  }

  /** Verifies while questions are answered. What does not verify interrupts at once; a lost line can wait. */
  verifyMeanwhile(): void {
    const verified = this.sealer().then(sealer => sealer.call('inForce', null))
    verified.catch((error: unknown) => {
      if (!(error instanceof Failed) || !dead.includes(error.failure)) return
      // Another Worker has taken its place, and is asked in its turn.
      if (error.code === 'ended') return
      const redraw = this.#redraw
      this.fail(error, () => {
        this.forgetSite()
        redraw()
        this.verifyMeanwhile()
      })
    })
  }

  /**
   * Does something that takes a while, and tells how it ends. What was typed is kept, and the same thing can be
   * tried again.
   * @param label what is being done
   */
  attempt<T>(
    label: string,
    work: () => Promise<T>,
    then: (value: T) => void,
    back?: () => void,
  ): void {
    const again = () => this.attempt(label, work, then, back)
    this.show(again, h('h1', { tabindex: -1, class: 'waiting', role: 'status' }, label))
    work().then(then, (error: unknown) => {
      this.fail(error, again, back)
    })
  }

  /**
   * One sentence for what failed, that nothing is lost, and what can be done.
   * @param instead something else that can be done
   */
  fail(error: unknown, again: () => void, back?: () => void, instead?: HTMLElement): void {
    // Whatever it was: the next try gets a fresh Worker.
    this.#endSealer()
    const { failure, otherWays, back: backLabel } = this.words.texts
    const code: FailureCode = error instanceof Failed ? error.failure : 'internal'
    const date = new Date().toLocaleDateString(this.words.texts.language)
    const keeps = Object.keys(this.draft.answers).length > 0
    const redraw = () => this.fail(error, again, back, instead)
    this.show(
      redraw,
      h('h1', { tabindex: -1 }, failure.heading),
      h(
        'div',
        { class: 'notice', role: 'alert', 'data-failure': code },
        h('p', {}, fill(failure[code], { date })),
        keeps ? h('p', {}, failure.kept) : null,
      ),
      h(
        'div',
        { class: 'actions' },
        button(failure.again, again, 'main'),
        back === undefined ? null : button(backLabel, back),
        instead ?? null,
      ),
      dead.includes(code)
        ? h(
            'section',
            {},
            h('h2', {}, otherWays.heading),
            bullets(otherWays.ways),
            h('p', {}, this.surroundings.contact(otherWays.contact)),
          )
        : null,
    )
  }

  #meet({ directory }: Site): void {
    this.#programs = directory.programs
    const { texts } = this.words
    const banner = document.getElementById('banner')
    if (banner !== null) {
      banner.hidden = !directory.demo
      banner.textContent = directory.demo ? texts.demo : ''
    }
    const target = directory.leave_to?.[texts.language]
    if (target !== undefined) this.#leaving.setTarget(target)
  }

  /** The words of a program: those of the pages, and those that its directory brings. */
  catalogueOf(id: string): Catalogue {
    const { catalogues, texts } = this.words
    const { draft } = this
    const own = this.#programs.find(one => one.id === id) ?? draft.program
    return catalogueFor(id, texts.language, catalogues, own?.id === id ? own : null)
  }
}
