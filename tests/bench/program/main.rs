//! `./dev bench`: measures Hazel as it is shipped, and prints each figure beside its goal.
//!
//! Everything runs on this machine, the load generator too: figures of two runs compare only on the same machine, and
//! ratios (which are measured in alternating rounds) compare better than absolute numbers.

mod classifying;
mod edits;
mod files;
mod hosted;
mod importing;
mod load;
mod pages;
mod process;
mod report;
mod sizes;
mod writing;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use bench::installation::{Problem, Size};

use hosted::Hosted;
use report::Report;

const USAGE: &str = "\
./dev bench [PART...] [--quick] [--cold] [--json FILE]

parts (without any: all but build):
  pages      latency and throughput of each page at 50 and 300 connections, bytes on the wire
  memory     of the server, idle and under load
  start      with an existing database
  size       of the browser's program
  write      an audited write against the same one without audit, at 1, 8 and 32 writers
  import     the same for an import of 1,000 rows
  files      the register out as a file and in again, with its preview
  classify   one product, all schemes
  build      what an edit in each crate rebuilds, and for how long

--quick      a small installation and short rounds: shows that everything works, not how fast
--cold       also builds everything from nothing, which takes minutes
--json FILE  where the figures go as JSON (target/bench.json)
";

/// What was asked for.
#[derive(Debug)]
pub struct Asked {
    parts: Vec<String>,
    quick: bool,
    cold: bool,
    json: PathBuf,
    /// Where measured installations lie.
    folder: PathBuf,
    hazel: PathBuf,
    site: PathBuf,
    root: PathBuf,
    port: u16,
}

const PARTS: [&str; 9] =
    ["pages", "memory", "start", "size", "write", "import", "files", "classify", "build"];

impl Asked {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        let mut asked = Self {
            parts: Vec::new(),
            quick: false,
            cold: false,
            json: root.join("target/bench.json"),
            folder: root.join(".dev/bench"),
            hazel: root.join("target/release/hazel"),
            site: root.join("target/site"),
            root,
            port: 0,
        };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value\n\n{USAGE}"));
            match word.as_str() {
                "--quick" => asked.quick = true,
                "--cold" => asked.cold = true,
                "--json" => asked.json = value()?.into(),
                "--folder" => asked.folder = value()?.into(),
                "--hazel" => asked.hazel = value()?.into(),
                "--site-dir" => asked.site = value()?.into(),
                "--port" => asked.port = value()?.parse().map_err(|_| "a port is a number".to_owned())?,
                "--help" => return Err(USAGE.to_owned()),
                part if PARTS.contains(&part) => asked.parts.push(word),
                _ => return Err(format!("{word} is not understood\n\n{USAGE}")),
            }
        }
        if asked.parts.is_empty() {
            asked.parts =
                PARTS.iter().filter(|part| **part != "build").map(|part| (*part).to_owned()).collect();
        }
        Ok(asked)
    }

    fn wants(&self, part: &str) -> bool {
        self.parts.iter().any(|asked| asked == part)
    }

    const fn size(&self) -> Size {
        if self.quick { Size::QUICK } else { Size::FULL }
    }
}

/// Says what goes on, with the time since the start.
pub fn tell(words: &str) {
    static BEGAN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let began = BEGAN.get_or_init(Instant::now);
    eprintln!("bench {:>5.0} s  {words}", began.elapsed().as_secs_f64());
}

fn main() -> ExitCode {
    let asked = match Asked::read(std::env::args().skip(1)) {
        Ok(asked) => asked,
        Err(words) => {
            eprintln!("{words}");
            return ExitCode::FAILURE;
        }
    };
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    match runtime.block_on(measure(&asked)) {
        Ok(report) => {
            println!("{}", report.table());
            match std::fs::write(&asked.json, report.json()) {
                Ok(()) => eprintln!("bench: the figures are in {}", asked.json.display()),
                Err(cause) => eprintln!("bench: {} could not be written: {cause}", asked.json.display()),
            }
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("bench: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(asked: &Asked) -> Result<Report, Problem> {
    let mut report = Report::begin(asked.quick);
    if asked.wants("size") {
        sizes::measure(asked, &mut report)?;
    }
    if asked.wants("classify") {
        classifying::measure(asked, &mut report);
    }
    let on_an_installation = ["pages", "memory", "start", "write", "import", "files"];
    if on_an_installation.iter().any(|part| asked.wants(part)) {
        let hosted = Hosted::prepare(asked).await?;
        if asked.wants("start") {
            process::measure_start(asked, &hosted, &mut report)?;
        }
        if asked.wants("pages") || asked.wants("memory") {
            pages::measure(asked, &hosted, &mut report).await?;
        }
        if ["write", "import", "files"].iter().any(|part| asked.wants(part)) {
            let copies = hosted.copies().await?;
            if asked.wants("write") {
                writing::measure(asked, &copies, &mut report).await?;
            }
            if asked.wants("import") {
                importing::measure(asked, &copies, &mut report).await?;
            }
            if asked.wants("files") {
                files::measure(asked, &copies, hosted.made.product, &mut report).await?;
            }
            copies.drop().await?;
        }
    }
    if asked.wants("build") {
        edits::measure_edits(asked, &mut report)?;
    }
    if asked.cold {
        edits::measure_cold(asked, &mut report)?;
    }
    report.end();
    Ok(report)
}
