//! L: clients that are slow on purpose, and requests without measure.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::routing::{get, post};
use socket2::{Domain, Socket, Type};

use crate::client::{Client, Exchange, exchange, quantile};
use crate::hosted::DataFolder;
use crate::stage::{Stage, block_on, runtime};
use crate::{HANGS, Played, Scale};

/// More than the server takes from one address, and from all.
const ATTACKERS: usize = 4000;
/// How long the server waits for headers, for a body, for a reader.
const HEADERS: Duration = Duration::from_secs(10);
const BODY: Duration = Duration::from_secs(30);
const READER: Duration = Duration::from_secs(60);
/// How much later the end of a connection may be noticed, and how much later they give up who never saw it.
const NOTICE: Duration = Duration::from_secs(12);
const GIVE_UP: Duration = Duration::from_secs(20);
/// People who have to wait for the slow ones wait as long as those are suffered.
const BEARABLE: Duration = Duration::from_secs(5);
/// Larger than what the systems of both ends keep for a connection.
const LARGE: usize = 24 * 1024 * 1024;

/// A connection of an attacker, and when it was opened.
struct Slow {
    stream: TcpStream,
    opened: Instant,
}

impl Slow {
    /// From an address of its own in the loopback network, with little room for answers.
    fn open(server: SocketAddr, from: Ipv4Addr) -> Option<Self> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).ok()?;
        let _ = socket.set_recv_buffer_size(4096);
        socket.bind(&SocketAddr::from((from, 0)).into()).ok()?;
        socket.connect_timeout(&server.into(), Duration::from_secs(2)).ok()?;
        let stream: TcpStream = socket.into();
        stream.set_nonblocking(true).ok()?;
        Some(Self { stream, opened: Instant::now() })
    }

    /// Sends a little; whether the other side still listens.
    fn trickle(&mut self, bytes: &[u8]) -> bool {
        match self.stream.write(bytes) {
            Ok(_) => {}
            Err(cause) if cause.kind() == ErrorKind::WouldBlock => {}
            Err(_) => return false,
        }
        let mut piece = [0; 512];
        loop {
            match self.stream.read(&mut piece) {
                Ok(0) => return false,
                Ok(_) => {}
                Err(cause) => return cause.kind() == ErrorKind::WouldBlock,
            }
        }
    }
}

/// Keeps all of them alive with a few bytes a second. Answers the longest time that one of them was held, at most
/// `longest`.
fn hold(coming: impl Iterator<Item = Slow>, bytes: &[u8], longest: Duration) -> Duration {
    let mut coming = coming.fuse();
    let mut slow: Vec<Slow> = Vec::new();
    let mut held = Duration::ZERO;
    loop {
        // A few at a time, so that the end of the first is noticed before the last is opened.
        let before = slow.len();
        slow.extend(coming.by_ref().take(100));
        let all_are_here = slow.len() == before;
        slow.retain_mut(|one| {
            let listens = one.trickle(bytes);
            held = held.max(one.opened.elapsed().min(longest));
            listens && one.opened.elapsed() < longest
        });
        if slow.is_empty() && all_are_here {
            return held;
        }
        std::thread::sleep(if all_are_here { Duration::from_millis(500) } else { Duration::from_millis(20) });
    }
}

fn slow_headers(server: SocketAddr, count: usize, longest: Duration) -> Duration {
    let slow = (0..count).filter_map(|_| {
        let mut one = Slow::open(server, Ipv4Addr::new(127, 0, 0, 9))?;
        one.trickle(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n");
        Some(one)
    });
    hold(slow, b"x-a: b\r\n", longest)
}

fn slow_bodies(server: SocketAddr) -> Duration {
    let slow = (0..200).filter_map(|_| {
        let mut one = Slow::open(server, Ipv4Addr::new(127, 0, 0, 10))?;
        one.trickle(
            b"POST /api/account/sign_in HTTP/1.1\r\nhost: localhost\r\nsec-fetch-site: same-origin\r\ncontent-type: \
              application/x-www-form-urlencoded\r\ncontent-length: 100000\r\n\r\nemail=",
        );
        Some(one)
    });
    hold(slow, b"a", BODY + GIVE_UP)
}

/// Asks for a large file and takes a few bytes of it a second.
fn slow_readers(server: SocketAddr, path: &str) -> Duration {
    let mut slow: Vec<Slow> = (0..50)
        .filter_map(|_| {
            let mut one = Slow::open(server, Ipv4Addr::new(127, 0, 0, 11))?;
            let _ = one.stream.write(
                format!("GET {path} HTTP/1.1\r\nhost: localhost\r\naccept-encoding: identity\r\n\r\n")
                    .as_bytes(),
            );
            Some(one)
        })
        .collect();
    assert!(slow.len() == 50, "only {} readers could connect", slow.len());
    let mut held = Duration::ZERO;
    let longest = READER + GIVE_UP;
    while !slow.is_empty() {
        slow.retain_mut(|one| {
            held = held.max(one.opened.elapsed().min(longest));
            let mut piece = [0; 64];
            let listens = match one.stream.read(&mut piece) {
                Ok(count) => count > 0,
                Err(cause) => cause.kind() == ErrorKind::WouldBlock,
            };
            listens && one.opened.elapsed() < longest && !is_broken(&one.stream)
        });
        std::thread::sleep(Duration::from_millis(500));
    }
    held
}

/// Whether the other side has given up, although there is still something to read.
fn is_broken(stream: &TcpStream) -> bool {
    rustix::net::sockopt::socket_error(stream).is_ok_and(|told| told.is_err())
}

/// How long live people wait for a page, in the worst of a hundred.
fn live(client: &Client, how_long: Duration) -> Duration {
    let mut times = Vec::new();
    let until = Instant::now() + how_long;
    while Instant::now() < until {
        let page = client.get("/account");
        assert_eq!(page.status(), 200, "{page:?}");
        times.push(page.took);
        std::thread::sleep(Duration::from_millis(20));
    }
    quantile(&mut times, 0.99)
}

/// L3: the limits of time hold for each kind of slowness, and live people do not wait for them.
pub fn slow_clients(_: &Scale) -> Played {
    let folder = DataFolder::new();
    let path = large_file(&folder);
    let stage = Stage::private(folder, 1);
    let (server, client) = (stage.address(), stage.people.client.clone());
    let calm = live(&client, Duration::from_secs(3));
    // The control: the framework's own listener, which has no limits of time.
    let plain = plain_server(Router::new().route("/healthz", get(|| async { "alive" })));
    let (headers, bodies, readers, busy, control) = std::thread::scope(|scope| {
        let headers = scope.spawn(|| slow_headers(server, ATTACKERS, HEADERS + GIVE_UP));
        let control = scope.spawn(|| slow_headers(plain, 20, HEADERS + GIVE_UP));
        let bodies = scope.spawn(|| slow_bodies(server));
        let readers = scope.spawn(|| slow_readers(server, &path));
        std::thread::sleep(Duration::from_secs(2));
        let busy = live(&client, Duration::from_secs(12));
        let control = control.join().unwrap();
        (headers.join().unwrap(), bodies.join().unwrap(), readers.join().unwrap(), busy, control)
    });
    assert!(headers < HEADERS + NOTICE, "slow headers were suffered for {headers:?}");
    assert!(bodies < BODY + NOTICE, "a slow body was suffered for {bodies:?}");
    assert!(readers < READER + NOTICE, "a slow reader was suffered for {readers:?}");
    assert!(busy < BEARABLE, "live people waited {busy:?}, {calm:?} before");
    stage.expect_no_fault();
    assert!(
        control > HEADERS + NOTICE,
        "the control stayed green: a listener without limits ended after {control:?}"
    );
    Played::Passed(format!(
        "{ATTACKERS} slow headers ended within {headers:.0?}, bodies {bodies:.0?}, readers {readers:.0?}; live people \
         waited {busy:.0?} at most (p99), {calm:.0?} before; control: a listener without limits was found"
    ))
}

fn large_file(folder: &DataFolder) -> String {
    use sha2::{Digest as _, Sha256};
    let site = folder.site();
    let text = "a".repeat(LARGE);
    std::fs::write(site.join("pkg/large.css"), &text).unwrap();
    let digest: String = Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
    let manifest = std::fs::read_to_string(site.join("manifest.json")).unwrap();
    let mut manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    manifest["files"]["large.css"] =
        serde_json::json!({"file": "large.css", "media_type": "text/css", "size": LARGE, "sha256": digest});
    std::fs::write(site.join("manifest.json"), manifest.to_string()).unwrap();
    "/pkg/large.css".to_owned()
}

fn plain_server(router: Router) -> SocketAddr {
    let listener = block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime().spawn(async move { axum::serve(listener, router).await });
    address
}

/// A request without measure, and what may be answered.
struct Excess {
    name: &'static str,
    head: String,
    /// Sent again and again, until the other side has had enough or this many bytes are sent.
    piece: Vec<u8>,
    bytes: usize,
    allowed: &'static [u16],
}

fn excesses(client: &Client, bytes: usize) -> Vec<Excess> {
    let begin = |path: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\nsec-fetch-site: same-origin\r\naccept: \
             application/json\r\ncookie: {}\r\n",
            client.host, client.session
        )
    };
    let form = "content-type: application/x-www-form-urlencoded\r\n";
    let of = |name, head, piece: &[u8], bytes, allowed| Excess {
        name,
        head,
        piece: piece.to_vec(),
        bytes,
        allowed,
    };
    let chunk = [b"10000\r\n".as_slice(), &[b'x'; 0x10000], b"\r\n"].concat();
    let get = format!("GET / HTTP/1.1\r\nhost: {}\r\n", client.host);
    let fields = |piece: &str, count: usize| {
        let length = piece.len() * count;
        (format!("{}{form}content-length: {length}\r\n\r\n", begin("/api/products/create")), length)
    };
    let (many, many_length) = fields("a=1&", 100_000);
    let (deep, deep_length) = fields("[b]", 100_000);
    let deep = deep.replace("\r\n\r\n", "\r\n\r\na");
    vec![
        of(
            "a body of a gigabyte",
            format!("{}{form}content-length: {bytes}\r\n\r\n", begin("/api/products/create")),
            &[b'x'; 65536],
            bytes,
            &[413],
        ),
        of(
            "a body of a gigabyte in pieces",
            format!("{}{form}transfer-encoding: chunked\r\n\r\n", begin("/api/products/create")),
            &chunk,
            bytes,
            &[413],
        ),
        of("a million headers", get.clone(), b"x-a: b\r\n", 8_000_000, &[431]),
        of("a cookie of a megabyte", format!("{get}cookie: a="), &[b'c'; 4096], 1 << 20, &[431]),
        of("a hundred thousand fields", many, b"a=1&", many_length, &[400, 413]),
        of("a field a hundred thousand levels deep", deep, b"[b]", deep_length - 1, &[400, 413, 422]),
        of(
            "JSON a hundred thousand levels deep",
            format!(
                "{}content-type: application/json\r\ncontent-length: 100000\r\n\r\n",
                begin("/api/products/create")
            ),
            &[b'['; 1000],
            100_000,
            &[400, 413, 415],
        ),
    ]
}

impl Excess {
    fn commit(&self, server: SocketAddr) -> Exchange {
        let began = Instant::now();
        let stream = TcpStream::connect(server).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.set_write_timeout(Some(Duration::from_secs(5))).unwrap();
        let mut sending = stream.try_clone().unwrap();
        let _ = sending.write_all(self.head.as_bytes());
        let mut left = self.bytes;
        // The answer may come while there is still much to send; then the other side stops to listen.
        while left > 0 {
            let count = left.min(self.piece.len());
            if sending.write_all(&self.piece[..count]).is_err() || began.elapsed() > Duration::from_secs(20) {
                break;
            }
            left -= count;
        }
        let answer = crate::hosted::Answer::read(stream);
        Exchange { answer: (answer.status != 0).then_some(answer), took: began.elapsed() }
    }
}

/// The most memory that a process has held since [`forget_peak`], in bytes.
fn peak(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_ascii_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

fn forget_peak(pid: u32) {
    std::fs::write(format!("/proc/{pid}/clear_refs"), "5").unwrap();
}

/// What is wrong with how a server took these requests.
fn complaints(server: SocketAddr, pid: u32, excesses: &[Excess]) -> (Vec<String>, u64, Duration) {
    let mut wrong = Vec::new();
    let (mut most, mut slowest) = (0, Duration::ZERO);
    for excess in excesses {
        forget_peak(pid);
        let before = peak(pid);
        let end = excess.commit(server);
        let more = peak(pid).saturating_sub(before);
        (most, slowest) = (most.max(more), slowest.max(end.took));
        if !excess.allowed.contains(&end.status()) {
            wrong.push(format!("{}: answered with {} {:.200}", excess.name, end.status(), end.body()));
        }
        if end.took > HANGS {
            wrong.push(format!("{}: took {:.1?}", excess.name, end.took));
        }
        if more > 16 << 20 {
            wrong.push(format!("{}: took {} MiB", excess.name, more >> 20));
        }
    }
    (wrong, most, slowest)
}

/// L4: each is refused before it has come to its end, and takes no more than sixteen mebibytes.
pub fn oversized(_: &Scale) -> Played {
    let stage = Stage::private(DataFolder::new(), 1);
    let client = &stage.people.client;
    // What the first requests need is no matter of these.
    for _ in 0..20 {
        let _ = client.get("/account");
    }
    let all = excesses(client, 1 << 30);
    let (wrong, most, slowest) = complaints(stage.address(), stage.server_pid(), &all);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let alive = exchange(
        stage.address(),
        b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
        Duration::from_secs(5),
    );
    assert_eq!(alive.status(), 200);
    stage.expect_no_fault();

    // The control: a server that takes whatever comes.
    let greedy = Router::new()
        .fallback(post(|request: Request| async {
            axum::body::to_bytes(request.into_body(), usize::MAX)
                .await
                .map(|all| all.len().to_string())
                .unwrap_or_default()
        }))
        .layer(DefaultBodyLimit::disable());
    let server = plain_server(greedy);
    let (found, ..) = complaints(server, std::process::id(), &excesses(&client.at(server), 64 << 20)[..1]);
    assert!(found.len() >= 2, "the control stayed green: {found:?}");
    Played::Passed(format!(
        "{} kinds refused within {slowest:.1?}, at most {} MiB more; control: a server without limits was found",
        all.len(),
        most >> 20
    ))
}
