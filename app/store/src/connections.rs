//! The connections to one database, and what is prepared on them.
//!
//! A statement is prepared once a connection and is then known there by a name. Behind a pooler that hands a connection
//! out for one transaction at a time (PgBouncer), the next transaction may run on another one, where that name means
//! nothing, or something else. There each statement outside of a transaction becomes one, and none has a name.

use std::time::Duration;

use futures::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};
use futures::{FutureExt as _, future::BoxFuture};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgQueryResult, PgRow, PgStatement, PgTypeInfo};
use sqlx::{Describe, Either, Error, Execute, Executor, PgConnection, PgPool, Postgres, SqlStr, Transaction};
use tokio::time::Instant;

/// What a statement gives: how many rows it touched, or one of its rows.
type Piece = Either<PgQueryResult, PgRow>;

/// What a request may still wait once its time is over: a free connection is taken in less.
const MOMENT: Duration = Duration::from_millis(250);

tokio::task_local! {
    /// Until when the request of this task may wait for connections.
    static UNTIL: Instant;
}

/// Does the work of one request, which waits for connections no longer than this in all: one that needs many must not
/// wait as long for each of them.
pub async fn waiting_at_most<F: Future>(patience: Duration, work: F) -> F::Output {
    UNTIL.scope(Instant::now() + patience, work).await
}

/// Until when the request of this task may wait.
pub(crate) fn until() -> Option<Instant> {
    UNTIL.try_with(|until| *until).ok()
}

/// For how long a connection is the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// Until it is closed.
    ForSession,
    /// For one transaction.
    ForTransaction,
}

/// The connections to one database.
#[derive(Clone, Debug)]
pub struct Connections {
    pool: PgPool,
    held: Held,
}

impl Connections {
    /// Those of a pool.
    #[must_use]
    pub const fn new(pool: PgPool, held: Held) -> Self {
        Self { pool, held }
    }

    /// How many are open, and how many of those nobody uses.
    #[must_use]
    pub fn open_and_idle(&self) -> (u32, usize) {
        (self.pool.size(), self.pool.num_idle())
    }

    /// Begins a transaction. Only [`crate::Store::write`] does, in a task of its own.
    pub(crate) async fn begin(
        &self,
        until: Option<Instant>,
    ) -> Result<Transaction<'static, Postgres>, Error> {
        #[expect(clippy::disallowed_methods, reason = "both callers run in a task of their own")]
        in_time(until, self.pool.begin()).await
    }

    async fn acquire(&self) -> Result<PoolConnection<Postgres>, Error> {
        #[expect(
            clippy::disallowed_methods,
            reason = "no transaction is begun on it, and it is given back here"
        )]
        in_time(until(), self.pool.acquire()).await
    }

    /// What is prepared on connections like these.
    pub(crate) const fn held(&self) -> Held {
        self.held
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }

    /// Runs a statement as a transaction. In a task of its own, so that one that nobody waits for any more ends too.
    async fn run_alone(self, statement: Result<Unnamed, Error>) -> Result<Vec<Piece>, Error> {
        let statement = statement?;
        let until = until();
        let task = tokio::spawn(async move {
            let mut transaction = self.begin(until).await?;
            let pieces = (&mut *transaction).fetch_many(statement).try_collect().await?;
            transaction.commit().await?;
            Ok(pieces)
        });
        task.await.map_err(|_| Error::WorkerCrashed)?
    }
}

impl<'c> Executor<'c> for &'c Connections {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Piece, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        // Lists are short: they come in pages.
        let pieces = async move {
            if self.held == Held::ForTransaction {
                return self.clone().run_alone(Unnamed::of(query)).await;
            }
            let mut connection = self.acquire().await?;
            connection.fetch_many(query).try_collect::<Vec<Piece>>().await
        };
        stream::once(pieces).map_ok(|pieces| stream::iter(pieces.into_iter().map(Ok))).try_flatten().boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<PgRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        async move {
            if self.held == Held::ForTransaction {
                let pieces = self.clone().run_alone(Unnamed::of(query)).await?;
                return Ok(pieces.into_iter().find_map(Either::right));
            }
            self.acquire().await?.fetch_optional(query).await
        }
        .boxed()
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [PgTypeInfo],
    ) -> BoxFuture<'e, Result<PgStatement, Error>>
    where
        'c: 'e,
    {
        (&self.pool).prepare_with(sql, parameters)
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, Error>>
    where
        'c: 'e,
    {
        (&self.pool).describe(sql)
    }
}

/// Waits for a connection, until then.
async fn in_time<T>(
    until: Option<Instant>,
    connecting: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let Some(until) = until else { return connecting.await };
    let until = until.max(Instant::now() + MOMENT);
    tokio::time::timeout_at(until, connecting).await.map_err(|_| Error::PoolTimedOut)?
}

/// The connection of one transaction.
#[derive(Debug)]
pub(crate) struct Within<'c> {
    pub(crate) connection: &'c mut PgConnection,
    pub(crate) held: Held,
}

impl<'c> Executor<'c> for Within<'c> {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Piece, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        if self.held == Held::ForSession {
            return self.connection.fetch_many(query);
        }
        match Unnamed::of(query) {
            Ok(statement) => self.connection.fetch_many(statement),
            Err(error) => stream::once(async { Err(error) }).boxed(),
        }
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<PgRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        if self.held == Held::ForSession {
            return self.connection.fetch_optional(query);
        }
        match Unnamed::of(query) {
            Ok(statement) => self.connection.fetch_optional(statement),
            Err(error) => async { Err(error) }.boxed(),
        }
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [PgTypeInfo],
    ) -> BoxFuture<'e, Result<PgStatement, Error>>
    where
        'c: 'e,
    {
        self.connection.prepare_with(sql, parameters)
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, Error>>
    where
        'c: 'e,
    {
        self.connection.describe(sql)
    }
}

/// A statement that is forgotten once it has run.
struct Unnamed {
    sql: SqlStr,
    arguments: Option<PgArguments>,
}

impl Unnamed {
    fn of<'q>(mut query: impl Execute<'q, Postgres>) -> Result<Self, Error> {
        let arguments = query.take_arguments().map_err(Error::Encode)?;
        Ok(Self { sql: query.sql(), arguments })
    }
}

impl Execute<'_, Postgres> for Unnamed {
    fn sql(self) -> SqlStr {
        self.sql
    }

    fn statement(&self) -> Option<&PgStatement> {
        None
    }

    fn take_arguments(&mut self) -> Result<Option<PgArguments>, sqlx::error::BoxDynError> {
        Ok(self.arguments.take())
    }

    fn persistent(&self) -> bool {
        false
    }
}
