import { Encrypter } from 'age-encryption'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { printContent } from '../../src/core/envelope/content.js'
import { sealEnvelope } from '../../src/core/envelope/seal.js'
import { people, sampleEnvelope } from '../../test/helper/sample-content.js'
import { interleave, ratios, timed } from '../rounds.js'
import type { Row } from '../row.js'

const speed = 'forms sealed a second, of npm age-encryption'

export const row: Row = {
  name: 'seal-node',
  title: 'Sealing a form for 10 readers in Node',
  about:
    'One process, one form after the other. Ours tests its primitives before and after each form, checks the form against ' +
    'its schema and pads it; npm age-encryption gets the padded bytes. Both seal to the same ten recipients, each with ' +
    'X25519 and ML-KEM-768.',
  bar: [{ ratio: speed, atLeast: 5 }],
  needs: [],
  seconds: { quick: 30, full: 90 },
  async run(run) {
    const forms = run.full ? 40 : 6
    const p = await nodePrimitives()
    const [asker, ...readers] = people(p, 11)
    const content = sampleEnvelope(p, asker?.recipient ?? '')
    const recipients = readers.map(({ recipient }) => recipient)
    const text = printContent('envelope', content)
    const ours = () => sealEnvelope(p, content, recipients)
    async function theirs(): Promise<void> {
      const age = new Encrypter()
      for (const recipient of recipients) age.addRecipient(recipient)
      await age.encrypt(text)
    }
    async function perSecond(seal: () => Promise<unknown>, times: number): Promise<number> {
      const ms = await timed(async () => {
        // oxlint-disable-next-line no-await-in-loop
        for (let time = 0; time < times; time++) await seal()
      })
      return (times * 1000) / ms
    }
    await perSecond(ours, forms)
    await perSecond(theirs, 3)
    const rates = await interleave(run.rounds, {
      // More of them, so that both take about as long.
      ours: () => perSecond(ours, 8 * forms),
      theirs: () => perSecond(theirs, forms),
    })
    return {
      figures: [
        { name: 'forms sealed', unit: '1/s', rounds: rates.ours },
        { name: 'one form', unit: 'ms', rounds: rates.ours.map(rate => 1000 / rate) },
        { name: 'npm age-encryption', unit: '1/s', rounds: rates.theirs },
      ],
      ratios: { [speed]: ratios(rates.ours, rates.theirs) },
      notes: [`Bytes of the padded form: ${text.length}.`],
    }
  },
}
