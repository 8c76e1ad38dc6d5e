// One mail to one person outside: an acknowledgement, a reply. The provider is not trusted: it sees sender, recipient,
// subject, time and whatever the text says.

export interface LetterFile {
  readonly name: string
  readonly type: string
  readonly bytes: Uint8Array
}

/** Words in clear with files, or a MIME entity that is complete: its `Content-` fields, an empty line, its body. */
export type LetterBody =
  | { readonly text: string; readonly files: readonly LetterFile[] }
  | { readonly entity: Uint8Array }

export interface Letter {
  /** The part of the Message-ID before the @; the same for each try, so that a letter that came twice shows as one. */
  readonly messageId: string
  /** The one recipient, who is also named in the header. */
  readonly to: string
  readonly from: { readonly name: string | null; readonly address: string }
  /** Where failures go (RFC 5321 §4.5.5): to the address of `from`, or to nobody, as automatic answers need it. */
  readonly failuresTo: 'sender' | 'nobody'
  readonly subject: string
  /** Message-IDs with their angle brackets. */
  readonly inReplyTo: string | null
  readonly references: readonly string[]
  /** RFC 3834 §5; null for what a person wrote. */
  readonly automatic: 'auto-replied' | 'auto-generated' | null
  readonly body: LetterBody
}

export interface LetterSender {
  /**
   * Hands a letter to the mail server. When it resolves, the server has taken responsibility for it. At least once: after
   * a crash or a fault the same letter may be sent again. May be called concurrently.
   * @throws KhancapError `mail_refused` where it does not fit its bounds or the server will never take it, `mail_deferred` where
   *   it takes none for this recipient now, `mail_unavailable` where it takes none at all now, `mail_unconfirmed` where all was
   *   handed over and no answer came: it may have arrived
   */
  sendLetter(letter: Letter): Promise<void>
  close(): Promise<void>
}
