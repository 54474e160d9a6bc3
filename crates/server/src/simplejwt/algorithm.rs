//! `ALGORITHM`.

use profiled_auth::Algorithm;
use serde_json::Value;

use super::translation::Translation;

/// The algorithm of the keys, which is HS256 unless another one is set.
pub(super) fn translate(value: Option<&Value>, found: &mut Translation) -> Option<Algorithm> {
    let Some(value) = value else {
        return Some(Algorithm::HS256);
    };
    let known = value
        .as_str()
        .and_then(|name| name.parse::<Algorithm>().ok());
    if let Some(algorithm) = known {
        found.set("auth.jwt.algorithm", algorithm.as_str());
    } else {
        let all = Algorithm::ALL.map(Algorithm::as_str).join(", ");
        found.warn(format!(
            "ALGORITHM {value} cannot be carried over: use one of {all}"
        ));
    }
    known
}
