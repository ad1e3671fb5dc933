//! What a drill is played on: a database, a server, somebody signed in, a register for each writer.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use server::database::install_private;
use server::embedded::PrivatePostgres;
use sqlx::postgres::PgConnectOptions;
use tokio::runtime::Runtime;

use crate::client::Client;
use crate::hosted::{Answer, DataFolder, Server, is_at_work, link_in, signal, wait_until};
use crate::proxy::{FaultProxy, Upstream};

/// How many registers are written into at once.
pub const WRITERS: usize = 16;
const PASSWORD: &str = "seven+lanterns+under+the+bridge";

/// What the proxies and the judge run on.
pub fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
    })
}

pub fn block_on<F: Future>(future: F) -> F::Output {
    runtime().block_on(future)
}

/// Each connection is a file.
pub fn allow_many_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
}

/// Somebody else's Postgres, played by a private one that the drill starts, stops and kills.
pub struct OwnPostgres {
    pub folder: DataFolder,
    running: Option<PrivatePostgres>,
}

impl OwnPostgres {
    pub fn start() -> Self {
        Self::start_in(DataFolder::new())
    }

    pub fn start_in(folder: DataFolder) -> Self {
        let running = PrivatePostgres::start(&folder.path(), None).unwrap();
        block_on(install_private(running.folders())).unwrap();
        Self { folder, running: Some(running) }
    }

    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("postgres/socket/.s.PGSQL.5432")
    }

    /// Stops it by this signal, and starts it again.
    pub fn restart(&mut self, how: &str) {
        if let Some(mut running) = self.running.take() {
            signal(self.folder.postmaster().unwrap(), how);
            assert!(wait_until(Duration::from_secs(30), || running.has_ended()), "Postgres does not stop");
        }
        self.running = Some(PrivatePostgres::start(&self.folder.path(), None).unwrap());
    }
}

/// Kills every process of the private database in this data folder at once.
pub fn kill_postgres(folder: &DataFolder) {
    let postmaster = folder.postmaster().unwrap();
    let data = folder.path().join("postgres/data");
    let works_here = |pid: u32| std::fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == data);
    assert!(works_here(postmaster), "the pid file names a stranger");
    let children: Vec<u32> = std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|pid| parent(*pid) == Some(postmaster) && works_here(*pid))
        .collect();
    for pid in std::iter::once(postmaster).chain(children) {
        signal(pid, "-KILL");
    }
    assert!(wait_until(Duration::from_secs(10), || !is_at_work(postmaster)));
}

fn parent(pid: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}

/// Who is signed in, and what they write into.
pub struct People {
    pub client: Client,
    /// One product for each writer, each with the risk R-001.
    pub products: Vec<String>,
}

/// The server at work on a data folder, or on somebody else's Postgres.
pub struct Stage {
    pub people: People,
    pub server: Option<Server>,
    flags: Vec<String>,
    /// The place of the server's files; its data too, where the database is its own.
    pub folder: DataFolder,
    /// Between the server and its database.
    pub way: Option<FaultProxy>,
    pub postgres: Option<OwnPostgres>,
}

impl Stage {
    /// With a private Postgres.
    pub fn private(folder: DataFolder, writers: usize) -> Self {
        Self::set(folder, None, None, Vec::new(), writers)
    }

    /// On a Postgres that the drill runs, reached over a way that the drill harms.
    pub fn given(postgres: OwnPostgres, flags: &[&str], writers: usize) -> Self {
        let way = FaultProxy::before(Upstream::Unix(postgres.socket()));
        let url = format!("postgres://hz_app@{}/hazel?sslmode=disable", way.address);
        let mut all = vec![format!("--database-url={url}")];
        all.extend(flags.iter().map(|flag| (*flag).to_owned()));
        Self::set(DataFolder::new(), Some(postgres), Some(way), all, writers)
    }

    fn set(
        folder: DataFolder,
        postgres: Option<OwnPostgres>,
        way: Option<FaultProxy>,
        mut flags: Vec<String>,
        writers: usize,
    ) -> Self {
        let server = folder.serve(&flags.iter().map(String::as_str).collect::<Vec<_>>());
        // It comes back where its clients look for it.
        flags.push(format!("--listen={}", server.address));
        let people = People::gather(&server, writers);
        Self { people, server: Some(server), flags, folder, way, postgres }
    }

    pub fn address(&self) -> SocketAddr {
        self.people.client.address
    }

    /// As a role that sees everything.
    pub fn superuser(&self) -> PgConnectOptions {
        self.postgres.as_ref().map_or(&self.folder, |postgres| &postgres.folder).connect_as("postgres")
    }

    pub fn as_superuser(&self, statements: &str) {
        use sqlx::Connection as _;
        block_on(async {
            let mut connection = sqlx::PgConnection::connect_with(&self.superuser()).await.unwrap();
            for statement in statements.split(';').filter(|text| !text.trim().is_empty()) {
                sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned()))
                    .execute(&mut connection)
                    .await
                    .unwrap();
            }
        });
    }

    /// Ends the server without giving it a chance.
    pub fn kill_server(&mut self) {
        self.server.take().unwrap().kill();
    }

    pub fn start_server(&mut self) {
        let flags: Vec<&str> = self.flags.iter().map(String::as_str).collect();
        let log = self.folder.log();
        assert!(!log.contains("a state that must not be"), "{log}");
        self.server = Some(self.folder.serve(&flags));
    }

    /// How long it takes until the server is ready.
    pub fn until_ready(&self, longest: Duration) -> Duration {
        let began = Instant::now();
        let ready = wait_until(longest, || self.people.client.get("/readyz").status() == 200);
        assert!(ready, "not ready after {longest:?}: {}", self.folder.log());
        began.elapsed()
    }

    /// No fault of ours was logged, however Hazel was treated.
    pub fn expect_no_fault(&self) {
        let log = self.folder.log();
        assert!(!log.contains("a state that must not be"), "{log}");
    }

    pub fn server_pid(&self) -> u32 {
        self.server.as_ref().unwrap().pid()
    }
}

impl People {
    /// Makes the first administrator and a register for each writer.
    fn gather(server: &Server, writers: usize) -> Self {
        let link = server.printed().iter().find_map(|line| link_in(line)).expect("the link is printed");
        let token = link.trim_start_matches("/setup/");
        let form = format!(
            "token={token}&name=Ada&email=ada%40clinic.test&password={PASSWORD}&password_again={PASSWORD}"
        );
        let answer = server.post("/api/account/set_up", "sec-fetch-site: same-origin\r\n", &form);
        let client = Client {
            address: server.address,
            host: server.address.to_string(),
            session: session_in(&answer),
            patience: Duration::from_secs(30),
        };
        let products = (1..=writers).map(|number| product(&client, number)).collect();
        Self { client, products }
    }
}

fn session_in(answer: &Answer) -> String {
    let cookies = answer.all("set-cookie");
    let session =
        cookies.iter().find(|cookie| cookie.starts_with("__Host-hazel=")).expect("a session is opened");
    session.split(';').next().unwrap_or_default().to_owned()
}

fn product(client: &Client, number: usize) -> String {
    let name = format!("Pump {number}");
    let fields = [("name", name.as_str()), ("intended_purpose", "Doses insulin."), ("lifecycle", "planned")];
    let request = client.request("products/create", None, &fields);
    // A form leads to the page of the new product; JSON would say nothing of it.
    let answer = client.send(&request.replace("accept: application/json", "accept: text/html"));
    let location =
        answer.answer.as_ref().map(|answer| answer.header("location").to_owned()).unwrap_or_default();
    let product = location.rsplit('/').next().unwrap_or_default().to_owned();
    assert_eq!(product.len(), 36, "no product was made: {answer:?}");
    let row = [
        ("product", product.as_str()),
        ("hazard", "Wrong dose"),
        ("events", "Sensor drifts"),
        ("situation", "Alone at night"),
        ("harm", "Coma"),
    ];
    let added = client.call("hazards/add_risk", None, &row);
    assert_eq!(added.status(), 200, "{added:?}");
    product
}

/// A file that takes room on the disk of this folder.
pub struct Ballast(PathBuf);

impl Ballast {
    /// Fills the disk until only so many bytes are left.
    pub fn leaving(folder: &Path, left: u64) -> Self {
        let path = folder.join("ballast");
        let told = rustix::fs::statvfs(folder).unwrap();
        let room = (told.f_bavail * told.f_frsize).saturating_sub(left);
        let mut file = std::fs::File::create_new(&path).unwrap();
        // What somebody else took in the meantime is missing at the end.
        let _ = rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, room.max(1));
        if left == 0 {
            use std::io::{Seek as _, Write as _};
            let _ = file.seek(std::io::SeekFrom::End(0));
            while file.write_all(&[0; 4096]).is_ok() {}
        }
        Self(path)
    }
}

impl Drop for Ballast {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
