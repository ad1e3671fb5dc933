//! The measured installation: made once, kept between runs, started as it is shipped.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bench::installation::{self, Made, Problem};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use server::database::{SERVING_ROLE, install_private};
use server::embedded::{Folders, PrivatePostgres, SUPERUSER};
use service::{Service, Settings, Store};
use sha2::{Digest as _, Sha256};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::{Asked, tell};

/// An installation in a folder.
#[derive(Debug)]
pub struct Hosted {
    /// The data folder.
    pub folder: PathBuf,
    /// What is in it.
    pub made: Made,
}

impl Hosted {
    /// Takes the installation of an earlier run where it is the same one, or makes it.
    ///
    /// # Errors
    /// When it can not be made.
    pub async fn prepare(asked: &Asked) -> Result<Self, Problem> {
        let folder = asked.folder.join(if asked.quick { "quick" } else { "full" });
        let fingerprint = fingerprint(asked)?;
        let note = folder.join("bench.json");
        if let Some(made) =
            std::fs::read_to_string(&note).ok().and_then(|text| read_note(&text, &fingerprint))
        {
            tell(&format!("taking the installation in {}", folder.display()));
            return Ok(Self { folder, made });
        }
        tell(&format!("making an installation in {}: once, it is kept", folder.display()));
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        let postgres = start_postgres(&folder).await?;
        let made = make(asked, &postgres).await;
        tokio::task::spawn_blocking(move || postgres.stop()).await?;
        let made = made?;
        let noted = json!({
            "fingerprint": fingerprint,
            "product": made.product.to_string(),
            "assessment": made.assessment.to_string(),
        });
        std::fs::write(note, noted.to_string())?;
        Ok(Self { folder, made })
    }

    fn folders(&self) -> Folders {
        Folders::in_data_dir(&self.folder)
    }

    /// The operations on the installation's database, whoever has started it.
    pub fn service(&self) -> Service {
        service(self.folders().connect_as(SERVING_ROLE))
    }

    /// Two copies of the database: one as it is, one that keeps no trail.
    ///
    /// # Errors
    /// When they can not be made.
    pub async fn copies(&self) -> Result<Copies, Problem> {
        let postgres = start_postgres(&self.folder).await?;
        let copies = Copies { folders: self.folders(), postgres };
        copies.remove().await?;
        for copy in [AUDITED, BARE] {
            tell(&format!("copying the database: {copy}"));
            let statement = format!("create database {copy} template hazel strategy file_copy");
            copies.administer("postgres", &statement).await?;
        }
        copies.administer(BARE, STOP_THE_TRAIL).await?;
        Ok(copies)
    }
}

const AUDITED: &str = "bench_audited";
const BARE: &str = "bench_bare";

/// Takes the triggers of the trail away; the guards first, which would refuse that.
const STOP_THE_TRAIL: &str = r"
do $$
declare
    guard name;
    captured record;
begin
    for guard in select evtname from pg_event_trigger where evtname like 'hz\_guard\_%' loop
        execute format('drop event trigger %I', guard);
    end loop;
    for captured in select tgrelid::regclass as place, tgname from pg_trigger where tgname like 'hz\_capture\_%' loop
        execute format('drop trigger %I on %s', captured.tgname, captured.place);
    end loop;
end
$$";

/// Two copies of a database, on a Postgres of this program.
#[derive(Debug)]
pub struct Copies {
    folders: Folders,
    postgres: PrivatePostgres,
}

impl Copies {
    /// How to reach the copy that keeps a trail, or the other one, as the server would.
    pub fn reach(&self, audited: bool) -> PgConnectOptions {
        self.folders.connect_as(SERVING_ROLE).database(if audited { AUDITED } else { BARE })
    }

    /// The operations on one of them.
    pub fn service(&self, audited: bool) -> Service {
        service(self.reach(audited))
    }

    /// Runs a statement as the superuser, without a limit on its time.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn administer(&self, database: &str, statement: &str) -> Result<(), Problem> {
        let options = self.folders.connect_as(SUPERUSER).database(database);
        let mut connection = PgConnection::connect_with(&options).await?;
        sqlx::raw_sql("set statement_timeout = 0").execute(&mut connection).await?;
        sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut connection).await?;
        connection.close().await?;
        Ok(())
    }

    async fn remove(&self) -> Result<(), Problem> {
        for copy in [AUDITED, BARE] {
            self.administer("postgres", &format!("drop database if exists {copy} with (force)")).await?;
        }
        Ok(())
    }

    /// Removes them and stops their Postgres.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn drop(self) -> Result<(), Problem> {
        let removed = self.remove().await;
        tokio::task::spawn_blocking(move || self.postgres.stop()).await?;
        removed
    }
}

fn service(options: PgConnectOptions) -> Service {
    let options = options.application_name("bench").options([("hz.build", env!("CARGO_PKG_VERSION"))]);
    let pool = PgPoolOptions::new().max_connections(4).connect_lazy_with(options);
    let settings = Settings {
        public_url: "http://127.0.0.1".to_owned(),
        ddl_guard: true,
        hash_cost: service::password::HashCost::FLOOR,
    };
    Service::new(Store::new(pool), settings)
}

async fn start_postgres(folder: &Path) -> Result<PrivatePostgres, Problem> {
    let folder = folder.to_owned();
    Ok(tokio::task::spawn_blocking(move || PrivatePostgres::start(&folder, None)).await??)
}

async fn make(asked: &Asked, postgres: &PrivatePostgres) -> Result<Made, Problem> {
    install_private(postgres.folders()).await?;
    let service = service(postgres.folders().connect_as(SERVING_ROLE));
    let made = installation::make(&service, asked.size(), &tell).await?;
    service.store().close().await;
    tell("looking after the tables, as autovacuum would");
    let mut connection = PgConnection::connect_with(&postgres.folders().connect_as(SUPERUSER)).await?;
    sqlx::raw_sql("set statement_timeout = 0").execute(&mut connection).await?;
    sqlx::raw_sql("vacuum analyze").execute(&mut connection).await?;
    sqlx::raw_sql("checkpoint").execute(&mut connection).await?;
    connection.close().await?;
    Ok(made)
}

/// What an installation depends on: its size, the words, how it is made, and the schema.
fn fingerprint(asked: &Asked) -> Result<String, Problem> {
    let mut hash = Sha256::new();
    hash.update(format!("{:?} {}", asked.size(), installation::SEED));
    hash.update(bench::register::WORDS);
    for source in
        [include_str!("../installation.rs"), include_str!("../register.rs"), include_str!("../chance.rs")]
    {
        hash.update(source);
    }
    for set in ["cluster", "audit", "app"] {
        let folder = asked.root.join("migrations").join(set);
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()?;
        files.sort();
        for file in files {
            hash.update(std::fs::read(file)?);
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn read_note(text: &str, fingerprint: &str) -> Option<Made> {
    let note: Value = serde_json::from_str(text).ok()?;
    if note["fingerprint"] != fingerprint {
        return None;
    }
    let id = |name: &str| note[name].as_str();
    Some(Made { product: id("product")?.parse().ok()?, assessment: id("assessment")?.parse().ok()? })
}

/// The server, as it is shipped, on an installation.
#[derive(Debug)]
pub struct Serving {
    child: Child,
    /// Where it listens: `127.0.0.1:1234`.
    pub address: String,
    /// From its start to its being ready.
    pub took: Duration,
}

impl Serving {
    /// Starts it and waits until it is ready.
    ///
    /// # Errors
    /// When it does not become ready.
    pub fn start(asked: &Asked, hosted: &Hosted) -> Result<Self, Problem> {
        let port = match asked.port {
            0 => TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port(),
            port => port,
        };
        let address = format!("127.0.0.1:{port}");
        let log = std::fs::File::create(asked.folder.join("server.log"))?;
        let began = Instant::now();
        let child = Command::new(&asked.hazel)
            .args(["serve", "--listen", &address, "--data-dir"])
            .arg(&hosted.folder)
            .arg("--site-dir")
            .arg(&asked.site)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .map_err(|cause| format!("{} could not be started: {cause}", asked.hazel.display()))?;
        let mut serving = Self { child, address, took: Duration::ZERO };
        while began.elapsed() < Duration::from_secs(300) {
            if let Some(status) = serving.child.try_wait()? {
                return Err(format!(
                    "the server ended with {status}: see server.log in {}",
                    asked.folder.display()
                )
                .into());
            }
            if get(&serving.address, "/readyz", &[]).is_ok_and(|answer| answer.status == 200) {
                serving.took = began.elapsed();
                return Ok(serving);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Err("the server did not become ready within five minutes".into())
    }

    /// The number of its process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let _ = self.child.wait();
    }
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its body, as it went over the wire.
    pub body: Vec<u8>,
}

/// Asks for a page over a connection of its own.
///
/// # Errors
/// When there is no answer, or none that can be understood.
pub fn get(address: &str, path: &str, headers: &[String]) -> Result<Answer, Problem> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\n{headers}Connection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let end = answer
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .ok_or("an answer without an end of its head")?;
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let status =
        head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or("an answer without a status")?;
    let body = answer.split_off(end + 4);
    let body = if head.contains("transfer-encoding: chunked") { joined(&body) } else { body };
    Ok(Answer { status, body })
}

/// The chunks of a body, without the marks between them.
fn joined(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = chunks.windows(2).position(|two| two == b"\r\n") {
        let length = std::str::from_utf8(&chunks[..end])
            .ok()
            .and_then(|text| usize::from_str_radix(text.trim(), 16).ok());
        let Some(length) = length.filter(|length| *length > 0 && end + 2 + length <= chunks.len()) else {
            break;
        };
        body.extend_from_slice(&chunks[end + 2..end + 2 + length]);
        chunks = chunks.get(end + 4 + length..).unwrap_or_default();
    }
    body
}
