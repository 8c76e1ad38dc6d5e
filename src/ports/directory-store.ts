// Published directories, by sequence. Not trusted: each is verified against the pinned root when it is read.
export interface StoredDirectory {
  readonly sequence: number
  readonly sha256: Uint8Array
  /** The exact bytes of the signed note. */
  readonly note: Uint8Array
}

export interface DirectoryStore {
  latestDirectory(): Promise<StoredDirectory | null>
  directoryBySequence(sequence: number): Promise<StoredDirectory | null>
  /**
   * Adds a directory that the caller has verified. Durable when it returns. Idempotent for the same bytes.
   * @param previous SHA-256 of the directory that the caller saw as the latest and that this one follows
   * @throws KhancapError `directory_older` (sequence not above the latest), `directory_forked` (`previous` is not
   *   the hash of the latest, or the same sequence with other bytes), `store_unavailable`
   */
  publishDirectory(directory: StoredDirectory, previous: Uint8Array | null): Promise<void>
}
