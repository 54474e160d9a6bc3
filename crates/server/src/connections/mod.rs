//! From a connection to requests. The HTTP library is put together by hand, so that a stream of our own is below it
//! (ADR 0041).

mod doors;
mod head_line;
mod intake;
mod stream;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_http::{Extensions, HttpService};
use actix_server::Server;
use actix_service::{IntoServiceFactory, Service, ServiceFactory, apply_fn_factory, map_config};
use actix_web::dev::AppConfig;
use actix_web::{App, web};
use profiled_http::{AppState, HttpSettings, configure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use doors::Doors;
use stream::{Legacy, Patience, Rest, Stream};

/// How long a peer may take to hear that its connection ends.
const FAREWELL: Duration = Duration::from_secs(1);

/// A server that is not running yet.
pub(crate) fn server(
    settings: &HttpSettings,
    workers: usize,
    state: &web::Data<AppState>,
    listeners: Vec<TcpListener>,
) -> io::Result<Server> {
    let mut server = Server::build()
        .workers(workers)
        .max_concurrent_connections(settings.max_connections)
        // The database has threads of its own; what is left is rare and short.
        .worker_max_blocking_threads(2)
        .shutdown_timeout(settings.shutdown_timeout)
        .disable_signals();
    let stopping = server.graceful_shutdown_signal();
    let doors = Arc::new(Doors::new(settings, workers));
    for listener in listeners {
        let (settings, state) = (settings.clone(), state.clone());
        let (doors, stopping) = (Arc::clone(&doors), stopping.clone());
        let open = state.connections().clone();
        server = server.listen("http", listener, move || {
            let (open, stopping) = (open.clone(), stopping.clone());
            let http = HttpService::build()
                .keep_alive(Duration::from_secs(settings.keep_alive))
                .client_request_timeout(Duration::from_secs(settings.header_timeout))
                .client_disconnect_timeout(FAREWELL)
                .graceful_shutdown_signal(move || {
                    let stopping = stopping.clone();
                    async move { stopping.notified().await }
                })
                .on_connect_ext(move |stream: &Stream, data: &mut Extensions| {
                    data.insert(open.add());
                    data.insert(Rc::clone(stream.connection()));
                });
            let app = App::new().configure(configure(state.clone()));
            let app = map_config(app.into_factory(), |()| AppConfig::default());
            serve(http.h1(app), &settings, Arc::clone(&doors))
        })?;
    }
    Ok(server.run())
}

/// A connection from its first byte to its last.
fn serve<S>(
    http: S,
    settings: &HttpSettings,
    doors: Arc<Doors>,
) -> impl ServiceFactory<
    TcpStream,
    Config = (),
    Response = (),
    Error = S::Error,
    InitError = S::InitError,
> + use<S>
where
    S: ServiceFactory<(Stream, Option<SocketAddr>), Config = (), Response = ()>,
{
    let patience = Patience {
        head: Duration::from_secs(settings.header_timeout),
        write: Duration::from_secs(settings.write_timeout),
    };
    apply_fn_factory(http, move |tcp: TcpStream, http: &S::Service| {
        let peer = tcp.peer_addr().ok();
        let legacy = Legacy::default();
        let admitted = doors.admit(peer.map(|peer| peer.ip())).map(|place| {
            let stream = Stream::new(tcp, patience, Rc::clone(&legacy));
            (place, http.call((stream, peer)))
        });
        async move {
            let Some((_place, requests)) = admitted else {
                return Ok(());
            };
            let outcome = requests.await;
            let rest = legacy.take();
            if let Some(rest) = rest {
                let _is_late = timeout(FAREWELL, end(rest)).await;
            }
            outcome
        }
    })
}

/// Says what is to be said, and takes what still comes: a connection that is closed with bytes unread is reset, and
/// the peer may lose the answer.
async fn end(Rest { mut tcp, status }: Rest) -> io::Result<()> {
    if let Some(status) = status {
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        tcp.write_all(head.as_bytes()).await?;
    }
    tcp.shutdown().await?;
    let mut unread = [0; 1024];
    while tcp.read(&mut unread).await? > 0 {}
    Ok(())
}
