// The page of one language: what it holds in memory, how a screen takes the place of another, how failures are told.
// There is one address and one entry in the history; nothing is ever written to the device.
import type { Question } from '../schemas/program.js'
import type { Answer } from '../schemas/sealed.js'
import { type Catalogue, catalogueFor, type SharedWords } from '../schemas/programs/catalogue.js'
import type { Directory } from '../schemas/directory.js'
import { excerptOf, sameJson } from '../src/core/form/excerpt.js'
import { h } from './dom.js'
import { type Draft, emptyDraft, erase } from './draft.js'
import { type Leaving, prepareLeaving } from './leave.js'
import { Failed, type FailureCode } from './failed.js'
import { dead, failureScreen, ofTheKeys, type WaysOut } from './failure-screen.js'
import type { Control, Place, Setting } from './inputs/control.js'
import type { Interview } from './screens/interview.js'
import type { Sealer } from './sealer.js'
import type { Served } from './sealer/calls.js'
import { openSealer, type Signed, type Site } from './site.js'
import type { Texts } from './texts/texts.js'

export interface Words {
  readonly texts: Texts
  readonly shared: SharedWords
  readonly catalogues: readonly Catalogue[]
}

/** The screens on both sides of sealing. */
export interface Ways {
  /** To the screen before. */
  back(): void
  /** To the answers, where the form itself has changed meanwhile. */
  review(): void
}

/** What comes behind the first question. */
export interface Later {
  /** The input of any question; a choice that must be made can be drawn without. */
  fieldInput(setting: Setting, place: Place, question: Question, answer?: Answer): Control
  /** Looks at an answer, and goes on. @param only back to the review afterwards */
  answered(page: Page, interview: Interview, key: string, only: boolean): void
  showReview(page: Page, back: () => void): void
  showCode(page: Page, back: () => void): void
  /** What comes once the receipt code was kept. */
  send(page: Page, ways: Ways): void
}

/** Where a page stands: on the organisation's site, or in a file without network (web/offline/). */
export interface Surroundings {
  readonly channel: Served['channel']
  /** What forms can be drawn from before a directory has verified; null: they wait for that. @throws Failed */
  loadExcerpt(): Promise<Site | null>
  /** @throws Failed */
  loadSigned(): Promise<Signed>
  /** A fresh sealer that has passed its test. @throws Failed */
  readonly startSealer: () => Promise<Sealer>
  /** The screens behind the first question, and their words. @throws Failed */
  loadLater(): Promise<Later>
  /** Who can be written to where nothing can be sealed, under this label. */
  contact(label: string): HTMLElement
}

/** What is told at once, whatever somebody is doing: with this page nothing can be sent any more. */
const interrupting: readonly FailureCode[] = [...dead, 'page_replaced']

/** Between two tries to have the directory. */
const retryMs = 10_000

export class Page {
  readonly words: Words
  readonly surroundings: Surroundings
  draft: Draft = emptyDraft()
  /** What is being sealed before it is asked for, by the present Worker; null where nothing is. */
  ahead: { readonly of: string; readonly sealer: Promise<Sealer | null> } | null = null
  /** Ends what goes on by itself, when the page is left. */
  readonly endings = new Set<() => void>()
  /** Once the first directory has verified. */
  readonly verified: Promise<Directory>
  /** To the choice of a program, where a form has changed. */
  beginAnew: () => void = () => {}
  #excerpt: Promise<Site | null> | null = null
  /** What was drawn before a directory had verified, until one has. */
  #drawn: Site | null = null
  #signed: Promise<Signed> | null = null
  #sealer: Promise<Sealer> | null = null
  #later: Promise<Later> | null = null
  /** The same, once it is there. */
  #come: Later | null = null
  #isVerifying = false
  /** Of verifying, while it has failed and waits. */
  #retry: number | undefined
  /** The newest directory that verified since the page was opened, its note, and what forms show of it. */
  #verified: {
    readonly directory: Directory
    readonly note: Uint8Array
    readonly shown: Site
  } | null = null
  #tellVerified: (directory: Directory) => void = () => {}
  /** Told with the next screen: what stands on this one must not move under a finger. */
  #isDemo = false
  readonly #main: HTMLElement
  readonly #leaving: Leaving
  /** Draws the present screen again, with what was typed in it. */
  #redraw: () => void = () => {}

  constructor(words: Words, surroundings: Surroundings, main: HTMLElement) {
    this.words = words
    this.surroundings = surroundings
    this.#main = main
    this.#leaving = prepareLeaving(() => this.forget())
    this.verified = new Promise(resolve => {
      this.#tellVerified = resolve
    })
  }

  /** Everything typed, every key, every Worker. */
  forget(): void {
    for (const end of this.endings) end()
    this.#erase()
    this.#endSealer()
    window.clearTimeout(this.#retry)
    this.#isVerifying = false
    this.#redraw = () => {}
  }

  /** Somebody looked at the list of programs, and goes elsewhere: what it was drawn from matters no more. */
  leaveList(): void {
    if (this.draft.program !== null) return
    this.#drawn = null
    this.#excerpt = null
  }

  #erase(): void {
    erase(this.draft)
    this.draft = emptyDraft()
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
    this.#tellDemo()
    for (const element of content) if (element !== null) this.#main.append(element)
    window.scrollTo(0, 0)
    const target = this.#main.querySelector<HTMLElement>('.faults, h1')
    target?.focus()
  }

  /** What forms are drawn from at this moment; null before anything has come. */
  shown(): Site | null {
    return this.#drawn ?? this.#verified?.shown ?? null
  }

  /**
   * What forms may be drawn from, as soon as there is something. Where it is an excerpt it is remembered until a directory has
   * verified, whatever is fetched meanwhile; where none can be had, the directory itself is waited for.
   * @throws Failed
   */
  async site(): Promise<Site> {
    const excerpt = this.shown() === null ? await this.excerpt() : null
    const shown = this.shown()
    if (shown !== null) return shown
    if (excerpt !== null) {
      this.#drawn = excerpt
      this.#isDemo = excerpt.demo
      return excerpt
    }
    await this.sealer()
    return this.site()
  }

  /** Fetched until it has come once. Nothing is drawn from it yet. */
  excerpt(): Promise<Site | null> {
    this.#excerpt ??= this.surroundings.loadExcerpt().catch(() => {
      this.#excerpt = null
      return null
    })
    return this.#excerpt
  }

  /** What is behind the first question, fetched once. @throws Failed */
  later(): Promise<Later> {
    this.#later ??= this.#fetchLater()
    return this.#later
  }

  async #fetchLater(): Promise<Later> {
    try {
      const come = await this.surroundings.loadLater()
      this.#come = come
      return come
    } catch (error) {
      this.#later = null
      throw error
    }
  }

  /** Goes on at once where all of the page is there, else as soon as it is, unless another screen has come meanwhile. */
  withLater(then: (later: Later) => void, back?: () => void): void {
    if (this.#come !== null) {
      then(this.#come)
      return
    }
    const again = () => this.withLater(then, back)
    this.#wait(this.words.texts.loading, again)
    const isStill = () => this.#redraw === again
    void this.later().then(
      come => (isStill() ? then(come) : undefined),
      (error: unknown) => (isStill() ? this.#tell(error, { again, back }) : undefined),
    )
  }

  /** What the Worker verifies, fetched once. @throws Failed */
  signed(): Promise<Signed> {
    if (this.#signed === null) {
      const loading = this.surroundings.loadSigned()
      this.#signed = loading
      loading.catch(() => {
        if (this.#signed === loading) this.#signed = null
      })
    }
    return this.#signed
  }

  /** Forgets the keys that were fetched: the organisation has published something newer. */
  forgetSite(): void {
    this.#signed = null
    this.#endSealer()
  }

  /** The newest directory that has verified; null before the first. */
  get directory(): Directory | null {
    return this.#verified?.directory ?? null
  }

  /**
   * From here on the page shows what the organisation has signed. What was typed into a form that was drawn from anything
   * else, or for a program that there no longer is, is erased, and the person is told.
   * @throws Failed
   */
  #goBy(directory: Directory, note: Uint8Array): void {
    const shown = excerptOf(directory)
    const isOther = this.#drawn !== null && !sameJson(this.#drawn, shown)
    const chosen = this.draft.program?.id
    const program = shown.programs.find(({ id }) => id === chosen) ?? null
    this.#drawn = null
    this.#verified = { directory, note, shown }
    this.#isDemo = shown.demo
    this.#leaving.setTarget(directory.leave_to?.[this.words.texts.language] ?? null)
    this.#tellVerified(directory)
    if (isOther || (chosen !== undefined && program === null)) {
      const changed = new Failed('form_changed')
      this.#erase()
      this.fail(changed, this.beginAnew)
      throw changed
    }
    this.draft.program = program
  }

  /** A Worker with a verified directory; the same one until it is ended. @throws Failed */
  sealer(): Promise<Sealer> {
    if (this.#sealer === null) {
      const { channel, startSealer } = this.surroundings
      const opening = this.signed().then(async signed => {
        const before = this.#verified?.note ?? null
        const { directory, sealer } = await openSealer(signed, startSealer, { before, channel })
        try {
          // Another has taken its place: that one is gone by.
          if (this.#sealer !== opening) throw new Failed('cannot_seal', 'ended')
          this.#goBy(directory, signed.note)
          return sealer
        } catch (error) {
          sealer.end()
          throw error
        }
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

  /**
   * Verifies while questions are answered. What does not verify interrupts at once, and so does a site that was renewed; a
   * lost line can wait, and is tried again by the clock alone: requests that went with what is pressed would tell the
   * network which way through the form is taken.
   */
  verifyMeanwhile(): void {
    if (this.#isVerifying) return
    this.#isVerifying = true
    const verified = this.sealer().then(sealer => sealer.call('inForce', null))
    const settle = () => {
      this.#isVerifying = false
    }
    verified.then(settle, (error: unknown) => {
      const failed = error instanceof Failed ? error : null
      const interrupts = failed !== null && interrupting.includes(failed.failure)
      if (failed !== null && !interrupts && this.directory === null) {
        this.#retry = window.setTimeout(() => {
          settle()
          this.verifyMeanwhile()
        }, retryMs)
        return
      }
      settle()
      // Another Worker may have taken its place, and is asked in its turn.
      if (!interrupts || failed.code === 'ended') return
      const redraw = this.#redraw
      this.fail(failed, () => {
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
    const isTyped = this.#isTyped()
    const again = () => {
      this.#wait(label, again)
      work()
        .then(then)
        .catch((error: unknown) => this.#fail(error, { again, back, isTyped }))
    }
    again()
  }

  /** Whether the screen that gives way holds something of the person's, which it has again when they go back to it. */
  #isTyped(): boolean {
    const typed = Array.from(this.#main.querySelectorAll('textarea'))
    return typed.some(({ value }) => value !== '') || this.#main.querySelector('.review') !== null
  }

  #wait(label: string, again: () => void): void {
    this.show(again, h('h1', { tabindex: -1, class: 'waiting', role: 'status' }, label))
  }

  /**
   * One sentence for what failed, that nothing is lost, and what can be done.
   * @param instead something else that can be done
   */
  fail(error: unknown, again: () => void, back?: () => void, instead?: HTMLElement): void {
    this.#fail(error, { again, back, instead })
  }

  #fail(error: unknown, ways: WaysOut): void {
    if (error instanceof Failed && ofTheKeys.includes(error.failure)) this.#signed = null
    // Whatever it was: the next try gets a fresh Worker.
    this.#endSealer()
    this.#tell(error, ways)
  }

  #tell(error: unknown, ways: WaysOut): void {
    this.show(() => this.#tell(error, ways), ...failureScreen(this, error, ways))
  }

  #tellDemo(): void {
    const banner = document.getElementById('banner')
    if (banner === null) return
    banner.hidden = !this.#isDemo
    banner.textContent = this.#isDemo ? this.words.texts.demo : ''
  }

  /** The words of a program: those of the pages, and those that its directory brings. */
  catalogueOf(id: string): Catalogue {
    const { catalogues, texts } = this.words
    const own = this.shown()?.programs.find(one => one.id === id) ?? null
    return catalogueFor(id, texts.language, catalogues, own)
  }
}
