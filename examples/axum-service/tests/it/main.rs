//! The service over TCP.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod readme;
mod verdicts;

use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread;

use acceptance::replay::wire::{Answer, send_bytes};
use axum_service::Service;
use tokio::net::TcpListener;
use tokio::runtime;

/// Serves until the test is over.
fn start(service: Service) -> SocketAddr {
    let (tell, told) = mpsc::channel();
    let routes = service.routes();
    let serve = async move {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        tell.send(listener.local_addr().unwrap()).unwrap();
        let routes = routes.into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, routes).await.unwrap();
    };
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    thread::spawn(move || runtime.unwrap().block_on(serve));
    told.recv().unwrap()
}

/// What is answered to a request with these values of `Authorization`.
fn ask(address: SocketAddr, method: &str, path: &str, credentials: &[&[u8]]) -> Answer {
    let head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    let mut bytes = head.into_bytes();
    for value in credentials {
        bytes.extend([b"Authorization: ", *value, b"\r\n"].concat());
    }
    bytes.extend(b"\r\n");
    send_bytes(address, &bytes, method).unwrap()
}
