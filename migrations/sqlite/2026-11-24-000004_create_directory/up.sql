CREATE TABLE organizations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL CHECK (length(name) <= 512),
  description TEXT NOT NULL,
  created_by BIGINT REFERENCES users (id) ON DELETE SET NULL,
  modified_by BIGINT REFERENCES users (id) ON DELETE SET NULL,
  created TIMESTAMP NOT NULL,
  modified TIMESTAMP NOT NULL,
  CONSTRAINT organizations_name_key UNIQUE (name)
);

CREATE TABLE teams (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organization_id BIGINT REFERENCES organizations (id) ON DELETE SET NULL,
  name TEXT NOT NULL CHECK (length(name) <= 512),
  description TEXT NOT NULL,
  created_by BIGINT REFERENCES users (id) ON DELETE SET NULL,
  modified_by BIGINT REFERENCES users (id) ON DELETE SET NULL,
  created TIMESTAMP NOT NULL,
  modified TIMESTAMP NOT NULL,
  CONSTRAINT teams_organization_id_name_key UNIQUE (organization_id, name)
);

CREATE TABLE organization_users (
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  PRIMARY KEY (user_id, organization_id)
) WITHOUT ROWID;

CREATE TABLE organization_admins (
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  organization_id BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  PRIMARY KEY (user_id, organization_id)
) WITHOUT ROWID;

CREATE TABLE team_users (
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  team_id BIGINT NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
  PRIMARY KEY (user_id, team_id)
) WITHOUT ROWID;

CREATE INDEX organization_users_organization_id_idx ON organization_users (organization_id, user_id);
CREATE INDEX organization_admins_organization_id_idx ON organization_admins (organization_id, user_id);
CREATE INDEX team_users_team_id_idx ON team_users (team_id, user_id);
