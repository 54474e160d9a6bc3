//! `tower-cli organization` and `tower-cli team`.

use super::site::{Site, with_client};

with_client!(
    tower_cli_3_1, TOWER_CLI_3_1: an_organization_is_kept, people_join_an_organization, rights_in_an_organization,
    a_team_is_kept, people_join_a_team, a_deleted_organization_is_gone,
);
with_client!(
    tower_cli_2_3, TOWER_CLI_2_3: an_organization_is_kept, people_join_an_organization, rights_in_an_organization,
    a_team_is_kept, people_join_a_team, a_deleted_organization_is_gone,
);
with_client!(
    tower_cli_3_3, TOWER_CLI_3_3: an_organization_is_kept, people_join_an_organization, rights_in_an_organization,
    a_team_is_kept, people_join_a_team, a_deleted_organization_is_gone,
);

fn an_organization_is_kept(site: &Site) {
    let list = site.run("organization list").ends(0);
    let list = list.sends(&["GET organizations/?page=1"]);
    assert_eq!(list.column("name"), ["Org One", "Org Two"]);

    let create = "organization create --name 'Org New' --description d";
    let made = site.run(create).ends(0).changes(true).sends(&[
        "GET organizations/?name=Org+New",
        r#"POST organizations/ {"name": "Org New", "description": "d"}"#,
    ]);
    assert_eq!(made.json()["id"], 3);
    let again = site.run(create).ends(0).changes(false);
    let _ = again.sends(&["GET organizations/?name=Org+New"]);

    let by_id = site.run("organization get 3").ends(0);
    let by_name = site.run("organization get --name 'Org New'").ends(0);
    assert_eq!(by_id.json(), by_name.json());

    let modify = "organization modify 3 --description e";
    let _ = site.run(modify).ends(0).changes(true).sends(&[
        "GET organizations/3/",
        r#"PATCH organizations/3/ {"description": "e"}"#,
    ]);
    let same = site.run(modify).ends(0).changes(false);
    let _ = same.sends(&["GET organizations/3/"]);
}

fn people_join_an_organization(site: &Site) {
    let by_name = "--organization 'Org Two' --user erin";
    let joined = site.run(&format!("organization associate {by_name}"));
    let _ = joined.ends(0).changes(true).sends(&[
        "GET organizations/?name=Org+Two",
        "GET users/?username=erin",
        "GET organizations/2/users/?id=8",
        r#"POST organizations/2/users/ {"associate": true, "id": 8}"#,
    ]);
    let by_id = "--organization 2 --user 8";
    let again = site.run(&format!("organization associate {by_id}"));
    let again = again.ends(0).changes(false);
    let _ = again.sends(&["GET organizations/2/users/?id=8"]);

    let left = site.run(&format!("organization disassociate {by_id}"));
    let _ = left.ends(0).changes(true).sends(&[
        "GET organizations/2/users/?id=8",
        r#"POST organizations/2/users/ {"disassociate": true, "id": 8}"#,
    ]);
    let again = site.run(&format!("organization disassociate {by_id}"));
    let _ = again.ends(0).changes(false);
}

fn rights_in_an_organization(site: &Site) {
    let erin = |line: &str| site.run(&format!("{line} -u erin -p pw-erin"));
    let modify = "organization modify 2 --description mine";

    let _ = erin(modify).ends(43).sends(&["GET organizations/2/"]);
    let admin = site.run("organization associate_admin --organization 2 --user erin");
    let _ = admin.ends(0).changes(true).sends(&[
        "GET users/?username=erin",
        "GET organizations/2/admins/?id=8",
        r#"POST organizations/2/admins/ {"associate": true, "id": 8}"#,
    ]);
    let _ = erin(modify).ends(0).changes(true);
    let ended = site.run("organization disassociate_admin --organization 2 --user 8");
    let _ = ended.ends(0).changes(true).sends(&[
        "GET organizations/2/admins/?id=8",
        r#"POST organizations/2/admins/ {"disassociate": true, "id": 8}"#,
    ]);
    let _ = erin(modify).ends(43);

    let member = "-u carol -p pw-carol";
    let _ = site
        .run(&format!(
            "organization associate --organization 2 --user 10 {member}"
        ))
        .ends(0)
        .changes(false);
    let _ = site
        .run(&format!(
            "organization associate --organization 2 --user 3 {member}"
        ))
        .ends(43)
        .sends(&[
            "GET organizations/2/users/?id=3",
            r#"POST organizations/2/users/ {"associate": true, "id": 3}"#,
        ]);
    let _ = site
        .run("organization create --name Mine -u orgadmin -p pw-orgadmin")
        .ends(43)
        .sends(&[
            "GET organizations/?name=Mine",
            r#"POST organizations/ {"name": "Mine"}"#,
        ]);
}

fn a_team_is_kept(site: &Site) {
    let list = site.run("team list").ends(0);
    let list = list.sends(&["GET teams/?page=1"]);
    assert_eq!(list.column("name"), ["Team A", "Team B"]);

    let create = "team create --name Crew --organization 'Org One' --description t";
    let made = site.run(create).ends(0).changes(true).sends(&[
        "GET organizations/?name=Org+One",
        "GET teams/?organization=1&name=Crew",
        r#"POST teams/ {"name": "Crew", "organization": 1, "description": "t"}"#,
    ]);
    assert_eq!(made.json()["id"], 3);

    let by_name = "team modify --name Crew --organization 1 --description u";
    let _ = site.run(by_name).ends(0).changes(true).sends(&[
        "GET teams/?organization=1&name=Crew",
        r#"PATCH teams/3/ {"name": "Crew", "organization": 1, "description": "u"}"#,
    ]);
    let same = site.run("team modify 3 --description u").ends(0);
    let _ = same.changes(false).sends(&["GET teams/3/"]);

    let delete = "team delete --name Crew --organization 1";
    let _ = site
        .run(delete)
        .ends(0)
        .changes(true)
        .sends(&["GET teams/?organization=1&name=Crew", "DELETE teams/3/"]);
    let _ = site.run(delete).ends(0).changes(false);
    let _ = site.run("team get 3").ends(44);
}

fn people_join_a_team(site: &Site) {
    let joined = site.run("team associate --team 'Team A' --user bob");
    let _ = joined.ends(0).changes(true).sends(&[
        "GET teams/?name=Team+A",
        "GET users/?username=bob",
        "GET teams/1/users/?id=4",
        r#"POST teams/1/users/ {"associate": true, "id": 4}"#,
    ]);
    let again = site.run("team associate --team 1 --user 4").ends(0);
    let _ = again.changes(false).sends(&["GET teams/1/users/?id=4"]);
    let left = site.run("team disassociate --team 1 --user 4").ends(0);
    let _ = left.changes(true).sends(&[
        "GET teams/1/users/?id=4",
        r#"POST teams/1/users/ {"disassociate": true, "id": 4}"#,
    ]);
    let again = site.run("team disassociate --team 1 --user 4").ends(0);
    let _ = again.changes(false);
}

fn a_deleted_organization_is_gone(site: &Site) {
    let deleted = site.run("organization delete --name 'Org Two'").ends(0);
    let _ = deleted
        .changes(true)
        .sends(&["GET organizations/?name=Org+Two", "DELETE organizations/2/"]);

    let _ = site.run("organization get 2").ends(44);
    let again = site.run("organization delete 2").ends(0);
    let _ = again.changes(false).sends(&["DELETE organizations/2/"]);
    let team = site.run("team get 2").ends(0);
    assert_eq!(team.json()["organization"], serde_json::Value::Null);
}
