//! Making a database cluster, and the settings it runs under.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::account::Account;
use super::programs::Programs;
use super::{Folders, SUPERUSER};
use crate::problem::Problem;

/// The settings that never change. The time limits belong to the trail's design: a session that
/// holds a transaction open would hold back what reads the trail.
const SETTINGS: &str = "\
# Written by Hazel at each start; changes here are lost.
port = 5432
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 70
password_encryption = 'scram-sha-256'

# An answer is given only when the record is on disk.
fsync = on
full_page_writes = on
synchronous_commit = on
wal_level = replica
max_wal_size = '512MB'

statement_timeout = '15s'
lock_timeout = '3s'
idle_in_transaction_session_timeout = '10s'
jit = off

timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'

# One file a weekday, overwritten after a week; no statements, which hold people's texts.
logging_collector = on
log_filename = 'postgres-%a.log'
log_truncate_on_rotation = on
log_rotation_age = '1d'
log_rotation_size = 0
log_file_mode = 0600
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
log_line_prefix = '%m [%p] %u '
";

/// Those that not even a superuser may alter while Hazel runs the database.
pub(super) const UNALTERABLE: [&str; 4] =
    ["fsync=on", "full_page_writes=on", "synchronous_commit=on", "listen_addresses="];

/// The roles that the server's own account may take. The superuser is among them, because an
/// update must be installed by somebody: separation of roles is real between database sessions,
/// and only nominal against whoever holds this account.
const ROLES: [&str; 4] = [SUPERUSER, "hz_app", "hz_migrate", "hz_backup"];

/// Makes a new, empty cluster with page checksums. It appears under its final name only when it
/// is complete, so a start that was cut off half-way leaves nothing that looks like a database.
pub(super) fn create(folders: &Folders, programs: &Programs, account: &Account) -> Result<(), Problem> {
    let data = folders.data();
    if fs::read_dir(&data).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Problem::configuration(format!(
            "{} is not empty and holds no database: move its content away, or choose another --data-dir.",
            data.display()
        )));
    }
    tracing::info!(folder = %data.display(), version = programs.version(), "Making a private Postgres.");
    let unfinished = folders.postgres().join("data.new");
    let clear = |dir: &Path| match fs::remove_dir_all(dir) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
            Err(Problem::failed(format!("{} can not be removed.", dir.display())).because(cause))
        }
        _ => Ok(()),
    };
    clear(&unfinished)?;
    clear(&data)?;
    account.own_folder(&unfinished)?;
    let mut command = Command::new(programs.program("initdb"));
    command
        .arg("--data-checksums")
        .args(["--username", SUPERUSER, "--auth", "peer"])
        .args(["--encoding", "UTF8", "--locale", "C.UTF-8"])
        .arg("--pgdata")
        .arg(&unfinished)
        .stdin(Stdio::null());
    account.run_as(&mut command);
    let output = command
        .output()
        .map_err(|cause| Problem::failed("The program initdb could not be run.").because(cause))?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(Problem::failed("The private database could not be made.").because(words));
    }
    fs::rename(&unfinished, &data).map_err(|cause| {
        Problem::failed("The private database could not be put in its place.").because(cause)
    })
}

/// Writes the settings beside the data and returns the main file's path.
pub(super) fn write_settings(folders: &Folders, account: &Account) -> Result<PathBuf, Problem> {
    let dir = folders.postgres();
    let access = dir.join("access.conf");
    let people = dir.join("people.conf");
    let main = dir.join("postgres.conf");

    let mut settings = SETTINGS.to_owned();
    for (name, path) in [
        ("unix_socket_directories", folders.socket()),
        ("log_directory", folders.log()),
        ("hba_file", access.clone()),
        ("ident_file", people.clone()),
    ] {
        // Writing to a string can not fail.
        let _ = writeln!(settings, "{name} = {}", quoted(&path)?);
    }

    let mut map = String::from("# map account role\n");
    for name in account.names() {
        for role in ROLES {
            let _ = writeln!(map, "hazel \"{name}\" {role}");
        }
    }
    let access_rules = "\
# kind database role method: only over the socket, only the accounts of people.conf
local all all peer map=hazel
local replication hz_backup peer map=hazel
";
    for (path, text) in [(&access, access_rules), (&people, map.as_str()), (&main, settings.as_str())] {
        // Readable for the database's account, and no secret in it.
        fs::write(path, text)
            .and_then(|()| fs::set_permissions(path, fs::Permissions::from_mode(0o644)))
            .map_err(|cause| {
                Problem::failed(format!("{} can not be written.", path.display())).because(cause)
            })?;
    }
    Ok(main)
}

/// A path as a value of the settings file. Several characters have a meaning in lists of folders.
fn quoted(path: &Path) -> Result<String, Problem> {
    match path.to_str() {
        Some(text) if !text.contains(['\n', ',', '"']) => {
            Ok(format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''")))
        }
        _ => Err(Problem::configuration(format!(
            "The data folder {} has a name that the database can not take: choose a plainer one with --data-dir.",
            path.display()
        ))),
    }
}
