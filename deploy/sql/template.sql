-- What every database of the portal holds before its first migration.  Run by a superuser
-- in template1, so that databases made later, test databases included, have it too:
-- the owner of the tables may not create these extensions himself.
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- The application owns nothing; it reads and writes the rows of what the owner makes.
GRANT SELECT, INSERT, UPDATE, DELETE ON spatial_ref_sys TO geo_owner;
ALTER DEFAULT PRIVILEGES FOR ROLE geo_owner
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO geo_app;
ALTER DEFAULT PRIVILEGES FOR ROLE geo_owner
    GRANT USAGE, SELECT ON SEQUENCES TO geo_app;
