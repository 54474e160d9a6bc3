DROP TABLE deleted_directory_objects;
DROP TABLE activity_teams;
DROP TABLE activity_organizations;
DROP TABLE activity_users;
DROP TABLE activity;
