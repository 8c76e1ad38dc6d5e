'use strict'
// The least that Node does to open a file: its start, the reading and the cipher, with a key that is given. Nothing is loaded
// beside that, checked, or kept: what the row `open-large` could be at best. CommonJS, as the tool is: it starts sooner.
const { createDecipheriv } = require('node:crypto')
const { closeSync, openSync, readSync } = require('node:fs')

const authTagLength = 16
const sealedBytes = 65_536 + authTagLength
const [key, nonce] = [new Uint8Array(32), new Uint8Array(12)]
const file = openSync(process.argv[2], 'r')
const read = new Uint8Array(16 * sealedBytes)
for (let filled; (filled = readSync(file, read)) > 0; )
  for (let at = 0; at < filled; at += sealedBytes) {
    const chunk = read.subarray(at, at + sealedBytes)
    const opening = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength })
    opening.setAuthTag(chunk.subarray(-authTagLength))
    opening.update(chunk.subarray(0, -authTagLength))
    opening.final()
  }
closeSync(file)
