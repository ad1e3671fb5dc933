//! A data folder, the program on it, and the few lines of HTTP that the tests speak.

use std::fs;
use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use server::embedded::Folders;
use sha2::{Digest as _, Sha256};
use sqlx::postgres::PgConnectOptions;

/// A server that does not listen after this does not start: far longer than a start takes, also on a busy machine.
const STARTS: Duration = Duration::from_secs(120);
/// One that can not do its work after this never will.
const READY: Duration = Duration::from_secs(15);

/// A folder that takes its database process with it when it goes.
pub struct DataFolder {
    dir: tempfile::TempDir,
}

impl DataFolder {
    pub fn new() -> Self {
        let dir = tempfile::Builder::new().prefix("hazel-").tempdir_in(parent_folder()).unwrap();
        // Started as root, the database's own account must be able to pass.
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        Self { dir }
    }

    pub fn outside(&self) -> &Path {
        self.dir.path()
    }

    pub fn path(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// How to reach the private database as a role.
    pub fn connect_as(&self, role: &str) -> PgConnectOptions {
        Folders::in_data_dir(&self.path()).connect_as(role)
    }

    /// The same as a URL.
    pub fn url(&self, role: &str) -> String {
        let socket = Folders::in_data_dir(&self.path()).socket();
        format!("postgres://{role}@localhost/hazel?host={}", socket.display())
    }

    /// The process of the private database.
    pub fn postmaster(&self) -> Option<u32> {
        let file = fs::read_to_string(self.path().join("postgres/data/postmaster.pid")).ok()?;
        file.lines().next()?.trim().parse().ok()
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hazel"));
        command.env_remove("DATABASE_URL").stdin(Stdio::null());
        command.args(arguments).arg("--data-dir").arg(self.path());
        command
    }

    /// Starts the server and waits until it listens.
    pub fn serve(&self, arguments: &[&str]) -> Server {
        let site = self.site();
        let mut command = self.command(&["serve"]);
        if !arguments.iter().any(|argument| argument.starts_with("--listen")) {
            command.arg("--listen=127.0.0.1:0");
        }
        let log = fs::File::create(self.outside().join("serve.log")).unwrap();
        // A file and not a pipe: what was printed is there as soon as it was printed, and nobody has to read along.
        let printed = self.outside().join("serve.out");
        let out = fs::File::create(&printed).unwrap();
        command.arg("--site-dir").arg(site).args(arguments).stdout(out).stderr(log);
        let mut child = command.spawn().unwrap();
        let mut address = None;
        wait_until(STARTS, || {
            address = greeting(&fs::read_to_string(&printed).unwrap());
            address.is_some() || !matches!(child.try_wait(), Ok(None))
        });
        let Some(address) = address else {
            let _ = child.kill();
            panic!("the server did not start: {}", self.log());
        };
        Server { child, address, printed }
    }

    /// A site of two small files.
    pub fn site(&self) -> PathBuf {
        let site = self.outside().join("site");
        if site.join("manifest.json").exists() {
            return site;
        }
        fs::create_dir_all(site.join("pkg")).unwrap();
        let mut files = serde_json::Map::new();
        for (name, media_type, text) in
            [("hazel.css", "text/css", "body { margin: 0 }"), ("start.js", "text/javascript", "export {}")]
        {
            let digest: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
            fs::write(site.join("pkg").join(name), text).unwrap();
            let entry = serde_json::json!({
                "file": name, "media_type": media_type, "size": text.len(), "sha256": digest
            });
            files.insert(name.to_owned(), entry);
        }
        let manifest = serde_json::json!({"format": 1, "build": "test", "profile": "dev", "files": files});
        fs::write(site.join("manifest.json"), manifest.to_string()).unwrap();
        site
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.outside().join("serve.log")).unwrap_or_default()
    }
}

/// Memory where the machine offers enough of it, so that durable writes cost little; they stay durable.
fn parent_folder() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let is_large = rustix::fs::statvfs(memory).is_ok_and(|told| told.f_bavail * told.f_frsize > 2 << 30);
    if is_large && tempfile::tempfile_in(memory).is_ok() { memory.to_owned() } else { std::env::temp_dir() }
}

impl Drop for DataFolder {
    fn drop(&mut self) {
        let Some(pid) = self.postmaster() else { return };
        let data = self.path().join("postgres/data");
        let works_here = || fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == data);
        if works_here() {
            signal(pid, "-INT");
            wait_until(Duration::from_secs(10), || !works_here());
        }
    }
}

/// The address in a whole line of greeting.
fn greeting(printed: &str) -> Option<SocketAddr> {
    let (_, rest) = printed.split_once("listens on ")?;
    let (address, _) = rest.lines().next().filter(|_| rest.contains('\n'))?.split_once(": ")?;
    address.parse().ok()
}

/// A running server.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    printed: PathBuf,
}

impl Server {
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The lines after the greeting.
    pub fn printed(&self) -> Vec<String> {
        // The server answers only after it has printed everything.
        assert_eq!(self.get("/healthz").status, 200);
        fs::read_to_string(&self.printed).unwrap().lines().skip(1).map(str::to_owned).collect()
    }

    /// Waits until the server can do its work. It says that it can not for a moment when the database was away or the
    /// machine has too much to do.
    pub fn expect_ready(&self) {
        let mut last = None;
        let is_ready = wait_until(READY, || last.insert(self.get("/readyz")).status == 200);
        assert!(is_ready, "not ready after {READY:?}: {last:?}");
    }

    /// Ends it without giving it a chance.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop, and waits.
    pub fn stop(self) -> std::process::ExitStatus {
        signal(self.pid(), "-TERM");
        self.wait()
    }

    /// Waits for its end.
    pub fn wait(mut self) -> std::process::ExitStatus {
        self.child.wait().unwrap()
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send(&format!("GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", self.address))
    }

    /// Posts a form as a page of ours would.
    pub fn post(&self, path: &str, headers: &str, body: &str) -> Answer {
        let length = body.len();
        self.send(&format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\naccept: text/html\r\n{headers}content-type: \
             application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{body}",
            self.address
        ))
    }

    pub fn send(&self, request: &str) -> Answer {
        let mut stream = self.open();
        // The server may answer and close before it has read a large body.
        let _ = stream.write_all(request.as_bytes());
        Answer::read(stream)
    }

    pub fn open(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            signal(self.pid(), "-TERM");
            if !wait_until(Duration::from_secs(30), || matches!(self.child.try_wait(), Ok(Some(_)))) {
                let _ = self.child.kill();
            }
        }
    }
}

/// An answer, taken apart.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn read(mut stream: impl std::io::Read) -> Self {
        let mut bytes = Vec::new();
        // A reset after the answer is no loss.
        let _ = stream.read_to_end(&mut bytes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).unwrap_or(0);
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        Self { status, headers, body: body.to_owned() }
    }

    pub fn all(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(own, _)| own == name).map(|(_, value)| value.as_str()).collect()
    }

    pub fn header(&self, name: &str) -> &str {
        self.all(name).first().copied().unwrap_or_default()
    }
}

pub fn signal(pid: u32, which: &str) {
    Command::new("kill").args([which, &pid.to_string()]).status().unwrap();
}

/// Whether the process is at work; one that ended and was not asked about yet is not.
pub fn is_at_work(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

pub fn wait_until(patience: Duration, mut is_so: impl FnMut() -> bool) -> bool {
    let until = Instant::now() + patience;
    while Instant::now() < until {
        if is_so() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    false
}

/// The path of the one-time link in what was printed.
pub fn link_in(text: &str) -> Option<String> {
    let start = text.find("/setup/")?;
    text[start..].split_whitespace().next().map(str::to_owned)
}

pub fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
