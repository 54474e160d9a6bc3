//! `tower-cli version` and `tower-cli user`.

use acceptance::replay::wire::Request;

use super::site::{Run, Site, with_client};

with_client!(
    tower_cli_3_1, TOWER_CLI_3_1: client_is_set_up_without_requests, the_version_is_read, users_are_listed, pages_are_turned, many_users_come_in_pages,
    one_user_is_found, a_user_is_made_changed_and_deleted, invalid_values_are_reported,
);
with_client!(
    tower_cli_2_3, TOWER_CLI_2_3: client_is_set_up_without_requests, the_version_is_read, users_are_listed, many_users_come_in_pages, one_user_is_found,
    a_user_is_made_changed_and_deleted, invalid_values_are_reported,
);
with_client!(
    tower_cli_3_3, TOWER_CLI_3_3: client_is_set_up_without_requests, the_version_is_read, users_are_listed, pages_are_turned, many_users_come_in_pages,
    one_user_is_found, a_user_is_made_changed_and_deleted, invalid_values_are_reported,
);

const EVERYBODY: [&str; 9] = [
    "admin",
    "orgadmin",
    "alice",
    "bob",
    "carol",
    "lena",
    "erin",
    "zoe.o+x@y-z_1",
    "mia",
];

fn client_is_set_up_without_requests(site: &Site) {
    site.forget_settings();
    let host = format!("config host http://{}", site.address());
    let _ = site.run(&host).ends(0).sends(&[]);
    let refused = site.run("user list").ends(1).sends(&[]);
    let told = "Can not verify ssl with non-https protocol.";
    assert!(refused.text().contains(told), "{}", refused.text());
    for setting in ["verify_ssl false", "username admin", "password pw-admin"] {
        let run = site.run(&format!("config {setting}")).ends(0);
        let _ = run.sends(&[]);
    }

    let _ = site.run("user list").ends(0);
}

fn the_version_is_read(site: &Site) {
    let run = site.run("version").ends(0).sends(&["GET config/"]);

    assert!(run.text().contains("2.3.0"), "{}", run.text());
    assert_eq!(run.schemes(), ["Basic"]);
    assert_eq!(run.requests[0].header_value("Accept"), Some("*/*"));
    let agent = run.requests[0].header_value("User-Agent");
    assert!(agent.unwrap().starts_with("python-requests/"));
}

fn users_are_listed(site: &Site) {
    let names = |run: &Run| run.column("username");

    let all = site.run("user list").ends(0).sends(&["GET users/?page=1"]);
    assert_eq!(names(&all), EVERYBODY);
    assert_eq!(all.json()["count"], 9);

    let one = site.run("user list --username alice").ends(0);
    let one = one.sends(&["GET users/?username=alice&page=1"]);
    assert_eq!(names(&one), ["alice"]);
    let superusers = site.run("user list --is-superuser true").ends(0);
    let superusers = superusers.sends(&["GET users/?is_superuser=True&page=1"]);
    assert_eq!(names(&superusers), ["admin"]);
    let found = site.run("user list -Q username__icontains li").ends(0);
    let found = found.sends(&["GET users/?page=1&username__icontains=li"]);
    assert_eq!(names(&found), ["alice"]);
    let table = site.run("user list -f human").ends(0);
    assert!(table.text().contains("zoe.o+x@y-z_1"), "{}", table.text());

    let list = site.run("user list -u alice -p pw-alice").ends(0);
    assert_eq!(names(&list), ["alice", "bob"]);
}

fn pages_are_turned(site: &Site) {
    let first = site.run("user list --page-size 3 -f human").ends(0);
    assert!(first.text().contains("(Page 1 of 3.)"), "{}", first.text());

    let second = site.run("user list --page 2 --page-size 3").ends(0);
    let second = second.sends(&["GET users/?page=2&page_size=3"]);
    assert_eq!(second.column("username"), ["bob", "carol", "lena"]);
    assert_eq!(second.json()["next"], 3);
    assert_eq!(second.json()["previous"], 1);

    let beyond = site.run("user list --page 4 --page-size 3").ends(44);
    let _ = beyond.sends(&["GET users/?page=4&page_size=3"]);
}

fn many_users_come_in_pages(site: &Site) {
    let admin = site.service.client().authorization(ADMIN);
    for number in 0..47 {
        let body = format!(r#"{{"username": "extra{number}", "password": "pw"}}"#);
        let made = admin.send(Request::json("POST", "/api/v1/users/", &body));
        assert_eq!(made.status, 201, "{}", made.text());
    }

    let all = site.run("user list --all-pages").ends(0);
    let all = all.sends(&["GET users/", "GET users/?page=2", "GET users/?page=3"]);
    assert_eq!(all.column("username").len(), 56);

    let last = site.run("user list --page 3").ends(0);
    let last = last.sends(&["GET users/?page=3"]);
    assert_eq!(last.column("username").len(), 6);
    assert_eq!(last.json()["next"], serde_json::Value::Null);
    assert_eq!(last.json()["previous"], 2);
}

/// `admin:pw-admin`
const ADMIN: &str = "Basic YWRtaW46cHctYWRtaW4=";

fn one_user_is_found(site: &Site) {
    let by_id = site.run("user get 3").ends(0).sends(&["GET users/3/"]);
    let by_name = site.run("user get --username alice").ends(0);
    let by_name = by_name.sends(&["GET users/?username=alice"]);
    assert_eq!(by_id.json(), by_name.json());
    assert_eq!(by_id.json()["email"], "alice@example.com");

    let missing = site.run("user get 99").ends(44);
    let _ = missing.sends(&["GET users/99/"]);
    let missing = site.run("user get --username nobody").ends(44);
    let _ = missing.sends(&["GET users/?username=nobody"]);
}

const CREATE: &str = "user create --username nina --password 'pw nina' --email nina@example.com \
                      --first-name Nina";

fn a_user_is_made_changed_and_deleted(site: &Site) {
    let made = site.run(CREATE).ends(0).changes(true);
    assert_eq!(made.json()["id"], 11);
    let made = made.sends(&[
        "GET users/?username=nina",
        r#"POST users/ {"username": "nina", "password": "pw nina", "email": "nina@example.com",
            "first_name": "Nina"}"#,
    ]);
    let kind = made.requests[1].header_value("Content-Type");
    assert_eq!(kind, Some("application/json"));
    let again = site.run(CREATE).ends(0).changes(false);
    let _ = again.sends(&["GET users/?username=nina"]);
    let found = site.run(&format!("{CREATE} --fail-on-found")).ends(60);
    let _ = found.sends(&["GET users/?username=nina"]);

    let changed = site.run("user modify 11 --email n@example.com").ends(0);
    let _ = changed.changes(true).sends(&[
        "GET users/11/",
        r#"PATCH users/11/ {"email": "n@example.com"}"#,
    ]);
    let by_name = "user modify --username nina --last-name Nord";
    let _ = site.run(by_name).ends(0).changes(true).sends(&[
        "GET users/?username=nina",
        r#"PATCH users/11/ {"username": "nina", "last_name": "Nord"}"#,
    ]);
    let same = site.run(by_name).ends(0).changes(false);
    let _ = same.sends(&["GET users/?username=nina"]);

    let list = "user list -u nina -p 'pw nina'";
    assert_eq!(site.run(list).ends(0).column("username"), ["nina"]);
    let delete = "user delete --username nina";
    let _ = site
        .run(delete)
        .ends(0)
        .changes(true)
        .sends(&["GET users/?username=nina", "DELETE users/11/"]);
    let again = site.run(delete).ends(0).changes(false);
    let _ = again.sends(&["GET users/?username=nina"]);
    let unknown = site.run("user delete 99").ends(0).changes(false);
    let _ = unknown.sends(&["DELETE users/99/"]);
    let _ = site.run(list).ends(41).sends(&["GET users/?page=1"]);
}

fn invalid_values_are_reported(site: &Site) {
    let create = |name: &str, email: &str| {
        let line = format!("user create --username '{name}' --password x --email {email}");
        site.run(&line).ends(40)
    };

    let email = create("ned", "nope");
    let told = r#"{"email": ["Enter a valid email address."]}"#;
    assert!(email.text().contains(told), "{}", email.text());
    let name = create("bad name!", "bad@example.com");
    let told = r#"{"username": ["Enter a valid username."]}"#;
    assert!(name.text().contains(told), "{}", name.text());
    let asked = &name.requests[0].path;
    assert!(asked.ends_with("users/?username=bad+name%21"), "{asked}");
}
