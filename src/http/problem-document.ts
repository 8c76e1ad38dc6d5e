// Any failure as a problem document (RFC 9457). Built from the table, from pointers and codes; no value that came
// with the request is ever in it.
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import {
  type Fault,
  KhancapError,
  type Problem,
  type ProblemCode,
  problems,
} from '../../schemas/problem.js'

/** Seconds after which a client may come again where the problem says `retry: 'later'`. */
export const retryAfterSeconds = 5

/** Faults listed in one document at most. */
const maxFaults = 50

/** What Fastify and its plugins call the ways in which a request is wrong. */
const codesOfFastify: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'request_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media_type_unsupported',
  FST_ERR_CTP_EMPTY_TYPE: 'media_type_unsupported',
  FST_ERR_NOT_FOUND: 'not_found',
  FST_ERR_MAX_PARAM_LENGTH: 'not_found',
  FST_STATIC_FORBIDDEN_PATH: 'not_found',
}

/** RFC 6901: "~" is written as "~0", "/" as "~1". */
export function pointerTo(path: readonly PropertyKey[]): string {
  return path
    .map(part => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('')
    .slice(0, 200)
}

interface Failure {
  readonly code: ProblemCode
  readonly faults: readonly Fault[]
}

function textOf(error: unknown, name: 'code' | 'validationContext'): string {
  if (typeof error !== 'object' || error === null) return ''
  const value: unknown = Reflect.get(error, name)
  return typeof value === 'string' ? value : ''
}

function statusOf(error: unknown): number {
  const status: unknown =
    typeof error === 'object' && error !== null ? Reflect.get(error, 'statusCode') : undefined
  return typeof status === 'number' ? status : 500
}

/** The code and faults of whatever was thrown while a request was answered. */
export function failureOf(error: unknown): Failure {
  if (error instanceof KhancapError) return { code: error.code, faults: error.faults }
  if (hasZodFastifySchemaValidationErrors(error)) {
    // An id in the path that cannot be an id is the address of nothing.
    if (textOf(error, 'validationContext') === 'params') return { code: 'not_found', faults: [] }
    // Paths hold our own names and indexes only: schemas of requests are strict and have no records.
    const faults = error.validation.map(fault => ({
      pointer: fault.instancePath === '/' ? '' : fault.instancePath.slice(0, 200),
      code: fault.keyword,
    }))
    return { code: 'request_invalid', faults }
  }
  const code = codesOfFastify[textOf(error, 'code')]
  if (code !== undefined) return { code, faults: [] }
  const status = statusOf(error)
  return { code: status >= 400 && status < 500 ? 'request_malformed' : 'internal', faults: [] }
}

export function problemDocument(failure: Failure, instance: string): Problem {
  const { status, title, retry } = problems[failure.code]
  return {
    type: `urn:khancap:problem:${failure.code}`,
    title,
    status,
    code: failure.code,
    instance,
    retry,
    ...(failure.faults.length === 0 ? {} : { errors: failure.faults.slice(0, maxFaults) }),
  }
}
