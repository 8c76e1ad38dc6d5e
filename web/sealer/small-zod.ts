// As much of zod as the schemas use that the sealing Worker reads with: there it takes zod's place, which would be a third of
// all that a phone has to load. The schemas are the same ones, and so must be every verdict and every value that comes
// out; test/unit/small-zod.test.ts holds both against zod. Worker only (web/bundle.mjs).

const refused = Symbol('refused')

/** What was read, or `refused`. */
type Read = (value: unknown) => unknown

interface Schema {
  readonly read: Read
  /** A member with this schema may be missing. */
  readonly mayMiss: boolean
  parse(value: unknown): unknown
  safeParse(value: unknown): { success: true; data: unknown } | { success: false }
  describe(words: string): Schema
  meta(about: object): Schema
  min(least: number): Schema
  max(most: number): Schema
  regex(pattern: RegExp): Schema
  refine(holds: (value: unknown) => boolean, words: string): Schema
  optional(): Schema
  nullable(): Schema
  default(value: unknown): Schema
  or(other: Schema): Schema
}

/** Of a number its value, else its length: letters count in UTF-16 units. */
const sizeOf = (value: unknown) =>
  typeof value === 'string' || Array.isArray(value) ? value.length : Number(value)

function schema(read: Read, mayMiss = false): Schema {
  const where = (holds: (value: unknown) => boolean) =>
    schema(value => {
      const found = read(value)
      return found !== refused && holds(found) ? found : refused
    }, mayMiss)
  const self: Schema = {
    read,
    mayMiss,
    parse(value) {
      const found = read(value)
      if (found === refused) throw new TypeError('the value does not fit its schema')
      return found
    },
    safeParse(value) {
      const found = read(value)
      return found === refused ? { success: false } : { success: true, data: found }
    },
    describe: () => self,
    meta: () => self,
    min: least => where(value => sizeOf(value) >= least),
    max: most => where(value => sizeOf(value) <= most),
    regex: pattern => where(value => pattern.test(String(value))),
    refine: holds => where(holds),
    optional: () => schema(value => (value === undefined ? undefined : read(value)), true),
    nullable: () => schema(value => (value === null ? null : read(value)), mayMiss),
    default: preset =>
      schema(value => {
        if (value !== undefined) return read(value)
        return Array.isArray(preset) ? [...preset] : preset
      }, true),
    or: other => union([self, other]),
  }
  return self
}

const only = (holds: (value: unknown) => boolean) =>
  schema(value => (holds(value) ? value : refused))

export const string = () => only(value => typeof value === 'string')
export const boolean = () => only(value => typeof value === 'boolean')
export const int = () => only(value => Number.isSafeInteger(value))
export const literal = (one: unknown) => only(value => value === one)

function oneOf(values: readonly unknown[]): Schema {
  return only(value => values.includes(value))
}
export { oneOf as enum }

export function array(element: Schema): Schema {
  return schema(value => {
    if (!Array.isArray(value)) return refused
    const found = Array.from(value, each => element.read(each))
    return found.includes(refused) ? refused : found
  })
}

/** The first that takes it. */
export function union(options: readonly Schema[]): Schema {
  return schema(value => {
    for (const option of options) {
      const found = option.read(value)
      if (found !== refused) return found
    }
    return refused
  })
}

/** Strict objects that differ in one literal: no more than one of them takes a value. */
export const discriminatedUnion = (_member: string, options: readonly Schema[]) => union(options)

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** No other members than these; what comes out has them in this order. */
export function strictObject(shape: Readonly<Record<string, Schema>>): Schema {
  const members = Object.entries(shape)
  const known = new Set(Object.keys(shape))
  return schema(value => {
    if (!isObject(value) || Object.keys(value).some(key => !known.has(key))) return refused
    const found: Record<string, unknown> = {}
    for (const [key, member] of members) {
      const isThere = key in value
      const read = isThere || member.mayMiss ? member.read(value[key]) : refused
      if (read === refused) return refused
      if (isThere || read !== undefined) found[key] = read
    }
    return found
  })
}

export function record(keys: Schema, values: Schema): Schema {
  return schema(value => {
    if (!isObject(value)) return refused
    const found: Record<string, unknown> = {}
    // Assigned, it would be the prototype.
    for (const key of Object.keys(value).filter(each => each !== '__proto__')) {
      const read = keys.read(key) === refused ? refused : values.read(value[key])
      if (read === refused) return refused
      found[key] = read
    }
    return found
  })
}
