-- What Assay needs of PostgreSQL: to connect, and to read. Run it in the database as its owner; repeat lines 5 to 7 for each schema.
CREATE ROLE {role} LOGIN;
ALTER ROLE {role} SET default_transaction_read_only = on;
-- \password {role}
GRANT USAGE ON SCHEMA public TO {role};
GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {role};
