// What docs/openapi.json says about a value, read from that file and from nothing else, and JSON as strict as
// docs/protocol.md, "Plaintext", wants it. No code of the project takes part.
import { readFile } from 'node:fs/promises'
import * as z from 'zod'

const Shape = z.record(z.string(), z.unknown())
type Shape = z.infer<typeof Shape>
const Openapi = z.object({ components: z.object({ schemas: z.record(z.string(), Shape) }) })

const { schemas } = Openapi.parse(
  JSON.parse(await readFile('docs/openapi.json', 'utf8')),
).components

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const typeTests: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: value => typeof value === 'string',
  boolean: value => typeof value === 'boolean',
  number: value => typeof value === 'number',
  integer: value => Number.isSafeInteger(value),
  array: value => Array.isArray(value),
  object: isObject,
  null: value => value === null,
}

const amount = (value: unknown) =>
  typeof value === 'string'
    ? Array.from(value).length
    : Array.isArray(value)
      ? value.length
      : Number(value)

type Test = (value: unknown, rule: unknown, shape: Shape) => boolean

const each = (rule: unknown, of: readonly unknown[]) =>
  of.every(one => fits(one, Shape.parse(rule)))
const counted = (value: unknown, rule: unknown) =>
  z
    .array(Shape)
    .parse(rule)
    .filter(shape => fits(value, shape)).length

const rules: Readonly<Record<string, Test>> = {
  $ref: (value, rule) => fits(value, shapeOf(z.string().parse(rule).split('/').at(-1) ?? '')),
  type: (value, rule) => typeTests[z.string().parse(rule)]?.(value) === true,
  const: (value, rule) => value === rule,
  enum: (value, rule) => z.array(z.unknown()).parse(rule).includes(value),
  pattern: (value, rule) =>
    typeof value !== 'string' || new RegExp(z.string().parse(rule), 'u').test(value),
  minLength: (value, rule) => amount(value) >= Number(rule),
  maxLength: (value, rule) => amount(value) <= Number(rule),
  minItems: (value, rule) => amount(value) >= Number(rule),
  maxItems: (value, rule) => amount(value) <= Number(rule),
  minimum: (value, rule) => amount(value) >= Number(rule),
  maximum: (value, rule) => amount(value) <= Number(rule),
  anyOf: (value, rule) => counted(value, rule) > 0,
  oneOf: (value, rule) => counted(value, rule) === 1,
  items: (value, rule) => !Array.isArray(value) || each(rule, value),
  propertyNames: (value, rule) => !isObject(value) || each(rule, Object.keys(value)),
  required: (value, rule) =>
    !isObject(value) ||
    z
      .array(z.string())
      .parse(rule)
      .every(key => Object.hasOwn(value, key)),
  properties: (value, rule) =>
    !isObject(value) ||
    Object.entries(Shape.parse(rule)).every(
      ([key, shape]) => !Object.hasOwn(value, key) || fits(value[key], Shape.parse(shape)),
    ),
  additionalProperties(value, rule, shape) {
    if (!isObject(value)) return true
    const known = Object.keys(Shape.parse(shape['properties'] ?? {}))
    const others = Object.keys(value).filter(key => !known.includes(key))
    return rule === false
      ? others.length === 0
      : each(
          rule,
          others.map(key => value[key]),
        )
  },
  description: () => true,
  default: () => true,
}

function shapeOf(name: string): Shape {
  const shape = schemas[name]
  if (shape === undefined) throw new Error(`the document has no schema ${name}`)
  return shape
}

function fits(value: unknown, shape: Shape): boolean {
  return Object.entries(shape).every(([keyword, rule]) => {
    const test = rules[keyword]
    if (test === undefined) throw new Error(`the document uses an unknown keyword: ${keyword}`)
    return test(value, rule, shape)
  })
}

/** @throws Error where the value is not what the document says about the schema of this name */
export function documented<T>(name: string, value: T): T {
  if (!fits(value, shapeOf(name))) throw new Error(`not a ${name} as the document describes it`)
  return value
}

const token = /[ \t\n\r]*(?:([{}[\],:])|("(?:[^"\\]|\\.)*")|[^{}[\],:"\s]+)/gy

/**
 * Refuses what two readers could understand differently, then leaves the rest to the platform's parser.
 * @throws SyntaxError
 */
export function strictJson(bytes: Uint8Array, maxDepth: number): unknown {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  const value: unknown = JSON.parse(text, (_key, member: unknown) => {
    if (typeof member === 'number' && !Number.isFinite(member)) throw new SyntaxError('number')
    return member
  })
  // The text is JSON by now, so a string is a key exactly where a colon follows.
  const open: Set<string>[] = []
  let last: string | null = null
  for (const [, sign, quoted] of text.matchAll(token)) {
    if (sign === '{' || sign === '[') open.push(new Set())
    if (open.length > maxDepth) throw new SyntaxError('too deep')
    if (sign === '}' || sign === ']') open.pop()
    if (sign === ':' && last !== null) {
      const keys = open.at(-1)
      if (keys === undefined || keys.has(last) || last === '__proto__')
        throw new SyntaxError('duplicate or forbidden key')
      keys.add(last)
    }
    last = quoted === undefined ? null : z.string().parse(JSON.parse(quoted))
    if (last !== null && /\p{Surrogate}/u.test(last)) throw new SyntaxError('lone surrogate')
  }
  return value
}
