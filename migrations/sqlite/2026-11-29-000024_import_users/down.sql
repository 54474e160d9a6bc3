DROP TABLE django_mapping;
DROP INDEX users_external_id_key;
ALTER TABLE users DROP COLUMN external_id;
