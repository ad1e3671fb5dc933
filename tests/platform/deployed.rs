//! The files that are offered to deploy with: what a reader of them would find wrong, found by a test.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::hosted::{Answer, DataFolder};

fn offered(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(file)).unwrap()
}

/// What a running server measures, as Prometheus gets it.
fn measured() -> (String, DataFolder) {
    let folder = DataFolder::new();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = folder.serve(&[&format!("--metrics-listen={free}"), "--log-format=json"]);
    assert_eq!(server.get("/sign-in").status, 200);
    server.post(
        "/api/account/sign_in",
        "sec-fetch-site: same-origin\r\n",
        "email=a%40b.test&password=wrong+words",
    );
    let mut stream = TcpStream::connect(free).unwrap();
    write!(stream, "GET /metrics HTTP/1.1\r\nhost: {free}\r\nconnection: close\r\n\r\n").unwrap();
    let told = Answer::read(stream);
    assert_eq!(told.status, 200);
    server.stop();
    (told.body, folder)
}

/// The names of measures, as queries write them.
fn names_measured(body: &str) -> BTreeSet<String> {
    let samples = body.lines().filter(|line| !line.starts_with('#'));
    samples.filter_map(|line| line.split(['{', ' ']).next()).map(str::to_owned).collect()
}

/// Every `hazel_…` in a text.
fn names_in(text: &str) -> BTreeSet<String> {
    let letters = |letter: char| letter.is_ascii_lowercase() || letter == '_';
    text.match_indices("hazel_")
        .map(|(start, _)| text[start..].chars().take_while(|letter| letters(*letter)).collect())
        .collect()
}

/// Every text under a key, however deep.
fn all_under<'a>(value: &'a Value, key: &str, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                if name == key {
                    found.extend(inner.as_str());
                }
                all_under(inner, key, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| all_under(item, key, found)),
        _ => {}
    }
}

#[test]
fn the_dashboard_asks_for_measures_that_there_are_and_the_guide_explains_every_one() {
    let (body, _folder) = measured();
    let measured = names_measured(&body);
    assert!(measured.len() > 15, "{measured:?}");

    let dashboard: Value = serde_json::from_str(&offered("grafana-dashboard.json")).unwrap();
    let mut queries = Vec::new();
    all_under(&dashboard, "expr", &mut queries);
    assert!(queries.len() >= 10, "{queries:?}");
    for query in &queries {
        let names = names_in(query);
        assert!(!names.is_empty(), "{query}");
        for name in names {
            assert!(measured.contains(&name), "{query} asks for {name}, which is not measured");
        }
    }
    let asked: BTreeSet<String> = queries.iter().flat_map(|query| names_in(query)).collect();
    for must in ["hazel_trail_lag_seconds", "hazel_sign_ins_refused_total", "hazel_database_connections"] {
        assert!(asked.contains(must), "{must} is not on the dashboard");
    }
    let guide = offered("README.md");
    let explained = names_in(&guide);
    for name in &measured {
        let family = name.trim_end_matches("_bucket").trim_end_matches("_count").trim_end_matches("_sum");
        assert!(explained.contains(family), "{family} is measured and not explained");
    }
    for name in explained {
        let is_measured = measured.iter().any(|own| own.starts_with(&name));
        assert!(is_measured, "{name} is explained and not measured");
    }
}

#[test]
fn every_field_of_a_log_line_is_explained() {
    let (_, folder) = measured();
    let guide = offered("README.md");
    let log = folder.log();
    let mut lines = 0;
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|cause| panic!("{cause}: {line}"));
        for name in line.as_object().unwrap().keys() {
            assert!(guide.contains(&format!("| `{name}` |")), "{name} is logged and not explained: {line}");
        }
        lines += 1;
    }
    assert!(lines > 3, "{log}");
    assert!(!log.contains("wrong words"), "a password is in the log");
}

#[test]
fn the_container_runs_as_nobody_in_particular_and_holds_no_secret() {
    let file = offered("Containerfile");
    let lines: Vec<(&str, &str)> = file
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|line| line.split_once(' ').unwrap_or_else(|| panic!("no instruction: {line}")))
        .collect();
    let all = |wanted: &str| -> Vec<&str> {
        lines.iter().filter(|(instruction, _)| *instruction == wanted).map(|(_, rest)| *rest).collect()
    };
    let known = ["FROM", "COPY", "ENV", "USER", "EXPOSE", "STOPSIGNAL", "ENTRYPOINT", "CMD"];
    for (instruction, rest) in &lines {
        assert!(
            known.contains(instruction),
            "{instruction} {rest}: nothing is built, fetched or run in here"
        );
    }
    let bases = all("FROM");
    assert_eq!(bases.len(), 1, "one stage");
    let (_, version) = bases[0].rsplit_once(':').expect("the base has a version");
    assert!(version != "latest" && !version.contains('/'), "{}", bases[0]);
    for copy in all("COPY") {
        assert!(
            copy.starts_with("--chown=root:root "),
            "{copy}: what runs must not be able to change itself"
        );
        let sources: Vec<&str> = copy.split(' ').skip(1).collect();
        assert!(!sources.contains(&"."), "{copy}: only what is named is taken along");
    }
    let users = all("USER");
    let (user, group) = users.last().and_then(|user| user.split_once(':')).expect("a user and a group");
    assert!(
        user.parse::<u32>().is_ok_and(|id| id > 0) && group.parse::<u32>().is_ok_and(|id| id > 0),
        "{users:?}"
    );
    for env in all("ENV") {
        let upper = env.to_uppercase();
        assert!(
            !["PASSWORD", "SECRET", "TOKEN", "DATABASE_URL", "TLS_KEY"]
                .iter()
                .any(|word| upper.contains(word)),
            "{env}"
        );
    }
    for command in all("ENTRYPOINT").iter().chain(&all("CMD")) {
        let words: Result<Vec<String>, _> = serde_json::from_str(command);
        assert!(words.is_ok(), "{command}: without a shell, as a list");
    }
    assert_eq!(all("STOPSIGNAL"), ["SIGTERM"]);
    // Whatever can be set must be spelled as the program spells it.
    let settings = Command::new(env!("CARGO_BIN_EXE_hazel")).args(["serve", "--help"]).output().unwrap();
    let settings = String::from_utf8_lossy(&settings.stdout).into_owned();
    for word in [file.as_str(), &offered("hazel.service")]
        .concat()
        .split(|letter: char| !letter.is_ascii_uppercase() && letter != '_')
    {
        if word.starts_with("HAZEL_") {
            assert!(settings.contains(word), "{word} is no setting");
        }
    }
}

#[test]
fn the_service_is_hardened_and_systemd_understands_it() {
    let unit = offered("hazel.service");
    for must in [
        "User=hazel",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "CapabilityBoundingSet=\n",
        "RestartPreventExitStatus=78\n",
        "MemoryDenyWriteExecute=yes",
        "SystemCallFilter=@system-service",
        "UMask=0077",
    ] {
        assert!(unit.contains(must), "{must}");
    }
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        let _ =
            writeln!(std::io::stderr(), "systemd-analyze is not on this machine: the unit was only read.");
        return;
    }
    let folder = DataFolder::new();
    let file = folder.outside().join("hazel.service");
    fs::write(&file, unit.replace("/opt/hazel/hazel", env!("CARGO_BIN_EXE_hazel"))).unwrap();
    let verified = Command::new("systemd-analyze").arg("verify").arg(&file).output().unwrap();
    let told = String::from_utf8_lossy(&verified.stderr).into_owned();
    assert!(verified.status.success() && !told.contains("hazel.service"), "{told}");
    // 0 is locked up, 10 is open; services of a Debian machine have more than 9.
    let judged = Command::new("systemd-analyze")
        .args(["security", "--offline=true", "--threshold=25", "--no-pager"])
        .arg(&file)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&judged.stdout).into_owned();
    assert!(judged.status.success(), "{}", told.lines().last().unwrap_or_default());
}
