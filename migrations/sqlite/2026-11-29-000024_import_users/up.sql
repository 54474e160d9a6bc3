-- The primary key that the user had in an imported database, where that is no positive number: a UUID, for one.
ALTER TABLE users ADD COLUMN external_id TEXT CHECK (length(external_id) <= 255);
CREATE UNIQUE INDEX users_external_id_key ON users (external_id);

-- How the last import has read the models of Django, as JSON: an export writes them the same way.
CREATE TABLE django_mapping (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  mapping TEXT NOT NULL
);
