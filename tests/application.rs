//! A server in this process, on a database of its own.

use std::net::Ipv4Addr;
use std::sync::Arc;

use server::database::SERVING_ROLE;
use server::embedded::SUPERUSER;
use server::http::listener::{self, Caps};
use server::http::{Hosting, application};
use service::{Service, Settings, Store};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::browser::Browser;
use crate::cluster::Database;

/// A running Hazel. It stops when this is dropped.
#[derive(Debug)]
pub struct TestApp {
    /// Its address: `http://127.0.0.1:1234`.
    pub origin: String,
    /// Its operations, for what has no page.
    pub service: Service,
    /// Its database.
    pub database: Database,
    superuser: PgPool,
    _running: DropGuard,
}

impl TestApp {
    /// Starts a server on a fresh database in which nobody has an account.
    pub async fn start() -> Self {
        let database = Database::copy().await;
        let serving = database
            .connect_as(SERVING_ROLE)
            .application_name("hazel")
            .options([("hz.build", env!("CARGO_PKG_VERSION"))]);
        // Few connections each, because all tests share one Postgres.
        let pool = PgPoolOptions::new().max_connections(4).connect_lazy_with(serving);
        let superuser =
            PgPoolOptions::new().max_connections(1).connect_lazy_with(database.connect_as(SUPERUSER));
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port can be listened on");
        let origin = format!("http://{}", listener.local_addr().expect("a listener has an address"));
        let service = Service::new(
            Store::new(pool),
            Settings {
                public_url: origin.clone(),
                ddl_guard: true,
                hash_cost: service::password::HashCost::FLOOR,
            },
        );
        let hosting = Hosting::plain(service.clone());
        let caps = Caps { total: 1_000, per_client: 1_000, uncapped: Arc::new([]) };
        let stop = CancellationToken::new();
        tokio::spawn(listener::serve(listener, application(hosting), caps, stop.clone()));
        Self { origin, service, database, superuser, _running: stop.drop_guard() }
    }

    /// A browser that has never been here.
    #[must_use]
    pub fn browser(&self) -> Browser {
        Browser::new(&self.origin)
    }

    /// The database as nobody but its administrator sees it; for looking, and for attacks.
    #[must_use]
    pub const fn superuser(&self) -> &PgPool {
        &self.superuser
    }

    /// All entries of the trail since `mark`, oldest first.
    pub async fn trail_since(&self, mark: TrailMark) -> Vec<Entry> {
        sqlx::query_as("select action, rec_type, rec, ver, actor, system_actor from audit.entry where entry_id > $1 order by entry_id")
            .bind(mark.0)
            .fetch_all(&self.superuser)
            .await
            .expect("the trail can be read")
    }

    /// Where the trail ends now.
    pub async fn trail_mark(&self) -> TrailMark {
        sqlx::query_scalar("select coalesce(max(entry_id), 0) from audit.entry")
            .fetch_one(&self.superuser)
            .await
            .map(TrailMark)
            .expect("the trail can be read")
    }
}

/// A place on the trail.
#[derive(Clone, Copy, Debug)]
pub struct TrailMark(i64);

/// One entry of the trail, as the database keeps it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Entry {
    /// What was done: `hazard.severity_set`.
    pub action: String,
    /// The kind of record: the table's name.
    #[sqlx(rename = "rec_type")]
    pub kind: String,
    /// The record.
    #[sqlx(rename = "rec")]
    pub record: Option<uuid::Uuid>,
    /// The revision that the entry made.
    #[sqlx(rename = "ver")]
    pub version: Option<i32>,
    /// The person who did it.
    pub actor: Option<uuid::Uuid>,
    /// The system actor, where no person did it.
    pub system_actor: Option<String>,
}
