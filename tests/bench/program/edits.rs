//! Compile time: what an edit rebuilds and for how long, and how long everything takes from nothing.

use std::path::Path;
use std::process::Command;
use std::time::{Instant, SystemTime};

use bench::installation::Problem;

use crate::report::{Report, number};
use crate::{Asked, tell};

/// Each crate, with the file whose edit is measured.
const CRATES: [(&str, &str); 6] = [
    ("domain", "app/domain/src/lib.rs"),
    ("store", "app/store/src/lib.rs"),
    ("documents", "app/documents/src/lib.rs"),
    ("service", "app/service/src/lib.rs"),
    ("app", "app/src/lib.rs"),
    ("server", "server/src/lib.rs"),
];
/// Those of them that are in the browser's program too.
const IN_THE_BROWSER: [&str; 2] = ["domain", "app"];

const SERVER: [&str; 6] = ["build", "--locked", "--package", "server", "--bin", "hazel"];
const BROWSER: [&str; 7] = ["run", "--locked", "--quiet", "--package", "bundle", "--", "--reload"];

/// Touches a file of each crate and builds what `./dev run` and `./dev watch` build.
///
/// # Errors
/// When a build fails.
pub fn measure_edits(asked: &Asked, report: &mut Report) -> Result<(), Problem> {
    tell("building once, so that only edits are measured");
    cargo(&asked.root, &SERVER, None)?;
    cargo(&asked.root, &BROWSER, None)?;
    for (name, file) in CRATES {
        touch(&asked.root.join(file))?;
        let (seconds, built) = cargo(&asked.root, &SERVER, None)?;
        let mut words = format!("server {} s ({})", number(seconds), built.join(", "));
        if IN_THE_BROWSER.contains(&name) {
            touch(&asked.root.join(file))?;
            let (seconds, _) = cargo(&asked.root, &BROWSER, None)?;
            words.push_str(&format!("; browser {} s", number(seconds)));
            cargo(&asked.root, &SERVER, None)?;
        }
        report.add("build", format!("edit in {name}"), seconds, "s", None, words);
    }
    Ok(())
}

/// Builds the release in an empty folder.
///
/// # Errors
/// When a build fails.
pub fn measure_cold(asked: &Asked, report: &mut Report) -> Result<(), Problem> {
    let folder = asked.folder.join("cold");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    let release = ["build", "--locked", "--release", "--package", "server", "--bin", "hazel"];
    let bundle = ["run", "--locked", "--quiet", "--package", "bundle", "--", "--release"];
    tell("building everything from nothing: this takes minutes");
    let (browser, _) = cargo(&asked.root, &bundle, Some(&folder))?;
    let (server, built) = cargo(&asked.root, &release, Some(&folder))?;
    std::fs::remove_dir_all(&folder)?;
    let words = format!(
        "{} s: the bundle with its builder {} s, the server {} s ({} crates)",
        number(browser + server),
        number(browser),
        number(server),
        built.len()
    );
    report.add("build", "cold build of the release", browser + server, "s", None, words);
    Ok(())
}

fn touch(file: &Path) -> Result<(), Problem> {
    std::fs::File::options().append(true).open(file)?.set_modified(SystemTime::now())?;
    Ok(())
}

/// Runs cargo; gives the seconds it took and the crates that it compiled.
fn cargo(root: &Path, words: &[&str], target: Option<&Path>) -> Result<(f64, Vec<String>), Problem> {
    let mut command = Command::new("cargo");
    command.current_dir(root).args(words);
    if let Some(target) = target {
        command.env("CARGO_TARGET_DIR", target);
    }
    let began = Instant::now();
    let output = command.output()?;
    let seconds = began.elapsed().as_secs_f64();
    let told = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("cargo {} failed:\n{told}", words.join(" ")).into());
    }
    let built = told
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("Compiling "))
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect();
    Ok((seconds, built))
}
