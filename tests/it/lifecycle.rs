//! A service that loses its database.

use acceptance::service::{Backend, Data, Service};

use crate::databases::on_both_databases;

on_both_databases!(
    a_service_with_its_database_is_live_and_ready,
    without_its_database_a_service_lives_but_answers_503,
);

fn a_service_with_its_database_is_live_and_ready(backend: Backend) {
    let service = Service::start(backend, Data::Staff, &[]);
    let nobody = service.client().anonymous();

    assert_eq!(nobody.get("/live").status, 200);
    assert_eq!(nobody.get("/ready").status, 200);
}

/// I4
fn without_its_database_a_service_lives_but_answers_503(backend: Backend) {
    let mut service = Service::start(backend, Data::Staff, &["database.connect_timeout=1"]);
    let client = service.client();
    // Connections that are open to a deleted file stay usable: the pool must not hold any yet.
    service.lose_database();

    let live = client.anonymous().get("/live");
    let ready = client.anonymous().get("/ready");
    let me = client.token("MasterAdmin").get("/api/users/me/");

    assert_eq!((live.status, ready.status, me.status), (200, 503, 503));
    assert_eq!(me.header("Retry-After"), Some("1".to_owned()));
    assert_eq!(
        me.text(),
        r#"{"detail":"Service temporarily unavailable."}"#
    );
}
