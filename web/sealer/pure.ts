// The Worker for browsers without WebAssembly, such as Tor Browser at "Safer".
import { purePrimitives } from '../../src/core/crypto/pure.js'
import { serve, type WorkerScope } from './serve.js'

declare const self: WorkerScope

serve(
  self,
  async () => purePrimitives(),
  () => import('./later.js'),
)
