//! The kinds of projects, and what an operator has to say for them.

use super::project::Django;
use super::{come_over, follow};

/// What a kind of project needs here.
pub struct Kind {
    /// Its name in `kinds.py`.
    pub name: &'static str,
    pub django: Django,
    /// Of the service.
    pub settings: &'static [&'static str],
    /// Of the import.
    pub options: &'static [&'static str],
    /// What the report says is lost: fields and values, and how many.
    pub lost: &'static [(&'static str, u64)],
    /// Models that are read besides those that every project has.
    pub reads: &'static [&'static str],
    /// Whether an export is loaded into Django again.
    pub goes_back: bool,
}

const STOCK: Kind = Kind {
    name: "stock",
    django: Django::V4,
    settings: &[],
    options: &[],
    lost: &[],
    reads: &[],
    goes_back: true,
};

/// What the stock users of a project lose.
const LOST: &[(&str, u64)] = &[
    ("auth.group.permissions", 1),
    ("auth.user.last_name null characters", 1),
    ("auth.user.user_permissions", 1),
];

/// Models of Django and its usual packages that are read.
const READ: [&str; 5] = [
    "auth.user",
    "auth.group",
    "authtoken.token",
    "token_blacklist.outstandingtoken",
    "token_blacklist.blacklistedtoken",
];

impl Kind {
    pub fn reads(&self, model: &str) -> bool {
        READ.contains(&model) || self.reads.contains(&model)
    }
}

#[test]
fn stock_users_come_over_with_all_that_their_columns_allow() {
    come_over(&Kind {
        lost: LOST,
        ..STOCK
    });
}

#[test]
fn stock_users_of_django_3_come_over() {
    come_over(&Kind {
        django: Django::V3,
        lost: LOST,
        ..STOCK
    });
}

#[test]
fn stock_users_of_django_5_come_over() {
    come_over(&Kind {
        django: Django::V5,
        lost: LOST,
        ..STOCK
    });
}

#[test]
fn every_form_of_dump_says_the_same() {
    come_over(&Kind {
        name: "forms",
        django: Django::V5,
        ..STOCK
    });
}

#[test]
fn users_without_primary_keys_get_ids_in_order() {
    come_over(&Kind {
        name: "natural_keys",
        django: Django::V5,
        ..STOCK
    });
}

#[test]
fn users_without_primary_keys_take_them_from_a_second_file() {
    come_over(&Kind {
        name: "natural_keys_with_ids",
        ..STOCK
    });
}

#[test]
fn extra_fields_of_an_abstract_user_are_attributes_or_named_as_lost() {
    come_over(&Kind {
        name: "extended",
        django: Django::V5,
        lost: &[("crew.member.bio", 2)],
        reads: &["crew.member"],
        ..STOCK
    });
}

#[test]
fn users_who_log_in_by_address_do_so_here() {
    come_over(&Kind {
        name: "by_email",
        settings: &["auth.username_field=email"],
        reads: &["signup.user"],
        ..STOCK
    });
}

#[test]
fn chat_beside_a_user_model_called_account_gives_no_users_and_groups() {
    come_over(&Kind {
        name: "account_beside_chat",
        django: Django::V5,
        reads: &["shop.account"],
        ..STOCK
    });
}

#[test]
fn users_with_uuids_keep_their_tokens() {
    come_over(&Kind {
        name: "uuid_keys",
        django: Django::V5,
        settings: &["auth.jwt.user_id_field=external_id"],
        reads: &["uuids.person"],
        ..STOCK
    });
}

#[test]
fn users_with_texts_as_keys_keep_their_tokens() {
    come_over(&Kind {
        name: "text_keys",
        settings: &["auth.jwt.user_id_field=external_id"],
        reads: &["codes.employee"],
        ..STOCK
    });
}

#[test]
fn user_zero_comes_over_beside_the_others() {
    come_over(&Kind {
        name: "zero_key",
        django: Django::V5,
        ..STOCK
    });
}

#[test]
fn profiles_with_keys_of_their_own_are_attributes_of_their_users() {
    come_over(&Kind {
        name: "profiles",
        lost: &[("profiles.profile.bio", 1)],
        reads: &["profiles.profile"],
        ..STOCK
    });
}

#[test]
fn profiles_with_the_keys_of_users_are_attributes_of_them() {
    come_over(&Kind {
        name: "profile_keys",
        django: Django::V5,
        options: &["--value", "gender:1=male", "--value", "gender:2=female"],
        reads: &["profile_keys.userprofile"],
        ..STOCK
    });
}

#[test]
fn users_and_groups_that_inherit_from_those_of_django_are_read_with_them() {
    come_over(&Kind {
        name: "inherited",
        options: &["--profile-model", "club.member"],
        reads: &["club.member", "club.teamgroup"],
        ..STOCK
    });
}

#[test]
fn groups_of_a_model_of_their_own_bring_their_notes() {
    come_over(&Kind {
        name: "own_groups",
        django: Django::V5,
        reads: &["own_groups.user", "own_groups.group"],
        ..STOCK
    });
}

#[test]
fn users_who_share_an_address_all_come_over() {
    come_over(&Kind {
        name: "shared_addresses",
        ..STOCK
    });
}

#[test]
fn instants_without_a_zone_are_those_of_the_zone_given() {
    come_over(&Kind {
        name: "naive",
        django: Django::V5,
        options: &["--timezone", "Europe/Berlin"],
        ..STOCK
    });
}

#[test]
fn passwords_of_every_hasher_that_django_had_are_taken() {
    come_over(&Kind {
        name: "hashers",
        settings: &[
            "auth.password.allow_md5=true",
            "auth.password.legacy_hashers=sha1,unsalted_sha1,unsalted_md5,crypt",
        ],
        ..STOCK
    });
}

#[test]
fn passwords_of_every_hasher_that_django_has_are_taken() {
    come_over(&Kind {
        name: "current_hashers",
        django: Django::V5,
        settings: &["auth.password.allow_md5=true"],
        ..STOCK
    });
}

#[test]
fn tokens_of_knox_go_on_working() {
    come_over(&Kind {
        name: "knox",
        django: Django::V5,
        reads: &["knox.authtoken"],
        ..STOCK
    });
}

#[test]
fn tokens_of_older_knox_go_on_working() {
    come_over(&Kind {
        name: "knox",
        django: Django::V3,
        reads: &["knox.authtoken"],
        ..STOCK
    });
}

#[test]
fn organizations_come_over_with_their_users() {
    come_over(&Kind {
        name: "organizations",
        reads: &[
            "organizations.organization",
            "organizations.organizationuser",
            "organizations.organizationowner",
        ],
        lost: &[("organizations.organization.slug", 2)],
        ..STOCK
    });
}

#[test]
fn what_changes_in_django_changes_here_with_the_next_dump() {
    follow(&STOCK);
}
