//! The tables as both databases have them: mirrored in `migrations/`.

pub(crate) use super::person::users;

diesel::table! {
    groups (id) {
        id -> BigInt,
        name -> Text,
        notes -> Nullable<Text>,
        users_count -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        version -> BigInt,
    }
}

diesel::table! {
    django_mapping (id) {
        id -> Integer,
        mapping -> Text,
    }
}

diesel::table! {
    user_groups (user_id, group_id) {
        user_id -> BigInt,
        group_id -> BigInt,
    }
}

diesel::table! {
    tokens (id) {
        id -> BigInt,
        digest -> Binary,
        user_id -> BigInt,
        prefix -> Text,
        label -> Text,
        created_at -> Timestamp,
        last_used_at -> Nullable<Timestamp>,
        expires_at -> Nullable<Timestamp>,
        is_sliding -> Bool,
        bound_address -> Nullable<Text>,
        bound_user_agent -> Nullable<Text>,
    }
}

diesel::table! {
    organizations (id) {
        id -> BigInt,
        name -> Text,
        description -> Text,
        created_by -> Nullable<BigInt>,
        modified_by -> Nullable<BigInt>,
        created -> Timestamp,
        modified -> Timestamp,
    }
}

diesel::table! {
    teams (id) {
        id -> BigInt,
        organization_id -> Nullable<BigInt>,
        name -> Text,
        description -> Text,
        created_by -> Nullable<BigInt>,
        modified_by -> Nullable<BigInt>,
        created -> Timestamp,
        modified -> Timestamp,
    }
}

diesel::table! {
    organization_users (user_id, organization_id) {
        user_id -> BigInt,
        organization_id -> BigInt,
    }
}

diesel::table! {
    organization_admins (user_id, organization_id) {
        user_id -> BigInt,
        organization_id -> BigInt,
    }
}

diesel::table! {
    team_users (user_id, team_id) {
        user_id -> BigInt,
        team_id -> BigInt,
    }
}

diesel::table! {
    media_sweep (key) {
        key -> Text,
        state -> Text,
        since -> Nullable<Timestamp>,
    }
}

diesel::table! {
    refresh_families (id) {
        id -> Text,
        user_id -> Nullable<BigInt>,
        expires_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    refresh_tokens (jti) {
        jti -> Text,
        family -> Nullable<Text>,
        expires_at -> Timestamp,
        rotated_at -> Nullable<Timestamp>,
        blacklisted_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    bindings (issuer, subject) {
        issuer -> Text,
        subject -> Text,
        user_id -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    throttle_hits (digest) {
        digest -> Binary,
        hits -> Binary,
        ends_at -> Timestamp,
    }
}

diesel::table! {
    deleted_users (user_id) {
        user_id -> BigInt,
        username -> Nullable<Text>,
        email -> Nullable<Text>,
        mobile_number -> Nullable<Text>,
        group_ids -> Text,
        was_active -> Bool,
    }
}

diesel::table! {
    activity (id) {
        id -> BigInt,
        timestamp -> Timestamp,
        operation -> Text,
        changes -> Text,
        object1 -> Text,
        object2 -> Text,
        actor_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    activity_users (event_id, user_id) {
        event_id -> BigInt,
        user_id -> BigInt,
    }
}

diesel::table! {
    activity_organizations (event_id, organization_id) {
        event_id -> BigInt,
        organization_id -> BigInt,
    }
}

diesel::table! {
    activity_teams (event_id, team_id) {
        event_id -> BigInt,
        team_id -> BigInt,
    }
}

diesel::table! {
    deleted_directory_objects (kind, id) {
        kind -> Text,
        id -> BigInt,
        name -> Text,
        deleted_at -> Timestamp,
    }
}

diesel::joinable!(refresh_tokens -> refresh_families (family));
diesel::joinable!(tokens -> users (user_id));
diesel::joinable!(deleted_users -> users (user_id));
diesel::allow_tables_to_appear_in_same_query!(users, deleted_users);
diesel::allow_tables_to_appear_in_same_query!(refresh_families, refresh_tokens);
diesel::allow_tables_to_appear_in_same_query!(
    users,
    groups,
    user_groups,
    tokens,
    bindings,
    media_sweep
);
