//! Opening the database: the private one or a given one, and the refusal to serve on an unfit one.

use std::path::PathBuf;
use std::str::FromStr as _;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection as _, PgConnection, PgExecutor, PgPool, Row as _};
use store::{Connections, Held, Store};

use crate::config::{Database, Settings};
use crate::embedded::{self, FolderLock, Folders, PrivatePostgres};
use crate::migrate::{self, Installer};
use crate::problem::Problem;

/// The role that serves.
pub const SERVING_ROLE: &str = "hz_app";
const MIGRATING_ROLE: &str = "hz_migrate";

/// How long a request waits for a connection before it is told that the server is busy.
pub const WAIT_FOR_CONNECTION: Duration = Duration::from_secs(3);

/// A connection that was used within this time is not asked whether it still leads anywhere before it is used again.
const TRUST_TIME: Duration = Duration::from_secs(1);
/// How long connections may take to end when the server stops.
const CLOSING_TIME: Duration = Duration::from_secs(5);
/// A connection that does not answer within this time is closed.
const ANSWER_TIME: Duration = Duration::from_secs(2);

/// An open database, with the process behind it where it is ours.
#[derive(Debug)]
pub struct Opened {
    /// Connections of the serving role.
    pub pool: PgPool,
    /// The private Postgres, when this process started it.
    pub private: Option<PrivatePostgres>,
    /// For how long a connection is the same one.
    pub held: Held,
    /// How the connections are opened.
    pub options: PgConnectOptions,
    /// Whether the database refuses changes of the trail's structure.
    pub ddl_guard: bool,
}

impl Opened {
    /// The records, over these connections.
    #[must_use]
    pub fn store(&self) -> Store {
        let connections = Connections::new(self.pool.clone(), self.held);
        Store::with_replica(connections.clone(), connections)
    }

    /// Ends the connections, then the database process.
    pub async fn close(self) {
        // What is still being connected to a database that is gone would be waited for.
        if tokio::time::timeout(CLOSING_TIME, self.pool.close()).await.is_err() {
            tracing::warn!("Some connections to the database did not end in time.");
        }
        if let Some(private) = self.private {
            // Waiting for a process blocks; an error here means that the wait itself was broken off.
            let _ = tokio::task::spawn_blocking(move || private.stop()).await;
        }
    }
}

/// Opens the database for the server: alone on its data folder, migrated, fit to serve on.
///
/// # Errors
/// One sentence that says what is wrong with it.
pub async fn open_to_serve(settings: &Settings) -> Result<Opened, Problem> {
    match settings.database()? {
        Database::Given(url) => open_given(&url, settings.held(), settings.database_connections).await,
        Database::Private => {
            let private = start_private(settings).await?;
            let folders = private.folders().clone();
            install_private(&folders).await?;
            open_private(&folders, Some(private), settings.database_connections).await
        }
    }
}

/// Opens the database for one command: beside a running server through its socket, otherwise by
/// starting it for as long as the command takes.
///
/// # Errors
/// One sentence that says what is wrong with it.
pub async fn open_for_command(settings: &Settings) -> Result<Opened, Problem> {
    const CONNECTIONS: u32 = 2;
    match settings.database()? {
        Database::Given(url) => open_given(&url, settings.held(), CONNECTIONS).await,
        Database::Private => {
            let folders = Folders::in_data_dir(&settings.data_dir()?);
            let private = start_private_unless_running(settings, &folders).await?;
            if private.is_some() {
                install_private(&folders).await?;
            }
            open_private(&folders, private, CONNECTIONS).await
        }
    }
}

/// Starts the private Postgres. Making a new one takes seconds, so it happens off the async threads.
///
/// # Errors
/// As for [`PrivatePostgres::start`].
pub async fn start_private(settings: &Settings) -> Result<PrivatePostgres, Problem> {
    let data_dir = settings.data_dir()?;
    let programs = settings.postgres_bin.clone();
    off_thread(move || PrivatePostgres::start(&data_dir, programs.as_deref())).await
}

/// The same for a command, which may come while a server is running on the folder: then `None`.
///
/// # Errors
/// As for [`PrivatePostgres::start`].
pub async fn start_private_unless_running(
    settings: &Settings,
    folders: &Folders,
) -> Result<Option<PrivatePostgres>, Problem> {
    let Some(lock) = FolderLock::take(folders)? else {
        return Ok(None);
    };
    let programs: Option<PathBuf> = settings.postgres_bin.clone();
    let folders = folders.clone();
    off_thread(move || PrivatePostgres::start_locked(folders, lock, programs.as_deref())).await.map(Some)
}

/// Does blocking work off the async threads.
///
/// # Errors
/// Those of the work.
pub async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|cause| Problem::failed("The start of the database was broken off.").because(cause))?
}

/// Makes Hazel's database inside the private Postgres where it is missing, and migrates it, over
/// superuser connections that are closed again when this returns.
///
/// # Errors
/// When the database refuses.
pub async fn install_private(folders: &Folders) -> Result<migrate::Report, Problem> {
    create_database(folders).await?;
    migrate::run(&Installer {
        admin: folders.connect_as(embedded::SUPERUSER),
        migrate: Some(folders.connect_as(MIGRATING_ROLE)),
    })
    .await
}

/// Makes Hazel's empty database where it is missing.
///
/// # Errors
/// When the database refuses.
pub async fn create_database(folders: &Folders) -> Result<(), Problem> {
    let refused =
        |cause: sqlx::Error| Problem::failed("The private database could not be prepared.").because(cause);
    let options = folders.connect_as(embedded::SUPERUSER).database("postgres");
    let mut admin = PgConnection::connect_with(&options).await.map_err(refused)?;
    let there: bool = sqlx::query("select exists (select from pg_database where datname = $1)")
        .bind(embedded::DATABASE)
        .fetch_one(&mut admin)
        .await
        .and_then(|row| row.try_get(0))
        .map_err(refused)?;
    if !there {
        sqlx::raw_sql("set statement_timeout = 0").execute(&mut admin).await.map_err(refused)?;
        sqlx::raw_sql("create database hazel template template0")
            .execute(&mut admin)
            .await
            .map_err(refused)?;
    }
    admin.close().await.map_err(refused)
}

async fn open_private(
    folders: &Folders,
    private: Option<PrivatePostgres>,
    connections: u32,
) -> Result<Opened, Problem> {
    open(folders.connect_as(SERVING_ROLE), Held::ForSession, private, connections).await
}

async fn open_given(url: &SecretString, held: Held, connections: u32) -> Result<Opened, Problem> {
    open(parse_url(url)?, held, None, connections).await
}

/// The options that a URL stands for.
///
/// # Errors
/// When it is none; the sentence does not repeat it, because it holds a password.
pub fn parse_url(url: &SecretString) -> Result<PgConnectOptions, Problem> {
    PgConnectOptions::from_str(url.expose_secret()).map_err(|_| {
        Problem::configuration(
            "The database URL can not be understood: it must be like postgres://hz_app:password@host:5432/hazel.",
        )
    })
}

async fn open(
    options: PgConnectOptions,
    held: Held,
    private: Option<PrivatePostgres>,
    connections: u32,
) -> Result<Opened, Problem> {
    // A pooler takes only the settings that it knows; numbers come as bits, so their digits are no matter.
    let options = options.application_name("hazel").extra_float_digits(None);
    let first = PgConnection::connect_with(&options)
        .await
        .map_err(|cause| Problem::failed("The database can not be reached.").because(cause))?;
    let _ = first.close().await;
    let pool = pool(options.clone(), connections);
    let asked = Connections::new(pool.clone(), held);
    check_fit(&asked).await?;
    let levels = migrate::levels(&asked).await.map_err(|_| missing_schema())?;
    if !levels.unknown.is_empty() {
        return Err(Problem::configuration(format!(
            "The database was made by another build of Hazel (migration {} is not this one's): \
             use that build, or a newer one.",
            levels.unknown.join(", ")
        )));
    }
    if !levels.missing.is_empty() {
        return Err(missing_schema());
    }
    Ok(Opened { pool, private, held, options, ddl_guard: levels.ddl_guard })
}

fn pool(options: PgConnectOptions, connections: u32) -> PgPool {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(WAIT_FOR_CONNECTION)
        .max_lifetime(Duration::from_secs(30 * 60))
        .test_before_acquire(false)
        .before_acquire(|connection, known| {
            Box::pin(
                async move { if known.idle_for > TRUST_TIME { answers(connection).await } else { Ok(true) } },
            )
        })
        .after_release(|connection, _| Box::pin(answers(connection)))
        .connect_lazy_with(options)
}

/// Whether a connection still leads to the database. One on which a request was given up in the middle may wait for
/// ever, and would keep its place in the pool for as long.
async fn answers(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    match tokio::time::timeout(ANSWER_TIME, connection.ping()).await {
        Ok(answer) => answer.map(|()| true),
        Err(_) => Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())),
    }
}

fn missing_schema() -> Problem {
    Problem::configuration(
        "The database does not have the schema of this build: run hazel migrate --admin-url with an \
         administrator's URL.",
    )
}

/// Refuses what could lose or leak records: too old a server, too mighty a role, durability that
/// is switched off.
async fn check_fit<'c>(executor: impl PgExecutor<'c>) -> Result<(), Problem> {
    let row = sqlx::query(
        "select current_setting('server_version_num')::int4 / 10000 as version,
                current_setting('fsync') as fsync,
                current_setting('full_page_writes') as full_page_writes,
                current_setting('synchronous_commit') as synchronous_commit,
                pg_is_in_recovery() as is_replica,
                r.rolsuper as is_superuser,
                r.rolcreaterole or r.rolbypassrls or r.rolreplication
                    or exists (select from pg_roles o
                               where o.rolname in ('hz_audit_owner', 'hz_app_owner')
                                 and pg_has_role(session_user, o.oid, 'member')) as is_mighty
         from pg_roles r where r.rolname = session_user",
    )
    .fetch_one(executor)
    .await
    .map_err(|cause| Problem::failed("The database does not tell its settings.").because(cause))?;
    let fitness = Fitness {
        version: row.try_get("version").unwrap_or_default(),
        is_superuser: row.try_get("is_superuser").unwrap_or(true),
        is_mighty: row.try_get("is_mighty").unwrap_or(true),
        is_replica: row.try_get("is_replica").unwrap_or(true),
        fsync: row.try_get("fsync").unwrap_or_default(),
        full_page_writes: row.try_get("full_page_writes").unwrap_or_default(),
        synchronous_commit: row.try_get("synchronous_commit").unwrap_or_default(),
    };
    match fitness.flaw() {
        Some(sentence) => Err(Problem::configuration(sentence)),
        None => Ok(()),
    }
}

/// What the database told about itself.
#[derive(Debug, Clone)]
struct Fitness {
    version: i32,
    is_superuser: bool,
    is_mighty: bool,
    is_replica: bool,
    fsync: String,
    full_page_writes: String,
    synchronous_commit: String,
}

impl Fitness {
    fn flaw(&self) -> Option<String> {
        if self.version < 15 {
            return Some(format!("Postgres {} is too old: Hazel needs Postgres 15 or newer.", self.version));
        }
        if self.is_superuser {
            return Some(
                "Hazel does not serve as a database superuser, who could rewrite the trail: \
                 let DATABASE_URL name the role hz_app."
                    .to_owned(),
            );
        }
        if self.is_mighty {
            return Some(
                "Hazel does not serve as a role that owns the records or may make roles: \
                 let DATABASE_URL name the role hz_app."
                    .to_owned(),
            );
        }
        if self.is_replica {
            return Some("This database is a replica and takes no writes: name the primary.".to_owned());
        }
        for (name, value) in [
            ("fsync", &self.fsync),
            ("full_page_writes", &self.full_page_writes),
            ("synchronous_commit", &self.synchronous_commit),
        ] {
            if value == "off" || value.is_empty() {
                return Some(format!(
                    "The database has {name} switched off and could lose what it confirmed: switch it on."
                ));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unfit_database_is_refused_with_its_flaw() {
        let fit = Fitness {
            version: 15,
            is_superuser: false,
            is_mighty: false,
            is_replica: false,
            fsync: "on".to_owned(),
            full_page_writes: "on".to_owned(),
            synchronous_commit: "on".to_owned(),
        };
        assert_eq!(fit.flaw(), None);
        assert_eq!(Fitness { synchronous_commit: "remote_apply".to_owned(), ..fit.clone() }.flaw(), None);
        let off = || "off".to_owned();
        let table = [
            (Fitness { version: 14, ..fit.clone() }, "too old"),
            (Fitness { is_superuser: true, ..fit.clone() }, "superuser"),
            (Fitness { is_mighty: true, ..fit.clone() }, "owns the records"),
            (Fitness { is_replica: true, ..fit.clone() }, "replica"),
            (Fitness { fsync: off(), ..fit.clone() }, "fsync"),
            (Fitness { full_page_writes: off(), ..fit.clone() }, "full_page_writes"),
            (Fitness { synchronous_commit: off(), ..fit }, "synchronous_commit"),
        ];
        for (fitness, word) in table {
            assert!(fitness.flaw().is_some_and(|flaw| flaw.contains(word)), "{word}");
        }
    }
}
