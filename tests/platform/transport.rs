//! The way to the browser: encryption, the name of the host, what a smuggler tries, and what is measured.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::hosted::{Answer, DataFolder, Server, told, wait_until};

const NAME: &str = "hazel.example";

/// A certificate for [`NAME`], written where the server finds it.
struct Certificate {
    der: CertificateDer<'static>,
    files: [PathBuf; 2],
}

impl Certificate {
    fn write(folder: &DataFolder) -> Self {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed([NAME.to_owned()]).unwrap();
        let files = ["certificate.pem", "key.pem"].map(|name| folder.outside().join(name));
        fs::write(&files[1], signing_key.serialize_pem()).unwrap();
        fs::write(&files[0], cert.pem()).unwrap();
        Self { der: cert.der().clone(), files }
    }

    fn flags(&self) -> [String; 3] {
        let [certificate, key] = &self.files;
        [
            format!("--tls-certificate={}", certificate.display()),
            format!("--tls-key={}", key.display()),
            format!("--public-url=https://{NAME}"),
        ]
    }

    /// Asks over TLS, trusting this certificate alone.
    fn get(&self, server: &Server, path: &str) -> Result<Answer, std::io::Error> {
        let mut roots = RootCertStore::empty();
        roots.add(self.der.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = ClientConnection::new(Arc::new(config), NAME.try_into().unwrap()).unwrap();
        let mut stream = StreamOwned::new(client, server.open());
        write!(stream, "GET {path} HTTP/1.1\r\nhost: {NAME}\r\nconnection: close\r\n\r\n")?;
        Ok(Answer::read(stream))
    }
}

#[test]
fn a_certificate_is_enough_and_a_new_one_is_taken_without_a_restart() {
    let folder = DataFolder::new();
    let first = Certificate::write(&folder);
    let flags = first.flags();
    let server = folder.serve(&[&flags[0], &flags[1], &flags[2]]);
    let answer = first.get(&server, "/sign-in").unwrap();
    assert_eq!(answer.status, 200);
    assert!(answer.header("strict-transport-security").starts_with("max-age=63072000"));

    // Who speaks plain HTTP to it gets no page.
    let mut plain = server.open();
    write!(plain, "GET /sign-in HTTP/1.1\r\nhost: {NAME}\r\n\r\n").unwrap();
    let mut told = Vec::new();
    let _ = plain.read_to_end(&mut told);
    assert!(!told.starts_with(b"HTTP"), "{}", String::from_utf8_lossy(&told));

    // A broken file changes nothing; the next good one counts.
    fs::write(&first.files[1], "no key").unwrap();
    std::thread::sleep(Duration::from_secs(6));
    assert_eq!(first.get(&server, "/healthz").unwrap().status, 200);
    let second = Certificate::write(&folder);
    let taken = wait_until(Duration::from_secs(20), || second.get(&server, "/healthz").is_ok());
    assert!(taken, "{}", folder.log());
    assert!(first.get(&server, "/healthz").is_err());
}

#[test]
fn a_key_of_another_certificate_is_refused_with_a_sentence() {
    let folder = DataFolder::new();
    let certificate = Certificate::write(&folder);
    let other = generate_simple_self_signed([NAME.to_owned()]).unwrap();
    fs::write(&certificate.files[1], other.signing_key.serialize_pem()).unwrap();
    let flags = certificate.flags();
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

/// What a proxy and a server could read differently: how long a request is. Whatever comes after the request that
/// both agree on must never be answered as a request of its own.
#[test]
fn a_request_hidden_in_another_is_never_answered() {
    let folder = DataFolder::new();
    let server = folder.serve(&["--public-url=https://hazel.example", "--trusted-proxy=127.0.0.1"]);
    let hidden = "GET /healthz HTTP/1.1\r\nhost: hazel.example\r\nconnection: close\r\n\r\n";
    let begin = "POST /api/nothing HTTP/1.1\r\nhost: hazel.example\r\nsec-fetch-site: same-origin\r\n";
    let bodies = [
        ("both lengths", format!("content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{hidden}")),
        ("two lengths", format!("content-length: 0\r\ncontent-length: {}\r\n\r\n{hidden}", hidden.len())),
        ("a list of lengths", format!("content-length: 0, {}\r\n\r\n{hidden}", hidden.len())),
        ("a signed length", format!("content-length: +0\r\n\r\n{hidden}")),
        ("another coding", format!("transfer-encoding: xchunked\r\n\r\n0\r\n\r\n{hidden}")),
        ("a coding twice", format!("transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n{hidden}")),
        ("a blank before the colon", format!("transfer-encoding : chunked\r\n\r\n0\r\n\r\n{hidden}")),
        ("a folded line", format!("x-a: b\r\n transfer-encoding: chunked\r\n\r\n0\r\n\r\n{hidden}")),
        ("a bad chunk", format!("transfer-encoding: chunked\r\n\r\nzz\r\n{hidden}")),
    ];
    for (what, body) in bodies {
        let mut stream = server.open();
        let _ = stream.write_all(format!("{begin}{body}").as_bytes());
        stream.set_read_timeout(Some(Duration::from_secs(3))).unwrap();
        let mut answer = Vec::new();
        let mut piece = [0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut piece) {
            answer.extend_from_slice(&piece[..count]);
        }
        let answer = String::from_utf8_lossy(&answer);
        assert!(!answer.contains("alive"), "{what}: {answer}");
    }
    // The control: one request after the other is answered when nothing is hidden.
    let plain = format!("{begin}content-length: 0\r\n\r\n{hidden}");
    let mut stream = server.open();
    stream.write_all(plain.as_bytes()).unwrap();
    assert!(Answer::read(stream).body.contains("alive"));
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
    let mut stream = std::net::TcpStream::connect(free).unwrap();
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
