//! Backups: a folder with one copy of the database and a manifest that proves what is in it.
//!
//! The copy is made by `pg_dump` from one snapshot, while people work. In the same snapshot all rows
//! are counted, table by table; the manifest holds the counts and the copy's digest, so a restore can
//! prove that it brought back everything. What a backup holds is as confidential as the database.

mod restore;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::problem::Problem;

pub use restore::{Restored, restore, verified};

const FORMAT: u32 = 1;
const MANIFEST: &str = "manifest.json";
const COPY: &str = "database.dump";

/// What a backup says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    format: u32,
    /// The version of Hazel that made it.
    build: String,
    made_at: String,
    postgres: String,
    /// The newest entry of the trail in the copy.
    newest_entry: i64,
    incarnation: i32,
    /// The rows of every table, counted in the snapshot that was copied.
    rows: BTreeMap<String, i64>,
    copy: CopyFile,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct CopyFile {
    file: String,
    bytes: u64,
    sha256: String,
}

/// How the Postgres programs reach the server: by environment, so that no password stands in a
/// list of processes.
#[derive(Debug, Clone)]
pub struct Reach {
    /// `PG*` variables.
    pub environment: Vec<(&'static str, String)>,
    /// Where the programs are.
    pub programs: crate::embedded::PostgresPrograms,
}

impl Reach {
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.program(program));
        command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C.UTF-8");
        command.envs(self.environment.iter().map(|(name, value)| (*name, value.as_str())));
        command.stdin(Stdio::null());
        command
    }
}

impl Manifest {
    /// Where the backup ends on the trail.
    pub fn newest_entry(&self) -> i64 {
        self.newest_entry
    }

    /// The digest of the copy.
    pub fn digest(&self) -> &str {
        &self.copy.sha256
    }

    /// How many rows it has in all.
    pub fn rows(&self) -> i64 {
        self.rows.values().sum()
    }
}

/// Makes a backup in a new or empty folder.
///
/// # Errors
/// When the folder is not empty, or the database refuses; then what was begun is taken away.
pub async fn make(folder: &Path, connection: PgConnection, reach: Reach) -> Result<Manifest, Problem> {
    prepare_folder(folder)?;
    let made = copy_into(folder, connection, reach).await;
    if made.is_err() {
        // Half a backup must not be taken for one. There is nothing more to say if this fails too.
        let _ = fs::remove_file(folder.join(COPY));
        let _ = fs::remove_file(folder.join(MANIFEST));
    }
    made
}

fn prepare_folder(folder: &Path) -> Result<(), Problem> {
    let unusable = |cause: std::io::Error| {
        Problem::failed(format!("The folder {} can not be used.", folder.display())).because(cause)
    };
    match fs::read_dir(folder).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Problem::failed(format!(
            "{} is not empty, and a backup overwrites nothing: name a new folder.",
            folder.display()
        ))),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(unusable)
        }
        Err(cause) => Err(unusable(cause)),
    }
}

async fn copy_into(folder: &Path, mut connection: PgConnection, reach: Reach) -> Result<Manifest, Problem> {
    let refused =
        |cause: sqlx::Error| Problem::failed("The database could not be read for the backup.").because(cause);
    // The snapshot must stay open for as long as the copy takes.
    sqlx::raw_sql("set statement_timeout = 0; set idle_in_transaction_session_timeout = 0")
        .execute(&mut connection)
        .await
        .map_err(refused)?;
    let mut reading = connection.begin().await.map_err(refused)?;
    sqlx::raw_sql("set transaction isolation level repeatable read, read only")
        .execute(&mut *reading)
        .await
        .map_err(refused)?;
    let snapshot: String = sqlx::query("select pg_export_snapshot()")
        .fetch_one(&mut *reading)
        .await
        .and_then(|row| row.try_get(0))
        .map_err(refused)?;
    let rows = count_rows(&mut reading).await.map_err(refused)?;
    let (newest_entry, incarnation, postgres) = position(&mut reading).await.map_err(refused)?;

    let target = folder.join(COPY);
    let written = {
        let target = target.clone();
        tokio::task::spawn_blocking(move || dump(&target, &snapshot, &reach))
            .await
            .map_err(|cause| Problem::failed("The backup was broken off.").because(cause))?
    };
    written?;
    reading.rollback().await.map_err(refused)?;
    let _ = connection.close().await;

    let (sha256, bytes) = digest_of(&target)?;
    let manifest = Manifest {
        format: FORMAT,
        build: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default(),
        postgres,
        newest_entry,
        incarnation,
        rows,
        copy: CopyFile { file: COPY.to_owned(), bytes, sha256 },
    };
    write_manifest(folder, &manifest)?;
    Ok(manifest)
}

fn dump(target: &Path, snapshot: &str, reach: &Reach) -> Result<(), Problem> {
    let problem =
        |cause: std::io::Error| Problem::failed("The program pg_dump could not be run.").because(cause);
    let file = new_private_file(target)?;
    let output = reach
        .command("pg_dump")
        .args(["--format=custom", "--no-password", "--lock-wait-timeout=30s"])
        .arg(format!("--snapshot={snapshot}"))
        .stdout(file.try_clone().map_err(problem)?)
        .output()
        .map_err(problem)?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(Problem::failed("The database could not be copied.").because(words));
    }
    file.sync_all().map_err(problem)
}

fn write_manifest(folder: &Path, manifest: &Manifest) -> Result<(), Problem> {
    let problem = |cause: std::io::Error| {
        Problem::failed(format!("The manifest in {} could not be written.", folder.display())).because(cause)
    };
    let mut text = serde_json::to_string_pretty(manifest)
        .map_err(|cause| Problem::failed("The manifest could not be made.").because(cause))?;
    text.push('\n');
    let mut file = new_private_file(&folder.join(MANIFEST))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(problem)?;
    // The names are part of the backup: without this a power cut could lose them.
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(problem)
}

fn new_private_file(path: &Path) -> Result<File, Problem> {
    File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|cause| Problem::failed(format!("{} could not be written.", path.display())).because(cause))
}

/// The schemas that a backup is about; the database's own are not.
const TABLES: &str = "select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname in ('app', 'run', 'audit', 'install')
    order by 1";

async fn count_rows(connection: &mut PgConnection) -> Result<BTreeMap<String, i64>, sqlx::Error> {
    let mut counts = BTreeMap::new();
    for row in sqlx::query(TABLES).fetch_all(&mut *connection).await? {
        let name: String = row.try_get("name")?;
        // The name was quoted by the database itself.
        let count = sqlx::query(AssertSqlSafe(format!("select count(*) from {name}")))
            .fetch_one(&mut *connection)
            .await?
            .try_get(0)?;
        counts.insert(name, count);
    }
    Ok(counts)
}

async fn position(connection: &mut PgConnection) -> Result<(i64, i32, String), sqlx::Error> {
    let row = sqlx::query(
        "select coalesce((select max(entry_id) from audit.entry), 0),
                coalesce((select max(incarnation) from audit.incarnation), 0),
                current_setting('server_version')",
    )
    .fetch_one(connection)
    .await?;
    Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))
}

/// The digest of a file of any size, and its size.
fn digest_of(path: &Path) -> Result<(String, u64), Problem> {
    let problem = |cause: std::io::Error| {
        Problem::failed(format!("{} can not be read.", path.display())).because(cause)
    };
    let mut file = File::open(path).map_err(problem)?;
    let mut digest = Sha256::new();
    let mut part = vec![0_u8; 256 * 1024];
    let mut bytes = 0;
    loop {
        let read = file.read(&mut part).map_err(problem)?;
        if read == 0 {
            break;
        }
        digest.update(&part[..read]);
        bytes += read as u64;
    }
    let text = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((text, bytes))
}
