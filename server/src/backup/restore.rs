//! Bringing a backup back, into an empty data folder only.
//!
//! A restored database is another life of the installation: what happened after the backup is missing
//! from it. So it opens a new incarnation of the trail with a key of its own, says so in an entry, and
//! ends all sessions and one-time links, which may have been withdrawn since.

use std::fs;
use std::path::Path;

use sqlx::{Connection as _, PgConnection, Row as _};

use super::{COPY, FORMAT, MANIFEST, Manifest, Reach, count_rows, digest_of};
use crate::database;
use crate::embedded::{DATABASE, Folders, SUPERUSER};
use crate::migrate;
use crate::problem::Problem;

/// What was brought back.
#[derive(Debug)]
pub struct Restored {
    /// What the backup says about itself.
    pub manifest: Manifest,
    /// The number of the new incarnation.
    pub incarnation: i32,
}

/// Reads a backup's manifest and proves that the copy is the one that it speaks of.
///
/// # Errors
/// When something is missing or differs.
pub fn verified(folder: &Path) -> Result<Manifest, Problem> {
    let text = fs::read_to_string(folder.join(MANIFEST)).map_err(|cause| {
        Problem::failed(format!("{} holds no backup: manifest.json can not be read.", folder.display()))
            .because(cause)
    })?;
    let manifest: Manifest = serde_json::from_str(&text)
        .map_err(|cause| Problem::failed("The backup's manifest can not be understood.").because(cause))?;
    if manifest.format != FORMAT {
        return Err(Problem::failed(format!(
            "The backup has format {}, and this build of Hazel reads format {FORMAT}.",
            manifest.format
        )));
    }
    let (sha256, bytes) = digest_of(&folder.join(COPY))?;
    if manifest.copy.file != COPY || sha256 != manifest.copy.sha256 || bytes != manifest.copy.bytes {
        return Err(Problem::failed(
            "The backup is damaged: the copy is not the one that the manifest speaks of. Nothing was restored.",
        ));
    }
    Ok(manifest)
}

/// Fills the empty database of a private Postgres that was just started.
///
/// # Errors
/// When the backup is damaged, the database refuses, or not every row came back.
pub async fn restore(folder: &Path, folders: &Folders, reach: Reach) -> Result<Restored, Problem> {
    let manifest = verified(folder)?;
    database::create_database(folders).await?;
    let options = folders.connect_as(SUPERUSER);
    migrate::make_roles(&options).await?;
    let copy = folder.join(COPY);
    tokio::task::spawn_blocking(move || fill(&copy, &reach))
        .await
        .map_err(|cause| Problem::failed("The restore was broken off.").because(cause))??;

    let refused =
        |cause: sqlx::Error| Problem::failed("The restored database could not be checked.").because(cause);
    let mut admin = PgConnection::connect_with(&options).await.map_err(refused)?;
    sqlx::raw_sql("set statement_timeout = 0").execute(&mut admin).await.map_err(refused)?;
    let rows = count_rows(&mut admin).await.map_err(refused)?;
    if let Some((table, expected)) =
        manifest.rows.iter().find(|(table, count)| rows.get(*table) != Some(count))
    {
        let found = rows.get(table).copied().unwrap_or_default();
        return Err(Problem::failed(format!(
            "The restore is not complete: {table} has {found} rows, the backup had {expected}."
        )));
    }
    let guarded: bool = sqlx::query("select guard.trail_is_whole() and guard.capture_is_genuine()")
        .fetch_one(&mut admin)
        .await
        .and_then(|row| row.try_get(0))
        .map_err(refused)?;
    if !guarded {
        return Err(Problem::failed(
            "The restored trail lacks guards that it must have; the backup is not used.",
        ));
    }
    let incarnation = open_incarnation(&mut admin, &manifest).await.map_err(refused)?;
    admin.close().await.map_err(refused)?;
    // Brings an older backup to the schema of this build, and opens the doors of the new database.
    database::install_private(folders).await?;
    Ok(Restored { manifest, incarnation })
}

fn fill(copy: &Path, reach: &Reach) -> Result<(), Problem> {
    let output = reach
        .command("pg_restore")
        .args(["--exit-on-error", "--single-transaction", "--no-password", "--dbname", DATABASE])
        .arg(copy)
        .output()
        .map_err(|cause| Problem::failed("The program pg_restore could not be run.").because(cause))?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(Problem::failed("The backup could not be restored.").because(words))
}

async fn open_incarnation(admin: &mut PgConnection, manifest: &Manifest) -> Result<i32, sqlx::Error> {
    let (inner_pad, outer_pad) = fresh_key();
    let mut transaction = admin.begin().await?;
    let gap = format!("Restored from a backup of {}; later changes are not in it.", manifest.made_at);
    let incarnation: i32 = sqlx::query(
        "insert into audit.incarnation (incarnation, reason, system_identifier, previous_size, gap_note)
         select (select max(incarnation) + 1 from audit.incarnation), 'restore', c.system_identifier::text, $1, $2
         from pg_control_system() c
         returning incarnation",
    )
    .bind(manifest.newest_entry)
    .bind(gap)
    .fetch_one(&mut *transaction)
    .await?
    .try_get(0)?;
    sqlx::query("insert into audit.key (incarnation, inner_pad, outer_pad) values ($1, $2, $3)")
        .bind(incarnation)
        .bind(inner_pad)
        .bind(outer_pad)
        .execute(&mut *transaction)
        .await?;
    sqlx::query(
        "select set_config('hz.build', $1, true),
                audit.begin_command_line('backup.restored', 'restore', null, null)",
    )
    .bind(env!("CARGO_PKG_VERSION"))
    .execute(&mut *transaction)
    .await?;
    let body = serde_json::json!({
        "backup": manifest.copy.sha256,
        "made_at": manifest.made_at,
        "newest_entry": manifest.newest_entry,
        "incarnation": incarnation,
    });
    sqlx::query("select audit.event('backup.restored', 'backup', null, null, $1, null)")
        .bind(body)
        .execute(&mut *transaction)
        .await?;
    sqlx::raw_sql(
        "update run.session set revoked_at = now() where revoked_at is null;
         update run.password_token set used_at = now() where used_at is null;",
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(incarnation)
}

/// A new key for the actor's context, as the two padded halves of HMAC-SHA-256 that the trail keeps.
fn fresh_key() -> (Vec<u8>, Vec<u8>) {
    let mut secret = [0_u8; 64];
    getrandom::fill(&mut secret[..32]).expect("without randomness nothing can be made safe");
    let padded = |pad: u8| secret.iter().map(|byte| byte ^ pad).collect();
    (padded(0x36), padded(0x5c))
}
