use super::{DENIED, Site};

#[actix_web::test]
async fn organizations_have_a_name_of_their_own() {
    let site = Site::new();
    let (required, blank) = (
        r#"{"name": ["This field is required."]}"#,
        r#"{"name": ["This field cannot be blank."]}"#,
    );
    let taken = r#"{"name": ["Organization with this Name already exists."]}"#;
    let not_text = r#"{"description": ["This field must be text."]}"#;
    let null = r#"{"name": ["This field cannot be null."]}"#;
    let table = [(r#"{"name": ""}"#, 400, required), ("null", 400, required)];
    site.check(&site.admin, "POST", "organizations/", &table)
        .await;
    site.check(&site.admin, "PUT", "organizations/1/", &table)
        .await;
    let table = [
        (r#"{"name": ""}"#, 400, blank),
        (r#"{"name": null}"#, 400, null),
        (r#"{"name": "Two"}"#, 400, taken),
        (r#"{"description": true}"#, 400, not_text),
    ];
    site.check(&site.admin, "PATCH", "organizations/1/", &table)
        .await;
    site.check(&site.olga, "POST", "organizations/", &[("[]", 403, DENIED)])
        .await;

    let long = format!(r#"{{"name": "{}"}}"#, "n".repeat(513));
    let too_long = r#"{"name": ["Ensure this value has at most 512 characters (it has 513)."]}"#;
    site.check(
        &site.admin,
        "POST",
        "organizations/",
        &[(&long, 400, too_long)],
    )
    .await;
    let answer = site
        .send(&site.admin, "POST", "organizations/", r#"{"name": 5}"#)
        .await;
    assert_eq!(
        answer.header("Location"),
        Some("http://localhost:8000/api/v1/organizations/3/")
    );
    assert_eq!(site.member("organizations/3/", "name").await, "5");
}

#[actix_web::test]
async fn a_team_belongs_to_an_organization_that_is_there() {
    let site = Site::new();
    let invalid =
        |pk: &str| format!(r#"{{"organization": ["Invalid pk '{pk}' - object does not exist."]}}"#);
    let blank = r#"{"organization": ["This field cannot be blank."]}"#;
    let taken = r#"{"__all__": ["Team with this Organization and Name already exists."]}"#;
    let required = r#"{"name": ["This field is required."]}"#;
    let table = [
        ("{}", required.to_owned()),
        (r#"{"name": "T", "organization": null}"#, blank.to_owned()),
        (r#"{"name": "T", "organization": ""}"#, blank.to_owned()),
        (r#"{"name": "T", "organization": 1.5}"#, invalid("1.5")),
        (r#"{"name": "T", "organization": true}"#, invalid("True")),
        (r#"{"name": "T", "organization": [1]}"#, invalid("[1]")),
        (
            r#"{"name": "T", "organization": 99999999999999999999}"#,
            invalid("99999999999999999999"),
        ),
        (r#"{"name": "Team", "organization": "1"}"#, taken.to_owned()),
    ];
    for method_and_path in [("POST", "teams/"), ("PUT", "teams/1/")] {
        let (method, path) = method_and_path;
        for (body, expected) in &table {
            if method == "PUT" && expected == taken {
                continue;
            }
            site.check(&site.admin, method, path, &[(body, 400, expected)])
                .await;
        }
    }
    let other = r#"{"name": "Team", "organization": "2"}"#;
    assert_eq!(
        site.send(&site.admin, "POST", "teams/", other).await.status,
        201
    );
    site.check(
        &site.admin,
        "PATCH",
        "teams/1/",
        &[(r#"{"organization": 2}"#, 400, taken)],
    )
    .await;
    site.check(
        &site.admin,
        "PATCH",
        "teams/1/",
        &[(r#"{"organization": null}"#, 400, blank)],
    )
    .await;
}

#[actix_web::test]
async fn teams_are_written_by_admins_of_their_organization() {
    let site = Site::new();
    let unknown = r#"{"detail": "Organization matching query does not exist."}"#;
    for body in [
        "[]",
        "{}",
        r#"{"organization": "x"}"#,
        r#"{"organization": 99}"#,
    ] {
        site.check(&site.olga, "POST", "teams/", &[(body, 400, unknown)])
            .await;
    }
    site.check(
        &site.alice,
        "POST",
        "teams/",
        &[(r#"{"organization": 1}"#, 403, DENIED)],
    )
    .await;
    let required = r#"{"name": ["This field is required."]}"#;
    site.check(
        &site.olga,
        "POST",
        "teams/",
        &[(r#"{"organization": 1}"#, 400, required)],
    )
    .await;

    let unable = r#"{"detail": "Unable to change organization on a team"}"#;
    let table = [
        (r#"{"organization": 2, "name": ""}"#, 403, unable),
        (r#"{"organization": 99}"#, 403, unable),
    ];
    site.check(&site.olga, "PATCH", "teams/1/", &table).await;
    site.check(&site.alice, "PATCH", "teams/1/", &[("{}", 403, DENIED)])
        .await;
    site.check(&site.mia, "DELETE", "teams/1/", &[("", 403, DENIED)])
        .await;
    let same = r#"{"organization": "1", "description": null}"#;
    assert_eq!(
        site.send(&site.olga, "PATCH", "teams/1/", same)
            .await
            .status,
        200
    );
    assert_eq!(site.member("teams/1/", "description").await, "");
}

#[actix_web::test]
async fn the_teams_of_a_deleted_organization_stay() {
    let site = Site::new();
    assert_eq!(
        site.send(&site.olga, "DELETE", "organizations/1/", "")
            .await
            .status,
        204
    );

    assert_eq!(
        site.member("teams/1/", "organization").await,
        serde_json::Value::Null
    );
    site.check(&site.olga, "PATCH", "teams/1/", &[("{}", 403, DENIED)])
        .await;
    let renamed = site
        .send(&site.admin, "PATCH", "teams/1/", r#"{"name": "Rest"}"#)
        .await;
    assert_eq!(renamed.status, 200);
    let invalid = r#"{"organization": ["Invalid pk '1' - object does not exist."]}"#;
    site.check(
        &site.admin,
        "PATCH",
        "teams/1/",
        &[(r#"{"organization": 1}"#, 400, invalid)],
    )
    .await;
    assert_eq!(
        site.send(&site.admin, "PATCH", "teams/1/", r#"{"organization": 2}"#)
            .await
            .status,
        200
    );
    assert_eq!(
        site.send(&site.mia, "DELETE", "teams/1/", "").await.status,
        204
    );
}
