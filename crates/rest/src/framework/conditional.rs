//! Conditional requests on one's own profile (RFC 9110, section 13; beyond what the recorded
//! framework does).
//!
//! An entity tag is `"<version>.<representation>"`. The row version decides whether a write may go
//! ahead; the second part distinguishes representations of one version, so that a tag is
//! strong: format, indentation, host, and the versions of the groups that are shown.

use std::hash::{DefaultHasher, Hash, Hasher};

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use profiled_domain::{Precondition, UserProfile};
use serde::Serialize;

use crate::error::ApiError;
use crate::framework::context::RequestContext;
use crate::framework::view_response::ViewResponse;
use crate::wire::accept::Format;
use crate::wire::headers::joined;

/// The strong tag of one representation of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityTag(String);

impl EntityTag {
    /// The tag of what `context` shows of a profile; `variant` is whatever else decides the body.
    pub fn new(context: &RequestContext<'_>, profile: &UserProfile, variant: impl Hash) -> Self {
        let mut hasher = DefaultHasher::new();
        context.path.hash(&mut hasher);
        context.layout.hash(&mut hasher);
        context.origin.as_str().hash(&mut hasher);
        context.services.completion.hash(&mut hasher);
        for group in &profile.groups {
            (group.id, group.version).hash(&mut hasher);
        }
        variant.hash(&mut hasher);
        let (version, rest) = (profile.user.version, hasher.finish());
        Self(format!("\"{version}.{rest:016x}\""))
    }
}

impl RequestContext<'_> {
    /// A profile that was read: 304 without a body if the client has it already.
    pub fn show<T: Serialize>(&self, tag: &EntityTag, body: impl FnOnce() -> T) -> ViewResponse {
        let known = self.header(&header::IF_NONE_MATCH);
        if self.format == Format::Json && known.is_some_and(|list| lists(&list, &tag.0)) {
            return self.tag(ViewResponse::new(StatusCode::NOT_MODIFIED, Vec::new()), tag);
        }
        self.tag(self.ok(&body()), tag)
    }

    /// A profile that was changed.
    pub fn changed<T: Serialize>(&self, tag: &EntityTag, body: &T) -> ViewResponse {
        self.tag(self.ok(body), tag)
    }

    /// Pages show more than the profile, and have no tag.
    fn tag(&self, answer: ViewResponse, tag: &EntityTag) -> ViewResponse {
        match (self.format, HeaderValue::from_str(&tag.0)) {
            (Format::Json, Ok(value)) => answer.with_header(header::ETAG, value),
            _ => answer,
        }
    }

    /// What has to hold for a write to go ahead.
    ///
    /// # Errors
    /// [`ApiError::PreconditionFailed`] if `If-None-Match` demands that there be no such profile, or
    /// `If-Match` names no tag of ours.
    pub fn precondition(&self, profile: &UserProfile) -> Result<Precondition, ApiError> {
        let version = profile.user.version;
        let unwanted = self.header(&header::IF_NONE_MATCH);
        if unwanted.is_some_and(|list| list.trim() == "*" || versions(&list).any(|v| v == version))
        {
            return Err(ApiError::PreconditionFailed);
        }
        match self.header(&header::IF_MATCH) {
            None => Ok(Precondition::None),
            Some(list) if list.trim() == "*" => Ok(Precondition::None),
            Some(list) => Ok(Precondition::VersionIn(versions(&list).collect())),
        }
    }

    fn header(&self, name: &HeaderName) -> Option<String> {
        let value = joined(self.request.headers(), name)?;
        Some(String::from_utf8_lossy(&value).into_owned())
    }
}

/// Whether a list of tags names this one. `If-None-Match` compares weakly (RFC 9110, section 13.1.2);
/// `*` names none, as the recorded framework has it.
pub fn lists(list: &str, tag: &str) -> bool {
    let mut tags = list.split(',').map(str::trim);
    tags.any(|listed| listed.strip_prefix("W/").unwrap_or(listed) == tag)
}

/// Row versions of the strong tags of a list; a weak or a foreign tag never matches
/// (RFC 9110, section 13.1.1).
fn versions(list: &str) -> impl Iterator<Item = i64> {
    list.split(',').filter_map(|tag| {
        let inner = tag.trim().strip_prefix('"')?.strip_suffix('"')?;
        inner.split_once('.')?.0.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_compared_weakly_and_versions_strongly() {
        let list = r#"W/"3.0a", "4.ff" , "x", "5""#;

        assert!(lists(list, "\"3.0a\""));
        assert!(lists(list, "\"4.ff\""));
        assert!(!lists(list, "\"4.fe\""));
        assert!(!lists("*", "\"1.0\""));
        assert_eq!(versions(list).collect::<Vec<_>>(), [4]);
    }
}
