//! `tower-cli` with `use_token`: it keeps a token in a file, and uses it until `expires`.

use super::site::{Site, with_client};

with_client!(tower_cli_3_1, TOWER_CLI_3_1: one_log_in_serves_all, a_token_survives_a_restart, a_bad_token_is_not_tried_twice);

fn with_token(site: &Site) {
    let _ = site.run("config use_token true").ends(0).sends(&[]);
}

fn one_log_in_serves_all(site: &Site) {
    with_token(site);

    let list = site.run("user list").ends(0).sends(&[
        r#"POST authtoken/ {"username": "admin", "password": "pw-admin"}"#,
        "GET users/?page=1",
    ]);
    assert_eq!(list.schemes(), ["-", "Token"]);
    assert_eq!(list.json()["count"], 9);

    let get = site.run("user get 3").ends(0).sends(&["GET users/3/"]);
    let created = site.run("user create --username nina --password x --email n@example.com");
    let created = created.ends(0).changes(true).sends(&[
        "GET users/?username=nina",
        r#"POST users/ {"username": "nina", "password": "x", "email": "n@example.com"}"#,
    ]);
    let deleted = site.run("user delete 11").ends(0).changes(true);
    let deleted = deleted.sends(&["DELETE users/11/"]);
    for run in [get, created, deleted] {
        assert!(run.schemes().iter().all(|scheme| *scheme == "Token"));
    }
}

fn a_token_survives_a_restart(site: &Site) {
    with_token(site);
    let _ = site.run("user get 3").ends(0);

    let (_service, proxy) = site.sibling();
    let line = format!("user get 3 -h http://{}", proxy.address());
    let run = site.run_before(&line, &proxy).ends(0);

    assert_eq!(run.sends(&["GET users/3/"]).schemes(), ["Token"]);
}

fn a_bad_token_is_not_tried_twice(site: &Site) {
    with_token(site);
    let token = "0".repeat(40);
    let kept = format!(r#"{{"token": "{token}", "expires": "2099-01-01T00:00:00.000Z"}}"#);
    site.write_file(".tower_cli_token.json", &kept);

    let run = site.run("user get 3").ends(41).sends(&["GET users/3/"]);

    assert_eq!(run.schemes(), ["Token"]);
}
