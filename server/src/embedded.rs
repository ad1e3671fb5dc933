//! A private Postgres in the data folder, for installations that have none.
//!
//! What holds here:
//! - **It can be reached only through a unix socket** in a folder that its own account alone may
//!   enter; there is no TCP port and no password. Who may become which role is written in
//!   the ident map (`embedded/cluster.rs`).
//! - **One server a folder.** A lock file, held for the life of the process, keeps a second one out.
//! - **Its settings are Hazel's.** They are written anew at each start, next to the data and not
//!   in it, so an edited file can not switch durability off. There is no flag that could.
//! - **A killed database is started again**, a few times; a server without one could only say so
//!   (`embedded/keeper.rs`).
//! - **A killed server leaves no mess.** The next start finds the database process by its pid
//!   file, stops it the fast way (which loses nothing that was committed) and starts its own.
//! - **It never runs as root**, because Postgres refuses to, with good reason: started as root,
//!   the database process gets an unprivileged account (`embedded/account.rs`).

mod account;
mod cluster;
mod keeper;
mod programs;

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::problem::Problem;
use account::Account;
use programs::Programs;

pub use keeper::Keeper;
pub use programs::Programs as PostgresPrograms;

/// The name of Hazel's database.
pub const DATABASE: &str = "hazel";
/// The role that installs; never used once the server listens.
pub const SUPERUSER: &str = "postgres";

/// How long a start may take: a database that was cut off reads its log again first.
const START_TIME: Duration = Duration::from_secs(300);
/// How long the fast stop may take before the immediate one, which is safe too but makes the
/// next start read the log again.
const STOP_TIME: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(10);
/// How long the processes of a database that was killed may take to notice it.
const ORPHANS_TIME: Duration = Duration::from_secs(30);
const ORPHANS_POLL: Duration = Duration::from_millis(200);
/// Linux takes 107 bytes and a zero, others 103; one limit for all.
const LONGEST_SOCKET_PATH: usize = 100;

/// The folders of one installation.
#[derive(Debug, Clone)]
pub struct Folders {
    root: PathBuf,
}

impl Folders {
    /// In this data folder.
    pub fn in_data_dir(data_dir: &Path) -> Self {
        Self { root: data_dir.to_path_buf() }
    }

    fn lock(&self) -> PathBuf {
        self.root.join("hazel.lock")
    }

    /// Everything of the database. This folder and the settings in it stay the server's own: were
    /// they the database account's, it could put a link there for root to write through.
    fn postgres(&self) -> PathBuf {
        self.root.join("postgres")
    }

    fn data(&self) -> PathBuf {
        self.postgres().join("data")
    }

    fn log(&self) -> PathBuf {
        self.postgres().join("log")
    }

    /// The folder that holds the socket.
    pub fn socket(&self) -> PathBuf {
        self.postgres().join("socket")
    }

    /// Whether there is a database, or something that this account may not look into.
    pub fn has_database(&self) -> bool {
        match fs::metadata(self.data().join("PG_VERSION")) {
            Ok(_) => true,
            Err(cause) => cause.kind() != std::io::ErrorKind::NotFound,
        }
    }

    /// The programs of the version that made the database.
    ///
    /// # Errors
    /// When that version is not installed.
    pub fn programs(&self, given: Option<&Path>) -> Result<Programs, Problem> {
        Programs::find_for(&self.data(), given)
    }

    /// Removes a database that was never complete. Its process must have ended.
    ///
    /// # Errors
    /// When files can not be removed.
    pub(crate) fn remove_database(&self) -> Result<(), Problem> {
        fs::remove_dir_all(self.data()).map_err(|cause| {
            Problem::failed(format!("{} can not be removed.", self.data().display())).because(cause)
        })
    }

    /// How to reach the database as this role.
    pub fn connect_as(&self, role: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(self.socket())
            .port(5432)
            .username(role)
            .database(DATABASE)
            .ssl_mode(PgSslMode::Disable)
    }
}

/// The right to the data folder, for as long as it lives.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the folder, making it first where it is missing. `None` when another process has it.
    ///
    /// # Errors
    /// When the folder can not be made or written to.
    pub fn take(folders: &Folders) -> Result<Option<Self>, Problem> {
        let root = &folders.root;
        let unusable = |cause: std::io::Error| {
            Problem::configuration(format!("The data folder {} can not be used.", root.display()))
                .because(cause)
        };
        if !root.exists() {
            // Others may pass through (the database's account must), not look.
            fs::DirBuilder::new().recursive(true).mode(0o711).create(root).map_err(unusable)?;
        }
        account::refuse_folder_of_another(root)?;
        let mut file = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(folders.lock())
            .map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Ok(None),
            Err(fs::TryLockError::Error(cause)) => return Err(unusable(cause)),
        }
        file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id())).map_err(unusable)?;
        Ok(Some(Self { _file: file }))
    }

    /// What to tell when somebody else has the folder.
    pub fn held_by_another(folders: &Folders) -> Problem {
        let holder = fs::read_to_string(folders.lock()).unwrap_or_default();
        let holder = match holder.trim() {
            "" => String::new(),
            pid => format!(" (process {pid})"),
        };
        Problem::configuration(format!(
            "Another Hazel{holder} is using the data folder {}: stop it first, or choose another folder with --data-dir.",
            folders.root.display()
        ))
    }
}

/// A running private Postgres, stopped when told to.
#[derive(Debug)]
pub struct PrivatePostgres {
    folders: Folders,
    programs: Programs,
    account: Account,
    config_file: PathBuf,
    postmaster: Child,
    /// Dropped last: nobody else may start on the folder before the database has ended.
    _lock: FolderLock,
}

impl PrivatePostgres {
    /// Starts it, making it first where there is none. Blocks; call it off the async threads.
    ///
    /// # Errors
    /// One sentence each: the folder is taken, unreachable or belongs to somebody else, no fit
    /// Postgres is installed, the socket's path is too long, the database does not start.
    pub fn start(data_dir: &Path, programs_dir: Option<&Path>) -> Result<Self, Problem> {
        let folders = Folders::in_data_dir(data_dir);
        let lock = FolderLock::take(&folders)?.ok_or_else(|| FolderLock::held_by_another(&folders))?;
        Self::start_locked(folders, lock, programs_dir)
    }

    /// The same, for a folder that was already taken.
    ///
    /// # Errors
    /// As for [`Self::start`].
    pub fn start_locked(
        folders: Folders,
        lock: FolderLock,
        programs_dir: Option<&Path>,
    ) -> Result<Self, Problem> {
        check_socket_path(&folders)?;
        let account = Account::for_folder(&folders.postgres(), &folders.data())?;
        Account::pass_folder(&folders.postgres())?;
        account.own_folder(&folders.socket())?;
        account.own_folder(&folders.log())?;
        account.check_access(&folders.postgres())?;

        let programs = if folders.has_database() {
            Programs::find_for(&folders.data(), programs_dir)?
        } else {
            let programs = Programs::find_newest(programs_dir)?;
            cluster::create(&folders, &programs, &account)?;
            programs
        };
        stop_orphan(&folders.data())?;
        let config_file = cluster::write_settings(&folders, &account)?;
        let postmaster = launch(&folders, &programs, &account, &config_file)?;
        let mut started = Self { folders, programs, account, config_file, postmaster, _lock: lock };
        started.wait_until_ready()?;
        Ok(started)
    }

    /// The folders it lives in.
    pub fn folders(&self) -> &Folders {
        &self.folders
    }

    /// Whether the database process has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.postmaster.try_wait(), Ok(None))
    }

    /// Starts it again after it has ended by itself. Blocks.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start_again(&mut self) -> Result<(), Problem> {
        let until = Instant::now() + ORPHANS_TIME;
        loop {
            stop_orphan(&self.folders.data())?;
            self.postmaster = launch(&self.folders, &self.programs, &self.account, &self.config_file)?;
            match self.wait_until_ready() {
                // What is left of a killed one still holds its memory, for a moment.
                Err(_) if Instant::now() < until => std::thread::sleep(ORPHANS_POLL),
                ended => return ended,
            }
        }
    }

    /// How many bytes the disk has left for it.
    ///
    /// # Errors
    /// When the operating system does not say.
    pub fn room(&self) -> std::io::Result<u64> {
        let told = rustix::fs::statvfs(self.folders.data())?;
        Ok(told.f_bavail.saturating_mul(told.f_frsize))
    }

    /// Stops it the fast way: open sessions are ended, what was committed is written down.
    /// Blocks until it has ended.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        for (signal, patience) in
            [(Signal::INT, STOP_TIME), (Signal::QUIT, STOP_TIME), (Signal::KILL, STOP_TIME)]
        {
            let until = Instant::now() + patience;
            loop {
                // `try_wait` also takes the zombie away, so the pid can not have been reused here.
                if self.has_ended() {
                    return;
                }
                if Instant::now() > until {
                    tracing::warn!(?signal, "The database did not stop when asked to.");
                    break;
                }
                send(Pid::from_child(&self.postmaster), signal, until, patience);
                std::thread::sleep(POLL);
            }
        }
    }

    fn wait_until_ready(&mut self) -> Result<(), Problem> {
        let began = Instant::now();
        let mut told = began;
        loop {
            if self.has_ended() {
                return Err(Problem::failed(format!(
                    "The private database did not start; its last words are in {}.",
                    self.folders.postgres().join("start.log").display()
                ))
                .because(last_words(&self.folders)));
            }
            let file = PidFile::read(&self.folders.data());
            if file.is_some_and(|file| file.is_ready && file.pid == Pid::from_child(&self.postmaster)) {
                return Ok(());
            }
            if began.elapsed() > START_TIME {
                return Err(Problem::failed("The private database takes too long to start."));
            }
            if told.elapsed() > Duration::from_secs(5) {
                told = Instant::now();
                tracing::info!("Waiting for the database, which is reading its log again.");
            }
            std::thread::sleep(POLL);
        }
    }
}

impl Drop for PrivatePostgres {
    /// An error on the way up must not leave the database behind.
    fn drop(&mut self) {
        if !self.has_ended() {
            self.end();
        }
    }
}

/// Sends a signal once, at the beginning of its time.
fn send(pid: Pid, signal: Signal, until: Instant, patience: Duration) {
    let waited = patience.saturating_sub(until.saturating_duration_since(Instant::now()));
    if waited < POLL {
        // An error means that it has just ended; the caller looks again.
        let _ = rustix::process::kill_process(pid, signal);
    }
}

fn check_socket_path(folders: &Folders) -> Result<(), Problem> {
    let path = folders.socket().join(".s.PGSQL.5432");
    let length = path.as_os_str().as_bytes().len();
    if length < LONGEST_SOCKET_PATH {
        return Ok(());
    }
    Err(Problem::configuration(format!(
        "The data folder's name is too long: the database's socket would be {length} bytes ({}), \
         and an operating system takes fewer than {LONGEST_SOCKET_PATH}. Choose a shorter --data-dir.",
        path.display()
    )))
}

fn launch(
    folders: &Folders,
    programs: &Programs,
    account: &Account,
    config_file: &Path,
) -> Result<Child, Problem> {
    let start_log = folders.postgres().join("start.log");
    let problem =
        |cause: std::io::Error| Problem::failed("The private database could not be started.").because(cause);
    let log = File::create(&start_log).map_err(problem)?;
    fs::set_permissions(&start_log, fs::Permissions::from_mode(0o600)).map_err(problem)?;
    let mut command = Command::new(programs.program("postgres"));
    command
        .arg("-D")
        .arg(folders.data())
        .arg("-c")
        .arg({
            let mut setting = std::ffi::OsString::from("config_file=");
            setting.push(config_file);
            setting
        })
        // What `alter system` writes is read after the file; only the command line is above it.
        .args(cluster::UNALTERABLE.into_iter().flat_map(|setting| ["-c", setting]))
        .stdin(Stdio::null())
        .stdout(log.try_clone().map_err(problem)?)
        .stderr(log)
        // A Ctrl-C at the terminal goes to the whole group; the server must be able to finish
        // its work before the database goes.
        .process_group(0);
    account.run_as(&mut command);
    command.spawn().map_err(problem)
}

/// The last lines that the database wrote before it gave up.
fn last_words(folders: &Folders) -> String {
    let mut text = String::new();
    let newest_log = fs::read_dir(folders.log())
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .max()
        .map(|(_, path)| path);
    for path in [Some(folders.postgres().join("start.log")), newest_log].into_iter().flatten() {
        if let Ok(mut file) = File::open(&path) {
            let length = file.metadata().map_or(0, |metadata| metadata.len());
            let mut end = Vec::new();
            if file.seek(SeekFrom::Start(length.saturating_sub(4096))).is_ok()
                && file.read_to_end(&mut end).is_ok()
            {
                text.push_str(&String::from_utf8_lossy(&end));
            }
        }
    }
    let fatal: Vec<&str> = text
        .lines()
        .filter(|line| ["FATAL", "PANIC", "ERROR", "could not"].iter().any(|word| line.contains(word)))
        .collect();
    let lines = if fatal.is_empty() { text.lines().collect() } else { fatal };
    lines.iter().rev().take(3).rev().copied().collect::<Vec<_>>().join(" / ")
}

/// What a running Postgres writes about itself in its data folder.
struct PidFile {
    pid: Pid,
    is_ready: bool,
}

impl PidFile {
    fn read(data: &Path) -> Option<Self> {
        let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
        let mut lines = text.lines();
        // A negative number marks a single-user session, which is a process like any other.
        let pid: i32 = lines.next()?.trim().parse().ok()?;
        // Line 8 is the state; before it: folder, start time, port, socket folder, address, memory.
        let state = lines.nth(6).unwrap_or_default();
        Some(Self { pid: Pid::from_raw(pid.checked_abs()?)?, is_ready: state.trim() == "ready" })
    }
}

/// Whether this process is a Postgres at work in that folder. The pid alone proves nothing: after
/// a restart of the machine, or in a container, another process may carry the number.
fn works_in(pid: Pid, data: &Path) -> bool {
    if rustix::process::test_kill_process(pid) == Err(rustix::io::Errno::SRCH) {
        return false;
    }
    if !Path::new("/proc/self/cwd").exists() {
        return true;
    }
    let cwd = fs::read_link(format!("/proc/{}/cwd", pid.as_raw_nonzero()));
    match (cwd, fs::canonicalize(data)) {
        (Ok(cwd), Ok(data)) => cwd == data,
        _ => false,
    }
}

/// Stops the database that a killed server left behind, and clears its pid file away.
fn stop_orphan(data: &Path) -> Result<(), Problem> {
    let Some(orphan) = PidFile::read(data) else {
        return Ok(());
    };
    if works_in(orphan.pid, data) {
        tracing::info!(
            pid = orphan.pid.as_raw_nonzero(),
            "The last server ended without stopping its database; stopping it now."
        );
        for signal in [Signal::INT, Signal::QUIT] {
            let until = Instant::now() + STOP_TIME;
            while works_in(orphan.pid, data) && Instant::now() < until {
                send(orphan.pid, signal, until, STOP_TIME);
                std::thread::sleep(POLL);
            }
        }
        if works_in(orphan.pid, data) {
            return Err(Problem::failed(format!(
                "A database process (pid {}) from an earlier run does not stop; end it and try again.",
                orphan.pid.as_raw_nonzero()
            )));
        }
    }
    // Nothing of ours runs there and the folder is locked, so the file is a leftover. Postgres
    // would judge by the number alone and refuse where another process has it now.
    match fs::remove_file(data.join("postmaster.pid")) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
            Err(Problem::failed("The pid file of an earlier database process can not be removed.")
                .because(cause))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_data_folder_is_refused_with_its_length() {
        let short = Folders::in_data_dir(Path::new("/var/lib/hazel"));
        assert!(check_socket_path(&short).is_ok());
        let long = Folders::in_data_dir(&Path::new("/srv").join("x".repeat(90)));
        let problem = check_socket_path(&long).unwrap_err();
        assert!(problem.to_string().contains("--data-dir"), "{problem}");
    }

    #[test]
    fn a_second_holder_of_a_folder_is_named_the_first() {
        let dir = std::env::temp_dir().join(format!("hazel-lock-{}", std::process::id()));
        let folders = Folders::in_data_dir(&dir);
        let first = FolderLock::take(&folders).unwrap();
        assert!(first.is_some());
        assert!(FolderLock::take(&folders).unwrap().is_none());
        let told = FolderLock::held_by_another(&folders).to_string();
        assert!(told.contains(&format!("process {}", std::process::id())), "{told}");
        drop(first);
        assert!(FolderLock::take(&folders).unwrap().is_some());
        fs::remove_dir_all(&dir).unwrap();
    }
}
