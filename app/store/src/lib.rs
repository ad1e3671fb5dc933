//! Every line of SQL that Hazel speaks to Postgres.
//!
//! Invariants:
//! - The pool connects as `hz_app`, a role that can neither delete nor touch the trail.
//! - Every write goes through [`Store::write`], which needs a [`Grant`] and names its action: no grant, no
//!   transaction; no actor, no write.
//! - An update compares the revision that the form was filled from; no row changed means [`StoreError::Stale`].
//! - Queries are checked against the schema when the crate is built. Deliberately absent: SQL put together from
//!   text, deletes, and any knowledge of pages or HTTP.

pub mod accepted_forms;
mod actor;
pub mod assessments;
mod connections;
pub mod credentials;
pub mod declarations;
pub mod deliverables;
pub mod demonstration;
mod error;
mod event;
pub mod features;
pub mod hazards;
pub mod import_drafts;
pub mod items;
pub mod kept_forms;
pub mod leftovers;
pub mod legacy_routes;
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
pub use connections::{Connections, Held, waiting_at_most};
pub use error::StoreError;
pub use event::Event;
pub use write::{Action, WriteTx};

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sqlx::PgPool;

/// The database, as the serving role sees it.
#[derive(Clone, Debug)]
pub struct Store {
    write: Connections,
    read: Connections,
    has_no_room: Arc<AtomicBool>,
}

impl Store {
    /// A store on one pool for reads and writes.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        let connections = Connections::new(pool, Held::ForSession);
        Self::with_replica(connections.clone(), connections)
    }

    /// A store that reads from another server than it writes to.
    #[must_use]
    pub fn with_replica(write: Connections, read: Connections) -> Self {
        Self { write, read, has_no_room: Arc::default() }
    }

    /// The connections for reads.
    #[must_use]
    pub const fn read(&self) -> &Connections {
        &self.read
    }

    /// Notes whether there is room for anything new. As long as there is none, people's changes are refused before the
    /// last of it is gone: a database that can not write its log stops, and then nobody can read either.
    pub fn note_room(&self, is_there: bool) {
        self.has_no_room.store(!is_there, Ordering::Relaxed);
    }

    /// Closes both pools; used when the server stops.
    pub async fn close(&self) {
        self.write.close().await;
        self.read.close().await;
    }
}
