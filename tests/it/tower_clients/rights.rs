//! What `tower-cli` hears as a plain user and as an admin of an organization.

use super::site::{Site, with_client};

with_client!(tower_cli_3_1, TOWER_CLI_3_1: as_a_plain_user, as_an_org_admin);
with_client!(tower_cli_2_3, TOWER_CLI_2_3: as_a_plain_user, as_an_org_admin);
with_client!(tower_cli_3_3, TOWER_CLI_3_3: as_a_plain_user, as_an_org_admin);

fn as_a_plain_user(site: &Site) {
    let alice = |line: &str| site.run(&format!("{line} -u alice -p pw-alice"));

    assert_eq!(
        alice("user list").ends(0).column("username"),
        ["alice", "bob"]
    );
    let _ = alice("user get 5").ends(43).sends(&["GET users/5/"]);
    let _ = alice("user modify 3 --email al@example.com")
        .ends(0)
        .changes(true);
    let _ = alice("user modify 3 --first-name Al")
        .ends(43)
        .sends(&["GET users/3/", r#"PATCH users/3/ {"first_name": "Al"}"#]);
    let created = alice("user create --username ned --email ned@example.com --password x");
    let _ = created.ends(43).sends(&[
        "GET users/?username=ned",
        r#"POST users/ {"username": "ned", "email": "ned@example.com", "password": "x"}"#,
    ]);
    let _ = alice("user delete 4").ends(43).sends(&["DELETE users/4/"]);

    let _ = alice("user modify 3 --password 'new secret'")
        .ends(0)
        .changes(true);
    let _ = alice("user list").ends(41);
    let _ = site.run("user list -u alice -p 'new secret'").ends(0);
    let _ = site.run("user list -u bob -p wrong").ends(41);
}

fn as_an_org_admin(site: &Site) {
    let olga = |line: &str| site.run(&format!("{line} -u orgadmin -p pw-orgadmin"));

    assert_eq!(olga("user list").ends(0).json()["count"], 9);
    let _ = olga("user modify 3 --first-name Al").ends(0).changes(true);
    let _ = olga("user modify 5 --first-name Ca")
        .ends(43)
        .sends(&["GET users/5/", r#"PATCH users/5/ {"first_name": "Ca"}"#]);
}
