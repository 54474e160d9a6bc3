//! The ceiling of the benchmarks: a fixed body of the size of a profile, from the same HTTP server.

use actix_web::{App, HttpServer, web};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let body: &'static str = Box::leak("x".repeat(790).into_boxed_str());
    let server =
        HttpServer::new(move || App::new().default_service(web::to(move || async move { body })))
            .workers(2)
            .bind(("127.0.0.1", 0))?;
    for address in server.addrs() {
        println!("listening on http://{address}");
    }
    server.run().await
}
