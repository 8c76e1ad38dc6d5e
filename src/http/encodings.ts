// What a client says that it can unpack (RFC 9110 §12.5.3).

/** A client that takes gzip, and does not say that it must not be. */
export const takesGzip = (acceptEncoding: string | undefined): boolean =>
  /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(acceptEncoding ?? '')
