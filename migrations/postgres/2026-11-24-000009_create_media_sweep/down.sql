DROP TRIGGER users_media_sweep_delete ON users;
DROP TRIGGER users_media_sweep_update ON users;
DROP FUNCTION leave_file_to_sweep();
DROP INDEX users_avatar_idx;
DROP TABLE media_sweep;
