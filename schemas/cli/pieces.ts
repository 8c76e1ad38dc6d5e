// What stands in several of the documents that `khancap` prints with `--json`.
import * as z from 'zod'

export const text = z.string()
export const count = z.int().min(0)
export const hex = z.string().regex(/^[0-9a-f]{64}$/)
export const organisation = text.describe('Its name')
export const rootFingerprint = hex.describe('The fingerprint of the root, 64 digits')
export const sequence = z.int().min(1).describe('The number of the directory')
