-- Addresses as mail compares them: foreign tokens name users by them.
CREATE INDEX users_folded_email_idx ON users (lower(email));
