// Mail to handlers. The provider is not trusted: it sees that somebody is told, and when.
export interface Mail {
  /** The part of the Message-ID before the @; the same for each try, so that a mail that came twice shows as one. */
  readonly messageId: string
  /** Envelope recipients; none of them sees the others. */
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
}

export interface Mailer {
  /**
   * Hands a mail to the mail server. When it resolves, the server has taken responsibility for at least one
   * recipient. At least once: after a crash or a fault the same mail may be sent again.
   * @returns how many recipients the server did not take
   * @throws KhancapError where it took none: `mail_refused` (never try again), `mail_unavailable` (try later)
   */
  sendMail(mail: Mail): Promise<{ readonly refused: number }>
  close(): Promise<void>
}
