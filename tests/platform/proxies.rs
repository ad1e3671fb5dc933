//! nginx and Caddy before Hazel, with the very files that are offered for them.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::encrypted::Certificate;
use crate::hosted::{DataFolder, Server, link_in, signal, wait_until};
use crate::smuggling;

const NAME: &str = "hazel.example.org";
const SERVE: [&str; 2] = ["--public-url=https://hazel.example.org", "--trusted-proxy=127.0.0.1"];

/// A running proxy; it ends with the test.
pub struct Proxy {
    child: Child,
    pub address: SocketAddr,
    pub certificate: Certificate,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        signal(self.child.id(), "-TERM");
        let _ = self.child.wait();
    }
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn offered(file: &str) -> String {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(file);
    fs::read_to_string(place).unwrap()
}

/// Replaces what must be replaced; the file as offered must hold it.
fn with(text: String, changes: &[(&str, String)]) -> String {
    changes.iter().fold(text, |text, (old, new)| {
        assert!(text.contains(old), "the offered file no longer holds `{old}`");
        text.replace(old, new)
    })
}

/// `./dev setup` unpacks the proxies where they are not installed; Debian installs nginx where only root looks.
pub fn program(name: &str) -> PathBuf {
    let unpacked = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.dev/proxies/usr");
    let places = [unpacked.join("sbin"), unpacked.join("bin"), "/usr/sbin".into()];
    places
        .map(|place| place.join(name))
        .into_iter()
        .find(|place| place.exists())
        .unwrap_or_else(|| name.into())
}

fn start(mut command: Command, folder: &Path, port: u16, certificate: Certificate) -> Proxy {
    let log = fs::File::create(folder.join("proxy.log")).unwrap();
    let child =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap_or_else(|cause| {
            panic!("{:?} can not be started ({cause}): ./dev setup installs it", command.get_program())
        });
    let proxy = Proxy { child, address: SocketAddr::from(([127, 0, 0, 1], port)), certificate };
    let answers = wait_until(Duration::from_secs(20), || {
        proxy.certificate.get(proxy.address, "/healthz").is_ok_and(|answer| answer.status == 200)
    });
    assert!(answers, "{}", fs::read_to_string(folder.join("proxy.log")).unwrap());
    proxy
}

/// nginx with the offered file, before one server or two.
pub fn nginx(folder: &Path, servers: &[SocketAddr]) -> Proxy {
    let (port, plain) = (free_port(), free_port());
    let certificate = Certificate::write(folder, NAME);
    let upstream: Vec<String> =
        servers.iter().map(|server| format!("server {server} max_fails=0;")).collect();
    let site = with(
        offered("nginx.conf"),
        &[
            ("server 127.0.0.1:8080 max_fails=0;", upstream.join("\n    ")),
            ("listen 443 ssl http2;", format!("listen 127.0.0.1:{port} ssl http2;")),
            ("listen 80;", format!("listen 127.0.0.1:{plain};")),
            ("/etc/ssl/hazel/fullchain.pem", certificate.chain.display().to_string()),
            ("/etc/ssl/hazel/privkey.pem", certificate.key.display().to_string()),
        ],
    );
    let place = folder.display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {place}/{kind};\n"))
        .concat();
    let user = if rustix::process::geteuid().is_root() { "user root;\n" } else { "" };
    let whole = format!(
        "{user}pid {place}/nginx.pid;\nworker_processes 1;\ndaemon off;\nerror_log stderr;\n\
         events {{ worker_connections 256; }}\nhttp {{\naccess_log off;\n{temporary}{site}\n}}\n"
    );
    fs::write(folder.join("nginx.conf"), whole).unwrap();
    let mut command = Command::new(program("nginx"));
    command.arg("-p").arg(folder).arg("-c").arg(folder.join("nginx.conf"));
    start(command, folder, port, certificate)
}

fn caddy(folder: &Path, server: SocketAddr) -> Proxy {
    let port = free_port();
    let certificate = Certificate::write(folder, NAME);
    let tls = format!("tls {} {}", certificate.chain.display(), certificate.key.display());
    let site = with(
        offered("Caddyfile"),
        &[
            ("\nhazel.example.org {\n", format!("\nhttps://{NAME}:{port} {{\n\tbind 127.0.0.1\n\t{tls}\n")),
            ("reverse_proxy 127.0.0.1:8080", format!("reverse_proxy {server}")),
        ],
    );
    let whole = format!("{{\n\tadmin off\n\tauto_https disable_redirects\n}}\n{site}");
    fs::write(folder.join("Caddyfile"), whole).unwrap();
    let mut command = Command::new(program("caddy"));
    command.args(["run", "--adapter", "caddyfile", "--config"]).arg(folder.join("Caddyfile"));
    command.env("HOME", folder).env_remove("XDG_DATA_HOME").env_remove("XDG_CONFIG_HOME");
    start(command, folder, port, certificate)
}

/// Makes the administrator through the proxy and gives the session's cookie, as the browser would send it.
pub fn set_up(proxy: &Proxy, server: &Server) -> String {
    let link = server.printed().iter().find_map(|line| link_in(line)).expect("the link is printed");
    let token = link.trim_start_matches("/setup/");
    let password = "seven+lanterns+under+the+bridge";
    let body = format!(
        "token={token}&name=Ada&email=ada%40clinic.test&password={password}&password_again={password}"
    );
    let answer = post(proxy, "/api/account/set_up", "", &body);
    let cookies = answer.all("set-cookie");
    let session =
        cookies.iter().find(|cookie| cookie.starts_with("__Host-hazel=")).expect("a session is opened");
    for flag in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
        assert!(session.contains(flag), "{session}");
    }
    assert!(!session.to_lowercase().contains("domain"), "{session}");
    session.split(';').next().unwrap_or_default().to_owned()
}

pub fn post(proxy: &Proxy, path: &str, headers: &str, body: &str) -> crate::hosted::Answer {
    let length = body.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {NAME}\r\nconnection: close\r\naccept: text/html\r\norigin: https://{NAME}\r\n\
         {headers}content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    proxy.certificate.send(proxy.address, &request).unwrap()
}

pub fn get(proxy: &Proxy, path: &str, headers: &str) -> crate::hosted::Answer {
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: {NAME}\r\nconnection: close\r\naccept: text/html\r\n{headers}\r\n"
    );
    proxy.certificate.send(proxy.address, &request).unwrap()
}

fn holds_what_it_promises(proxy: &Proxy, server: &Server) {
    let answer = get(proxy, "/sign-in", "");
    assert!(answer.header("strict-transport-security").starts_with("max-age=63072000"));
    assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"));

    // What a client says about its own address counts for nothing: the session is of the address that the proxy saw.
    let session = set_up(proxy, server);
    let forged = format!("cookie: {session}\r\nx-forwarded-for: 203.0.113.66\r\n");
    post(proxy, "/api/account/name_workstation", &forged, "workstation=Cubicle+7");
    let trail = get(proxy, "/trail", &forged);
    assert_eq!(trail.status, 200);
    assert!(trail.body.contains("Cubicle 7") && trail.body.contains("127.0.0.1"), "{}", trail.body);
    assert!(!trail.body.contains("203.0.113.66"), "{}", trail.body);

    // A page of another name is not handed on as ours.
    let other = "GET /sign-in HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n";
    assert!(!proxy.certificate.send(proxy.address, other).unwrap().body.contains("<h1"));

    for (what, attempt) in smuggling::attempts(NAME) {
        let stream = proxy.certificate.open(proxy.address).unwrap();
        stream.sock.set_read_timeout(Some(Duration::from_secs(3))).unwrap();
        let answer = smuggling::exchange(stream, &attempt);
        // A proxy may read such a request as two and say so by two answers; what must not happen is that it sends
        // one and Hazel answers two, which would leave an answer for the next person on the same connection.
        let next = get(proxy, "/sign-in", "");
        assert!(next.body.contains("<h1") && !next.body.contains("alive"), "{what}: {answer} {}", next.body);
    }
}

#[test]
fn nginx_hands_on_what_it_should_and_nothing_else() {
    let folder = DataFolder::new();
    let server = folder.serve(&SERVE);
    let proxy = nginx(folder.outside(), &[server.address]);
    holds_what_it_promises(&proxy, &server);
}

#[test]
fn caddy_hands_on_what_it_should_and_nothing_else() {
    let folder = DataFolder::new();
    let server = folder.serve(&SERVE);
    let proxy = caddy(folder.outside(), server.address);
    holds_what_it_promises(&proxy, &server);
}
