-- Tokens that came of one log-in: each was exchanged for the next.
CREATE TABLE refresh_families (
  -- jti of the first one that was exchanged.
  id TEXT PRIMARY KEY NOT NULL,
  user_id BIGINT REFERENCES users (id) ON DELETE CASCADE,
  -- When the last token of the family is over.
  expires_at TIMESTAMP NOT NULL,
  revoked_at TIMESTAMP
) WITHOUT ROWID;

-- Only tokens that were exchanged or blacklisted, or came of an exchange: others need no row.
CREATE TABLE refresh_tokens (
  jti TEXT PRIMARY KEY NOT NULL,
  family TEXT REFERENCES refresh_families (id) ON DELETE CASCADE,
  expires_at TIMESTAMP NOT NULL,
  rotated_at TIMESTAMP,
  blacklisted_at TIMESTAMP
) WITHOUT ROWID;

CREATE INDEX refresh_families_user_id_idx ON refresh_families (user_id);
CREATE INDEX refresh_families_expires_at_idx ON refresh_families (expires_at);
CREATE INDEX refresh_tokens_family_idx ON refresh_tokens (family);
CREATE INDEX refresh_tokens_expires_at_idx ON refresh_tokens (expires_at);
