//! Looks after the private database while the server serves: starts it again when it ended by itself, and says when
//! its disk runs out of room.

use std::time::{Duration, Instant};

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::PrivatePostgres;
use crate::problem::Problem;

/// How often it is looked at.
const INTERVAL: Duration = Duration::from_millis(250);
/// A database that ends more often than this within [`A_WHILE`] is not started again: somebody must look.
const MOST_STARTS: usize = 5;
const A_WHILE: Duration = Duration::from_secs(10 * 60);
/// With less room than this, people's changes are refused. The database needs some of it to write its log, four pieces
/// of 16 MiB; without that it stops, and nobody could read either.
const LEAST_ROOM: u64 = 64 * 1024 * 1024;

/// The task that looks after it.
#[derive(Debug)]
pub struct Keeper {
    task: JoinHandle<Result<PrivatePostgres, Problem>>,
    done: CancellationToken,
}

impl Keeper {
    /// Begins. `note_room` is told whether there is room, each time that changes; `stop` is told when the database is
    /// lost for good.
    pub fn start(
        private: PrivatePostgres,
        stop: CancellationToken,
        note_room: impl Fn(bool) + Send + 'static,
    ) -> Self {
        let done = CancellationToken::new();
        let ended = done.clone();
        let task = tokio::spawn(async move {
            let kept = keep(private, &ended, note_room).await;
            if let Err(problem) = &kept {
                tracing::error!("{problem} The server stops.");
                stop.cancel();
            }
            kept
        });
        Self { task, done }
    }

    /// Ends, and hands the database back.
    ///
    /// # Errors
    /// When it was lost.
    pub async fn end(self) -> Result<PrivatePostgres, Problem> {
        self.done.cancel();
        self.task.await.map_err(|cause| {
            Problem::failed("The private database was no longer looked after.").because(cause)
        })?
    }
}

async fn keep(
    mut private: PrivatePostgres,
    done: &CancellationToken,
    note_room: impl Fn(bool),
) -> Result<PrivatePostgres, Problem> {
    let mut starts: Vec<Instant> = Vec::new();
    let mut has_room = true;
    loop {
        tokio::select! {
            () = done.cancelled() => return Ok(private),
            () = tokio::time::sleep(INTERVAL) => {}
        }
        if private.has_ended() {
            starts.retain(|start| start.elapsed() < A_WHILE);
            if starts.len() == MOST_STARTS {
                return Err(Problem::failed("The private database ends by itself again and again."));
            }
            starts.push(Instant::now());
            tracing::error!("The private database has ended by itself; starting it again.");
            // Starting blocks for as long as the database reads its log again.
            private = tokio::task::spawn_blocking(move || {
                let mut private = private;
                private.start_again()?;
                Ok::<_, Problem>(private)
            })
            .await
            .map_err(|cause| Problem::failed("The start of the database was broken off.").because(cause))??;
            tracing::info!("The private database runs again.");
        }
        let has = private.room().map_or(has_room, |room| room >= LEAST_ROOM);
        if has != has_room {
            has_room = has;
            note_room(has);
            if has {
                tracing::info!("There is room on the disk again; changes are accepted.");
            } else {
                tracing::error!(
                    "The disk of the data folder is nearly full; changes are refused until there is room."
                );
            }
        }
    }
}
