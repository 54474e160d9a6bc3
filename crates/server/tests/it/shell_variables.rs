//! Settings from the variables of a shell.

use profiled::{Settings, Sources};

use crate::sandbox::Sandbox;

/// As a shell sets them for `${HOSTS:-}`.
#[test]
fn empty_variables_are_not_set_whatever_their_kind() {
    let sandbox = Sandbox::new();
    let file = sandbox.write(
        "some.toml",
        "[http]\nallowed_hosts = [\"a.example\"]\npublic_url = \"https://a.example\"\n[limits]\nmobile_number = 12\n",
    );
    let names = [
        "PROFILE",
        "DATA_DIR",
        "DATABASE__URL",
        "HTTP__ALLOWED_HOSTS",
        "HTTP__PUBLIC_URL",
        "HTTP__BROWSABLE",
        "HTTP__BODY_TIMEOUT",
        "LIMITS__MOBILE_NUMBER",
        "LOG__LEVEL",
        "AUTH__JWT__ISSUERS",
    ];
    for empty in ["", " \t"] {
        let variable = |name| (format!("PROFILED__{name}"), empty.to_owned());
        let with = |environment| Sources {
            files: vec![file.clone().into()],
            environment,
            ..Sources::default()
        };
        let load = |environment| serde_json::to_value(Settings::load(&with(environment)).unwrap());

        let settings = load(names.map(variable).to_vec()).unwrap();

        assert_eq!(settings, load(Vec::new()).unwrap());
        assert_eq!(
            settings["http"]["allowed_hosts"],
            serde_json::json!(["a.example"])
        );
        let mistyped = Settings::load(&with(vec![variable("LOG__LEVLE")]));
        let complaint = mistyped.err().unwrap().to_string();
        assert!(
            complaint.contains("unknown setting log.levle"),
            "{complaint}"
        );
    }
}
