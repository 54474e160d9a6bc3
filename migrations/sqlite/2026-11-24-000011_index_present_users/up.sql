-- Lists count users, and skip those of earlier pages, by these entries alone. The second column holds nothing: with
-- it no row has to be read to see the condition.
CREATE INDEX users_present_idx ON users (id, deleted_at) WHERE deleted_at IS NULL;
