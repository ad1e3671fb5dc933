//! What the sources must not say, because the damage shows only later.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The Rust files below some folders, with their paths from the root and their texts.
fn sources(folders: &[&str]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open: Vec<PathBuf> = folders.iter().map(|folder| workspace().join(folder)).collect();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !matches!(name.as_str(), "target" | "node_modules" | "artefacts") && !name.starts_with('.')
                {
                    open.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let from_root = path.strip_prefix(workspace()).unwrap().to_string_lossy().into_owned();
                found.insert(from_root, fs::read_to_string(&path).unwrap());
            }
        }
    }
    assert!(!found.is_empty());
    found
}

/// The lines that are not comments, with their numbers.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(number, line)| (number + 1, line))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// Every place outside of `allowed` where a line of code holds `word`.
fn places(sources: &BTreeMap<String, String>, word: &str, allowed: &[&str]) -> Vec<String> {
    sources
        .iter()
        .filter(|(file, _)| !allowed.contains(&file.as_str()))
        .flat_map(|(file, text)| {
            code(text)
                .filter(|(_, line)| line.contains(word))
                .map(move |(number, line)| format!("{file}:{number}: {}", line.trim()))
        })
        .collect()
}

#[test]
fn several_lines_of_text_are_written_in_one_place() {
    // The renderer does not escape the children of this element; see the part's own words.
    let sources = sources(&["app/src"]);
    let part = &["app/src/parts/text_area.rs"];
    assert_eq!(places(&sources, "<textarea", part), [""; 0]);
    assert_eq!(places(&sources, "textarea()", part), [""; 0]);
    assert_eq!(places(&sources, "inner_html", &[]), [""; 0]);
}

#[test]
fn no_element_carries_a_style_or_a_handler_of_its_own() {
    // The policy of the pages blocks both: the look or the deed would be missing only where it counts.
    let sources = sources(&["app/src"]);
    for word in [" style=", " onclick=", " onsubmit=", " onchange=", "<style"] {
        assert_eq!(places(&sources, word, &[]), [""; 0], "{word}");
    }
    // `style:width=` is an attribute too; `style: String` is a field.
    let directives: Vec<_> =
        places(&sources, " style:", &[]).into_iter().filter(|place| !place.contains(" style: ")).collect();
    assert_eq!(directives, [""; 0]);
}

#[test]
fn operations_are_posted_and_their_addresses_are_named_once() {
    // A GET crosses sites with the cookie; an address that the compiler makes up changes from build to build.
    let sources = sources(&["app/src"]);
    assert_eq!(places(&sources, "GetUrl", &[]), [""; 0]);
    let mut endpoints = BTreeMap::new();
    for (file, text) in &sources {
        for attribute in text.split("#[server(").skip(1) {
            let attribute = attribute.split(")]").next().unwrap_or_default();
            // Without a value it speaks of an argument: `#[server(default)]`.
            if !attribute.contains('=') {
                continue;
            }
            assert!(attribute.contains("prefix = \"/api\""), "{file}: {attribute}");
            let endpoint = attribute.split("endpoint = \"").nth(1).and_then(|rest| rest.split('"').next());
            let endpoint = endpoint.unwrap_or_else(|| panic!("{file}: an operation without an endpoint"));
            let before = endpoints.insert(endpoint.to_owned(), file.clone());
            assert_eq!(before, None, "{endpoint} is named twice");
        }
    }
    assert!(!endpoints.is_empty());
}

#[test]
fn the_rules_know_no_clock_no_chance_and_no_machine() {
    let sources = sources(&["app/domain/src"]);
    for word in [
        "std::env",
        "std::fs",
        "std::net",
        "std::process",
        "SystemTime",
        "Instant::now",
        "now_utc",
        "now_v7",
        "new_v4",
    ] {
        assert_eq!(places(&sources, word, &[]), [""; 0], "{word}");
    }
}

#[test]
fn unsafe_code_stands_in_the_clock_only() {
    let sources = sources(&["app", "server", "tests"]);
    // Put together, so that this file does not find itself.
    for word in [
        concat!("unsafe", " {"),
        concat!("unsafe", " fn"),
        concat!("allow(", "unsafe_code"),
        concat!("expect(", "unsafe_code"),
    ] {
        assert_eq!(places(&sources, word, &["server/src/clock.rs"]), [""; 0], "{word}");
    }
}

#[test]
fn files_and_names_keep_to_the_house() {
    let sources = sources(&["app", "server", "tests"]);
    for file in sources.keys() {
        let name = file.rsplit('/').next().unwrap_or_default();
        assert_ne!(name, "mod.rs", "{file}: a module is named after what it is about");
        for word in ["manager", "helper", "util", "common", "misc"] {
            assert!(!name.contains(word), "{file} does not say what is in it");
        }
    }
    for word in ["Manager", "Helper", "Utils", "Dto"] {
        for keyword in ["struct", "enum", "trait"] {
            let named = sources
                .iter()
                .flat_map(|(file, text)| code(text).map(move |(_, line)| (file, line.trim())))
                .filter(|(_, line)| {
                    line.contains(&format!("{keyword} "))
                        && line.trim_start_matches("pub ").starts_with(keyword)
                })
                .filter(|(_, line)| line.split([' ', '<', '{', '(', ';']).any(|part| part.ends_with(word)))
                .map(|(file, line)| format!("{file}: {line}"))
                .collect::<Vec<_>>();
            assert_eq!(named, [""; 0]);
        }
    }
}

#[test]
fn every_view_stays_readable() {
    // A `view!` that no screen can hold is several parts that have no names yet.
    const LONGEST: usize = 80;
    for (file, text) in sources(&["app/src"]) {
        for (start, _) in text.match_indices("view! {") {
            let lines = block(&text[start..]).lines().count();
            let number = text[..start].lines().count();
            assert!(lines <= LONGEST, "{file}:{number}: a view! of {lines} lines");
        }
    }
}

/// From an opening brace to the one that closes it.
fn block(text: &str) -> &str {
    let mut depth = 0_u32;
    for (place, letter) in text.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return &text[..=place];
                }
            }
            _ => {}
        }
    }
    text
}
