#!/bin/bash
# Runs once in a new database container: the two roles, the template, the city's database.
# The same as deploy/initdb.py does for the private cluster.
set -euo pipefail

as_superuser() {
    psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" "$@"
}

as_superuser --dbname postgres \
    --set=owner_password="$GEO_OWNER_PASSWORD" --set=app_password="$GEO_APP_PASSWORD" <<'SQL'
CREATE ROLE geo_owner LOGIN CREATEDB PASSWORD :'owner_password';
CREATE ROLE geo_app LOGIN PASSWORD :'app_password';
SQL
as_superuser --dbname template1 --file=/set-up/template.sql
as_superuser --dbname postgres --command='CREATE DATABASE geo_city OWNER geo_owner'
