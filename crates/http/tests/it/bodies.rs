//! What the bodies of all requests may take together.

use actix_web::App;
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::web::Bytes;
use futures_util::{FutureExt, StreamExt, stream};
use profiled_http::configure;
use tokio::sync::oneshot;

use crate::app::{TestApp, request};

type BoxPayload = std::pin::Pin<Box<dyn stream::Stream<Item = Result<Bytes, PayloadError>>>>;

fn log_in(body: &str) -> TestRequest {
    request("POST", "/api/token/")
        .insert_header(("Content-Type", "application/json"))
        .set_payload(body.to_owned())
}

#[actix_web::test]
async fn a_body_beyond_the_bytes_of_all_is_answered_503_until_others_have_ended() {
    let mut app = TestApp::new();
    app.http.max_bodies_bytes = 1000;
    let service = init_service(App::new().configure(configure(app.state()))).await;
    let (end, ended) = oneshot::channel::<()>();
    let begun = stream::iter([Ok(Bytes::from(vec![b' '; 900]))]);
    let rest = ended.map(|_| Ok::<_, PayloadError>(Bytes::new()));
    let payload: BoxPayload = Box::pin(begun.chain(rest.into_stream()));
    let (slow, _) = log_in("")
        .to_request()
        .replace_payload(Payload::Stream { payload });
    let other = " ".repeat(200);

    let mut slow = Box::pin(call_service(&service, slow));
    assert!(slow.as_mut().now_or_never().is_none());
    let beside = call_service(&service, log_in(&other).to_request()).await;
    end.send(()).unwrap();
    let slow = slow.await;
    let afterwards = call_service(&service, log_in(&other).to_request()).await;

    assert_eq!(beside.status(), 503);
    assert_eq!(beside.headers().get("Retry-After").unwrap(), "1");
    assert_eq!(slow.status(), 400);
    assert_eq!(afterwards.status(), 400);
}
