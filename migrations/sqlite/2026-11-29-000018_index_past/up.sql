-- For the purge.
CREATE INDEX activity_timestamp_idx ON activity (timestamp, id);
CREATE INDEX deleted_directory_objects_deleted_at_idx ON deleted_directory_objects (deleted_at);
