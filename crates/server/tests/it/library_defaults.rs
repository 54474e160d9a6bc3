//! Services that use the crates without `config/base.toml` get its settings.

use profiled_auth::{AuthSettings, ThrottleSettings};
use profiled_store::testing::defaults;
use serde_json::to_value;

#[test]
fn defaults_of_the_library_are_those_of_the_service() {
    let auth: AuthSettings = defaults("auth");
    let throttle: ThrottleSettings = defaults("throttle");

    let library = to_value(AuthSettings::default()).unwrap();
    assert_eq!(library, to_value(auth).unwrap());
    let library = to_value(ThrottleSettings::default()).unwrap();
    assert_eq!(library, to_value(throttle).unwrap());
}
