//! Whatever is asked of Tower's lists is answered or refused.

use actix_web::App;
use actix_web::rt::System;
use actix_web::test::{call_service, init_service, read_body};
use profiled_http::configure;
use proptest::test_runner::{Config, TestRunner};

use crate::app::get;
use crate::queries::requests;
use crate::tower_directory::Directory;

#[test]
fn no_query_fails() {
    let directory = Directory::new();
    let root = directory.token("root");
    let system = System::new();
    let app = App::new().configure(configure(directory.app.state()));
    let service = system.block_on(init_service(app));
    let config = Config {
        failure_persistence: None,
        ..Config::with_cases(2_000)
    };

    let outcome = TestRunner::new(config).run(&requests(), |path| {
        let answer = system.block_on(call_service(&service, get(&path, &root).to_request()));
        let status = answer.status().as_u16();
        let body = system.block_on(read_body(answer));
        proptest::prop_assert!([200, 400, 403, 404].contains(&status), "{status} {path}");
        proptest::prop_assert!(serde_json::from_slice::<serde_json::Value>(&body).is_ok());
        Ok(())
    });

    outcome.unwrap();
}
