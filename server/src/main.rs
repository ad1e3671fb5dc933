//! The program `hazel`.

use std::sync::Arc;

use app::request::Assets;
use server::http::{Hosting, application};
use service::{Service, Settings, Store};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::var("DATABASE_URL")?;
    let store = Store::new(sqlx::PgPool::connect_lazy(&url)?);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    let service = Service::new(store, Settings { public_url: "http://127.0.0.1:8080".to_owned() });
    let hosting = Hosting { service, assets: Arc::new(Assets::default()) };
    axum::serve(listener, application(hosting)).await?;
    Ok(())
}
