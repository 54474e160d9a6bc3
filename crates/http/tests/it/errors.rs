//! Failures of ours: fixed bodies, no cause.

use crate::app::{TestApp, get, request};

#[actix_web::test]
async fn an_outage_is_503_in_every_dialect_and_leaks_nothing() {
    let mut app = TestApp::new();
    let ada = app.staff("ada");
    let (token, bearer) = (app.token(ada.id), app.bearer(ada.id));
    app.lose_database();

    let drf = app.send(get("/api/users/me/", &token)).await;
    let post = request("POST", "/api/profile/").insert_header(("Authorization", bearer));
    let jwt = app.send(post).await;
    let tower = app.send(get("/api/v1/me/", &token)).await;

    for answer in [&drf, &jwt, &tower] {
        assert_eq!(answer.status, 503);
        assert_eq!(answer.header("Retry-After"), Some("1"));
    }
    assert_eq!(drf.body, r#"{"detail":"Service temporarily unavailable."}"#);
    assert_eq!(jwt.body, r#"{"detail":"Service temporarily unavailable."}"#);
    assert_eq!(
        tower.body,
        r#"{"detail": "Service temporarily unavailable."}"#
    );
}
