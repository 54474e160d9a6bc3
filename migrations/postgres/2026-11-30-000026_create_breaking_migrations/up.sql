-- Versions of the migrations with which a service that does not know them must not work. A migration that takes
-- something away from running services adds its own.
CREATE TABLE breaking_migrations (
  version VARCHAR(50) PRIMARY KEY
);
