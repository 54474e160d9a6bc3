//! The reference page in a real browser: requests are sent from it.

use acceptance::browser::Browser;
use acceptance::service::{Backend, Data, Service};

/// What a dialect is tried with.
struct Trial {
    dialect: &'static str,
    data: Data<'static>,
    scheme: &'static str,
    operation: &'static str,
    body: &'static str,
    expected: &'static str,
}

const DRF: Trial = Trial {
    dialect: "drf",
    data: Data::Staff,
    scheme: "Token",
    operation: "patch_users_me",
    body: r#"{"first_name": "Reference"}"#,
    expected: r#""first_name":"Reference""#,
};

const JWT: Trial = Trial {
    dialect: "jwt",
    data: Data::Staff,
    scheme: "Bearer",
    operation: "post_profile",
    body: "",
    expected: r#""username":"MasterAdmin""#,
};

const TOWER: Trial = Trial {
    dialect: "tower",
    data: Data::Tower,
    scheme: "Basic",
    operation: "get_v1_me",
    body: "",
    expected: r#""username": "alice""#,
};

/// Runs a scenario of `tests/browser/docs.mjs`.
fn run(scenario: &str, trial: &Trial) {
    let test = format!("reference::{scenario}");
    let Some(browser) = Browser::find(&test) else {
        return;
    };
    let service = Service::start(Backend::Sqlite, trial.data, &[]);
    let base = format!("http://{}", service.address());
    let client = service.client();
    let caller = match trial.scheme {
        "Token" => client.token("MasterAdmin"),
        "Bearer" => client.bearer(1),
        _ => client.authorization("Basic alice:pw-alice"),
    };
    let (_, secret) = caller.credentials().split_once(' ').unwrap();

    let run = browser.run(
        "docs.mjs",
        scenario,
        &[
            ("BASE_URL", &base),
            ("DIALECT", trial.dialect),
            ("SCHEME", trial.scheme),
            ("SECRET", secret),
            ("OPERATION", trial.operation),
            ("BODY", trial.body),
            ("EXPECTED", trial.expected),
        ],
    );

    let run = run.unwrap();
    let told = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{scenario}: {told}");
}

#[test]
fn a_profile_is_changed_from_the_page() {
    run("sends", &DRF);
}

#[test]
fn a_bearer_token_is_sent_from_the_page() {
    run("sends", &JWT);
}

#[test]
fn a_name_and_a_password_are_sent_from_the_page() {
    run("sends", &TOWER);
}

#[test]
fn a_refusal_is_shown() {
    run("refused", &DRF);
}

#[test]
fn the_page_asks_no_other_server() {
    run("elsewhere", &DRF);
}

#[test]
fn the_page_is_accessible_in_light_and_dark() {
    run("accessible", &DRF);
}

#[test]
fn the_page_is_read_without_scripts() {
    run("unscripted", &DRF);
}
