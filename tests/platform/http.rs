//! What every answer carries, and what bad requests get.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::time::{Duration, Instant};

use crate::hosted::{Answer, DataFolder, signal, wait_until};

const OURS: &str = "sec-fetch-site: same-origin\r\n";

fn assert_secure(what: &str, answer: &Answer, nonces: &mut BTreeSet<String>) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(answer.all(name), [value], "{what}: {name}");
    }
    assert!(answer.header("permissions-policy").contains("camera=()"), "{what}");
    assert!(!answer.header("x-request-id").is_empty(), "{what}");
    assert!(!answer.header("cache-control").is_empty(), "{what}");
    let policies = answer.all("content-security-policy");
    assert_eq!(policies.len(), 1, "{what}: one policy");
    assert!(policies[0].starts_with("default-src 'none'; script-src 'nonce-"), "{what}: {}", policies[0]);
    assert!(policies[0].contains("frame-ancestors 'none'"), "{what}");
    assert!(!policies[0].contains("unsafe-inline"), "{what}");
    let nonce = policies[0].split('\'').nth(3).unwrap_or_default().to_owned();
    assert!(nonces.insert(nonce), "{what}: a nonce is used once");
}

#[test]
fn every_answer_carries_the_security_headers() {
    let folder = DataFolder::new();
    let server = folder.serve(&[]);
    let some = "01890000-0000-7000-8000-000000000000";
    let mut nonces = BTreeSet::new();
    let mut paths: Vec<String> = app::routes::PATHS
        .iter()
        .map(|path| {
            path.split('/')
                .map(|part| if part.starts_with('{') { some } else { part })
                .collect::<Vec<_>>()
                .join("/")
        })
        .collect();
    let others = ["/healthz", "/readyz", "/pkg/hazel.css", "/pkg/missing.css", "/nowhere", "/api/nothing"];
    paths.extend(others.map(str::to_owned));
    for path in &paths {
        let answer = server.get(path);
        assert!(answer.status != 0 && answer.status < 500, "{path}: {}", answer.status);
        assert_secure(&format!("GET {path}"), &answer, &mut nonces);
        let is_file = path.starts_with("/pkg/hazel");
        assert_eq!(answer.header("cache-control").contains("immutable"), is_file, "{path}");
        if !is_file {
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        }
        assert_secure(&format!("POST {path}"), &server.post(path, OURS, "a=b"), &mut nonces);
        assert_secure(&format!("forged POST {path}"), &server.post(path, "", "a=b"), &mut nonces);
    }
}

#[test]
fn wrong_methods_and_addresses_and_sizes_get_a_page_that_helps() {
    let folder = DataFolder::new();
    let server = folder.serve(&[]);
    let host = server.address;
    for method in ["TRACE", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECTED"] {
        let answer =
            server.send(&format!("{method} / HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"));
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.header("allow"), "GET, HEAD, POST", "{method}");
        assert!(answer.body.contains("<h1"), "{method}");
    }
    let answer = server.post("/healthz", OURS, "");
    assert_eq!((answer.status, answer.body.contains("<h1")), (405, true));
    let answer = server.get("/nowhere");
    assert_eq!((answer.status, answer.body.contains("<h1")), (404, true));

    let large = "a=".to_owned() + &"x".repeat(1_100_000);
    let answer = server.post("/api/anything", OURS, &large);
    assert_eq!((answer.status, answer.body.contains("<h1")), (413, true));
    let chunk = format!("{:x}\r\n{}\r\n0\r\n\r\n", large.len(), large);
    let answer = server.send(&format!(
        "POST /api/anything HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{OURS}transfer-encoding: chunked\r\n\r\n{chunk}"
    ));
    assert_eq!(answer.status, 413, "also where no length is announced");
    let answer = server.send(&format!(
        "GET / HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\nx-large: {}\r\n\r\n",
        "y".repeat(20_000)
    ));
    assert_eq!(answer.status, 431);
}

#[test]
fn what_another_site_sends_is_refused() {
    let folder = DataFolder::new();
    let server = folder.serve(&[]);
    let own = format!("origin: http://{}\r\n", server.address);
    let table: &[(&str, bool)] = &[
        ("", false),
        ("origin: https://elsewhere.example\r\n", false),
        ("origin: null\r\n", false),
        ("sec-fetch-site: cross-site\r\n", false),
        ("sec-fetch-site: same-site\r\n", false),
        ("sec-fetch-site: same-origin\r\n", true),
        (&own, true),
    ];
    for (headers, passes) in table {
        let status = server.post("/api/nothing", headers, "a=b").status;
        assert_eq!(status, if *passes { 404 } else { 403 }, "{headers:?}");
    }
    let told = server.post("/api/nothing", "accept: text/html\r\nsec-fetch-site: cross-site\r\n", "a=b");
    assert!(told.body.contains("Sent by another site"), "{}", told.body);
    let framed = format!(
        "GET / HTTP/1.1\r\nhost: {}\r\nconnection: close\r\nsec-fetch-site: cross-site\r\nsec-fetch-mode: navigate\r\n\
         sec-fetch-dest: iframe\r\n\r\n",
        server.address
    );
    assert_eq!(server.send(&framed).status, 403);
}

#[test]
fn a_client_that_never_ends_its_headers_is_let_go() {
    let folder = DataFolder::new();
    let server = folder.serve(&[]);
    let mut stream = server.open();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n").unwrap();
    let began = Instant::now();
    let _ = Answer::read(stream);
    let took = began.elapsed();
    // Nobody waits longer for an answer than the thirty seconds of a test.
    assert!(took > Duration::from_secs(8) && took < Duration::from_secs(28), "{took:?}");
}

#[test]
fn one_client_can_not_take_all_connections() {
    let folder = DataFolder::new();
    let server = folder.serve(&["--connections-per-client", "2"]);
    let first = server.open();
    let second = server.open();
    let patience = Duration::from_secs(20);
    // As soon as both are accepted, a third is closed without an answer.
    assert!(wait_until(patience, || server.get("/healthz").status == 0));
    drop(first);
    drop(second);
    assert!(wait_until(patience, || server.get("/healthz").status == 200));
}

#[test]
fn files_of_the_browser_come_as_they_are_listed() {
    let folder = DataFolder::new();
    let server = folder.serve(&[]);
    let answer = server.get("/pkg/hazel.css");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "text/css");
    assert_eq!(answer.body, "body { margin: 0 }");
    for path in ["/pkg/manifest.json", "/pkg/..%2fmanifest.json", "/pkg/../manifest.json", "/pkg/"] {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
}

#[test]
fn an_answer_in_progress_ends_before_the_server_does() {
    let folder = DataFolder::new();
    let server = folder.serve(&[]);
    let mut slow = server.open();
    // The body is awaited when the server is told to stop.
    write!(
        slow,
        "POST /api/nothing HTTP/1.1\r\nhost: {}\r\n{OURS}connection: close\r\ncontent-length: 3\r\n\r\na",
        server.address
    )
    .unwrap();
    std::thread::sleep(Duration::from_secs(1));
    signal(server.pid(), "-TERM");
    std::thread::sleep(Duration::from_secs(1));
    slow.write_all(b"=b").unwrap();
    assert_eq!(Answer::read(slow).status, 404);
    assert!(server.wait().success());
}

#[test]
fn https_is_asked_for_only_where_people_use_it() {
    let folder = DataFolder::new();
    let server = folder.serve(&[]);
    assert!(server.get("/").all("strict-transport-security").is_empty());
    server.stop();
    let server = folder.serve(&["--public-url", "https://hazel.example", "--trusted-proxy", "127.0.0.1"]);
    assert!(server.get("/").header("strict-transport-security").starts_with("max-age=63072000"));
    // An old browser behind the proxy sends no Sec-Fetch-Site; its origin is the public one.
    let origin = "origin: https://hazel.example\r\n";
    assert_eq!(server.post("/api/nothing", origin, "a=b").status, 404);
    let origin = format!("origin: http://{}\r\n", server.address);
    assert_eq!(server.post("/api/nothing", &origin, "a=b").status, 403);
}
