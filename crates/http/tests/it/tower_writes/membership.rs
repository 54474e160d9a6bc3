use profiled_domain::AccountRepository;

use super::{DENIED, Site};

const UNKNOWN: &str = r#"{"detail": "User matching query does not exist."}"#;

#[actix_web::test]
async fn an_id_is_a_number_or_its_text() {
    let site = Site::new();
    let table: Vec<(&str, u16, &str)> = [
        r#"{"id": "0"}"#,
        r#"{"id": 1.5}"#,
        r#"{"id": true}"#,
        r#"{"id": [5]}"#,
        r#"{"id": {}}"#,
        r#"{"id": -1}"#,
        r#"{"id": 99999999999999999999, "disassociate": 1}"#,
    ]
    .map(|body| (body, 400, UNKNOWN))
    .to_vec();
    site.check(&site.admin, "POST", "organizations/1/users/", &table)
        .await;
    let missing = r#"{"msg": "\"id\" is required to disassociate"}"#;
    let table = [
        (r#"{"id": "5"}"#, 204, ""),
        (r#"{"id": "5", "disassociate": false}"#, 204, ""),
        (r#"{"id": 0, "disassociate": null}"#, 400, missing),
        (r#"{"id": "", "disassociate": null}"#, 400, missing),
        (
            r#"{"id": 0}"#,
            400,
            r#"{"username": ["This field is required."]}"#,
        ),
        (r#""x""#, 400, r#""invalid type for post data""#),
    ];
    site.check(&site.admin, "POST", "organizations/1/users/", &table)
        .await;
    assert_eq!(site.member("organizations/1/users/", "count").await, 2);
}

#[actix_web::test]
async fn membership_request_is_validated_before_the_right() {
    let site = Site::new();
    site.app.repository.deactivate(site.carol.id).unwrap();
    let path = "organizations/1/users/";
    let table = [
        (r#"{"id": 99}"#, 400, UNKNOWN),
        (r#"{"id": 99, "disassociate": 1}"#, 400, UNKNOWN),
        (r#"{"id": 4}"#, 403, DENIED),
        (r#"{"username": "new", "password": "p"}"#, 403, DENIED),
    ];
    site.check(&site.alice, "POST", path, &table).await;
    site.check(&site.admin, "POST", path, &[(r#"{"id": 5}"#, 403, DENIED)])
        .await;
    let flag = r#"{"username": "new", "password": "p", "is_superuser": true}"#;
    site.check(&site.olga, "POST", path, &[(flag, 403, DENIED)])
        .await;
    site.check(&site.mia, "POST", path, &[("5", 403, DENIED)])
        .await;
    // Nobody is left behind.
    assert_eq!(site.member("users/", "count").await, 5);
}

#[actix_web::test]
async fn user_created_in_a_list_is_on_it() {
    let site = Site::new();
    for (caller, path, name) in [
        (&site.olga, "organizations/1/users/", "a"),
        (&site.olga, "organizations/1/admins/", "b"),
        (&site.olga, "teams/1/users/", "c"),
    ] {
        let before = site.member(path, "count").await.as_i64().unwrap();
        let body = format!(r#"{{"username": "{name}", "password": "p", "id": null}}"#);
        let answer = site.send(caller, "POST", path, &body).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        let location = answer.header("Location").unwrap();
        assert!(
            location.starts_with("http://localhost:8000/api/v1/users/"),
            "{location}"
        );
        assert_eq!(site.member(path, "count").await, before + 1, "{path}");
    }
    let form = "application/x-www-form-urlencoded";
    let olga = site.app.token(site.olga.id);
    let attached = site
        .send_with(&olga, "POST", "teams/1/users/", (form, "id=5"))
        .await;
    assert_eq!(attached.status, 204);
    let taken = r#"{"username": ["User with this Username already exists."]}"#;
    let body = r#"{"username": "bob", "password": "p"}"#;
    site.check(&site.olga, "POST", "teams/1/users/", &[(body, 400, taken)])
        .await;
}

#[actix_web::test]
async fn teams_are_made_moved_and_deleted_in_the_list_of_an_organization() {
    let site = Site::new();
    let (one, two) = ("organizations/1/teams/", "organizations/2/teams/");
    let body = r#"{"name": "New", "organization": 2}"#;
    let created = site.send(&site.olga, "POST", one, body).await;
    assert_eq!(created.status, 201);
    assert!(
        created.body.ends_with(r#""organization": 1}"#),
        "{}",
        created.body
    );
    let taken = r#"{"__all__": ["Team with this Organization and Name already exists."]}"#;
    let unknown = r#"{"detail": "Team matching query does not exist."}"#;
    let required = r#"{"name": ["This field is required."]}"#;
    let table = [
        (body, 400, taken),
        (r#"{"id": 9}"#, 400, unknown),
        ("{}", 400, required),
    ];
    site.check(&site.olga, "POST", one, &table).await;
    site.check(
        &site.alice,
        "POST",
        one,
        &[("{}", 400, required), (body, 403, DENIED)],
    )
    .await;

    // Who administers one organization takes no team away from another, nor deletes it.
    let table = [
        (r#"{"id": 1}"#, 403, DENIED),
        (r#"{"id": 1, "disassociate": 1}"#, 204, ""),
    ];
    site.check(&site.mia, "POST", two, &table).await;
    assert_eq!(site.member("teams/1/", "organization").await, 1);
    site.check(&site.admin, "POST", two, &[(r#"{"id": 1}"#, 204, "")])
        .await;
    assert_eq!(site.member("teams/1/", "organization").await, 2);
    site.check(&site.mia, "POST", two, &[(r#"{"id": 1}"#, 204, "")])
        .await;
    site.check(
        &site.admin,
        "POST",
        one,
        &[(r#"{"id": 1, "disassociate": 1}"#, 204, "")],
    )
    .await;
    assert_eq!(site.member(two, "count").await, 1);
    site.check(
        &site.mia,
        "POST",
        two,
        &[(r#"{"id": 1, "disassociate": 1}"#, 204, "")],
    )
    .await;
    assert_eq!(
        site.send(&site.admin, "GET", "teams/1/", "").await.status,
        404
    );
    site.check(&site.admin, "POST", two, &[(r#"{"id": 1}"#, 403, DENIED)])
        .await;
}
