-- Lists count users, and skip those of earlier pages, by these entries alone.
CREATE INDEX users_present_idx ON users (id) WHERE deleted_at IS NULL;
