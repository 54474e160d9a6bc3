//! The listener for operators (`http.admin_bind`): metrics and probes, on no thread that answers requests of clients.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::rc::Rc;
use std::time::Duration;

use actix_http::HttpService;
use actix_service::{IntoServiceFactory, Service, ServiceFactory, map_config};
use actix_web::dev::AppConfig;
use actix_web::rt::{self, task::JoinHandle};
use actix_web::{App, web};
use profiled_http::{AppState, MetricsText, configure_operations};
use tokio::time::interval;

use crate::error::Failure;

/// Connections at a time: a few scrapers and probes. Beyond them the oldest one has to go, so that nobody who holds many keeps
/// a probe waiting.
const CONNECTIONS: usize = 256;
/// How long a connection may wait for its next request.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How long the head of a request may take.
const HEAD: Duration = Duration::from_secs(5);
/// Between two attempts to listen where somebody else does.
const PAUSE: Duration = Duration::from_secs(1);
/// After the system has refused a connection, for want of files for example.
const BREATH: Duration = Duration::from_millis(100);

/// Where operators ask, once it is free.
pub(crate) struct Admin {
    address: String,
    listener: Option<TcpListener>,
}

impl Admin {
    /// Listens at the address of the setting; `None` for none. Where another process listens, perhaps the one that this one
    /// takes the place of, it waits for its end: a service without metrics is better than none.
    ///
    /// # Errors
    /// [`Failure`] that names the address, if it cannot be listened on at all.
    pub(crate) fn bind(setting: &str) -> Result<Option<Self>, Failure> {
        if is_off(setting) {
            return Ok(None);
        }
        let listener = match listen(setting) {
            Ok(listener) => Some(listener),
            Err(error) if error.kind() == ErrorKind::AddrInUse => None,
            Err(error) => {
                let text = format!("http.admin_bind: cannot listen on {setting}: {error}");
                return Err(Failure::failed(text));
            }
        };
        Ok(Some(Self {
            address: setting.to_owned(),
            listener,
        }))
    }

    /// Where it listens, with the port that was found for port 0.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        self.listener.as_ref()?.local_addr().ok()
    }

    /// Tells that somebody else listens there.
    pub(crate) fn tell(&self) {
        if self.listener.is_none() {
            let address = &self.address;
            tracing::warn!(
                address,
                "http.admin_bind is in use: there are no metrics until it is free"
            );
        }
    }

    /// Answers until the task is aborted.
    pub(crate) fn start(self, state: web::Data<AppState>, metrics: MetricsText) -> JoinHandle<()> {
        rt::spawn(async move {
            if let Err(error) = self.serve(state, metrics).await {
                tracing::error!(%error, "there are no metrics any more");
            }
        })
    }

    async fn serve(self, state: web::Data<AppState>, metrics: MetricsText) -> io::Result<()> {
        let listener = match self.listener {
            Some(listener) => listener,
            None => when_free(&self.address).await?,
        };
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let app = App::new().configure(configure_operations(state, metrics));
        let app = map_config(app.into_factory(), |()| AppConfig::default());
        let http = HttpService::build()
            .keep_alive(KEEP_ALIVE)
            .client_request_timeout(HEAD)
            .h1(app)
            .tcp();
        let http = http.new_service(()).await;
        let http = Rc::new(http.map_err(|()| io::Error::other("the listener cannot be set up"))?);
        let mut open = Open::default();
        let mut breath = interval(BREATH);
        loop {
            let Ok((connection, _)) = listener.accept().await else {
                breath.tick().await;
                continue;
            };
            let http = Rc::clone(&http);
            open.add(rt::spawn(async move {
                // How a connection ends concerns its peer alone.
                let _ = http.call(connection).await;
            }));
        }
    }
}

/// Connections that may be open, the oldest one first.
#[derive(Default)]
struct Open(VecDeque<JoinHandle<()>>);

impl Open {
    /// Takes one more, in place of the oldest one if there are too many.
    fn add(&mut self, connection: JoinHandle<()>) {
        if self.0.len() >= CONNECTIONS {
            self.0.retain(|connection| !connection.is_finished());
        }
        if self.0.len() >= CONNECTIONS
            && let Some(oldest) = self.0.pop_front()
        {
            oldest.abort();
        }
        self.0.push_back(connection);
    }
}

/// Whether the setting says that there is no such listener.
pub(crate) fn is_off(setting: &str) -> bool {
    matches!(setting, "" | "off")
}

fn listen(address: &str) -> io::Result<TcpListener> {
    let addresses: Vec<SocketAddr> = address.to_socket_addrs()?.collect();
    let listener = TcpListener::bind(addresses.as_slice())?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

async fn when_free(address: &str) -> io::Result<TcpListener> {
    let mut looks = interval(PAUSE);
    loop {
        looks.tick().await;
        match listen(address) {
            Ok(listener) => {
                tracing::info!(address, "http.admin_bind is free: there are metrics");
                return Ok(listener);
            }
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            Err(error) => return Err(error),
        }
    }
}
