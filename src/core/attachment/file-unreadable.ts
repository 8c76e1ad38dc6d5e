// A chosen file that is gone, or is no longer what it was. A module of its own: whoever tells it from other failures needs
// nothing else of attachments.

/** What was read until then counts for nothing; only the person can choose a file anew. */
export class FileUnreadable extends Error {}
