//! A server in this process, on a database of its own.

use server::embedded::SUPERUSER;
use service::{Service, Store};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use crate::browser::Browser;
use crate::cluster::{Database, SERVING_ROLE};

/// A running Hazel.
pub struct TestApp {
    /// Its address: `http://127.0.0.1:1234`.
    pub origin: String,
    /// Its operations, for what has no page.
    pub service: Service,
    database: Database,
    superuser: PgPool,
}

/// One entry of the trail, as the database keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What was done: `hazard.severity_set`.
    pub action: String,
    /// The kind of record: the table's name. Empty for events that change none.
    pub kind: String,
    /// The record.
    pub record: Option<uuid::Uuid>,
    /// The revision that the entry made.
    pub version: Option<i32>,
}
