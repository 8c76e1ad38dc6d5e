// Columns without borders, aligned by display width: Chinese takes two columns a character, Vietnamese marks none.
import Table from 'cli-table3'
import { laidOut, type Safe } from './safe.js'

const empty = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
}

/** Rows below a head, as lines. `widths` fixes columns: longer cells wrap. */
export function table(
  head: readonly Safe[],
  rows: readonly (readonly Safe[])[],
  widths: readonly (number | null)[] = [],
): Safe {
  return laidOut([head, ...rows], cells => {
    const laid = new Table({
      chars: empty,
      style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
      colWidths: [...widths],
      wordWrap: true,
    })
    laid.push(...cells.map(row => row.map(cell => cell.text)))
    return laid
      .toString()
      .split('\n')
      .map(line => line.trimEnd())
      .join('\n')
  })
}
