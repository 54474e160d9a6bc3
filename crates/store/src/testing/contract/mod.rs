//! What every implementation of the repositories has to do, as tests that another one can be held to.
//!
//! [`repository_tests!`](crate::repository_tests) makes a test of each rule, [`counter_tests!`](crate::counter_tests) of those for
//! [`ThrottleRepository`]; [`broken`] lists the broken ones.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a rule that is broken panics"
)]

mod accounts;
mod authority;
mod bindings;
mod credentials;
mod directory_reads;
mod directory_writes;
mod groups;
mod lists;
mod media;
mod memberships;
mod refresh;
mod retention;
mod revocation;
mod throttle;
mod tokens;
mod users;
mod versions;

use std::panic::{AssertUnwindSafe, catch_unwind};

use profiled_domain::{Repository, ThrottleRepository};

/// A rule of what a repository does, which takes one that is empty.
pub struct Rule<R: ?Sized> {
    /// What it is about.
    pub subject: &'static str,
    /// The rule, as a sentence.
    pub name: &'static str,
    check: fn(&R),
}

/// A rule of the repositories of the service.
pub type RepositoryRule = Rule<dyn Repository>;

/// A rule of counters.
pub type CounterRule = Rule<dyn ThrottleRepository>;

impl<R: ?Sized> Rule<R> {
    /// Holds a repository, in which nothing is stored yet, to the rule.
    ///
    /// # Panics
    /// If it breaks the rule.
    pub fn check(&self, repository: &R) {
        (self.check)(repository);
    }
}

/// The rules that do not hold: `hold` makes an empty repository and [checks](Rule::check) it.
pub fn broken<R: ?Sized>(
    rules: &'static [Rule<R>],
    mut hold: impl FnMut(&Rule<R>),
) -> Vec<&'static Rule<R>> {
    let breaks = |rule: &&Rule<R>| catch_unwind(AssertUnwindSafe(|| hold(rule))).is_err();
    rules.iter().filter(breaks).collect()
}

/// Lists rules under a name, and makes the macro that tests them.
macro_rules! rules {
    (
        $d:tt $list:ident: $kind:ty, $tests:ident, $doc:literal;
        $($subject:ident { $($rule:ident,)+ })+
    ) => {
        #[doc = $doc]
        pub const $list: &[$kind] = &[
            $($(Rule {
                subject: stringify!($subject),
                name: stringify!($rule),
                check: $subject::$rule,
            },)+)+
        ];

        #[doc = concat!("Makes a test of each of [`", stringify!($list), "`](crate::testing::contract::", stringify!($list), "), which calls a")]
        #[doc = "function with the rule: it makes an empty repository, and [checks](crate::testing::contract::Rule::check) it."]
        #[macro_export]
        macro_rules! $tests {
            ($d hold:ident) => {
                $(mod $subject {
                    $(#[test]
                    fn $rule() {
                        let rules = $crate::testing::contract::$list.iter();
                        let mut rules = rules.filter(|rule| rule.subject == stringify!($subject));
                        super::$d hold(rules.find(|rule| rule.name == stringify!($rule)).unwrap());
                    })+
                })+
            };
        }
    };
}

rules! {
    $ COUNTER_RULES: CounterRule, counter_tests, "What counters of requests do.";
    throttle {
        hit_beyond_the_limit_is_refused_with_the_wait,
        keys_are_counted_apart,
        peek_records_no_request,
        changed_rate_keeps_earlier_hits,
        of_parallel_hits_exactly_the_limit_is_admitted,
        an_ended_window_begins_anew,
    }
}

rules! {
    $ REPOSITORY_RULES: RepositoryRule, repository_tests, "What the repositories of the service do.";
    accounts {
        a_deactivated_user_comes_back_without_old_credentials,
        a_deleted_user_frees_its_names_and_leaves_its_groups,
        restored_user_gets_names_and_groups_back_and_no_credential,
        a_user_whose_name_was_taken_stays_deleted,
        the_last_superuser_stays,
        profile_flag_and_password_change_together_or_not_at_all,
        the_last_superuser_keeps_the_flag,
        accounts_that_may_not_log_in_are_not_changed,
        users_are_erased_after_the_deletion_grace,
    }
    authority {
        no_write_is_done_with_a_credential_that_has_ended,
        no_write_is_done_for_a_caller_who_may_not_log_in,
        kept_credential_still_permits_writes,
        a_revoked_token_writes_nothing_whatever_the_epoch,
        no_write_is_done_once_the_right_to_it_has_ended,
        right_over_a_user_ends_when_the_user_leaves_its_condition,
        write_to_an_unknown_object_is_reported_missing,
    }
    bindings {
        a_subject_is_bound_once_and_found,
        a_user_has_one_subject_of_an_issuer,
        issuers_and_subjects_are_compared_character_by_character,
        a_user_who_has_changed_is_not_bound,
        bindings_are_listed_by_issuer_and_subject,
        a_binding_can_be_removed,
        a_binding_goes_with_its_user_when_that_is_erased,
    }
    credentials {
        a_token_leads_to_its_holder_active_or_not,
        a_token_needs_an_owner_and_a_new_digest,
        tokens_are_listed_and_revoked,
        a_password_is_found_by_each_name_of_its_user,
        a_password_is_found_by_username,
        a_password_is_found_by_id,
        a_hash_is_replaced_only_while_it_is_the_stored_one,
        a_new_password_ends_every_other_token_of_its_user,
        a_new_password_begins_an_epoch_and_a_new_hash_does_not,
        new_password_of_an_unknown_user_revokes_nothing,
        a_login_is_recorded_to_the_microsecond,
        the_digest_of_the_first_hash_stays_until_the_epoch_ends,
    }
    directory_reads {
        users_come_by_condition_and_order,
        only_live_objects_are_selected_and_shown,
        event_lists_its_objects_by_id,
        a_page_that_is_not_there_is_empty_but_counted,
        conditions_are_evaluated_for_one_object,
        deleted_object_is_gone_and_unknown_one_missing,
        an_administrator_of_any_organization_is_one,
    }
    directory_writes {
        an_organization_is_created_changed_and_deleted,
        a_team_is_created_changed_and_deleted,
        taken_names_are_refused_and_nothing_is_recorded,
        a_team_needs_an_organization_that_is_there,
        teams_outlive_their_organization,
        changes_by_operators_have_no_author,
    }
    groups {
        a_profile_has_its_groups_by_id_with_exact_counts,
        a_user_in_very_many_groups_has_all_of_them,
        repeated_addition_or_removal_of_a_member_changes_nothing,
        membership_needs_an_existing_user_and_group,
        a_group_is_found_by_name_and_by_id,
        a_change_of_a_group_moves_its_update,
        a_taken_name_is_refused_and_one_s_own_is_not,
        a_deleted_group_takes_its_memberships_along,
        new_user_administers_no_organization,
    }
    lists {
        profiles_come_in_pages_by_id_with_their_groups,
        profiles_are_found_by_words_and_flags,
        every_page_of_every_size_is_cut_as_counted,
        groups_come_in_pages_by_id,
        tokens_of_one_user_come_in_pages,
    }
    media {
        a_reserved_key_is_taken_until_it_is_given_back,
        the_key_of_a_user_is_taken,
        an_avatar_needs_a_reservation,
        a_refused_change_keeps_the_reservation,
        a_file_is_claimed_once_and_its_key_is_free_much_later,
        old_and_abandoned_files_wait_and_the_new_one_does_not,
        claimed_file_is_given_to_no_user,
        interrupted_sweep_is_repeated,
        sweeps_are_bounded,
        a_deleted_user_has_the_file_until_erased,
    }
    memberships {
        members_come_and_leave_with_an_event_each,
        only_active_users_are_added_to_existing_objects,
        a_user_is_created_where_it_belongs_or_not_at_all,
        users_who_may_not_log_in_are_not_shown,
    }
    refresh {
        unknown_token_has_no_state_and_no_family,
        a_token_is_blacklisted_once,
        a_rotated_token_is_refused_at_once_where_it_is_blacklisted,
        a_rotated_token_works_within_a_grace_that_does_not_slide,
        reuse_after_the_grace_ends_the_whole_family,
        a_family_is_revoked_by_any_of_its_tokens,
        a_blacklisted_token_is_not_rotated,
        a_rotation_needs_its_user_if_there_is_one,
        expired_tokens_are_pruned_in_batches,
        of_parallel_exchanges_one_wins_where_rotated_tokens_are_blacklisted,
        parallel_exchanges_within_the_grace_yield_one_family,
        exchanges_that_race_with_a_reuse_leave_no_live_token,
        of_parallel_exchanges_one_wins_where_there_is_no_grace,
    }
    retention {
        oldest_events_are_pruned_first_up_to_the_limit,
        deleted_objects_are_missing_once_they_are_forgotten,
        identifiers_are_never_reused,
    }
    revocation {
        a_revocation_begins_an_epoch_and_deletes_the_tokens_of_its_user,
        the_token_of_the_request_outlives_a_revocation,
        revoked_token_stays_revoked_after_the_clock_steps_back,
        unknown_user_has_no_credentials,
        no_token_is_stored_for_an_epoch_that_has_ended,
        an_account_is_found_by_each_of_its_names_with_the_password,
    }
    tokens {
        issued_token_is_returned_as_stored,
        live_tokens_are_limited_and_expired_ones_do_not_count,
        inactive_user_gets_no_token,
        token_for_a_former_epoch_is_not_issued,
        a_stored_digest_is_not_stored_again,
        only_own_tokens_are_revoked,
        a_use_is_noted_once_within_its_precision,
        uses_of_many_tokens_are_noted_together,
        only_a_live_sliding_token_is_extended,
        an_expiry_moves_back_only_from_where_it_was_read,
        all_credentials_end_but_the_one_that_is_kept,
        tokens_that_have_expired_are_pruned_in_batches,
    }
    users {
        a_new_user_is_stored_as_it_is,
        null_and_empty_text_are_stored_as_they_are,
        external_id_is_stored_once_and_finds_its_user,
        users_are_found_by_each_of_their_names,
        names_are_compared_with_case,
        mailbox_is_found_as_mail_compares_addresses,
        taken_values_are_refused_with_their_key,
        taken_values_are_found_and_one_s_own_are_not,
        users_come_in_pages_by_id,
        change_writes_only_its_own_fields,
        change_of_an_unknown_user_is_none,
        a_change_of_another_version_is_refused,
    }
    versions {
        new_users_and_groups_have_version_one,
        a_change_of_a_profile_is_a_new_version,
        a_membership_changes_its_user_and_its_group,
        credentials_are_no_part_of_a_version,
    }
}
