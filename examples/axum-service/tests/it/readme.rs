//! What README.md shows.

use std::path::Path;

use axum_service::{Service, Users};
use profiled_auth::JwtSettings;

use crate::{ask, start};

#[test]
fn requests_of_the_readme_get_its_answers() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(folder.join("README.md")).unwrap();
    let settings = JwtSettings {
        signing_key: "0".repeat(64).into(),
        ..JwtSettings::default()
    };
    let users = Users::read(&folder.join("users.json")).unwrap();
    let address = start(Service::new(users, &settings).unwrap());
    let credentials = readme.split("-H 'Authorization: ").skip(1);
    let credentials: Vec<_> = credentials
        .filter_map(|rest| rest.split('\'').next())
        .collect();
    let answers = readme.split("```json\n").skip(1);
    let answers: Vec<_> = answers
        .filter_map(|rest| rest.split("\n```").next())
        .collect();

    assert_eq!((credentials.len(), answers.len()), (2, 2));
    for (credentials, expected) in credentials.into_iter().zip(answers) {
        let answer = ask(address, "GET", "/me", &[credentials.as_bytes()]);

        assert_eq!(answer.text(), expected, "{credentials}");
    }
}
