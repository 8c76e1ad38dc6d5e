// What the two processes may do in the database, where each has a role of its own (ops/postgres/roles.sql). Neither
// owns a table; the API deletes nothing, and what is written once neither changes.
import type { Pool } from 'pg'

/** Applied to the roles that exist: whoever runs everything as one role has none of them. */
const rights: readonly { readonly role: string; readonly statements: readonly string[] }[] = [
  {
    role: 'khancap_api',
    statements: [
      'grant select, insert, update on all tables in schema public to khancap_api',
      // Written once: a receipt was signed for it, or the history's chain goes over it.
      'revoke update on directories, intakes, envelopes, events, upload_parts, migrations from khancap_api',
      // Slips are for the router alone: who has taken the API finds none in the database.
      'revoke select, update on slips from khancap_api',
      // Letters too: what it has to know is whether one was brought before, and how many wait.
      'revoke select, update on letters from khancap_api',
      'grant select (id, case_id, reply_id, sha256, created_at, outcome) on letters to khancap_api',
      'revoke insert on migrations from khancap_api',
      // Whom the workers have told is theirs.
      'revoke select, insert, update on acknowledgements from khancap_api',
    ],
  },
  {
    role: 'khancap_workers',
    statements: [
      'grant select, insert, update, delete on all tables in schema public to khancap_workers',
      // A tombstone and its history stay, whatever is purged.
      'revoke delete on directories, intakes, cases, events, rungs, migrations from khancap_workers',
      'revoke insert, update on migrations from khancap_workers',
      'revoke update on directories, envelopes, events, upload_parts from khancap_workers',
    ],
  },
]

/** Idempotent. Only for the owner of the tables; after every migration, because new tables have no rights yet. */
export async function grantRights(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ role: string }>(
    'select rolname as role from pg_roles where rolname = any($1)',
    [rights.map(({ role }) => role)],
  )
  const made = rights.filter(({ role }) => rows.some(row => row.role === role))
  for (const { role, statements } of made)
    await pool.query(
      [
        'begin',
        // Two that grant at once trip over each other's rows.
        "select pg_advisory_xact_lock(hashtext('khancap rights'))",
        `grant usage on schema public to ${role}`,
        `revoke all on all tables in schema public from ${role}`,
        ...statements,
        'commit',
      ].join(';\n'),
    )
}
