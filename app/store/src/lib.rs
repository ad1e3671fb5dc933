//! Every line of SQL that Hazel speaks to Postgres.
//!
//! Invariants:
//! - The pool connects as `hz_app`, a role that can neither delete nor touch the trail.
//! - Every write goes through [`Store::write`], which needs a [`Grant`] and names its action: no grant, no
//!   transaction; no actor, no write.
//! - An update compares the revision that the form was filled from; no row changed means [`StoreError::Stale`].
//! - Queries are checked against the schema when the crate is built. Deliberately absent: SQL put together from
//!   text, deletes, and any knowledge of pages or HTTP.

mod actor;
pub mod assessments;
pub mod credentials;
pub mod declarations;
pub mod deliverables;
pub mod demonstration;
mod error;
mod event;
pub mod hazards;
pub mod kept_forms;
pub mod leftovers;
pub mod memberships;
pub mod people;
pub mod products;
pub mod reruns;
pub mod risk_controls;
pub mod risk_plans;
pub mod risks;
pub mod sessions;
pub mod throttles;
pub mod trail;
mod write;

pub use actor::{Actor, Authority, Grant, Origin, Refusal, SystemActor};
pub use error::StoreError;
pub use event::Event;
pub use write::{Action, WriteTx};

use sqlx::PgPool;

/// The database, as the serving role sees it.
#[derive(Clone, Debug)]
pub struct Store {
    write: PgPool,
    read: PgPool,
}

impl Store {
    /// A store on one pool for reads and writes.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { read: pool.clone(), write: pool }
    }

    /// A store that reads from another server than it writes to.
    #[must_use]
    pub fn with_replica(write: PgPool, read: PgPool) -> Self {
        Self { write, read }
    }

    /// The pool for reads.
    #[must_use]
    pub const fn read(&self) -> &PgPool {
        &self.read
    }

    /// Closes both pools; used when the server stops.
    pub async fn close(&self) {
        self.write.close().await;
        self.read.close().await;
    }
}
