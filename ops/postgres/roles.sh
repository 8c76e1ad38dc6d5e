#!/bin/bash
# Runs once, when the image of PostgreSQL makes its database (docker-entrypoint-initdb.d).
set -euo pipefail
psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" -v ON_ERROR_STOP=1 \
  -v api="$(cat /run/secrets/postgres_api_password)" \
  -v workers="$(cat /run/secrets/postgres_workers_password)" \
  -f /run/khancap/roles.sql
