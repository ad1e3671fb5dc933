//! Whether the database answers.
//!
//! A database that is gone refuses at once. One behind a network that swallows everything does not: whoever waits for
//! it waits until the operating system gives up, which takes minutes. So it is asked each second, over a connection of
//! its own that no crowd before the pool can keep busy. When it falls silent, all who wait are told so, and whoever
//! comes later is told at once; that also keeps a crowd from gathering that would fall upon it when it is back.

use std::future::pending;
use std::time::Duration;

use app::error::AppError;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection};
use tokio::sync::watch;

use crate::database::WAIT_FOR_CONNECTION;

/// How often it is asked while it answers, and while it does not.
const INTERVAL: Duration = Duration::from_secs(1);
const INTERVAL_WHILE_SILENT: Duration = Duration::from_millis(250);
/// An answer that comes later than this is none.
const PATIENCE: Duration = Duration::from_millis(1500);
/// The machine may be busy once; then it is asked again before anybody is told.
const MISSES: u32 = 2;

/// Tells when the database falls silent.
#[derive(Clone, Debug)]
pub struct Pulse(watch::Receiver<bool>);

impl Pulse {
    /// Asks the database from now on.
    #[must_use]
    pub fn of(database: PgConnectOptions) -> Self {
        let (told, heard) = watch::channel(true);
        tokio::spawn(ask_on(database, told));
        Self(heard)
    }

    /// One that nobody looks at, and that never stops.
    #[must_use]
    pub fn unwatched() -> Self {
        Self(watch::channel(true).1)
    }

    /// Returns when the database does not answer.
    async fn lost(mut self) {
        if self.0.wait_for(|answers| !answers).await.is_err() {
            pending::<()>().await;
        }
    }
}

/// The layer that waits for an answer only as long as the database lives, and for its connections not for long.
pub async fn while_it_beats(State(pulse): State<Pulse>, request: Request, next: Next) -> Response {
    tokio::select! {
        biased;
        () = pulse.lost() => AppError::Unavailable.into_response(),
        response = store::waiting_at_most(WAIT_FOR_CONNECTION, next.run(request)) => response,
    }
}

/// Asks until nobody listens any more.
async fn ask_on(database: PgConnectOptions, told: watch::Sender<bool>) {
    let mut connection = None;
    let mut misses = 0;
    while !told.is_closed() {
        match tokio::time::timeout(PATIENCE, ask(&mut connection, &database)).await {
            Ok(Ok(())) => misses = 0,
            failed => {
                connection = None;
                misses += 1;
                if misses == MISSES {
                    tracing::error!(cause = ?failed, "The database does not answer; requests are told so until it does.");
                }
            }
        }
        let answers = misses < MISSES;
        if told.send_replace(answers) != answers && answers {
            tracing::info!("The database answers again.");
        }
        let pause = match misses {
            0 => INTERVAL,
            1 => Duration::ZERO,
            _ => INTERVAL_WHILE_SILENT,
        };
        tokio::time::sleep(pause).await;
    }
}

async fn ask(connection: &mut Option<PgConnection>, database: &PgConnectOptions) -> Result<(), sqlx::Error> {
    let connection = match connection {
        Some(connection) => connection,
        None => connection.insert(PgConnection::connect_with(database).await?),
    };
    connection.ping().await
}
