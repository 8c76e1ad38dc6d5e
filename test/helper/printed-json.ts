// Holds what a command prints with `--json` to what docs/cli.md says of it.
import { jsonLines, printedJson } from '../../schemas/cli/printed.js'

/** The command that a line names, as schemas/cli/printed.ts calls it; null where its JSON is not described. */
export function commandOf(args: readonly string[]): string | null {
  const known = [3, 2, 1].map(count => args.slice(0, count).join(' '))
  return known.find(words => words in printedJson) ?? null
}

/** The documents on stdout. @throws Error where they are not what is described */
export function printedDocuments(args: readonly string[], out: string): readonly unknown[] {
  const command = commandOf(args)
  const described = command === null ? undefined : printedJson[command]
  if (command === null || described === undefined)
    throw new Error(`no shape describes what khancap ${args.join(' ')} prints`)
  // A document begins in the first column, and nothing else of it does but its end.
  const texts = out === '' ? [] : out.trimEnd().split(/\n(?=[{[])/)
  const documents = texts.map((text): unknown => JSON.parse(text))
  if (documents.length > 1 && !jsonLines.has(command))
    throw new Error(`khancap ${command} printed ${documents.length} documents`)
  for (const document of documents) {
    const faults = described.map(({ shape }) => shape.safeParse(document).error)
    if (faults.every(fault => fault !== undefined))
      throw new Error(
        `what khancap ${args.join(' ')} printed is not as docs/cli.md says:\n${faults.map(fault => fault?.message).join('\n')}\n${out}`,
      )
  }
  return documents
}

/** @throws Error where it is not what is described, or where something succeeded and printed nothing */
export function expectPrinted(
  args: readonly string[],
  { code, out }: { readonly code: number; readonly out: string },
): void {
  if (code !== 0 && out === '') return
  const documents = printedDocuments(args, out)
  if (code === 0 && documents.length === 0 && !jsonLines.has(commandOf(args) ?? ''))
    throw new Error(`khancap ${args.join(' ')} printed nothing`)
}

/** Each key of a document by its way from the top, as docs/cli.md names it. */
export function keysIn(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap(each => keysIn(each, `${path}[]`))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => {
    const at = path === '' ? name : `${path}.${name}`
    return [Array.isArray(inner) ? `${at}[]` : at, ...keysIn(inner, at)]
  })
}
