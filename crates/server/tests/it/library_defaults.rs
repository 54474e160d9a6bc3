//! Services that use the crates without `config/base.toml` get its settings.

use profiled_auth::{AuthSettings, ThrottleSettings};
use profiled_store::testing::defaults;
use serde::Serialize;
use serde::de::DeserializeOwned;

fn assert_told_twice_alike<T: Default + DeserializeOwned + Serialize>(section: &str) {
    let base: T = defaults(section);

    let library = serde_json::to_value(T::default()).unwrap();

    assert_eq!(library, serde_json::to_value(base).unwrap(), "{section}");
}

#[test]
fn defaults_of_the_library_are_those_of_the_service() {
    assert_told_twice_alike::<AuthSettings>("auth");
    assert_told_twice_alike::<ThrottleSettings>("throttle");
}
