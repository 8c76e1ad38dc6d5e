// Figures that cost what is open, however many tombstones there are.
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
create index cases_open on cases (state, due_at, received_at)
  where state not in ('closed', 'purged');
create index cases_closed on cases (state) where state = 'closed';
create index cases_received on cases (received_at);

-- What is counted when it happens, because there is no end of it.
create table tallies (
  name text primary key,
  count bigint not null
);
insert into tallies (name, count) select 'purged', count(*) from cases where state = 'purged';
`.execute(db)
}
