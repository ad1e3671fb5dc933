//! Drills: Hazel is killed, cut off, starved and flooded while people work, and must lose nothing, double nothing and
//! say nothing untrue.
//!
//! ```sh
//! ./dev drill            # lists them
//! ./dev drill R1 D1      # plays some
//! ./dev drill all        # plays all of them, longer than `./dev test` does
//! ```
//!
//! Invariants:
//! - **One oracle** (`oracle.rs`): every change that was confirmed stands in the tables and on the trail exactly once,
//!   the tables equal the replay of the trail, and the versions of every record are without a gap. It runs after each
//!   drill.
//! - **What was confirmed is known outside of Hazel**: in a journal that is on disk before the next change is sent
//!   (`journal.rs`), with a new name for each run.
//! - **Each drill has a control**: the same drill with a seeded fault, which must turn it red. A drill that can not
//!   fail proves nothing.
//! - **No drill judges speed.** A bound on time only tells what hangs from what works, also on a machine that has far
//!   more to do than it can; how long things took stands in the line of each drill.
//! - Only processes that the drill started are killed, found by the working folder of their own data. Only loopback is
//!   used. Every wait has an end. Chance comes from a seed that is printed; `HAZEL_DRILL_SEED` plays it again.
//! - What can not be played on a machine is said, and counts as neither passed nor failed.

#![allow(clippy::unwrap_used, reason = "a drill that can not go on has failed")]

mod client;
mod crash;
#[path = "../platform/hosted.rs"]
#[allow(dead_code, reason = "the tests of the platform use the rest")]
mod hosted;
mod journal;
mod load;
mod network;
mod oracle;
mod proxy;
mod repeated;
mod stage;
mod storm;

use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What became of a drill: a sentence of figures, or why it could not be played here.
pub enum Played {
    /// It was played, and this is what was seen.
    Passed(String),
    /// The machine does not allow it.
    NotHere(String),
}

/// One drill.
struct Drill {
    id: &'static str,
    about: &'static str,
    play: fn(&Scale) -> Played,
}

/// How long to play.
pub struct Scale {
    /// Times the number of rounds of `./dev test`.
    pub rounds: usize,
    /// What chance starts from.
    pub seed: u64,
}

/// Those that wait most come first: two are played at a time.
const DRILLS: [Drill; 11] = [
    Drill { id: "L3", about: "slow headers, slow bodies, slow readers", play: load::slow_clients },
    Drill { id: "R1", about: "the server is killed in a storm of changes", play: crash::server_killed },
    Drill { id: "R2", about: "Postgres is killed, all of it", play: crash::postgres_killed },
    Drill { id: "D2", about: "the way to Postgres resets, swallows, half closes", play: network::way_lost },
    Drill {
        id: "R6",
        about: "Postgres restarts, fast and at once, under load",
        play: crash::postgres_restarted,
    },
    Drill { id: "R8", about: "the disk is full, then grows", play: crash::disk_full },
    Drill { id: "D1", about: "the way to Postgres is cut at every point of a change", play: network::cut },
    Drill {
        id: "D4",
        about: "two hundred people, four connections, slow queries",
        play: network::pool_exhausted,
    },
    Drill { id: "C1", about: "fifty people edit one record from one version", play: repeated::lost_update },
    Drill {
        id: "C2",
        about: "one form is sent a hundred times, and after a restart",
        play: repeated::sent_again,
    },
    Drill { id: "L4", about: "bodies, headers, cookies, fields without measure", play: load::oversized },
];

/// An answer that comes later than this has hung.
pub const HANGS: Duration = Duration::from_secs(10);
/// A server that is not ready after this does not come back.
pub const BACK: Duration = Duration::from_secs(30);

/// Longer than any of them may take at the scale of `./dev test`.
const LONGEST: Duration = Duration::from_secs(240);

fn main() -> ExitCode {
    let asked: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let wants_list = std::env::args().any(|word| word == "--list");
    let long = std::env::args().any(|word| word == "--long");
    if wants_list {
        for drill in &DRILLS {
            say(&format!("{}  {}", drill.id, drill.about));
        }
        return ExitCode::SUCCESS;
    }
    let chosen: Vec<&Drill> = DRILLS
        .iter()
        .filter(|drill| asked.is_empty() || asked.iter().any(|name| name.eq_ignore_ascii_case(drill.id)))
        .collect();
    if let Some(unknown) =
        asked.iter().find(|name| !DRILLS.iter().any(|drill| name.eq_ignore_ascii_case(drill.id)))
    {
        // A name that is meant for another test program: `cargo test some_test` asks all of them.
        say(&format!("There is no drill {unknown}; --list names them."));
    }
    play_all(&chosen, &Scale { rounds: if long { 5 } else { 1 }, seed: seed() })
}

fn seed() -> u64 {
    let given = std::env::var("HAZEL_DRILL_SEED").ok().and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| uuid::Uuid::now_v7().as_u64_pair().1)
}

fn play_all(chosen: &[&Drill], scale: &Scale) -> ExitCode {
    stage::allow_many_files();
    say(&format!("\nrunning {} drills, two at a time, with the seed {}", chosen.len(), scale.seed));
    let next = AtomicUsize::new(0);
    let ends = Mutex::new(Ends::default());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(drill) = chosen.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let end = play(drill, scale);
                    ends.lock().unwrap_or_else(PoisonError::into_inner).count(&end);
                }
            });
        }
    });
    let ends = ends.into_inner().unwrap_or_else(PoisonError::into_inner);
    let word = if ends.failed == 0 { "ok" } else { "FAILED" };
    // In the words of other test programs, so that whoever counts those counts these too.
    say(&format!(
        "\ntest result: {word}. {} passed; {} failed; {} could not be played here\n",
        ends.passed, ends.failed, ends.not_here
    ));
    if ends.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[derive(Default)]
struct Ends {
    passed: usize,
    failed: usize,
    not_here: usize,
}

impl Ends {
    fn count(&mut self, end: &Option<Played>) {
        match end {
            Some(Played::Passed(_)) => self.passed += 1,
            Some(Played::NotHere(_)) => self.not_here += 1,
            None => self.failed += 1,
        }
    }
}

fn play(drill: &Drill, scale: &Scale) -> Option<Played> {
    let began = Instant::now();
    let end = catch_unwind(AssertUnwindSafe(|| (drill.play)(scale))).ok();
    let took = began.elapsed();
    let is_late = scale.rounds == 1 && took > LONGEST;
    let (word, told) = match &end {
        _ if is_late => ("FAILED", "it took longer than a drill of `./dev test` may"),
        Some(Played::Passed(told)) => ("ok", told.as_str()),
        Some(Played::NotHere(why)) => ("NOT PLAYED", why.as_str()),
        None => ("FAILED", "see above"),
    };
    say(&format!("drill {} ({}) ... {word} in {:.0} s: {told}", drill.id, drill.about, took.as_secs_f64()));
    end.filter(|_| !is_late)
}

/// Prints a line, whoever captures what tests print.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
}
