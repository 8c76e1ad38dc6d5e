// The page with which a new handler begins, as a reader takes it: the commands that they type, in order.

/** Words of each command, `CASE` as it stands there; what stands beside a command is no part of it. */
export function commandsOf(page: string): string[][] {
  return page
    .replaceAll(/\\\n */g, '')
    .split('\n')
    .filter(line => line.startsWith('     khancap '))
    .map(line => (line.trim().split(/ {2,}/)[0] ?? '').split(' '))
}
