//! Every arrow points down: `server → app → service → store → domain`.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use cargo_metadata::{DependencyKind, MetadataCommand};

/// Each crate of ours, and those of ours that it may name.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("store", &["domain"]),
    ("documents", &["domain"]),
    ("service", &["documents", "domain", "store"]),
    ("app", &["domain", "service"]),
    ("wasm", &["app", "domain"]),
    ("server", &["app", "documents", "domain", "service", "store"]),
    ("bundle", &["domain"]),
    ("bench", &["domain", "server", "service", "store"]),
    ("tests", &["app", "bench", "documents", "domain", "server", "service", "store"]),
];

/// Each crate of ours, and what must not be reached from it, over any number of steps.
const MUST_NOT_REACH: &[(&str, &[&str])] = &[
    ("domain", &["leptos", "axum", "tokio", "sqlx", "rand", "getrandom", "reqwest", "hyper"]),
    ("store", &["leptos", "axum"]),
    ("documents", &["sqlx", "leptos", "axum"]),
    ("service", &["leptos", "axum"]),
    ("bundle", &["sqlx", "leptos", "axum", "tokio"]),
];

/// What never comes near the browser.
const NOT_IN_THE_BROWSER: &[&str] = &[
    "axum",
    "hyper",
    "leptos_axum",
    "server",
    "service",
    "sqlx",
    "store",
    "documents",
    "tokio",
    "argon2",
    "chrono",
];

fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).current_dir(workspace()).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The names of all crates that the package reaches, on one target, build scripts and macros left out.
fn reached(package: &str, target: &str) -> BTreeSet<String> {
    let tree = cargo(&[
        "tree",
        "--locked",
        "--offline",
        "--package",
        package,
        "--target",
        target,
        "--edges",
        "normal,no-proc-macro",
        "--prefix",
        "none",
    ]);
    tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

fn features(package: &str, target: &str) -> BTreeSet<String> {
    let tree = cargo(&[
        "tree",
        "--locked",
        "--offline",
        "--package",
        package,
        "--target",
        target,
        "--edges",
        "normal,features",
        "--prefix",
        "none",
    ]);
    tree.lines().map(|line| line.trim_end_matches(" (*)").to_owned()).collect()
}

const SERVER: &str = "x86_64-unknown-linux-gnu";
const BROWSER: &str = "wasm32-unknown-unknown";

#[test]
fn crates_name_only_those_below_them() {
    let manifest = workspace().join("Cargo.toml");
    let metadata = MetadataCommand::new()
        .manifest_path(manifest)
        .no_deps()
        .other_options(["--offline".to_owned()])
        .exec()
        .unwrap();
    let ours: BTreeSet<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    let listed: BTreeSet<&str> = MAY_USE.iter().map(|(name, _)| *name).collect();
    assert_eq!(ours, listed, "the table above names every crate of ours");
    for package in &metadata.packages {
        let name = package.name.as_str();
        let (_, allowed) = MAY_USE.iter().find(|(listed, _)| *listed == name).unwrap();
        for dependency in &package.dependencies {
            if dependency.kind != DependencyKind::Normal || !ours.contains(dependency.name.as_str()) {
                continue;
            }
            assert!(allowed.contains(&dependency.name.as_str()), "{name} must not use {}", dependency.name);
        }
    }
    let app = metadata.packages.iter().find(|package| package.name.as_str() == "app").unwrap();
    assert!(app.dependencies.iter().all(|dependency| dependency.name != "sqlx"), "pages speak no SQL");
    let features: BTreeSet<&str> = app.features.keys().map(String::as_str).collect();
    assert_eq!(
        features,
        BTreeSet::from(["hydrate", "ssr"]),
        "two features, on this crate only, none by default"
    );
}

#[test]
fn nothing_reaches_what_it_must_not() {
    for (package, forbidden) in MUST_NOT_REACH {
        let reached = reached(package, SERVER);
        for name in *forbidden {
            assert!(!reached.contains(*name), "{package} reaches {name}");
        }
    }
}

#[test]
fn the_browser_program_holds_nothing_of_the_server() {
    let reached = reached("wasm", BROWSER);
    for name in NOT_IN_THE_BROWSER {
        assert!(!reached.contains(*name), "the browser program reaches {name}");
    }
    assert!(reached.contains("domain"));
}

#[test]
fn no_build_mixes_server_and_browser() {
    let browser = features("wasm", BROWSER);
    assert!(browser.contains("leptos feature \"hydrate\"") && !browser.contains("leptos feature \"ssr\""));
    let server = features("server", SERVER);
    assert!(server.contains("leptos feature \"ssr\"") && !server.contains("leptos feature \"hydrate\""));
}

#[test]
fn domain_builds_for_the_browser_by_itself() {
    cargo(&["check", "--locked", "--offline", "--quiet", "--package", "domain", "--target", BROWSER]);
}
