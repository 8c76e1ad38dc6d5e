// A large organisation's cases in the database of a row, and a great part of them due at once.
import { fillCases } from '../test/helper/many-cases.js'
import { onDatabase } from './postgres.js'

/** Until there are so many, on a connection of its own: the store's give up after twenty seconds. */
export async function fillDatabase(url: string, count: number): Promise<void> {
  await onDatabase(url, async client => {
    const { rows } = await client.query<{ n: number }>('select count(*)::int as n from cases')
    await fillCases((text, values) => client.query(text, [...values]), count, rows[0]?.n)
    await client.query('vacuum analyze')
  })
}

/** The next rungs of so many cases that have climbed none yet come due now. */
export async function letRungsComeDue(url: string, count: number): Promise<void> {
  await onDatabase(url, async client => {
    await client.query(
      `update cases set next_rung_at = now(), received_at = received_at - interval '1 h',
       due_at = due_at - interval '1 h'
     where id in (select id from cases where climbed_to is null and next_rung_at > now()
       and state = 'routed' order by id limit $1)`,
      [count],
    )
    await client.query('vacuum analyze cases')
  })
}
