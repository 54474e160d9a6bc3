CREATE TABLE tokens (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  prefix TEXT NOT NULL,
  label TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  last_used_at TIMESTAMP,
  expires_at TIMESTAMP,
  is_sliding BOOLEAN NOT NULL,
  -- Null: the token works from anywhere. A bound token without user agent is bound to clients that send none.
  bound_address TEXT,
  bound_user_agent TEXT,
  CONSTRAINT tokens_digest_key UNIQUE (digest)
);

CREATE INDEX tokens_user_id_idx ON tokens (user_id);
