// What the HTTP face is given by whoever starts it.
import type { Deployment } from '../../schemas/directory.js'
import type { Instant } from '../../schemas/encoding.js'
import type { CurrentDirectory } from '../app/current-directory.js'
import type { Primitives } from '../core/crypto/primitives.js'
import type { OfflineTemplates } from '../core/offline/offline-form.js'
import type { CaseStore } from '../ports/case-store.js'
import type { ClockStore } from '../ports/clock-store.js'
import type { FiguresStore } from '../ports/figures-store.js'
import type { IntakeStore } from '../ports/intake-store.js'
import type { LetterStore } from '../ports/letter-store.js'
import type { Log } from '../ports/log.js'
import type { MailStore } from '../ports/mail-store.js'
import type { MailboxStore } from '../ports/mailbox-store.js'
import type { StatisticsStore } from '../ports/statistics-store.js'
import type { UploadStore } from '../ports/upload-store.js'
import type { HttpSettings } from './limits.js'

export interface HttpDeps {
  readonly store: IntakeStore &
    MailboxStore &
    CaseStore &
    StatisticsStore &
    Pick<MailStore, 'inboxStates'> &
    Pick<LetterStore, 'waitingLetters'> &
    Pick<ClockStore, 'heartbeatAge'> &
    Pick<FiguresStore, 'pingStore'> &
    Omit<UploadStore, 'purgeUploads'>
  readonly primitives: Primitives
  readonly log: Log
  /** Signs receipts; its public half is in the directory. */
  readonly receiptKey: { readonly name: string; readonly seed: Uint8Array }
  readonly directories: CurrentDirectory
  readonly settings: HttpSettings
  /** The folder of the built pages, or null for an API without pages. */
  readonly pages: string | null
  /** Of the offline forms; empty for an API that hands out none. */
  readonly offlineTemplates: OfflineTemplates
  readonly deployment: Deployment
  readonly now: () => Instant
  /** Called after each commit that left a row in the outbox: wakes a relay in this process, if there is one. */
  readonly onCommitted: () => void
}
