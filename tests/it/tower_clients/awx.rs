//! The command `awx` over `/api/v2/`: it logs in by a form, goes on by cookie, and asks OPTIONS what it may do.

use super::site::{Site, with_client};

with_client!(command, AWXKIT: awx_knows_who_it_is, awx_keeps_users, awx_lists_the_directory, awx_is_refused);

/// What each run begins with.
const LOG_IN: [&str; 6] = [
    "GET /api/",
    "GET ",
    "GET /api/",
    "POST /api/login/ username=admin&password=pw-admin&next=%2Fapi%2F",
    "GET /api/",
    "GET /api/",
];

fn after_log_in(more: &[&'static str]) -> Vec<&'static str> {
    LOG_IN.iter().copied().chain(more.iter().copied()).collect()
}

fn awx_knows_who_it_is(site: &Site) {
    let me = site.awx("admin", "me").ends(0);

    assert_eq!(me.column("username"), ["admin"]);
    let me = me.sends(&after_log_in(&["GET me/"]));
    let cookie = me.requests.last().unwrap().header_value("Cookie");
    assert!(cookie.unwrap().contains("sessionid="));
    assert!(me.schemes().iter().all(|scheme| *scheme == "-"));
}

fn awx_keeps_users(site: &Site) {
    let listed = site.awx("admin", "users list").ends(0);
    assert_eq!(listed.column("username").len(), 9);
    let _ = listed.sends(&after_log_in(&[
        "OPTIONS users/",
        "OPTIONS users/1/",
        "OPTIONS organizations/",
        "OPTIONS projects/",
        "OPTIONS inventories/",
        "OPTIONS teams/",
        "OPTIONS credentials/",
        "OPTIONS job_templates/",
        "OPTIONS workflow_job_templates/",
        "OPTIONS instance_groups/",
        "GET users/",
    ]));

    let create = "users create --username nina --password x --email n@example.com";
    let created = site.awx("admin", create).ends(0);
    assert_eq!(created.json()["id"], 11);
    let write = created.requests.last().unwrap();
    assert_eq!(
        (write.method.as_str(), write.path.as_str()),
        ("POST", "/api/v2/users/")
    );
    assert!(write.header_value("X-CSRFToken").is_some());

    let modified = site.awx("admin", "users modify 11 --email nina@example.com");
    assert_eq!(modified.ends(0).json()["email"], "nina@example.com");
    let by_name = site.awx("admin", "users modify nina --first_name Nina");
    assert_eq!(by_name.ends(0).json()["first_name"], "Nina");
    let _ = site.awx("admin", "users delete 11").ends(0);
    let gone = site.awx("admin", "users get 11").ends(1);
    assert_eq!(gone.json()["detail"], "Not found");
}

fn awx_lists_the_directory(site: &Site) {
    let organizations = site.awx("admin", "organizations list").ends(0);
    assert_eq!(organizations.column("name"), ["Org One", "Org Two"]);
    let teams = site.awx("alice", "teams list").ends(0);
    assert_eq!(teams.column("name"), ["Team A"]);
    let created = site.awx("admin", "organizations create --name New --description d");
    assert_eq!(created.ends(0).json()["id"], 3);
}

fn awx_is_refused(site: &Site) {
    let forbidden = site.awx("alice", "users delete 4").ends(1);
    let told = "You do not have permission to perform this action.";
    assert_eq!(forbidden.json()["detail"], told);

    let wrong = site.awx("admin", "--conf.password wrong me").ends(1);
    assert!(
        wrong
            .text()
            .contains("Valid credentials were not provided.")
    );
}
