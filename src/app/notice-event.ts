// A notice as an event for a program: what the mail says, as data. No team, no country, no language, no date.
import type { NoticeMail } from '../ports/notice-store.js'
import { formatTimestamp } from '../core/encoding/timestamp.js'
import { namedNotices } from './unshown-notices.js'

const hourMs = 3_600_000

export interface NoticeEvent {
  readonly type: 'khancap.notices'
  readonly timestamp: string
  readonly data: {
    readonly to: 'team' | 'lead' | 'director'
    readonly urgent: boolean
    readonly count: number
    readonly notices: readonly {
      readonly case: string
      readonly program: string | null
      readonly kind: string
      /** Whole hours, rounded down; negative once it is overdue; null where nothing is owed. */
      readonly due_in_hours: number | null
    }[]
  }
}

export function noticeEvent({ to, urgent, notices, now }: NoticeMail): NoticeEvent {
  return {
    type: 'khancap.notices',
    timestamp: formatTimestamp(now),
    data: {
      to,
      urgent,
      count: notices.length,
      notices: namedNotices(notices).map(({ caseId, dueAt, kind, program }) => ({
        case: caseId,
        program,
        kind,
        due_in_hours: dueAt === null ? null : Math.floor((dueAt - now) / hourMs),
      })),
    },
  }
}
