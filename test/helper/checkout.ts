// Where the checkout is. Tests are started in it, compiled or not; a test may go elsewhere later.
import { join } from 'node:path'

const root = process.cwd()

export function inCheckout(...path: readonly string[]): string {
  return join(root, ...path)
}
