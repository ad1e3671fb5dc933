//! People who write as fast as they can, and do not give up.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::client::{Client, Exchange};
use crate::hosted::wait_until;
use crate::journal::Journal;
use crate::stage::People;

/// How long one change is tried again before its writer gives up on the server.
const PERSISTENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(30);

/// What is done wrong on purpose, to see the drill go red.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Habit {
    /// Sends the same again under the same key until it is confirmed.
    Sound,
    /// Makes a new key for each try.
    ForgetsKeys,
    /// Takes a refusal for want of room for a confirmation.
    TakesFullForDone,
}

/// What the writers have seen.
#[derive(Default)]
pub struct Seen {
    pub confirmed: AtomicUsize,
    pub tried_again: AtomicUsize,
    pub full: AtomicUsize,
    pub rude: Mutex<Vec<String>>,
    pub longest: Mutex<Duration>,
}

/// Writers at work, until told to stop.
pub struct Storm {
    stop: Arc<AtomicBool>,
    writers: Vec<JoinHandle<()>>,
    pub seen: Arc<Seen>,
}

impl Storm {
    /// One writer for each product.
    pub fn begin(people: &People, journal: &Arc<Journal>, habit: Habit) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let seen = Arc::new(Seen::default());
        let writers = people.products.iter().map(|product| {
            let writer = Writer {
                client: people.client.clone(),
                product: product.clone(),
                journal: Arc::clone(journal),
                seen: Arc::clone(&seen),
                habit,
            };
            let stop = Arc::clone(&stop);
            std::thread::spawn(move || {
                while !stop.load(Ordering::SeqCst) {
                    writer.change(&stop);
                }
            })
        });
        Self { writers: writers.collect(), stop, seen }
    }

    /// Waits until so many more changes were confirmed.
    pub fn wait_for(&self, more: usize) {
        let enough = self.seen.confirmed() + more;
        let goes_on = wait_until(PERSISTENCE, || self.seen.confirmed() >= enough);
        assert!(goes_on, "nothing is confirmed any more");
    }

    /// Lets each writer bring its last change to an end.
    pub fn end(self) -> Arc<Seen> {
        self.stop.store(true, Ordering::SeqCst);
        for writer in self.writers {
            writer.join().expect("a writer gave up");
        }
        self.seen
    }
}

/// Somebody who adds one control after the other to the risk of one product.
pub struct Writer {
    pub client: Client,
    pub product: String,
    pub journal: Arc<Journal>,
    pub seen: Arc<Seen>,
    pub habit: Habit,
}

impl Writer {
    /// One change, tried until it is confirmed. Told to stop, it gives up where there is no room; everything else must
    /// pass.
    pub fn change(&self, stop: &AtomicBool) {
        let mut key = uuid::Uuid::now_v7().to_string();
        let title = format!("Control {}", uuid::Uuid::now_v7().simple());
        self.journal.sent(&title);
        let until = Instant::now() + PERSISTENCE;
        loop {
            let exchange = self.send(&key, &title);
            self.note(&exchange);
            match exchange.status() {
                200 => {
                    self.journal.confirmed(&title, exchange.body().trim());
                    self.seen.confirmed.fetch_add(1, Ordering::Relaxed);
                    return;
                }
                507 if self.habit == Habit::TakesFullForDone => {
                    return self.journal.confirmed(&title, "null");
                }
                507 if stop.load(Ordering::SeqCst) => return,
                // Nobody knows, or not now.
                0 | 503 | 507 => {}
                other => panic!("{other} {}", exchange.body()),
            }
            assert!(Instant::now() < until, "not confirmed after {PERSISTENCE:?}: {exchange:?}");
            self.seen.tried_again.fetch_add(1, Ordering::Relaxed);
            if self.habit == Habit::ForgetsKeys {
                key = uuid::Uuid::now_v7().to_string();
            }
            std::thread::sleep(PAUSE);
        }
    }

    pub fn send(&self, key: &str, title: &str) -> Exchange {
        let fields = [
            ("product", self.product.as_str()),
            ("risk", "R-001"),
            ("title", title),
            ("option", "design"),
            ("place", "hardware"),
            ("external", "yes"),
            ("lowers_p1", "yes"),
        ];
        self.client.call("hazards/add_control", Some(key), &fields)
    }

    fn note(&self, exchange: &Exchange) {
        if exchange.status() == 507 {
            self.seen.full.fetch_add(1, Ordering::Relaxed);
        }
        if exchange.is_rude() {
            let told = format!("{} {}", exchange.status(), exchange.body());
            self.seen.rude.lock().unwrap_or_else(PoisonError::into_inner).push(told);
        }
        let mut longest = self.seen.longest.lock().unwrap_or_else(PoisonError::into_inner);
        *longest = exchange.took.max(*longest);
    }
}

impl Seen {
    pub fn confirmed(&self) -> usize {
        self.confirmed.load(Ordering::Relaxed)
    }

    pub fn longest(&self) -> Duration {
        *self.longest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every refusal said when to come back.
    pub fn expect_polite(&self) {
        let rude = self.rude.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(rude.is_empty(), "{} refusals without Retry-After, the first: {}", rude.len(), rude[0]);
    }
}
