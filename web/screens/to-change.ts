// What a review says is still to be changed before anything can be sent: links to it, and each question with its faults.
import type { Fault } from '../../schemas/problem.js'
import type { Page } from '../page.js'
import { questionLabel } from './answer-list.js'
import { faultList, faultyOf, keyOf } from './faults.js'
import { ask, type Interview } from './interview.js'

/** @returns `change` asks a question again; `list` is null where nothing is wrong */
export function toChange(
  page: Page,
  interview: Interview,
  faults: readonly Fault[],
): { readonly change: (key: string) => void; readonly list: HTMLElement | null } {
  const change = (key: string) => {
    const own = faults.filter(fault => keyOf(fault) === key)
    ask(page, interview, key, true, faultyOf(page, interview, own))
  }
  if (faults.length === 0) return { change, list: null }
  const links = faults.map(fault => ({
    label: questionLabel(page, interview.program.id, keyOf(fault)),
    go: () => change(keyOf(fault)),
  }))
  return { change, list: faultList(page, links) }
}
