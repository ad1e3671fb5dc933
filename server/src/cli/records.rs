//! Commands on the whole database: migrate, backup, restore, check.

use std::path::Path;

use secrecy::{ExposeSecret as _, SecretString};
use service::Grant;
use sqlx::{Connection as _, PgConnection};
use store::{Action, Event, SystemActor};

use super::origin;
use crate::backup::{self, Reach};
use crate::clock::{self, Clock};
use crate::config::{Database, Settings};
use crate::database::{self, Opened};
use crate::embedded::{self, FolderLock, Folders, PostgresPrograms, PrivatePostgres};
use crate::migrate;
use crate::problem::Problem;

const BACKUP_ROLE: &str = "hz_backup";

/// `hazel migrate`.
pub(super) async fn migrate(settings: &Settings, admin_url: Option<SecretString>) -> Result<(), Problem> {
    let report = match (admin_url, settings.database()?) {
        (Some(url), _) => {
            migrate::run(&migrate::Installer { admin: database::parse_url(&url)?, migrate: None }).await?
        }
        (None, Database::Private) => {
            let folders = Folders::in_data_dir(&settings.data_dir()?);
            let private = database::start_private_unless_running(settings, &folders).await?;
            let report = database::install_private(&folders).await;
            stop(private).await;
            report?
        }
        (None, Database::Given(_)) => {
            return Err(Problem::usage(
                "A given database is migrated by its administrator: add --admin-url with the URL of a role \
                 that may create roles.",
            ));
        }
    };
    if report.applied.is_empty() {
        println!("The database is up to date.");
    }
    for name in &report.applied {
        println!("applied {name}");
    }
    Ok(())
}

/// `hazel backup FOLDER`.
pub(super) async fn backup(
    settings: &Settings,
    folder: &Path,
    backup_url: Option<SecretString>,
) -> Result<(), Problem> {
    let opened = database::open_for_command(settings).await?;
    let made = backup_opened(settings, &opened, folder, backup_url).await;
    opened.close().await;
    let manifest = made?;
    println!(
        "{} holds the backup: {} rows, trail up to entry {}, SHA-256 {}.",
        folder.display(),
        manifest.rows(),
        manifest.newest_entry(),
        manifest.digest()
    );
    Ok(())
}

async fn backup_opened(
    settings: &Settings,
    opened: &Opened,
    folder: &Path,
    backup_url: Option<SecretString>,
) -> Result<backup::Manifest, Problem> {
    let (options, reach) = match (settings.database()?, backup_url) {
        (Database::Private, _) => {
            let folders = Folders::in_data_dir(&settings.data_dir()?);
            (folders.connect_as(BACKUP_ROLE), reach_private(settings, &folders, BACKUP_ROLE)?)
        }
        (Database::Given(_), Some(url)) => (database::parse_url(&url)?, reach_given(settings, &url)?),
        (Database::Given(_), None) => {
            return Err(Problem::usage(
                "A given database is copied by a role that may read everything: add --backup-url with the URL \
                 of hz_backup.",
            ));
        }
    };
    let connection = PgConnection::connect_with(&options).await.map_err(|cause| {
        Problem::failed(format!("The database can not be reached as {}.", options.get_username()))
            .because(cause)
    })?;
    let manifest = backup::make(folder, connection, reach).await?;
    let told = Event::new(Action("backup.made"), "backup").saying(serde_json::json!({
        "sha256": manifest.digest(),
        "newest_entry": manifest.newest_entry(),
        "rows": manifest.rows(),
    }));
    let grant = Grant::system(SystemActor::CommandLine, origin());
    opened.store().event(&grant, told).await.map_err(|cause| {
        Problem::failed("The backup was made, but could not be entered on the trail.").because(cause)
    })?;
    Ok(manifest)
}

/// `hazel restore FOLDER`.
pub(super) async fn restore(settings: &Settings, folder: &Path) -> Result<(), Problem> {
    if matches!(settings.database()?, Database::Given(_)) {
        return Err(Problem::usage(
            "hazel restore fills a private database in an empty data folder: leave DATABASE_URL out.",
        ));
    }
    backup::verified(folder)?;
    let data_dir = settings.data_dir()?;
    let folders = Folders::in_data_dir(&data_dir);
    let lock = FolderLock::take(&folders)?.ok_or_else(|| FolderLock::held_by_another(&folders))?;
    if folders.has_database() {
        return Err(Problem::configuration(format!(
            "{} holds a database already, and a restore overwrites nothing: name an empty folder with --data-dir.",
            data_dir.display()
        )));
    }
    let programs = settings.postgres_bin.clone();
    let private = {
        let folders = folders.clone();
        database::off_thread(move || PrivatePostgres::start_locked(folders, lock, programs.as_deref()))
            .await?
    };
    let restored = match reach_private(settings, &folders, embedded::SUPERUSER) {
        Ok(reach) => backup::restore(folder, &folders, reach).await,
        Err(problem) => Err(problem),
    };
    stop(Some(private)).await;
    let restored = match restored {
        Ok(restored) => restored,
        Err(problem) => {
            // A half-filled database must not be served. The folder was empty when we came.
            folders.remove_database()?;
            return Err(problem);
        }
    };
    println!(
        "Restored {} rows, trail up to entry {}; this is incarnation {} of the trail. All sessions and links have ended.",
        restored.manifest.rows(),
        restored.manifest.newest_entry(),
        restored.incarnation
    );
    Ok(())
}

/// `hazel check`: what a start would find, without listening.
pub(super) async fn check(settings: &Settings) -> Result<(), Problem> {
    settings.check()?;
    if matches!(settings.database()?, Database::Private) {
        let data_dir = settings.data_dir()?;
        if !Folders::in_data_dir(&data_dir).has_database() {
            println!("{} holds no database yet; hazel serve makes it.", data_dir.display());
            return Ok(());
        }
    }
    let opened = database::open_for_command(settings).await?;
    let guard = opened.ddl_guard;
    opened.close().await;
    println!("The database is fit to serve on and has the schema of this build.");
    if guard {
        println!("The schema of the trail is guarded.");
    } else {
        println!("The schema of the trail is not guarded: installing that needs a superuser.");
    }
    println!(
        "{}",
        match clock::state() {
            Clock::Synchronised { max_error_us } => {
                format!("The clock is synchronised; its error is at most {max_error_us} microseconds.")
            }
            Clock::Unsynchronised => "The clock is not synchronised.".to_owned(),
            Clock::Unknown => "The system does not say whether the clock is synchronised.".to_owned(),
        }
    );
    Ok(())
}

async fn stop(private: Option<PrivatePostgres>) {
    if let Some(private) = private {
        let _ = tokio::task::spawn_blocking(move || private.stop()).await;
    }
}

fn reach_private(settings: &Settings, folders: &Folders, role: &str) -> Result<Reach, Problem> {
    let environment = vec![
        ("PGHOST", folders.socket().display().to_string()),
        ("PGPORT", "5432".to_owned()),
        ("PGUSER", role.to_owned()),
        ("PGDATABASE", embedded::DATABASE.to_owned()),
    ];
    Ok(Reach { environment, programs: folders.programs(settings.postgres_bin.as_deref())? })
}

/// The programs take a URL, but only as an argument, where everybody on the machine can read it. So
/// the password goes another way.
fn reach_given(settings: &Settings, url: &SecretString) -> Result<Reach, Problem> {
    let options = database::parse_url(url)?;
    let host = match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => options.get_host().to_owned(),
    };
    let mut environment = vec![
        ("PGHOST", host),
        ("PGPORT", options.get_port().to_string()),
        ("PGUSER", options.get_username().to_owned()),
        ("PGDATABASE", options.get_database().unwrap_or(embedded::DATABASE).to_owned()),
    ];
    if let Some(password) = password_of(url.expose_secret()) {
        environment.push(("PGPASSWORD", password));
    }
    Ok(Reach { environment, programs: PostgresPrograms::find_newest(settings.postgres_bin.as_deref())? })
}

fn password_of(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let (credentials, _) = rest.rsplit_once('@')?;
    let (_, password) = credentials.split_once(':')?;
    let mut plain = Vec::new();
    let mut bytes = password.bytes();
    while let Some(byte) = bytes.next() {
        let digits = (byte == b'%').then(|| bytes.clone().take(2).collect::<Vec<u8>>());
        let decoded = digits
            .and_then(|digits| String::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(&digits, 16).ok());
        if decoded.is_some() {
            bytes.nth(1);
        }
        plain.push(decoded.unwrap_or(byte));
    }
    String::from_utf8(plain).ok()
}

#[cfg(test)]
mod tests {
    use super::password_of;

    #[test]
    fn a_password_is_read_from_a_url() {
        let table = [
            ("postgres://a:b@h/d", Some("b")),
            ("postgres://a:b%40c%2F%zz@h/d", Some("b@c/%zz")),
            ("postgres://a@h/d", None),
            ("postgres://h/d", None),
        ];
        for (url, expected) in table {
            assert_eq!(password_of(url).as_deref(), expected, "{url}");
        }
    }
}
