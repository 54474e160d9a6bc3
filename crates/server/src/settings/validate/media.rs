//! What the section `media` may hold.

use profiled_http::{MediaSettings, S3Settings, StorageKind};
use secrecy::ExposeSecret;

use super::finding::Finding;

/// The first finding.
pub(super) fn check(settings: &MediaSettings) -> Option<Finding> {
    if !settings.storage.is_built_in() {
        let text = "is s3, and this build is without it: build with --features s3, or set file";
        return Some(Finding("media.storage", text.to_owned()));
    }
    match settings.storage {
        StorageKind::File => None,
        StorageKind::S3 => s3(&settings.s3),
    }
}

fn s3(s3: &S3Settings) -> Option<Finding> {
    let has_id = !s3.access_key.expose_secret().is_empty();
    let has_secret = !s3.secret_key.expose_secret().is_empty();
    let is_http = s3.endpoint.starts_with("http://");
    let is_url = s3.endpoint.is_empty() || is_http || s3.endpoint.starts_with("https://");
    let (key, text) = if s3.bucket.is_empty() {
        let text = "is empty: media.storage is s3, so name a bucket";
        ("media.s3.bucket", text)
    } else if s3.region.is_empty() {
        let text = "is empty: name the region, or us-east-1 for a server that has none";
        ("media.s3.region", text)
    } else if !is_url {
        let text = "is no URL: write a scheme and a host, as https://s3.example.com";
        ("media.s3.endpoint", text)
    } else if is_http && !s3.allow_http {
        let text = "is without TLS: write https://, or set media.s3.allow_http";
        ("media.s3.endpoint", text)
    } else if has_id && !has_secret {
        (
            "media.s3.secret_key",
            "is empty: media.s3.access_key needs it",
        )
    } else if has_secret && !has_id {
        (
            "media.s3.access_key",
            "is empty: media.s3.secret_key needs it",
        )
    } else {
        return None;
    };
    Some(Finding(key, text.to_owned()))
}
