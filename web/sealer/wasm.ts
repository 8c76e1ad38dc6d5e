// The Worker for browsers with WebAssembly.
import { libsodiumPrimitives } from '../../src/core/crypto/libsodium.js'
import { webBulkSealer } from '../../src/core/crypto/web-bulk.js'
import { serve, type WorkerScope } from './serve.js'

declare const self: WorkerScope

serve(
  self,
  async () => ({ ...(await libsodiumPrimitives()), bulkSealer: webBulkSealer }),
  () => import('./later.js'),
)
