// The whole store, as an adapter provides it. A use case takes only the part that it uses.
import type { AcknowledgementStore } from './acknowledgement-store.js'
import type { CaseStore } from './case-store.js'
import type { ClockStore } from './clock-store.js'
import type { DirectoryStore } from './directory-store.js'
import type { FiguresStore } from './figures-store.js'
import type { IntakeStore } from './intake-store.js'
import type { LetterStore } from './letter-store.js'
import type { MailboxStore } from './mailbox-store.js'
import type { MailStore } from './mail-store.js'
import type { NoticeStore } from './notice-store.js'
import type { OutboxStore } from './outbox-store.js'
import type { RoutingStore } from './routing-store.js'
import type { StatisticsStore } from './statistics-store.js'
import type { UploadStore } from './upload-store.js'

export interface Store
  extends IntakeStore,
    OutboxStore,
    ClockStore,
    RoutingStore,
    NoticeStore,
    CaseStore,
    MailboxStore,
    MailStore,
    LetterStore,
    AcknowledgementStore,
    DirectoryStore,
    FiguresStore,
    StatisticsStore,
    UploadStore {}
