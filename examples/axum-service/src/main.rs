//! `axum-service USERS KEY`: serves `GET /me` on 127.0.0.1:3000 to the users of a file.

use std::error::Error;
use std::net::SocketAddr;
use std::path::Path;

use axum_service::{Service, Users};
use profiled_auth::JwtSettings;
use secrecy::SecretString;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(users), Some(key)) = (arguments.next(), arguments.next()) else {
        return Err("usage: axum-service USERS KEY (README.md tells what they are)".into());
    };
    let settings = JwtSettings {
        signing_key: SecretString::from(std::fs::read_to_string(&key)?.trim_end()),
        ..JwtSettings::default()
    };
    let service = Service::new(Users::read(Path::new(&users))?, &settings)?;
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    println!("listening on http://{}", listener.local_addr()?);
    let routes = service.routes();
    axum::serve(
        listener,
        routes.into_make_service_with_connect_info::<SocketAddr>(),
    )
    .await?;
    Ok(())
}
