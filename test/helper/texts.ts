// What the pages say, in every language that has a catalogue: found as the build finds them, by their files.
import { readdir } from 'node:fs/promises'
import type { Texts } from '../../web/texts/texts.js'
import { inCheckout } from './checkout.js'

const names = (await readdir(inCheckout('web', 'texts')))
  .filter(name => name !== 'texts.ts')
  .map(name => name.replace(/\.ts$/, ''))

export const allTexts: readonly Texts[] = (
  await Promise.all(
    names.map(
      async (name): Promise<Texts[]> => Object.values(await import(`../../web/texts/${name}.js`)),
    ),
  )
).flat()
