#!/bin/sh
# Run by the image of PostgreSQL, once, when it makes its database.
set -eu
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    -v owner_password="$(cat /run/secrets/owner-password)" \
    -v service_password="$(cat /run/secrets/service-password)" \
    -f /roles.sql
