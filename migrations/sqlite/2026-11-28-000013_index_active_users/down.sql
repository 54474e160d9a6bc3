DROP TRIGGER users_active_count_update;
DROP TRIGGER users_active_count_delete;
DROP TRIGGER users_active_count_insert;
DROP TABLE active_users_count;
DROP INDEX users_active_username_idx;
DROP INDEX users_active_idx;
