DROP TRIGGER users_media_sweep_delete;
DROP TRIGGER users_media_sweep_update;
DROP INDEX users_avatar_idx;
DROP TABLE media_sweep;
