//! A person to test with.

use profiled_domain::{Patch, Person, ProfileChange, ProfileField};

/// Everything filled in.
pub fn complete() -> Person {
    let mut person = Person::default();
    for field in ProfileField::ALL {
        let text = match field {
            ProfileField::Gender => "female",
            other => other.as_str(),
        };
        let mut change = ProfileChange::default();
        change.set(*field, Patch::Set(text.to_owned())).unwrap();
        change.apply_to(&mut person);
    }
    person
}
