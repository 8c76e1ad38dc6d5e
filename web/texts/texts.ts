// What the pages say, one catalogue per language: adding a language is adding a file. `{name}` marks where a value
// goes. Sentences are short and warm, never scold, and promise nothing that the service cannot keep.

export interface Texts {
  readonly language: string
  /** The language in its own words. */
  readonly name: string
  readonly languageWord: string
  /** Title of every page: says nothing about what the page is for. */
  readonly title: string
  /** Stands between the things of a list. */
  readonly between: string
  /** The site that "leave" opens, where the directory names none: without personal pages, often visited. */
  readonly leaveTo: string
  readonly leave: string
  readonly leaveShort: string
  readonly leaveNow: string
  readonly demo: string
  readonly back: string
  readonly next: string
  readonly languages: string
  readonly loading: string

  readonly before: {
    readonly heading: string
    readonly lead: string
    readonly nextHeading: string
    readonly next: readonly string[]
    readonly whoHeading: string
    readonly who: string
    readonly cannotHeading: string
    /** Beside what each program says of itself. */
    readonly cannot: string
    readonly dangerHeading: string
    readonly danger: readonly string[]
    readonly traceHeading: string
    readonly trace: readonly string[]
    /** Folded: what can be done against traces, on whose device, and where it ends. */
    readonly safetyHeading: string
    readonly safety: readonly string[]
    readonly start: string
    readonly haveCode: string
    readonly noScriptHeading: string
    readonly noScript: string
    /** The first of the other ways, for a browser whose setting alone keeps scripts from running. */
    readonly safer: string
    /** Where the script has not come after a while, or the browser does not understand it. */
    readonly lost: string
  }
  /** Where sealing is not possible: never a dead end, never in the clear. */
  readonly otherWays: {
    readonly heading: string
    readonly ways: readonly string[]
    /** Leads to the mail address and key that the directory names. */
    readonly contact: string
  }
  /** The form as a file that works without network. */
  readonly offline: {
    readonly heading: string
    readonly lead: string
    readonly download: string
    readonly hint: string
    /** Beside it, where this page runs no scripts. */
    readonly noScript: string
  }

  readonly when: { readonly heading: string }
  /** Where programs help: the map and its list. */
  readonly where: {
    readonly heading: string
    readonly lead: string
    readonly map: string
    readonly borders: string
    readonly search: string
    readonly covered: string
    readonly partly: string
    readonly notCovered: string
    readonly none: string
    readonly line: string
  }
  readonly programs: {
    readonly heading: string
    readonly lead: string
    readonly answersIn: string
    /** Where a program is not handled in the language of the page. */
    readonly notInYours: string
  }
  readonly question: {
    readonly progress: string
    readonly optional: string
    readonly onlyIf: string
    readonly chars: string
    readonly day: string
    readonly month: string
    readonly year: string
    readonly time: string
    readonly zone: string
    readonly zoneHere: string
    readonly dateHint: string
    readonly choose: string
    /** Takes back a choice that may stay open. */
    readonly clear: string
    readonly covered: string
    readonly notCovered: string
    readonly regionHint: string
    readonly currencyHint: string
    readonly linesHint: string
    readonly row: string
    readonly addRow: string
    readonly removeRow: string
  }
  /** Places that are in no list, by what their clocks show. */
  readonly clock: {
    readonly now: string
    readonly line: string
  }
  readonly faults: {
    readonly heading: string
    readonly required: string
    readonly requiredPlain: string
    readonly too_long: string
    readonly not_a_date: string
    readonly not_a_time: string
    readonly not_a_year: string
    /** A time without a full day. */
    readonly day_missing: string
    /** A time of nobody knows where. */
    readonly zone_missing: string
    readonly other: string
  }
  readonly coverage: {
    readonly heading: string
    readonly notCovered: string
    readonly regionNotCovered: string
    readonly regionUnknown: string
    readonly unknown: string
    readonly languageNotHandled: string
    readonly stillSend: string
    readonly change: string
    readonly goOn: string
  }
  /** Others who may help, where the program does not cover a request. */
  readonly others: {
    readonly heading: string
    readonly lead: string
    readonly status: { readonly open: string; readonly limited: string; readonly closed: string }
    readonly languages: string
    readonly checked: string
  }
  readonly review: {
    readonly heading: string
    readonly lead: string
    readonly change: string
    readonly none: string
    readonly promise: string
    readonly next: string
  }
  readonly code: {
    readonly heading: string
    readonly lead: string
    readonly keep: string
    readonly showQr: string
    readonly hideQr: string
    readonly qr: string
    readonly print: string
    readonly next: string
    readonly making: string
    /** Where the words are of another language than the page. */
    readonly foreign: string
  }
  readonly confirm: {
    readonly heading: string
    readonly lead: string
    readonly word: string
    readonly or: string
    readonly saved: string
    readonly wrong: string
    readonly neither: string
    readonly send: string
    readonly again: string
  }
  readonly sending: {
    readonly heading: string
    readonly stay: string
    readonly checking: string
    readonly sealing: string
    readonly sending: string
    /** The service is busy, and this device works for its turn. */
    readonly working: string
  }
  /** A sealed request that leaves without the page. */
  readonly handOver: {
    /** The button, where the page cannot send it. */
    readonly offer: string
    readonly heading: string
    readonly lead: string
    readonly until: string
    readonly saveHeading: string
    readonly saveHint: string
    readonly save: string
    readonly saved: string
    readonly copyHeading: string
    readonly copyHint: string
    readonly copy: string
    readonly copied: string
    readonly copyYourself: string
    readonly text: string
    readonly mailHeading: string
    readonly mailHint: string
    readonly mail: string
    readonly mailSeen: string
    readonly nextHeading: string
    /** After these stands the promise of the program. */
    readonly next: readonly string[]
    /** After this stand the addresses of the service. */
    readonly comeBack: string
    readonly files: string
    readonly eraseHeading: string
    readonly erase: string
  }
  readonly sent: {
    readonly heading: string
    readonly due: string
    readonly clock: string
    /** In place of the hour, where the date of the device and that of the proof are too far apart. */
    readonly undated: string
    readonly nextHeading: string
    readonly next: readonly string[]
    readonly dangerHeading: string
    readonly proof: string
    readonly proofHint: string
    readonly mailbox: string
  }
  readonly comeBack: {
    readonly heading: string
    readonly lead: string
    readonly label: string
    readonly hint: string
    readonly open: string
    readonly opening: string
    /** Words that are no code: the numbers of those that are in no list. */
    readonly unknown: string
    /** How many there are, where they are not twelve. */
    readonly count: string
    /** Each is in the list; together they are no code. */
    readonly apart: string
  }
  readonly mailbox: {
    readonly heading: string
    readonly states: {
      readonly received: string
      readonly routed: string
      readonly claimed: string
      readonly answered: string
      readonly closed: string
      readonly purged: string
    }
    readonly stages: readonly [string, string, string, string]
    readonly reached: string
    readonly notYet: string
    readonly arrived: string
    readonly due: string
    readonly late: string
    /** Why the answer waits, and until when. */
    readonly held: {
      readonly applicant_asked: string
      readonly contact_unsafe: string
      readonly cannot_work: string
    }
    readonly heldHint: string
    readonly notCovered: string
    readonly answers: string
    /** An answer is on record, and none is here: whoever got none must know what to do. */
    readonly elsewhere: string
    /** Closed by somebody who had answered nobody. */
    readonly unanswered: string
    readonly noAnswers: string
    readonly older: string
    readonly answerAt: string
    readonly unreadable: string
    readonly added: string
    readonly addedAt: string
    readonly add: string
    readonly more: string
    readonly refresh: string
    readonly finish: string
  }
  readonly addition: {
    readonly heading: string
    readonly label: string
    readonly hint: string
    readonly send: string
    readonly done: string
    readonly empty: string
    readonly waits: string
  }
  readonly deletion: {
    readonly heading: string
    readonly lead: string
    readonly means: readonly string[]
    readonly keep: string
    readonly confirm: string
    readonly deleting: string
    readonly doneHeading: string
    readonly done: string
  }
  /** Files that follow a request. */
  readonly files: {
    readonly add: string
    readonly heading: string
    readonly lead: string
    readonly choose: string
    readonly hint: string
    readonly looking: string
    /** What is hidden in a chosen file, and what becomes of it. */
    readonly hidden: {
      readonly stripped: string
      readonly damaged: string
      readonly other: string
      readonly too_large: string
      readonly unreadable: string
    }
    readonly remove: string
    readonly agree: string
    readonly agreeFirst: string
    readonly send: string
    readonly sending: string
    readonly sealing: string
    readonly one: string
    readonly lost: string
    /** The line is there, and the service takes nothing in. */
    readonly busy: string
    readonly stay: string
    readonly cancel: string
    readonly arrived: string
    /** Somebody wanted to take it back. */
    readonly tooLate: string
    readonly done: string
  }
  readonly failure: Failures
}

/** One sentence for each way in which something can fail. All keep what was typed. */
export interface Failures {
  readonly heading: string
  readonly again: string
  readonly anew: string
  readonly reload: string
  readonly kept: string
  readonly reenter: string
  readonly offline: string
  readonly too_many_requests: string
  readonly unavailable: string
  /** By the date of this device, never by the word of a server: whoever sets the date back takes keys that have ended. */
  readonly directory_expired: string
  readonly directory_invalid: string
  /** The list of keys is of a day that this device has not come to yet. */
  readonly device_date: string
  readonly root_mismatch: string
  readonly form_changed: string
  readonly page_replaced: string
  readonly directory_missing: string
  readonly primitives_faulty: string
  readonly cannot_seal: string
  readonly request_too_large: string
  readonly refused: string
  readonly receipt_invalid: string
  readonly arrived_already: string
  readonly receipt_code_invalid: string
  readonly mailbox_unknown: string
  readonly additions_full: string
  readonly uploads_full: string
  readonly uploads_paused: string
  readonly untrusted: string
  readonly internal: string
}

/** Puts values into a text. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{([a-z]+)\}/g, (whole, name: string) => {
    const value = values[name]
    return value === undefined ? whole : String(value)
  })
}
