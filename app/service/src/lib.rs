//! What people can do with Hazel: who may, load, decide, store, answer.
//!
//! One file an area, one function an operation; the operation's name is the same in `app/src/api` and on the trail.
//!
//! Invariants:
//! - Every operation starts from an [`Actor`] and asks for its permission before it reads or writes.
//! - Rules are decided in `domain`; this crate only fetches what they need and stores what they say.
//! - A failure is one of a closed list; its private cause is logged once, at the edge. Deliberately absent: HTTP,
//!   pages, and SQL.

pub mod account;
pub mod classification;
pub mod deliverables;
pub mod demonstration;
pub mod failure;
pub mod features;
pub mod fresh;
pub mod hazards;
pub mod items;
pub mod kept_form;
pub mod legacy_route;
pub mod members;
pub mod overview;
pub mod password;
pub mod people;
pub mod products;
pub mod reruns;
pub mod tally;
pub mod throttle;
pub mod trail;
pub mod typed;
pub mod what_if;

use std::sync::Arc;

pub use documents::cells;
pub use failure::Failure;
pub use store::{Actor, Grant, Origin, Store};

/// Everything that the operations need, shared by all requests.
#[derive(Clone, Debug)]
pub struct Service {
    store: Store,
    settings: Arc<Settings>,
    hasher: password::Hasher,
    tally: Arc<tally::Tally>,
}

/// What an installation may set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The address under which people reach Hazel, without a slash at the end; for links that are handed out.
    pub public_url: String,
    /// Whether the database refuses changes of the trail's structure. Only a superuser can install that.
    pub ddl_guard: bool,
    /// What one hash of a password costs.
    pub hash_cost: password::HashCost,
}

impl Service {
    /// The operations on `store`.
    #[must_use]
    pub fn new(store: Store, settings: Settings) -> Self {
        let at_once = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let hasher = password::Hasher::new(settings.hash_cost, at_once);
        Self { store, settings: Arc::new(settings), hasher, tally: Arc::default() }
    }

    /// The store.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// Hashes and checks passwords.
    pub(crate) const fn hasher(&self) -> &password::Hasher {
        &self.hasher
    }

    /// How often people signed in, or tried to.
    #[must_use]
    pub fn tally(&self) -> &tally::Tally {
        &self.tally
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }
}
