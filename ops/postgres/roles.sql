-- The roles of the API and the workers, for psql as the owner of the database, once, before the first `npm run migrate`
-- (which gives them their rights, table by table):
--
--   psql -v api="$(cat api_password)" -v workers="$(cat workers_password)" -f ops/postgres/roles.sql khancap
--
-- Neither owns anything, makes anything, or belongs to another role.
create role khancap_api login password :'api' nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
create role khancap_workers login password :'workers' nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
revoke all on database :"DBNAME" from public;
grant connect on database :"DBNAME" to khancap_api, khancap_workers;
revoke create on schema public from public;
