// What a person reads on stderr once the demo serves. Paths are quoted so that the line can be pasted into a shell.
import { demoFolder, demoHandlerFolder } from './demo-folder.js'

const plain = /^[A-Za-z0-9_@%+=:,./-]+$/

/** A word for a POSIX shell. */
export function shellWord(text: string): string {
  return plain.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

export function welcome(demo: {
  readonly url: string
  readonly home: string
  readonly handlers: readonly string[]
}): string {
  const [first = '', ...others] = demo.handlers
  const folder = shellWord(demoHandlerFolder(demo.home, first))
  return `
Khancap runs with its demo organisation.

  Ask for support:  ${demo.url}/
  Be a handler:     KHANCAP_CONFIG_DIR=${folder} npx khancap inbox
                    (${[first, ...others].join(', ')} are beside each other)
  Stop:             Ctrl-C

Every key of the demo lies unguarded in ${demoFolder(demo.home)}.
It is for a try, never for a real case. No mail is sent unless KHANCAP_SMTP_URL is set.

`
}
