-- What was done to organizations and teams. A row is written with the change that it tells of.
CREATE TABLE activity (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  timestamp TIMESTAMP NOT NULL,
  operation TEXT NOT NULL,
  -- A JSON object.
  changes TEXT NOT NULL,
  object1 TEXT NOT NULL,
  object2 TEXT NOT NULL,
  actor_id BIGINT REFERENCES users (id) ON DELETE SET NULL
);

CREATE TABLE activity_users (
  event_id BIGINT NOT NULL REFERENCES activity (id) ON DELETE CASCADE,
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  PRIMARY KEY (event_id, user_id)
) WITHOUT ROWID;

CREATE TABLE activity_organizations (
  event_id BIGINT NOT NULL REFERENCES activity (id) ON DELETE CASCADE,
  organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  PRIMARY KEY (event_id, organization_id)
) WITHOUT ROWID;

CREATE TABLE activity_teams (
  event_id BIGINT NOT NULL REFERENCES activity (id) ON DELETE CASCADE,
  team_id BIGINT NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
  PRIMARY KEY (event_id, team_id)
) WITHOUT ROWID;

CREATE INDEX activity_actor_id_idx ON activity (actor_id, id);
CREATE INDEX activity_users_user_id_idx ON activity_users (user_id, event_id);
CREATE INDEX activity_organizations_organization_id_idx ON activity_organizations (organization_id, event_id);
CREATE INDEX activity_teams_team_id_idx ON activity_teams (team_id, event_id);

-- Organizations and teams that were there once: their rows are gone, their ids answer differently from unknown ones.
CREATE TABLE deleted_directory_objects (
  kind TEXT NOT NULL CHECK (kind IN ('organization', 'team')),
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  deleted_at TIMESTAMP NOT NULL,
  PRIMARY KEY (kind, id)
) WITHOUT ROWID;
