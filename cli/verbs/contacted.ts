// `khancap contacted`: records an answer that was given outside the system. Stops the clock.
import { type ContactedRequest, Via } from '../../schemas/case.js'
import { newClientId } from '../../src/core/encoding/case-id.js'
import { actOn, reportAct, sayUnread } from '../case/act.js'
import { proveAnswer } from '../case/answer-proof.js'
import { findCase } from '../case/case-id.js'
import { fetchCase } from '../case/sealed-case.js'
import { expectWorkable } from '../case/workable.js'
import { openDesk } from '../client/desk.js'
import { ways } from '../commands/choices.js'
import { misused } from '../failure.js'
import type { Station, VerbOptions } from '../station/station.js'
import { safe } from '../terminal/safe.js'

export interface ContactedOptions extends VerbOptions {
  readonly via?: Via
}

export async function recordContact(
  station: Station,
  options: ContactedOptions,
  given: string,
): Promise<void> {
  const desk = await openDesk(station, options)
  const id = await findCase(desk.cases, given)
  const via = options.via ?? (await askWay(station))
  const sealed = await fetchCase(desk, id)
  expectWorkable(sealed.detail, desk.handler)
  await sayUnread(desk, sealed.detail)
  const body: ContactedRequest = {
    id: newClientId(await station.primitives()),
    via,
    answer: await proveAnswer(desk, sealed),
  }
  const after = await actOn(desk, sealed.detail, 'contacted', body)
  reportAct(station, options, safe`recorded: case ${id} was answered ${ways[via]}`, after)
}

function askWay(station: Station): Promise<Via> {
  if (!station.asker.available)
    throw misused(
      safe`how was the applicant answered? give --via`,
      safe`one of ${Via.options.join(', ')}`,
    )
  return station.asker.choose(
    safe`How was the applicant answered?`,
    Via.options.map(value => ({ value, label: safe`${ways[value]}` })),
  )
}
