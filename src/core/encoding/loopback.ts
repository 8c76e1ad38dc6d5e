// Whether a host is this machine and nothing else. One rule for what may go without encryption, what may listen for a
// demo, and what may be called although it is no public address.

/**
 * @param host as in a URL or a socket: a name, IPv4, or IPv6 with or without brackets
 * @returns true for `localhost`, 127.0.0.0/8 and ::1 (RFC 6761 §6.3, RFC 1122 §3.2.1.3, RFC 4291 §2.5.3)
 */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1' || host === '[::1]') return true
  const parts = /^127\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(host)
  return parts !== null && parts.slice(1).every(part => Number(part) <= 255)
}
