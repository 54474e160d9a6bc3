//! What the forms of HTML pages do.

use crate::app::{TestApp, get, request};
use crate::pages::{ME, assert_has, assert_lacks, page, submit};

#[actix_web::test]
async fn form_changes_filled_fields_and_leaves_unset_ones_unset() {
    let app = TestApp::new();
    let ada = app.user("ada", |user| {
        user.is_staff = true;
        user.person.mobile_number = None;
    });
    let token = app.token(ada.id);
    let fields = [
        ("_method", "PATCH"),
        ("_keep", "mobile_number"),
        ("_keep", "avatar"),
        ("_keep", "password"),
        ("username", "ada"),
        ("mobile_number", ""),
        ("avatar", ""),
        ("first_name", "Augusta <Ada>"),
        ("last_name", ""),
        ("gender", ""),
        ("password", ""),
    ];

    let changed = submit(&app, ME, &token, &fields).await;
    let me = app.send(get(ME, &token)).await;

    assert_eq!(changed.status, 200);
    assert_has(
        &changed,
        &[
            "<b>PATCH</b> /api/users/me/",
            "name=\"first_name\" type=\"text\" value=\"Augusta &#60;Ada&#62;\"",
            "    &#34;first_name&#34;: &#34;Augusta &#60;Ada&#62;&#34;,",
            "<option value=\"\" selected>None</option>",
        ],
    );
    for member in [
        r#""mobile_number":null"#,
        r#""first_name":"Augusta <Ada>""#,
        r#""last_name":"""#,
        r#""gender":null"#,
    ] {
        assert!(me.body.contains(member), "{member} in {}", me.body);
    }
}

#[actix_web::test]
async fn refused_form_keeps_typed_values_but_no_password() {
    let app = TestApp::new();
    app.staff("grace");
    let ada = app.staff("ada");
    let fields = [
        ("_method", "PUT"),
        ("username", "grace"),
        ("email", "no <address>"),
        ("first_name", "Typed"),
        ("gender", "male"),
        ("password", "new-secret"),
        ("current_password", "old-secret"),
    ];

    let refused = submit(&app, ME, &app.token(ada.id), &fields).await;

    assert_eq!(refused.status, 400);
    assert_has(
        &refused,
        &[
            "<b>HTTP 400 Bad Request</b>",
            "value=\"grace\" autocomplete=\"username\" maxlength=\"150\" aria-invalid=\"true\" \
             aria-describedby=\"form0-username-messages form0-username-hint\"",
            "<li>A user with that username already exists.</li>",
            "value=\"no &#60;address&#62;\"",
            "<li>Enter a valid email address.</li>",
            "value=\"Typed\"",
            "<option value=\"male\" selected>",
            "<li><a href=\"#form0-email\">Email</a></li>",
            // Raw data begin with what is stored.
            "    &#34;username&#34;: &#34;ada&#34;,",
        ],
    );
    assert_lacks(&refused, &["new-secret", "old-secret"]);
}

#[actix_web::test]
async fn refused_raw_data_come_back_without_passwords() {
    let app = TestApp::new();
    let ada = app.staff("ada");
    let token = app.token(ada.id);
    let raw = |content| {
        [
            ("_method", "PUT"),
            ("_content_type", "application/json"),
            ("_content", content),
        ]
    };

    let invalid = r#"{"gender": "x", "first_name": "Typed", "password": "new-secret"}"#;
    let invalid = submit(&app, ME, &token, &raw(invalid)).await;
    let broken = submit(&app, ME, &token, &raw("{\"first_name\": \"Typed")).await;
    let secret = submit(&app, ME, &token, &raw("{\"password\": \"new-secret")).await;

    assert_eq!(
        (invalid.status, broken.status, secret.status),
        (400, 400, 400)
    );
    assert_has(
        &invalid,
        &[
            "&#34;first_name&#34;: &#34;Typed&#34;, &#34;password&#34;: &#34;&#34;}</textarea>",
            "<option selected>application/json</option>",
            "<li>&#34;x&#34; is not a valid choice.</li>",
        ],
    );
    assert_has(&broken, &["{&#34;first_name&#34;: &#34;Typed</textarea>"]);
    for answer in [invalid, secret] {
        assert_lacks(&answer, &["new-secret"]);
    }
}

#[actix_web::test]
async fn raw_data_change_the_profile() {
    let app = TestApp::new();
    let ada = app.staff("ada");
    let token = app.token(ada.id);
    let fields = [
        ("_method", "PUT"),
        ("_content_type", "application/json"),
        ("_content", "{\r\n    \"first_name\": \"Augusta\"\r\n}"),
    ];

    let changed = submit(&app, ME, &token, &fields).await;

    assert_eq!(changed.status, 200);
    assert_has(
        &changed,
        &[
            "<b>PUT</b> /api/users/me/",
            "    &#34;first_name&#34;: &#34;Augusta&#34;,\n    &#34;last_name&#34;: &#34;Last&#34;,\n    &#34;gender&#34;: &#34;other&#34;,\n    &#34;password&#34;: &#34;$encrypted$&#34;,\n    &#34;current_password&#34;: &#34;$encrypted$&#34;\n}</textarea>",
        ],
    );
}

#[actix_web::test]
async fn page_of_a_refused_caller_shows_no_data() {
    let app = TestApp::new();
    let plain = app.user("plain", |_| ());
    let token = app.token(plain.id);

    let read = page(&app, ME, &token).await;
    let written = submit(&app, ME, &token, &[("_method", "PATCH"), ("gender", "x")]).await;

    for answer in [read, written] {
        assert_eq!(answer.status, 403);
        assert_lacks(
            &answer,
            &[
                "plain@example.com",
                "First",
                "_content",
                "<textarea",
                "value=\"PATCH\"",
            ],
        );
    }
}

#[actix_web::test]
async fn a_profile_is_updated_through_the_page_of_jwt_by_its_owner_only() {
    let app = TestApp::new();
    let (ada, grace) = (app.user("ada", |_| ()), app.user("grace", |_| ()));
    let bearer = app.bearer(ada.id);
    let path = |user: &profiled_domain::User| format!("/api/profile/{}/update/", user.id.0);
    let fields = [("_method", "PATCH"), ("first_name", "Augusta")];

    let own = page(&app, &path(&ada), &bearer).await;
    let foreign = page(&app, &path(&grace), &bearer).await;
    let changed = submit(&app, &path(&ada), &bearer, &fields).await;

    assert_eq!(
        (own.status, foreign.status, changed.status),
        (405, 405, 200)
    );
    assert_has(
        &own,
        &[
            "name=\"email\" type=\"email\" value=\"ada@example.com\"",
            "<textarea",
        ],
    );
    assert_lacks(&foreign, &["grace", "ada@example.com", "<textarea"]);
    assert_has(
        &changed,
        &["name=\"first_name\" type=\"text\" value=\"Augusta\""],
    );
}

#[actix_web::test]
async fn json_is_the_same_with_and_without_pages() {
    let app = TestApp::new();
    let ada = app.staff("ada");
    let token = app.token(ada.id);

    let override_of_json = request("POST", ME)
        .insert_header(("Authorization", token.as_str()))
        .insert_header(("Content-Type", "application/x-www-form-urlencoded"))
        .set_payload("_method=PATCH&first_name=x");
    let refused = app.send(override_of_json).await;
    let json = app.send(get("/api/users/me/?format=json", &token)).await;

    assert_eq!(refused.status, 405);
    assert_eq!(json.header("Content-Type"), Some("application/json"));
    assert_eq!(json.header("Content-Security-Policy"), None);
}

#[actix_web::test]
async fn a_group_is_made_changed_and_deleted_through_its_pages() {
    let app = TestApp::new();
    let token = app.token(app.staff("ada").id);
    let (list, group) = ("/api/groups/", "/api/groups/1/");
    let blank = [
        ("_method", "POST"),
        ("_keep", "notes"),
        ("name", ""),
        ("notes", ""),
    ];
    let filled = [
        ("_method", "POST"),
        ("_keep", "notes"),
        ("name", "Red"),
        ("notes", ""),
    ];

    let offered = page(&app, list, &token).await;
    let refused = submit(&app, list, &token, &blank).await;
    let made = submit(&app, list, &token, &filled).await;
    let shown = page(&app, group, &token).await;
    let renamed = submit(
        &app,
        group,
        &token,
        &[("_method", "PATCH"), ("name", "Blue")],
    )
    .await;
    let deleted = submit(&app, group, &token, &[("_method", "DELETE")]).await;
    let gone = page(&app, group, &token).await;

    assert_has(
        &offered,
        &[
            "name=\"name\" type=\"text\" value=\"\" autocomplete=\"off\" maxlength=\"150\" required",
            "{\n    &#34;name&#34;: &#34;&#34;,\n    &#34;notes&#34;: null\n}</textarea>",
            "name=\"_method\" value=\"POST\"",
        ],
    );
    assert_eq!((refused.status, made.status), (400, 201));
    assert_has(&refused, &["<li><a href=\"#form0-name\">Name</a></li>"]);
    assert_has(
        &made,
        &[
            "    &#34;notes&#34;: null,",
            "name=\"name\" type=\"text\" value=\"\"",
        ],
    );
    assert_has(
        &shown,
        &[
            "<a href=\"/api/groups/\">Group List</a>",
            "<summary>DELETE</summary>",
            "name=\"name\" type=\"text\" value=\"Red\"",
        ],
    );
    assert_has(&renamed, &["name=\"name\" type=\"text\" value=\"Blue\""]);
    // Browsers would stay where they are on a 204.
    assert_eq!((deleted.status, gone.status), (200, 404));
    assert_has(&deleted, &["<b>HTTP 204 No Content</b>"]);
    for answer in [deleted, gone] {
        assert_lacks(&answer, &["<textarea", "value=\"DELETE\"", "Blue"]);
    }
}

#[actix_web::test]
async fn an_account_is_deleted_through_the_page_of_its_owner_only() {
    let app = TestApp::new();
    let (ada, grace) = (app.user("ada", |_| ()), app.user("grace", |_| ()));
    let bearer = app.bearer(ada.id);
    let path = |user: &profiled_domain::User| format!("/api/profile/{}/delete/", user.id.0);

    let own = page(&app, &path(&ada), &bearer).await;
    let foreign = page(&app, &path(&grace), &bearer).await;

    assert_has(&own, &["name=\"_method\" value=\"DELETE\""]);
    assert_lacks(&foreign, &["value=\"DELETE\""]);
}

#[actix_web::test]
async fn log_in_by_page_shows_no_password() {
    let app = TestApp::new();
    app.user("ada", |_| ());

    let fields = [("username", "ada"), ("password", "wrong")];
    let refused = submit(&app, "/api/token/", "", &fields).await;
    let fields = [("username", "ada"), ("password", "")];
    let blank = submit(&app, "/api/token/", "", &fields).await;
    let fields = [("username", "ada"), ("password", "secret")];
    let accepted = submit(&app, "/api/token/", "", &fields).await;

    assert_eq!(refused.status, 401);
    assert_eq!(blank.status, 400);
    assert_has(
        &blank,
        &["name=\"username\"", "name=\"password\" type=\"password\""],
    );
    assert_has(&blank, &["This field may not be blank."]);
    assert_eq!(accepted.status, 200);
    assert_has(&accepted, &["&#34;refresh&#34;"]);
    assert_lacks(&accepted, &["secret"]);
}
