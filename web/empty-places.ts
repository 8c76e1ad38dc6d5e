// Places of the served page that are filled later. They are looked up while it is shown: by the time that something comes
// for them it may have given way to a question.
import { byId } from './dom.js'

export interface EmptyPlaces {
  readonly when: HTMLElement | null
  readonly cannot: HTMLElement | null
  readonly where: HTMLElement | null
  readonly others: HTMLElement | null
}

export function emptyPlaces(): EmptyPlaces {
  return {
    when: byId('when'),
    cannot: byId('cannot'),
    where: byId('where'),
    others: byId('others'),
  }
}
