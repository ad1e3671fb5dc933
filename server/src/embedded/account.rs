//! The account that the database process runs as.
//!
//! Postgres refuses to run as root. So a server that was started as root runs the database as the
//! owner of its files, or for a new database as `postgres` (made by the distribution's package) or
//! `hazel`, which is created where both are missing. A server that was started by anybody else
//! runs it as that person.

use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::problem::Problem;

/// Who runs the database, and by which names the ident map knows people.
#[derive(Debug, Clone)]
pub struct Account {
    uid: u32,
    gid: u32,
    /// Name of the database's account.
    name: String,
    /// Name of the account that the server itself runs as.
    server_name: String,
    /// Whether the two differ: only root can and must start a process as somebody else.
    is_other: bool,
}

impl Account {
    /// The account for the database in this folder.
    ///
    /// # Errors
    /// When the files belong to somebody else, or no unprivileged account can be had.
    pub fn for_folder(postgres: &Path, data: &Path) -> Result<Self, Problem> {
        let own_uid = rustix::process::geteuid().as_raw();
        let own_gid = rustix::process::getegid().as_raw();
        let server_name = name_of(own_uid)?;
        // Where there are files already, their owner decides.
        let owner = [data, postgres].into_iter().find_map(|dir| fs::metadata(dir).ok());
        if own_uid != 0 {
            if let Some(owner) = owner.filter(|owner| owner.uid() != own_uid) {
                let name = name_of(owner.uid()).unwrap_or_else(|_| owner.uid().to_string());
                return Err(Problem::configuration(format!(
                    "The database in {} belongs to {name}: start Hazel as the account that made it.",
                    postgres.display()
                )));
            }
            return Ok(Self {
                uid: own_uid,
                gid: own_gid,
                name: server_name.clone(),
                server_name,
                is_other: false,
            });
        }
        let (uid, gid) = match owner.filter(|owner| owner.uid() != 0) {
            Some(owner) => (owner.uid(), owner.gid()),
            None => unprivileged()?,
        };
        Ok(Self { uid, gid, name: name_of(uid)?, server_name, is_other: true })
    }

    /// The names of the operating system's accounts that may use the database: the server's own
    /// and the database's.
    pub fn names(&self) -> [&str; 2] {
        [&self.server_name, &self.name]
    }

    /// Makes a folder of the server's own that others may pass through and not list.
    ///
    /// # Errors
    /// When that is not possible.
    pub fn pass_folder(dir: &Path) -> Result<(), Problem> {
        make_folder(dir, 0o711)
    }

    /// Makes a folder that this account alone may enter.
    ///
    /// # Errors
    /// When that is not possible.
    pub fn own_folder(&self, dir: &Path) -> Result<(), Problem> {
        make_folder(dir, 0o700)?;
        self.own(dir)
    }

    fn own(&self, path: &Path) -> Result<(), Problem> {
        if !self.is_other {
            return Ok(());
        }
        std::os::unix::fs::chown(path, Some(self.uid), Some(self.gid)).map_err(|cause| {
            Problem::configuration(format!("{} can not be given to {}.", path.display(), self.name))
                .because(cause)
        })
    }

    /// Lets this account run the program, with nothing of our environment and no groups of root's.
    pub fn run_as(&self, command: &mut Command) {
        if self.is_other {
            // The standard library drops the supplementary groups when it changes the user.
            command.uid(self.uid).gid(self.gid);
        }
        // A working folder that everybody may enter, and no PG* variable that would change defaults.
        command
            .current_dir("/")
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC");
    }

    /// Whether the account can reach the folder: every parent must let it pass.
    ///
    /// # Errors
    /// A sentence that names the folder that does not.
    pub fn check_access(&self, dir: &Path) -> Result<(), Problem> {
        if !self.is_other {
            return Ok(());
        }
        // Asking the operating system is the only answer that knows of access lists and mounts.
        let mut probe = Command::new("/bin/sh");
        probe
            .args(["-c", "cd -- \"$0\""])
            .arg(dir)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        self.run_as(&mut probe);
        if probe.status().is_ok_and(|status| status.success()) {
            return Ok(());
        }
        let closed = dir.ancestors().skip(1).filter(|parent| !self.may_pass(parent)).last();
        Err(Problem::configuration(format!(
            "The database runs as {}, which may not pass through {}: choose another --data-dir, or open that folder with chmod o+x.",
            self.name,
            closed.unwrap_or(dir).display()
        )))
    }

    /// By the permission bits alone: good enough to name a folder in a sentence.
    fn may_pass(&self, dir: &Path) -> bool {
        let Ok(metadata) = fs::metadata(dir) else {
            return false;
        };
        let bit = if metadata.uid() == self.uid {
            0o100
        } else if metadata.gid() == self.gid {
            0o010
        } else {
            0o001
        };
        metadata.mode() & bit != 0
    }
}

/// Root does not write into a folder that somebody else can change: a link put there would lead it
/// anywhere.
///
/// # Errors
/// A sentence that names the owner.
pub fn refuse_folder_of_another(dir: &Path) -> Result<(), Problem> {
    let owner = fs::metadata(dir).map(|metadata| metadata.uid());
    match owner {
        Ok(uid) if uid != 0 && rustix::process::geteuid().is_root() => {
            let name = name_of(uid).unwrap_or_else(|_| uid.to_string());
            Err(Problem::configuration(format!(
                "The data folder {} belongs to {name}: start Hazel as {name}, or choose another --data-dir.",
                dir.display()
            )))
        }
        // What can not be looked at is refused by the next step, which says why.
        _ => Ok(()),
    }
}

fn make_folder(dir: &Path, mode: u32) -> Result<(), Problem> {
    let problem = |cause: std::io::Error| {
        Problem::configuration(format!("The folder {} can not be made.", dir.display())).because(cause)
    };
    if !dir.exists() {
        fs::DirBuilder::new().mode(mode).create(dir).map_err(problem)?;
    }
    fs::set_permissions(dir, fs::Permissions::from_mode(mode)).map_err(problem)
}

fn unprivileged() -> Result<(u32, u32), Problem> {
    for name in ["postgres", "hazel"] {
        if let Some(ids) = ids_of(name) {
            return Ok(ids);
        }
    }
    let created = Command::new("useradd")
        .args(["--system", "--no-create-home", "--home-dir", "/nonexistent"])
        .args(["--shell", "/usr/sbin/nologin", "--user-group", "hazel"])
        .output();
    match created {
        Ok(output) if output.status.success() => {
            tracing::info!("The account hazel was created for the database.");
        }
        _ => {
            return Err(Problem::configuration(
                "The database must not run as root, and the account hazel can not be created: \
                 start Hazel as another user, or create an account named hazel.",
            ));
        }
    }
    ids_of("hazel")
        .ok_or_else(|| Problem::configuration("The account hazel was created but can not be found."))
}

fn ids_of(name: &str) -> Option<(u32, u32)> {
    Some((id(&["-u", name])?.parse().ok()?, id(&["-g", name])?.parse().ok()?))
}

fn name_of(uid: u32) -> Result<String, Problem> {
    id(&["-un", &uid.to_string()]).ok_or_else(|| {
        Problem::configuration(format!(
            "The user number {uid} has no name on this machine, and the database knows people by name: \
             add an account for it, or give a server's address in DATABASE_URL."
        ))
    })
}

/// Asks `id`, which knows accounts from every source that the machine has.
fn id(arguments: &[&str]) -> Option<String> {
    let output = Command::new("id").args(arguments).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}
