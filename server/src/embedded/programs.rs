//! Finding an installed Postgres: by `pg_config`, on `PATH`, in the places where Debian and others
//! put it. Hazel downloads nothing.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::problem::Problem;

/// The oldest version that Hazel is tested with.
pub const OLDEST_VERSION: u32 = 15;

/// The programs of one Postgres installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programs {
    dir: PathBuf,
    version: u32,
}

impl Programs {
    /// The newest fit installation.
    ///
    /// # Errors
    /// When there is none: a sentence that names the package.
    pub fn find_newest(given: Option<&Path>) -> Result<Self, Problem> {
        let found = Self::all(given);
        let newest = found.iter().max_by_key(|programs| programs.version);
        match newest {
            Some(programs) if programs.version >= OLDEST_VERSION => Ok(programs.clone()),
            Some(programs) => Err(Problem::configuration(format!(
                "Postgres {} in {} is too old: install Postgres {OLDEST_VERSION} or newer \
                 (Debian package postgresql), or give a server's address in DATABASE_URL.",
                programs.version,
                programs.dir.display()
            ))),
            None => Err(none_found(given)),
        }
    }

    /// The installation that can open this database: Postgres reads only its own version's files.
    ///
    /// # Errors
    /// When that version is not installed (any more).
    pub fn find_for(data: &Path, given: Option<&Path>) -> Result<Self, Problem> {
        let version = std::fs::read_to_string(data.join("PG_VERSION")).unwrap_or_default();
        let version: u32 = version.trim().parse().map_err(|_| {
            Problem::configuration(format!("{} holds no database that can be read.", data.display()))
        })?;
        let found = Self::all(given);
        found
            .iter()
            .find(|programs| programs.version == version)
            .cloned()
            .ok_or_else(|| {
                if found.is_empty() {
                    return none_found(given);
                }
                Problem::configuration(format!(
                    "The database in {} was made by Postgres {version}, which is not installed: \
                     install it (Debian package postgresql-{version}), or restore a backup into a new folder.",
                    data.display()
                ))
            })
    }

    /// The path of one program.
    pub fn program(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// The major version.
    pub fn version(&self) -> u32 {
        self.version
    }

    fn all(given: Option<&Path>) -> Vec<Self> {
        let places = match given {
            Some(dir) => vec![dir.to_path_buf()],
            None => likely_places(),
        };
        let mut found: Vec<Self> = Vec::new();
        for dir in places {
            if found.iter().any(|programs| programs.dir == dir) {
                continue;
            }
            if let Some(version) = version_in(&dir) {
                found.push(Self { dir, version });
            }
        }
        found
    }
}

fn none_found(given: Option<&Path>) -> Problem {
    let place = given.map_or_else(String::new, |dir| format!(" in {}", dir.display()));
    Problem::configuration(format!(
        "No Postgres was found{place}: install the package postgresql (Debian: apt install postgresql), \
         or give a server's address in DATABASE_URL."
    ))
}

fn likely_places() -> Vec<PathBuf> {
    let mut places = Vec::new();
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output()
        && output.status.success()
    {
        places.push(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    }
    if let Some(path) = std::env::var_os("PATH") {
        places.extend(std::env::split_paths(&path).filter(|dir| dir.is_absolute()));
    }
    // Debian, Fedora and its kin, Homebrew: a folder a version.
    for (parent, prefix, rest) in [
        ("/usr/lib/postgresql", "", "bin"),
        ("/usr", "pgsql-", "bin"),
        ("/opt/homebrew/opt", "postgresql@", "bin"),
        ("/usr/local/opt", "postgresql@", "bin"),
    ] {
        for entry in std::fs::read_dir(parent).into_iter().flatten().filter_map(Result::ok) {
            if entry.file_name().to_string_lossy().starts_with(prefix) {
                places.push(entry.path().join(rest));
            }
        }
    }
    places.push(PathBuf::from("/usr/local/pgsql/bin"));
    places
}

/// The version of the server programs in this folder; `pg_config` is often installed alone.
fn version_in(dir: &Path) -> Option<u32> {
    let needed = ["postgres", "initdb"];
    if needed.iter().any(|name| !dir.join(name).is_file()) {
        return None;
    }
    let output = Command::new(dir.join("postgres")).arg("--version").output().ok()?;
    major_version(&String::from_utf8_lossy(&output.stdout))
}

/// From a line such as `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn major_version(line: &str) -> Option<u32> {
    let after = line.split("(PostgreSQL)").nth(1)?.trim_start();
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_postgres_prints() {
        let table = [
            ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", Some(15)),
            ("postgres (PostgreSQL) 18beta1", Some(18)),
            ("postgres (PostgreSQL) 9.6.24", Some(9)),
            ("something else", None),
        ];
        for (line, expected) in table {
            assert_eq!(major_version(line), expected, "{line}");
        }
    }

    #[test]
    fn a_machine_without_postgres_is_told_which_package_to_install() {
        let problem = Programs::find_newest(Some(Path::new("/nonexistent"))).unwrap_err();
        assert!(problem.to_string().contains("apt install postgresql"), "{problem}");
    }
}
