-- What a deleted user held and others may take: it comes back with the user, as far as it is still free.
CREATE TABLE deleted_users (
  user_id BIGINT NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  username TEXT,
  email TEXT,
  mobile_number TEXT,
  -- Ids, separated by commas.
  group_ids TEXT NOT NULL,
  was_active BOOLEAN NOT NULL
);
