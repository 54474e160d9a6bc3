DROP TABLE user_groups;
DROP FUNCTION count_user_groups();
DROP TABLE groups;
