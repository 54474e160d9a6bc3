CREATE TABLE throttle_hits (
  -- A keyed digest: neither an account nor an address can be read from it.
  digest BLOB NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
  -- The accepted requests, oldest first: 8 bytes of microseconds since 1970 and 4 of their number, big-endian.
  hits BLOB NOT NULL CHECK (length(hits) % 12 = 0),
  -- Nobody misses the row from here on.
  ends_at TIMESTAMP NOT NULL
);

CREATE INDEX throttle_hits_ends_at_idx ON throttle_hits (ends_at);
