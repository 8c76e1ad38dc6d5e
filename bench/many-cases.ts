// A large organisation's cases, made by the database itself: routed, claimed by nobody, their next rungs spread over the
// two days that come.
import { onDatabase } from './postgres.js'

const step = 20_000

/** On a connection of its own: the store's give up after twenty seconds. */
export async function fillCases(url: string, count: number): Promise<void> {
  await onDatabase(url, async client => {
    for (let from = 0; from < count; from += step)
      await client.query(
        `with numbers as (
         select n, '0' || lpad(n::text, 25, '0') as id from generate_series($1::int, $2::int) n),
       new_intakes as (
         insert into intakes (id, digest, case_id, directory_sequence, received_at, due_at)
         select id, sha256(id::bytea), id, 1, now(), now() + interval '48 h' from numbers)
       insert into cases (id, intake, state, channel, program, team, reason, envelope_sha256,
         directory_sequence, routed_directory_sequence, received_at, due_at, next_rung_at)
       select id, id, 'routed', 'web', 'emergency', 'vietnam', 'routing_row', sha256(id::bytea),
         1, 1, now(), now() + interval '48 h',
         now() + interval '1 h' + n % 100000 * interval '1.6 s'
       from numbers`,
        [from, Math.min(from + step, count) - 1],
      )
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
