//! PgBouncer between two servers and one Postgres.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use server::embedded::Folders;

use crate::hosted::{Answer, DataFolder, signal, wait_until};
use crate::proxies::{free_port, program};
use crate::two_servers::{get, set_up};

const OURS: &str = "sec-fetch-site: same-origin\r\n";

/// A running PgBouncer before the private Postgres of a folder.
struct Pooler {
    child: Child,
    port: u16,
}

impl Drop for Pooler {
    fn drop(&mut self) {
        signal(self.child.id(), "-INT");
        let _ = self.child.wait();
    }
}

/// Where `./dev setup` puts the libraries of a program that is only unpacked.
fn libraries() -> Vec<PathBuf> {
    let unpacked = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.dev/proxies/usr/lib");
    let within = |folder: &Path| {
        let entries = fs::read_dir(folder).into_iter().flatten();
        entries.filter_map(|entry| Some(entry.ok()?.path())).collect::<Vec<_>>()
    };
    within(&unpacked).iter().flat_map(|folder| within(folder)).filter(|file| file.is_file()).collect()
}

/// The program, copied into `folder`: the account of the database need not reach the checkout.
fn pgbouncer(folder: &Path) -> Command {
    let own = folder.join("pgbouncer");
    fs::copy(which(&program("pgbouncer")), &own).expect("./dev setup installs PgBouncer");
    let libraries_here = folder.join("lib");
    fs::create_dir(&libraries_here).unwrap();
    for library in libraries() {
        fs::copy(&library, libraries_here.join(library.file_name().unwrap())).unwrap();
    }
    let mut command = Command::new(own);
    command.env("LD_LIBRARY_PATH", libraries_here);
    command
}

/// Where a program of the search path lies.
fn which(program: &Path) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
        .unwrap_or_default()
}

impl Pooler {
    /// With the settings of the guide, and fewer connections than the servers have.
    fn before(database: &DataFolder, mode: &str) -> Self {
        let port = free_port();
        let folder = database.outside().join("pooler");
        fs::create_dir(&folder).unwrap();
        let socket: PathBuf = Folders::in_data_dir(&database.path()).socket();
        let settings = format!(
            "[databases]\nhazel = host={} port=5432 user=hz_app\n\
             [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n\
             pool_mode = {mode}\ndefault_pool_size = 6\nmax_client_conn = 100\n\
             logfile = {place}/log\n",
            socket.display(),
            place = folder.display()
        );
        fs::write(folder.join("pgbouncer.ini"), settings).unwrap();
        let mut command = pgbouncer(&folder);
        if rustix::process::geteuid().is_root() {
            // It refuses to be root. The account of the database may go through the socket's folder.
            let owner = fs::metadata(&socket).unwrap();
            use std::os::unix::fs::MetadataExt as _;
            std::os::unix::fs::chown(&folder, Some(owner.uid()), Some(owner.gid())).unwrap();
            use std::os::unix::process::CommandExt as _;
            command.uid(owner.uid()).gid(owner.gid());
        }
        let child = command
            .arg(folder.join("pgbouncer.ini"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("./dev setup installs PgBouncer");
        let pooler = Self { child, port };
        let listens = || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok();
        let log = || fs::read_to_string(folder.join("log")).unwrap_or_default();
        assert!(wait_until(Duration::from_secs(10), listens), "{}", log());
        pooler
    }

    fn url(&self) -> String {
        format!("postgres://hz_app@127.0.0.1:{}/hazel?sslmode=disable", self.port)
    }
}

/// A crowd before few connections is told to come back on a busy machine; it does, for a while.
fn persist(ask: impl Fn() -> Answer) -> Answer {
    let mut answer = None;
    wait_until(Duration::from_secs(60), || answer.insert(ask()).status != 503);
    answer.unwrap()
}

/// Two servers on one pooler: what one of them writes, the other shows, many at a time.
fn works(mode: &str, flag: Option<&str>) {
    let database = DataFolder::new();
    let _keeper = database.serve(&[]);
    let pooler = Pooler::before(&database, mode);
    let places = [DataFolder::new(), DataFolder::new()];
    let url = pooler.url();
    // Together they may have as many as the pooler takes in session mode; in transaction mode many more.
    let connections =
        if mode == "session" { "--database-connections=2" } else { "--database-connections=10" };
    let flags: Vec<&str> = ["--database-url", &url, connections].into_iter().chain(flag).collect();
    let second = places[1].serve(&flags);
    let first = places[0].serve(&flags);
    let session = set_up(&first);
    let signed_in = format!("{OURS}cookie: {session}\r\n");
    std::thread::scope(|scope| {
        for person in 0..12 {
            let (session, signed_in, servers) = (&session, &signed_in, [&first, &second]);
            scope.spawn(move || {
                for turn in 0..6 {
                    let server = servers[(person + turn) % 2];
                    let form = format!(
                        "name=Pump+{person}-{turn}&intended_purpose=Doses+insulin.&lifecycle=planned"
                    );
                    let key = format!("idempotency-key: {}\r\n", uuid::Uuid::now_v7());
                    let made =
                        persist(|| server.post("/api/products/create", &format!("{signed_in}{key}"), &form));
                    assert_eq!(made.status, 303, "{}", made.body);
                    let place = made.header("location").to_owned();
                    assert!(place.starts_with("/products/") && !place.contains("kept="), "{place}");
                    let page = persist(|| get(servers[(person + turn + 1) % 2], &place, session));
                    assert!(
                        page.status == 200 && page.body.contains(&format!("Pump {person}-{turn}")),
                        "{}",
                        page.body
                    );
                }
            });
        }
    });
    let trail = persist(|| get(&first, "/trail?action=product.started", &session));
    assert_eq!(trail.status, 200, "{}", trail.body);
    for place in &places {
        assert!(!place.log().contains("prepared statement"), "{}", place.log());
        assert!(!place.log().contains("an operation failed"), "{}", place.log());
    }
}

#[test]
fn a_pooler_that_hands_out_connections_for_a_session_works() {
    works("session", None);
}

#[test]
fn a_pooler_that_hands_out_connections_for_a_transaction_works() {
    works("transaction", Some("--database-pooler"));
}
