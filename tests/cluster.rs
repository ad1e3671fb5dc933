//! The private Postgres of a test program, and the copies of its database.

use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use server::database::install_private;
use server::embedded::{DATABASE, PrivatePostgres, SUPERUSER};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, Executor as _, PgConnection};
use tokio::sync::Mutex;

static CLUSTER: OnceLock<Cluster> = OnceLock::new();
/// Whether the database that is copied has been migrated; locked while it is copied.
static TEMPLATE: Mutex<bool> = Mutex::const_new(false);
static COPIES: AtomicU32 = AtomicU32::new(0);

/// A running Postgres that lives as long as this program.
struct Cluster {
    postgres: PrivatePostgres,
    /// Held open: the watcher acts when it closes.
    _watched: ChildStdin,
}

impl Cluster {
    /// The cluster of this program, started at the first call. Blocks.
    fn of_this_program() -> &'static Self {
        CLUSTER.get_or_init(Self::start)
    }

    fn start() -> Self {
        let folder = parent_folder().join(format!("hazel-tests-{}", std::process::id()));
        // An earlier program with our number may have died without its watcher.
        let _ = std::fs::remove_dir_all(&folder);
        let watched = watch(&folder);
        let postgres = PrivatePostgres::start(&folder, None).unwrap_or_else(|problem| {
            panic!(
                "the tests' own Postgres does not start: {problem} {:?}",
                std::error::Error::source(&problem)
            )
        });
        Self { postgres, _watched: watched }
    }

    fn connect(&self, role: &str, database: &str) -> PgConnectOptions {
        self.postgres.folders().connect_as(role).database(database)
    }
}

/// Memory where the machine offers it, so that durable writes cost little.
fn parent_folder() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() && tempfile::tempfile_in(memory).is_ok() {
        memory.to_owned()
    } else {
        std::env::temp_dir()
    }
}

/// Starts a shell that waits until this program has ended, then stops the Postgres in `folder` and removes it.
#[expect(clippy::zombie_processes, reason = "the watcher outlives the tests: it cleans up after them")]
fn watch(folder: &Path) -> ChildStdin {
    use std::os::unix::process::CommandExt as _;
    const SCRIPT: &str = r#"
        cat >/dev/null
        pid=$(head -n 1 "$1/postgres/data/postmaster.pid" 2>/dev/null)
        [ -n "$pid" ] && kill -INT "$pid" 2>/dev/null
        tries=0
        while [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null && [ $tries -lt 100 ]; do
            tries=$((tries + 1))
            sleep 0.1
        done
        rm -rf "$1"
    "#;
    let mut watcher = Command::new("sh")
        .args(["-c", SCRIPT, "watcher"])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // A Ctrl-C at the terminal must not reach it.
        .process_group(0)
        .spawn()
        .expect("sh is on every machine that runs the tests");
    watcher.stdin.take().expect("its standard input was asked for")
}

/// A database of one test: a copy of the migrated one.
#[derive(Debug)]
pub struct Database {
    name: String,
}

impl Database {
    /// Makes a fresh copy.
    pub async fn copy() -> Self {
        let cluster =
            tokio::task::spawn_blocking(Cluster::of_this_program).await.expect("the cluster starts");
        // One at a time: a database that is copied must have no visitors.
        let mut is_migrated = TEMPLATE.lock().await;
        if !*is_migrated {
            install_private(cluster.postgres.folders()).await.unwrap_or_else(|problem| {
                panic!(
                    "the database can not be migrated: {problem} {:?}",
                    std::error::Error::source(&problem)
                )
            });
            *is_migrated = true;
        }
        let name = format!("t_{}", COPIES.fetch_add(1, Ordering::Relaxed));
        let mut connection = PgConnection::connect_with(&cluster.connect(SUPERUSER, "postgres"))
            .await
            .expect("the tests' own Postgres answers");
        let statement = format!("create database {name} template {DATABASE} strategy file_copy");
        connection
            .execute(sqlx::AssertSqlSafe(statement))
            .await
            .expect("the migrated database can be copied");
        connection.close().await.expect("the connection closes");
        Self { name }
    }

    /// How to reach it as `role`.
    #[must_use]
    pub fn connect_as(&self, role: &str) -> PgConnectOptions {
        Cluster::of_this_program().connect(role, &self.name)
    }
}
