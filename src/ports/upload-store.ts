// The store as uploads see it: sealed bytes that arrive part by part, belong to a case from the beginning, and count once
// an addition names them. Until then they have an end of their own.
import type { CaseId, ClientId, Instant } from '../../schemas/encoding.js'

/** How much is taken, in bytes of sealed files. */
export interface UploadRoom {
  /** Attachments of one case, and their bytes together. */
  readonly perCase: number
  readonly perCaseBytes: number
  /** Bytes of all cases together that have come: what is announced takes no room from others. */
  readonly totalBytes: number
}

export interface NewUpload {
  readonly id: ClientId
  /** Of the whole file. */
  readonly bytes: number
  readonly room: UploadRoom
  /** How long it waits for its next part, or for the addition that names it; for its first part an hour at most. */
  readonly lifetimeSeconds: number
}

export interface Upload {
  readonly id: ClientId
  readonly bytes: number
  /** Bytes that are there: the next part begins here. */
  readonly stored: number
  /** null once an addition has named it. */
  readonly expiresAt: Instant | null
}

/** A part of an upload. */
export interface UploadPart {
  readonly id: ClientId
  /** Where it begins: exactly where the part before has ended. */
  readonly from: number
  /** `maxPartBytes` at most (schemas/upload.ts). */
  readonly sealed: Uint8Array
  /** As in {@link UploadRoom}. */
  readonly totalBytes: number
  readonly lifetimeSeconds: number
}

/** All may be called concurrently, and are durable when they return. */
export interface UploadStore {
  /**
   * Begins an upload to the case of this mailbox: it has room in the case from now on, and in the total as its parts come.
   * Idempotent by (id, bytes).
   * @throws KhancapError `mailbox_unknown`, `upload_conflict` (another upload has this id), `uploads_full` (the case has
   *   no room), `uploads_paused` (it would not fit beside what is there of all cases), `store_unavailable`
   */
  beginUpload(tokenSha256: Uint8Array, upload: NewUpload): Promise<Upload>
  /** @returns null where this mailbox has no such upload, or it was ended or has expired */
  findUpload(tokenSha256: Uint8Array, id: ClientId): Promise<Upload | null>
  /**
   * Adds a part at the end. Of two parts for one place one is taken. The total may be passed by what is under way at the same
   * moment, and by what other processes have taken in within a second; room that was made is seen after as long.
   * @returns bytes that are there afterwards
   * @throws KhancapError `upload_unknown`, `upload_offset` (the end is elsewhere, or the part is longer than what is
   *   missing), `uploads_paused` (the total has no room for it; what came before stays), `store_unavailable`; RangeError where
   *   the part is longer than a part may be
   */
  appendUpload(tokenSha256: Uint8Array, part: UploadPart): Promise<number>
  /** Ends an upload that no addition has named. @returns false where there is none */
  endUpload(tokenSha256: Uint8Array, id: ClientId): Promise<boolean>
  /**
   * Bytes of an attachment that an addition has named, from `from` on: `maxBytes`, fewer at its end, none behind it.
   * @returns null where the case has no such attachment
   */
  readAttachment(
    caseId: CaseId,
    id: ClientId,
    from: number,
    maxBytes: number,
  ): Promise<Uint8Array | null>
  /**
   * Step 12. Deletes up to `limit` parts of uploads that were ended, have expired or belong to a purged case, and uploads
   * of which nothing is left.
   * @returns parts and uploads that were deleted; none once there is nothing more to delete
   */
  purgeUploads(limit: number): Promise<number>
}
