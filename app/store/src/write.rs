//! The only way to write.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::time::Duration;

use sqlx::{Postgres, Transaction};

use crate::actor::{Authority, Grant, SystemActor};
use crate::connections::{Held, Within};
use crate::{Store, StoreError, accepted_forms, connections};

/// No transaction takes longer. One whose connection fell silent in the middle is given up, and with it the connection.
const LONGEST: Duration = Duration::from_secs(5 * 60);
/// What is done about sessions needs little room, and people must be able to sign in to read and to sign out.
const ABOUT_SESSIONS: &str = "session.";

/// What a transaction does, in the words of the trail: `hazard.severity_set`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Action(pub &'static str);

/// A transaction that has an actor.
#[derive(Debug)]
pub struct WriteTx {
    transaction: Transaction<'static, Postgres>,
    held: Held,
}

impl WriteTx {
    /// The connection, for the statements of this crate.
    pub(crate) fn connection(&mut self) -> Within<'_> {
        Within { connection: &mut self.transaction, held: self.held }
    }
}

/// The future of a transaction's body.
pub type WriteFuture<'tx, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'tx>>;

impl Store {
    /// Runs `body` in one transaction on behalf of `grant`, and commits.
    ///
    /// The transaction runs in a task of its own: when the request that asked for it is dropped, it still ends by
    /// commit or rollback and never leaves a half-begun transaction in the pool.
    ///
    /// # Errors
    /// What `body` answers, or what the database refuses. Then nothing is written.
    pub async fn write<T, F>(
        &self,
        grant: &Grant,
        action: Action,
        reason: Option<&str>,
        body: F,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'tx> FnOnce(&'tx mut WriteTx) -> WriteFuture<'tx, T> + Send + 'static,
    {
        let is_change =
            matches!(grant.authority, Authority::Session(_)) && !action.0.starts_with(ABOUT_SESSIONS);
        if is_change && self.has_no_room.load(Ordering::Relaxed) {
            return Err(StoreError::Full);
        }
        self.transact(grant, action, reason, body).await
    }

    /// The same, also where there is little room: what happened is noted as long as there is any.
    pub(crate) async fn transact<T, F>(
        &self,
        grant: &Grant,
        action: Action,
        reason: Option<&str>,
        body: F,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'tx> FnOnce(&'tx mut WriteTx) -> WriteFuture<'tx, T> + Send + 'static,
    {
        let (connections, until) = (self.write.clone(), connections::until());
        let grant = grant.clone();
        let reason = reason.map(str::to_owned);
        let transaction = async move {
            let transaction = connections.begin(until).await?;
            let mut tx = WriteTx { transaction, held: connections.held() };
            let outcome = match begin(&mut tx, &grant, action, reason.as_deref()).await {
                Ok(()) => body(&mut tx).await,
                Err(error) => Err(error),
            };
            match outcome {
                Ok(answer) => {
                    tx.transaction.commit().await?;
                    Ok(answer)
                }
                Err(error) => {
                    // Undone before the caller hears of it, so that nobody waits for its locks. When even that
                    // fails the connection is broken, and the database undoes the rest by itself.
                    let _ = tx.transaction.rollback().await;
                    Err(error)
                }
            }
        };
        let task = tokio::spawn(tokio::time::timeout(LONGEST, transaction));
        let in_time = task.await.map_err(|_| StoreError::TaskEnded)?;
        in_time.map_err(|_| StoreError::Unavailable(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())))?
    }
}

/// Entries name the build that wrote them. It is said in each transaction, because a pooler between here and the
/// database does not keep what was said once when the connection was opened.
macro_rules! begin_sql {
    ($begin:literal) => {
        concat!("select set_config('hz.build', $1, true), audit.", $begin)
    };
}

/// Binds the actor to the transaction, without which the triggers refuse every change, and takes the key of the form.
async fn begin(
    tx: &mut WriteTx,
    grant: &Grant,
    action: Action,
    reason: Option<&str>,
) -> Result<(), StoreError> {
    let client = grant.origin.client.map(|address| address.to_string());
    let statement = match &grant.authority {
        Authority::Session(_) => begin_sql!("begin($2, $3, $4, $5, $6::inet)"),
        Authority::System(SystemActor::SetUp) => begin_sql!("begin_set_up($2, $3, $4, $5::inet)"),
        Authority::System(SystemActor::SignIn) => begin_sql!("begin_sign_in($2, $3, $4, $5::inet)"),
        Authority::System(SystemActor::CommandLine) => begin_sql!("begin_command_line($2, $3, $4, $5::inet)"),
        Authority::System(SystemActor::Migration) => begin_sql!("begin_migration($2, $3, $4, $5::inet)"),
        Authority::System(SystemActor::Demonstration) => {
            begin_sql!("begin_demonstration($2, $3, $4, $5::inet)")
        }
    };
    let query = sqlx::query(statement).bind(env!("CARGO_PKG_VERSION"));
    let query = match &grant.authority {
        Authority::Session(token) => query.bind(token.0.to_vec()),
        Authority::System(_) => query,
    };
    query
        .bind(action.0)
        .bind(&grant.origin.request)
        .bind(reason)
        .bind(client)
        .execute(tx.connection())
        .await?;
    accepted_forms::take(tx.connection(), grant).await
}
