//! The commands that a person with a shell on the server types.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::hosted::{DataFolder, link_in, told};

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn hazel(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_hazel"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that refuses early does not read to the end.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

#[test]
fn the_first_start_prints_a_set_up_link_until_somebody_administers() {
    let folder = DataFolder::new();
    let server = folder.serve(&[]);
    let link = link_in(&server.printed().join("\n")).expect("a link is printed");
    assert_eq!(server.get(&link).status, 200);
    assert!(!folder.log().contains(&link), "the link stays out of the log");

    let added =
        folder.run(&["user", "add", "--name", "Ada", "--email", "ada@example.org", "--administrator"]);
    assert!(added.status.success(), "{}", told(&added));
    let own = link_in(&printed(&added)).expect("a link is printed");
    assert_eq!(server.get(&own).status, 200);
    server.stop();
    let server = folder.serve(&[]);
    assert_eq!(link_in(&server.printed().join("\n")), None);
    assert_ne!(server.get(&link).status, 200, "the first link opens nothing any more");
}

#[test]
fn people_are_added_once_and_get_a_new_link_when_they_need_one() {
    let folder = DataFolder::new();
    let add = ["user", "add", "--name", "Ada", "--email", "ada@example.org"];
    assert!(folder.run(&add).status.success());
    let again = folder.run(&add);
    assert_eq!(again.status.code(), Some(2));
    assert!(told(&again).starts_with("hazel: email: "), "{}", told(&again));
    let wrong = folder.run(&["user", "add", "--name", "", "--email", "nobody"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(told(&wrong).contains("name: ") && told(&wrong).contains("email: "), "{}", told(&wrong));
    let link = folder.run(&["user", "link", "--email", "ada@example.org"]);
    assert!(link_in(&printed(&link)).is_some());
    assert_eq!(folder.run(&["user", "link", "--email", "bob@example.org"]).status.code(), Some(2));
}

#[test]
fn the_demonstration_is_loaded_once() {
    let folder = DataFolder::new();
    let loaded = folder.run(&["demo", "load"]);
    assert!(loaded.status.success(), "{}", told(&loaded));
    assert!(printed(&loaded).starts_with("5 "), "{}", printed(&loaded));
    let again = folder.run(&["demo", "load"]);
    assert_eq!(again.status.code(), Some(2));
}

#[test]
fn answers_are_classified_and_wrong_ones_are_named() {
    let wrong = hazel(&["classify"], r#"{"answers": {"not_a_key": true, "is_software": "perhaps"}}"#);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(told(&wrong).contains("not_a_key") && told(&wrong).contains("is_software"), "{}", told(&wrong));
    assert!(printed(&wrong).is_empty());
    assert_eq!(hazel(&["classify"], "no json").status.code(), Some(2));

    let none = hazel(&["classify"], r#"{"answers": {}}"#);
    assert!(none.status.success(), "{}", told(&none));
    let verdicts: Value = serde_json::from_str(&printed(&none)).unwrap();
    for key in ["mdsw", "mdr_class", "imdrf_category", "iec62304_class", "fda_doc_level", "us_status"] {
        assert!(verdicts.get(key).is_some(), "{key}");
    }
    assert!(!verdicts["missing"].as_array().unwrap().is_empty());
}

#[test]
fn what_a_class_owes_is_printed_as_json() {
    let counts: Vec<usize> = ["A", "B", "C"]
        .iter()
        .map(|class| {
            let output = hazel(&["deliverables", "--class", class], "");
            assert!(output.status.success(), "{}", told(&output));
            let owed: Value = serde_json::from_str(&printed(&output)).unwrap();
            let deliverables = owed["deliverables"].as_array().unwrap();
            assert!(deliverables.iter().all(|one| {
                ["required", "partly", "not_required"].contains(&one["required"].as_str().unwrap_or_default())
            }));
            owed["clauses"].as_array().unwrap().len()
        })
        .collect();
    assert!(counts.is_sorted_by(|less, more| less < more), "{counts:?}");
    assert_eq!(hazel(&["deliverables", "--class", "D"], "").status.code(), Some(2));
}

#[test]
fn shown_settings_hold_no_secret() {
    let shown = hazel(&["config", "show", "--database-url", "postgres://hz_app:hunter2@db/hazel"], "");
    assert!(shown.status.success());
    assert!(printed(&shown).contains("postgres://hz_app:***@db/hazel"), "{}", printed(&shown));
    assert!(!printed(&shown).contains("hunter2"));
    let no_url = hazel(&["config", "show", "--database-url", "host=db password=hunter2 user=hz_app"], "");
    assert!(!printed(&no_url).contains("hunter2"), "{}", printed(&no_url));
}
