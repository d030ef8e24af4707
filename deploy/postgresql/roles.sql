-- A database for gridmap and, where they are not there yet, its two roles; for the server's administrator
-- (docs/postgresql.md):
--   sudo -u postgres psql -f /opt/gridmap/current/deploy/postgresql/roles.sql
-- gridmap_owner  owns the tables: gridmap init and gridmap db upgrade run as this one, nothing else does
-- gridmap        serves people, makes backups, purges. Its rights on tables come from `gridmap db grants`
-- Other names, or one more database: psql -v owner=NAME -v app=NAME -v database=NAME -f ...
\set ON_ERROR_STOP on
\if :{?owner} \else \set owner gridmap_owner \endif
\if :{?app} \else \set app gridmap \endif
\if :{?database} \else \set database gridmap \endif

SELECT format('CREATE ROLE %I LOGIN', name) FROM unnest(ARRAY[:'owner', :'app']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

CREATE DATABASE :"database" OWNER :"owner" ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE :"database" TO :"app";

\connect :"database"
CREATE EXTENSION postgis;
-- Before PostgreSQL 15, everybody might make tables here.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT CREATE, USAGE ON SCHEMA public TO :"owner";
GRANT USAGE ON SCHEMA public TO :"app";
