// A large organisation's cases, made by the database itself: routed, claimed by nobody, their next rungs spread over the
// two days that come.

const step = 20_000

/**
 * Cases number `first` to `count` - 1.
 * @param query sends one statement; on a connection that does not give up after twenty seconds where they are many
 */
export async function fillCases(
  query: (text: string, values: readonly unknown[]) => Promise<unknown>,
  count: number,
  first = 0,
): Promise<void> {
  for (let from = first; from < count; from += step)
    await query(
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
}
