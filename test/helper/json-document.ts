// The list of keys in docs/cli.md, written from what everything that is printed is held to.
import * as z from 'zod'
import { jsonLines, type Printed, printedJson } from '../../schemas/cli/printed.js'

type Schema = z.core.JSONSchema.BaseSchema

/** A key by its way from the top, `[]` for each of a list. */
export interface Key {
  readonly path: string
  readonly types: readonly string[]
  readonly about: string
  /** Every document of this kind has it, wherever what it stands in is there. */
  readonly isAlways: boolean
}

/** What stands in several documents, with a table of its own. */
interface Part {
  readonly title: string
  readonly schema: Schema
  /** Everything with a name of its own, beside it. */
  readonly all: Named
}

type Named = ReadonlyMap<string, Schema>

/** What is told by a word, wherever it stands. */
const words: Readonly<Record<string, string>> = {
  AgeRecipient: 'age recipient',
  CaseId: 'id of a case',
  ClientId: 'id',
  Country: 'country code',
  Language: 'language tag',
  Origin: 'address',
  Region: 'region code',
  Sha256: 'SHA-256',
  SigningKey: 'key',
  Slug: 'name',
  Timestamp: 'instant',
}

const intro = `Times are instants in UTC (\`2026-11-23T01:55:55Z\`). A *name* is what the directory calls somebody or something. Ids, keys and
SHA-256 are base64url without padding, unless 64 digits are said; ids of cases are 26 digits. What may be empty says so with \`null\`, and its key
is there all the same; a key that is not always there is marked. Nothing else is printed: new keys may come, and these stay.`

/** @param isWhole with the keys of what has a table of its own */
export function keysOf({ shape }: Printed, isWhole = false): readonly Key[] {
  const whole = z.toJSONSchema(shape)
  return walker(namedIn(whole), isWhole)(whole, '')
}

function namedIn({ $defs = {} }: Schema): Named {
  return new Map(Object.entries($defs))
}

function partsOf(schema: Schema): Part[] {
  const all = namedIn(schema)
  return [...all.values()].flatMap(each =>
    each.properties === undefined || each.title === undefined
      ? []
      : [{ title: each.title, schema: each, all }],
  )
}

function nameOf({ $ref }: Schema): string | null {
  return $ref === undefined ? null : ($ref.split('/').at(-1) ?? null)
}

/** The forms of something, without the one that is null. */
function variants(schema: Schema): { readonly some: readonly Schema[]; readonly isNull: boolean } {
  const all = (schema.anyOf ?? schema.oneOf ?? [schema]).filter(one => typeof one !== 'boolean')
  const some = all.filter(({ type }) => type !== 'null')
  const isBoth = some.some(({ type }) => typesOf(type).includes('null'))
  return { some, isNull: isBoth || some.length < all.length }
}

function typesOf(type: Schema['type'] | readonly string[]): readonly string[] {
  return type === undefined ? [] : typeof type === 'string' ? [type] : type
}

function itemsOf({ items }: Schema): Schema | null {
  return items === undefined || typeof items === 'boolean' || Array.isArray(items) ? null : items
}

function walker(named: Named, isWhole: boolean): (schema: Schema, path: string) => Key[] {
  function objectIn(schema: Schema): Schema | null {
    const part = named.get(nameOf(schema) ?? '') ?? schema
    const isApart = part !== schema && part.title !== undefined && !isWhole
    return part.properties === undefined || isApart ? null : part
  }

  function typesIn(schema: Schema): string[] {
    const { isNull, some } = variants(schema)
    return [...new Set([...some.flatMap(oneType), ...(isNull ? ['null'] : [])])]
  }

  function oneType(schema: Schema): string[] {
    const name = nameOf(schema)
    if (name !== null) {
      const one = named.get(name)
      if (one?.title !== undefined) return [`[${one.title}](#${anchor(one.title)})`]
      const word = words[name]
      return word !== undefined ? [word] : one === undefined ? [] : typesIn(one)
    }
    const items = itemsOf(schema)
    if (items !== null) return typesIn(items)
    const codes = schema.enum ?? (schema.const === undefined ? [] : [schema.const])
    if (codes.length > 0) return codes.map(code => `\`${String(code)}\``)
    const types = typesOf(schema.type)
    if (types.includes('integer')) return ['number']
    if (types.includes('boolean')) return ['true or false']
    return [types.includes('string') ? 'text' : 'object']
  }

  /** A word of many meanings says nothing of this key; what has a name of its own does. */
  function aboutOf(schema: Schema): string {
    const name = nameOf(schema) ?? ''
    const own = schema.description ?? ''
    return own !== '' || words[name] !== undefined ? own : (named.get(name)?.description ?? '')
  }

  /** The keys of each of its forms, the same one once. */
  function keys(schema: Schema, path: string): Key[] {
    const found = new Map<string, Key & { readonly times: number }>()
    const forms = variants(schema).some.flatMap(one => {
      const items = itemsOf(one)
      return items === null
        ? [{ one, at: path }]
        : variants(items).some.map(each => ({ one: each, at: `${path}[]` }))
    })
    for (const { at, one } of forms)
      for (const key of keysIn(objectIn(one), at)) {
        const before = found.get(key.path)
        found.set(key.path, {
          path: key.path,
          types: [...new Set([...(before?.types ?? []), ...key.types])],
          about: before === undefined || before.about === '' ? key.about : before.about,
          isAlways: key.isAlways && (before?.isAlways ?? true),
          times: (before?.times ?? 0) + 1,
        })
      }
    return [...found.values()].map(({ times, ...key }) => ({
      ...key,
      isAlways: key.isAlways && times === (found.get(above(key.path))?.times ?? forms.length),
    }))
  }

  function keysIn(object: Schema | null, at: string): Key[] {
    return Object.entries(object?.properties ?? {}).flatMap(([name, schema]): Key[] => {
      if (typeof schema === 'boolean') return []
      const isList = variants(schema).some.some(one => itemsOf(one) !== null)
      const path = at === '' ? name : `${at}.${name}`
      const own = {
        path: isList ? `${path}[]` : path,
        types: typesIn(schema),
        about: aboutOf(schema),
        isAlways: object?.required?.includes(name) === true,
      }
      return [own, ...keys(schema, path)]
    })
  }

  return keys
}

/** What a key stands in. */
function above(path: string): string {
  return path.replace(/\.?[^.]+$/, '')
}

const anchor = (title: string) => `json-${title.replaceAll(' ', '-')}`

function tableOf(keys: readonly Key[]): string[] {
  return [
    '| key | value | |',
    '|---|---|---|',
    ...keys.map(({ about, isAlways, path, types }) => {
      if (about === '') throw new Error(`nothing says what ${path} is`)
      const some = types.filter(type => type !== 'null').join(', ')
      const type = types.includes('null') ? `${some} or null` : some
      return `| \`${path}\` | ${type} | ${isAlways ? '' : '*Not always.* '}${about} |`
    }),
    '',
  ]
}

/** The section of docs/cli.md, without its heading. */
export function jsonSection(): string {
  const parts = new Map<string, Part>()
  const groups = new Map<readonly Printed[], string[]>()
  for (const [command, printed] of Object.entries(printedJson))
    groups.set(printed, [...(groups.get(printed) ?? []), command])
  const ofCommands = [...groups].flatMap(([printed, commands]) => [
    `**${commands.map(command => `khancap ${command}`).join(', ')}**`,
    '',
    ...(commands.every(command => jsonLines.has(command)) ? ['One line each.', ''] : []),
    ...printed.flatMap(one => {
      for (const part of partsOf(z.toJSONSchema(one.shape))) parts.set(part.title, part)
      return [...(one.of === '' ? [] : [`${one.of}:`, '']), ...tableOf(keysOf(one))]
    }),
  ])
  const ofParts = [...parts.values()].flatMap(({ all, schema, title }) => [
    `<a id="${anchor(title)}"></a>**${title}**`,
    '',
    ...tableOf(walker(all, false)(schema, '')),
  ])
  return [intro, '', ...ofCommands, ...ofParts].join('\n').trimEnd()
}
