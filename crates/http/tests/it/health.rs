use crate::app::{TestApp, request};
use actix_web::App;
use actix_web::test::{call_service, init_service};
use profiled_http::configure;

#[actix_web::test]
async fn live_needs_no_database_and_ready_does() {
    let mut app = TestApp::new();
    let before = app.send(request("GET", "/ready")).await;

    app.lose_database();
    let live = app
        .send(request("GET", "/live").insert_header(("Host", "10.0.0.7")))
        .await;
    let ready = app.send(request("GET", "/ready")).await;

    assert_eq!((before.status, live.status, ready.status), (200, 200, 503));
}

#[actix_web::test]
async fn a_service_that_drains_is_alive_but_not_ready() {
    let state = TestApp::new().state();
    let service = init_service(App::new().configure(configure(state.clone()))).await;

    state.services().start_draining();
    let live = call_service(&service, request("GET", "/live").to_request()).await;
    let ready = call_service(&service, request("GET", "/ready").to_request()).await;

    assert_eq!(
        (live.status().as_u16(), ready.status().as_u16()),
        (200, 503)
    );
}
