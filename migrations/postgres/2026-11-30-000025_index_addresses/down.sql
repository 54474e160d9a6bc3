DROP INDEX users_folded_email_idx;
