//! The way to the browser: encryption, the name of the host, what a smuggler tries, and what is measured.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use crate::encrypted::Certificate;
use crate::hosted::{Answer, DataFolder, Server, told, wait_until};
use crate::smuggling;

const NAME: &str = "hazel.example";

fn flags(certificate: &Certificate) -> [String; 3] {
    [
        format!("--tls-certificate={}", certificate.chain.display()),
        format!("--tls-key={}", certificate.key.display()),
        format!("--public-url=https://{NAME}"),
    ]
}

#[test]
fn a_certificate_is_enough_and_a_new_one_is_taken_without_a_restart() {
    let folder = DataFolder::new();
    let first = Certificate::write(folder.outside(), NAME);
    let flags = flags(&first);
    let server = folder.serve(&[&flags[0], &flags[1], &flags[2]]);
    let answer = first.get(server.address, "/sign-in").unwrap();
    assert_eq!(answer.status, 200);
    assert!(answer.header("strict-transport-security").starts_with("max-age=63072000"));

    // Who speaks plain HTTP to it gets no page.
    let mut plain = server.open();
    write!(plain, "GET /sign-in HTTP/1.1\r\nhost: {NAME}\r\n\r\n").unwrap();
    let mut told = Vec::new();
    let _ = plain.read_to_end(&mut told);
    assert!(!told.starts_with(b"HTTP"), "{}", String::from_utf8_lossy(&told));

    // A broken file changes nothing; the next good one counts.
    fs::write(&first.key, "no key").unwrap();
    std::thread::sleep(Duration::from_secs(6));
    assert_eq!(first.get(server.address, "/healthz").unwrap().status, 200);
    let second = Certificate::write(folder.outside(), NAME);
    let taken = wait_until(Duration::from_secs(20), || second.get(server.address, "/healthz").is_ok());
    assert!(taken, "{}", folder.log());
    assert!(first.get(server.address, "/healthz").is_err());
}

#[test]
fn a_key_of_another_certificate_is_refused_with_a_sentence() {
    let folder = DataFolder::new();
    let certificate = Certificate::write(folder.outside(), NAME);
    let elsewhere = DataFolder::new();
    let other = Certificate::write(elsewhere.outside(), NAME);
    fs::copy(&other.key, &certificate.key).unwrap();
    let flags = flags(&certificate);
    let site = folder.site().display().to_string();
    let output = folder.run(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--site-dir",
        &site,
        &flags[0],
        &flags[1],
        &flags[2],
    ]);
    assert_eq!(output.status.code(), Some(78));
    assert!(told(&output).contains("does not belong to the certificate"), "{}", told(&output));
    let alone = folder.run(&["serve", &flags[0]]);
    assert_eq!(alone.status.code(), Some(2));
    assert!(told(&alone).contains("--tls-key"), "{}", told(&alone));
}

#[test]
fn a_name_that_somebody_else_made_lead_here_gets_nothing() {
    let folder = DataFolder::new();
    let server = folder.serve(&[]);
    let ask = |server: &Server, host: &str, path: &str| {
        server.send(&format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"))
    };
    let answer = ask(&server, "evil.example", "/sign-in");
    assert_eq!(answer.status, 421);
    assert!(!answer.header("content-security-policy").is_empty());
    assert_eq!(ask(&server, &format!("evil.example:{}", server.address.port()), "/").status, 421);
    assert_eq!(ask(&server, "evil.example", "/healthz").status, 200);
    assert_eq!(ask(&server, "localhost", "/sign-in").status, 200);
    assert_eq!(server.send("GET /sign-in HTTP/1.0\r\n\r\n").status, 421);
    // The name in the first line counts before that of the header.
    let two = "GET http://evil.example/sign-in HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    assert_eq!(server.send(two).status, 421);
    server.stop();
    let server = folder.serve(&["--public-url=https://hazel.example", "--trusted-proxy=127.0.0.1"]);
    assert_eq!(ask(&server, "hazel.example", "/sign-in").status, 200);
    assert_eq!(ask(&server, "hazel.example:8443", "/sign-in").status, 421);
}

#[test]
fn a_request_hidden_in_another_is_never_answered() {
    let folder = DataFolder::new();
    let server = folder.serve(&["--public-url=https://hazel.example", "--trusted-proxy=127.0.0.1"]);
    for (what, attempt) in smuggling::attempts(NAME) {
        let stream = server.open();
        stream.set_read_timeout(Some(Duration::from_secs(3))).unwrap();
        let answer = smuggling::exchange(stream, &attempt);
        assert!(!answer.contains("alive"), "{what}: {answer}");
    }
    let answer = smuggling::exchange(server.open(), &smuggling::control(NAME));
    assert!(answer.contains("alive"), "{answer}");
}

#[test]
fn the_measures_count_requests_and_name_no_record() {
    let folder = DataFolder::new();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = folder.serve(&[&format!("--metrics-listen={free}")]);
    let some = "01890000-0000-7000-8000-000000000000";
    for path in ["/sign-in", "/sign-in", &format!("/products/{some}"), "/nowhere/at/all"] {
        server.get(path);
    }
    let ours = "sec-fetch-site: same-origin\r\n";
    server.post("/api/account/sign_in", ours, "email=nobody%40clinic.test&password=not+the+password");
    assert_eq!(server.get("/metrics").status, 404, "they are not on the address of people");
    let mut stream = TcpStream::connect(free).unwrap();
    write!(stream, "GET /metrics HTTP/1.1\r\nhost: {free}\r\nconnection: close\r\n\r\n").unwrap();
    let told = Answer::read(stream);
    assert_eq!(told.status, 200);
    let line = |begin: &str| -> String {
        let found = told.body.lines().find(|line| line.starts_with(begin));
        found.unwrap_or_else(|| panic!("{begin} is missing: {}", told.body)).to_owned()
    };
    assert!(line("hazel_requests_total{method=\"GET\",route=\"/sign-in\",status=\"200\"}").ends_with(" 2"));
    assert!(line("hazel_request_seconds_count{route=\"/sign-in\"}").ends_with(" 2"));
    assert!(line("hazel_sign_ins_refused_total").ends_with(" 1"));
    assert!(!line("hazel_trail_entries ").ends_with(" 0"));
    for name in [
        "hazel_database_connections ",
        "hazel_trail_lag_seconds ",
        "hazel_resident_bytes ",
        "hazel_requests_under_way 0",
    ] {
        line(name);
    }
    assert!(!told.body.contains(some), "{}", told.body);
    assert!(told.body.trim_end().ends_with("# EOF"));
}
