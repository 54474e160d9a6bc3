//! The pages in a real browser, at the widths of a desk and of a phone.

use acceptance::browser::Browser;
use acceptance::client::Caller;
use acceptance::service::{Backend, Data, Service};

/// Runs a scenario of `tests/browser/pages.mjs` against a service with the people of `staff`.
fn run(scenario: &str) {
    run_staff("pages.mjs", scenario);
}

fn run_staff(script: &str, scenario: &str) {
    let test = format!("browser::{script}::{scenario}");
    let Some(browser) = Browser::find(&test) else {
        return;
    };
    let service = Service::start(Backend::Sqlite, Data::Staff, &[]);
    let client = service.client();
    let base = format!("http://{}", service.address());
    let credentials = [
        client.token("MasterAdmin"),
        client.bearer(1),
        client.token("minimal"),
    ];
    let [token, bearer, minimal] = credentials.each_ref().map(Caller::credentials);

    let run = browser.run(
        script,
        scenario,
        &[
            ("BASE_URL", &base),
            ("TOKEN", token),
            ("BEARER", bearer),
            ("MINIMAL", minimal),
            ("USER_ID", "1"),
            ("PASSWORD", "Correct-Horse-9"),
        ],
    );

    let run = run.unwrap();
    let told = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{scenario}: {told}");
}

/// Runs a scenario of `tests/browser/tower.mjs` against a service with the people of `tower`.
fn run_tower(scenario: &str) {
    let test = format!("browser::tower_{scenario}");
    let Some(browser) = Browser::find(&test) else {
        return;
    };
    let service = Service::start(Backend::Sqlite, Data::Tower, &[]);
    let base = format!("http://{}", service.address());

    let run = browser.run("tower.mjs", scenario, &[("BASE_URL", &base)]);

    let run = run.unwrap();
    let told = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{scenario}: {told}");
}

#[test]
fn a_reader_comes_in_changes_a_profile_and_leaves_by_keyboard() {
    run_staff("front.mjs", "keyboard");
}

#[test]
fn a_wrong_password_is_told_and_the_name_kept() {
    run_staff("front.mjs", "wrong");
}

#[test]
fn one_log_in_writes_in_all_dialects() {
    run_staff("front.mjs", "dialects");
}

#[test]
fn no_page_around_the_dialects_has_a_serious_fault_of_accessibility() {
    run_staff("front.mjs", "accessibility");
}

#[test]
fn a_profile_is_changed_through_its_form() {
    run("form");
}

#[test]
fn unset_fields_stay_unset() {
    run("unset");
}

#[test]
fn a_picture_is_sent_kept_and_removed() {
    run("avatar");
}

#[test]
fn a_profile_is_changed_by_raw_data() {
    run("raw");
}

#[test]
fn faults_are_shown_next_to_the_fields() {
    run("errors");
}

#[test]
fn buttons_and_links_lead_on() {
    run("navigation");
}

#[test]
fn a_browser_logs_in_to_tower_by_itself() {
    run("login");
}

#[test]
fn a_profile_of_jwt_is_read_and_changed() {
    run("jwt");
}

#[test]
fn a_group_is_made_changed_and_deleted() {
    run("groups");
}

#[test]
fn no_page_has_a_serious_fault_of_accessibility() {
    run("accessibility");
}

#[test]
fn a_user_of_tower_is_made_changed_and_deleted_under_both_mounts() {
    run_tower("directory");
}

#[test]
fn pages_of_tower_offer_only_permitted_actions() {
    run_tower("rights");
}

#[test]
fn a_log_in_by_form_gives_a_cookie_to_read_and_write_with() {
    run_tower("cookie");
}

#[test]
fn no_page_of_tower_has_a_serious_fault_of_accessibility() {
    run_tower("accessibility");
}
