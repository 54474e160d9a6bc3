//! TLS of our own: the certificate of `http.tls`, which can be another one tomorrow.

use std::fs;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use profiled_http::TlsSettings;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{Error, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::error::Failure;

/// Bytes that a session keeps for a peer that does not take them.
const KEPT: usize = 16 * 1024;

/// The first byte of TLS (RFC 8446, section 5.1).
const HANDSHAKE: u8 = 22;

/// What one hears who speaks plain HTTP.
const PLAIN: &[u8] = b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\n\
    content-length: 41\r\nconnection: close\r\n\r\nThis port speaks TLS: ask with https://.\r\n";

/// What connections begin with.
#[derive(Clone)]
pub(crate) struct Tls {
    config: Arc<ServerConfig>,
    certificate: Arc<Certificate>,
}

/// The certificate that is shown at present.
#[derive(Debug)]
struct Certificate {
    settings: TlsSettings,
    provider: Arc<CryptoProvider>,
    /// What the files held when they were read last.
    files: Mutex<Files>,
    shown: ArcSwap<CertifiedKey>,
}

/// Certificates, and their key.
#[derive(PartialEq, Eq)]
struct Files([Vec<u8>; 2]);

impl std::fmt::Debug for Files {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Files")
    }
}

impl Tls {
    /// `None` unless files are named.
    ///
    /// # Errors
    /// [`Failure`] that names the setting and the file.
    pub(crate) fn open(settings: &TlsSettings) -> Result<Option<Self>, Failure> {
        if !settings.is_on() {
            return Ok(None);
        }
        let provider = Arc::new(aws_lc_rs::default_provider());
        let files = Files::read(settings)?;
        let shown = ArcSwap::from_pointee(files.certified(settings, &provider)?);
        let certificate = Arc::new(Certificate {
            settings: settings.clone(),
            provider: Arc::clone(&provider),
            files: Mutex::new(files),
            shown,
        });
        let versions = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| Failure::failed(error.to_string()))?;
        let resolver: Arc<dyn ResolvesServerCert> = certificate.clone();
        let mut config = versions.with_no_client_auth().with_cert_resolver(resolver);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Some(Self {
            config: Arc::new(config),
            certificate,
        }))
    }

    /// Reads the files again: whether they have changed.
    ///
    /// # Errors
    /// [`Failure`] as of [`open`](Self::open): the former certificate stays.
    pub(crate) fn reload(&self) -> Result<bool, Failure> {
        let Certificate {
            settings,
            provider,
            files,
            shown,
        } = &*self.certificate;
        let read = Files::read(settings)?;
        let mut known = files.lock().unwrap_or_else(PoisonError::into_inner);
        if *known == read {
            return Ok(false);
        }
        shown.store(Arc::new(read.certified(settings, provider)?));
        *known = read;
        Ok(true)
    }

    /// The handshake. A peer that speaks plain HTTP is told so.
    pub(crate) async fn accept(
        &self,
        mut tcp: TcpStream,
        patience: Duration,
    ) -> io::Result<TlsStream<TcpStream>> {
        let handshake = async {
            let mut first = [0];
            let came = tcp.peek(&mut first).await?;
            if came > 0 && first != [HANDSHAKE] {
                return Err(refuse(&mut tcp).await);
            }
            let acceptor = TlsAcceptor::from(Arc::clone(&self.config));
            acceptor
                .accept_with(tcp, |session| session.set_buffer_limit(Some(KEPT)))
                .await
        };
        timeout(patience, handshake).await?
    }
}

/// Says what is wrong, and takes what still comes: closed with bytes unread, a connection is reset.
async fn refuse(tcp: &mut TcpStream) -> io::Error {
    let told = async {
        tcp.write_all(PLAIN).await?;
        tcp.shutdown().await?;
        let mut unread = [0; 1024];
        while tcp.read(&mut unread).await? > 0 {}
        Ok(())
    };
    let told: io::Result<()> = told.await;
    told.err()
        .unwrap_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "not TLS"))
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.shown.load_full())
    }
}

impl Files {
    fn read(settings: &TlsSettings) -> Result<Self, Failure> {
        let read = |key, file: &String| {
            let bytes = fs::read(file);
            bytes.map_err(|error| Failure::settings(format!("http.tls.{key}: {file}: {error}")))
        };
        Ok(Self([
            read("certificate_file", &settings.certificate_file)?,
            read("key_file", &settings.key_file)?,
        ]))
    }

    fn certified(
        &self,
        settings: &TlsSettings,
        provider: &CryptoProvider,
    ) -> Result<CertifiedKey, Failure> {
        let Self([certificates, key]) = self;
        let wrong = |key, file: &String, text: &dyn std::fmt::Display| {
            Failure::settings(format!("http.tls.{key}: {file}: {text}"))
        };
        let of_certificates = |text: &dyn std::fmt::Display| {
            wrong("certificate_file", &settings.certificate_file, text)
        };
        let of_key = |text: &dyn std::fmt::Display| wrong("key_file", &settings.key_file, text);
        let chain = CertificateDer::pem_slice_iter(certificates).collect::<Result<Vec<_>, _>>();
        let chain = chain.map_err(|error| of_certificates(&error))?;
        if chain.is_empty() {
            return Err(of_certificates(&"there is no certificate in PEM in it"));
        }
        let key = PrivateKeyDer::from_pem_slice(key);
        let key = key.map_err(|error| of_key(&error))?;
        CertifiedKey::from_der(chain, key, provider).map_err(|error| match error {
            Error::InconsistentKeys(_) => of_key(&"it is not the key of the certificate"),
            Error::InvalidCertificate(_) => of_certificates(&format_args!(
                "{error}: take one of X.509 version 3, as authorities make them"
            )),
            other => of_key(&other),
        })
    }
}
