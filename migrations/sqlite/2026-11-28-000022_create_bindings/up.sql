-- Whom a subject of a foreign issuer stands for, whatever names and addresses either side has by now.
CREATE TABLE bindings (
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at TIMESTAMP NOT NULL,
  PRIMARY KEY (issuer, subject),
  -- Whoever gets a name or an address at the issuer does not get the account of its former holder.
  CONSTRAINT bindings_user_id_issuer_key UNIQUE (user_id, issuer)
) WITHOUT ROWID;
