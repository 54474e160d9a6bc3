//! What more than one dialect does, without the texts of any: log-ins, tokens, profiles and their avatars, and what
//! Django REST framework says.

pub(crate) mod login;
pub(crate) mod login_input;
pub(crate) mod password_change;
pub(crate) mod profile_update;
pub(crate) mod rest_framework;
pub(crate) mod sessions;
pub(crate) mod token_issue;
