//! The only way to write.

use std::future::Future;
use std::pin::Pin;

use sqlx::{PgConnection, Postgres, Transaction};

use crate::actor::{Authority, Grant, SystemActor};
use crate::{Store, StoreError};

/// What a transaction does, in the words of the trail: `hazard.severity_set`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Action(pub &'static str);

/// A transaction that has an actor.
#[derive(Debug)]
pub struct WriteTx {
    transaction: Transaction<'static, Postgres>,
}

impl WriteTx {
    /// The connection, for the statements of this crate.
    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        &mut self.transaction
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
        let pool = self.write.clone();
        let grant = grant.clone();
        let reason = reason.map(str::to_owned);
        let task = tokio::spawn(async move {
            #[expect(clippy::disallowed_methods, reason = "this is the one place, inside a task of its own")]
            let transaction = pool.begin().await?;
            let mut tx = WriteTx { transaction };
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
        });
        task.await.map_err(|_| StoreError::TaskEnded)?
    }
}

/// Binds the actor to the transaction; without it the triggers refuse every change.
async fn begin(
    tx: &mut WriteTx,
    grant: &Grant,
    action: Action,
    reason: Option<&str>,
) -> Result<(), StoreError> {
    let client = grant.origin.client.map(|address| address.to_string());
    let statement = match &grant.authority {
        Authority::Session(_) => "select audit.begin($1, $2, $3, $4, $5::inet)",
        Authority::System(SystemActor::SetUp) => "select audit.begin_set_up($1, $2, $3, $4::inet)",
        Authority::System(SystemActor::SignIn) => "select audit.begin_sign_in($1, $2, $3, $4::inet)",
        Authority::System(SystemActor::CommandLine) => {
            "select audit.begin_command_line($1, $2, $3, $4::inet)"
        }
        Authority::System(SystemActor::Migration) => "select audit.begin_migration($1, $2, $3, $4::inet)",
        Authority::System(SystemActor::Demonstration) => {
            "select audit.begin_demonstration($1, $2, $3, $4::inet)"
        }
    };
    let query = sqlx::query(statement);
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
    Ok(())
}
