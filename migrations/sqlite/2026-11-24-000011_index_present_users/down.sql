DROP INDEX users_present_idx;
