// Which notices go out at once, in a lane of their own, and which may be gathered or wait for the morning.
import type { Rung } from '../../../schemas/program.js'

/** `closed`: without an answer, by one handler alone: those above them look at it. */
export type NoticeKind =
  | 'new_case'
  | 'addition'
  | 'undelivered'
  | 'unconfirmed'
  | 'deleted'
  | 'closed'
  | Rung['kind']

/** What somebody has to hear now, whatever the hour. */
export const urgentKinds = [
  'escalation',
  'breach',
  'undelivered',
  'unconfirmed',
] as const satisfies readonly NoticeKind[]

/** What is told of a case that owes nothing, too: of all others its answer was the end. */
export const lastingKinds = [
  'undelivered',
  'unconfirmed',
  'deleted',
  'closed',
] as const satisfies readonly NoticeKind[]

export function isUrgent(kind: NoticeKind): boolean {
  return urgentKinds.some(urgent => urgent === kind)
}

/** The job that tells about it: alarms have workers of their own, so that nothing stands before them. */
export function noticeJob(kind: NoticeKind): 'send-alarm' | 'send-notice' {
  return isUrgent(kind) ? 'send-alarm' : 'send-notice'
}
