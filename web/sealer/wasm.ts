// The Worker for browsers with WebAssembly.
import { libsodiumPrimitives } from '../../src/core/crypto/libsodium.js'
import { serve, type WorkerScope } from './serve.js'

declare const self: WorkerScope

serve(self, libsodiumPrimitives, () => import('./later.js'))
