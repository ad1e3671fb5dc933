//! The server as a process: how much memory it takes, and how long it needs to start.

use bench::installation::Problem;

use crate::Asked;
use crate::hosted::{Hosted, Serving};
use crate::report::{Goal, Report, median, number};

/// What the process holds in memory now, in megabytes.
///
/// # Errors
/// When the system does not tell.
pub fn memory_now(process: u32) -> Result<f64, Problem> {
    memory(process, "VmRSS:")
}

fn memory(process: u32, line: &str) -> Result<f64, Problem> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let kilobytes = status.lines().find_map(|found| found.strip_prefix(line)?.split_whitespace().next());
    Ok(kilobytes.ok_or("the system does not tell how much memory a process takes")?.parse::<f64>()? * 1.024
        / 1000.0)
}

/// Reports the memory: idle as it was measured, and the most that was taken since.
///
/// # Errors
/// When the system does not tell.
pub fn report_memory(serving: &Serving, idle: f64, report: &mut Report) -> Result<(), Problem> {
    report.add("memory", "server memory, idle", idle, "MB", Some(Goal::AtMost(60.0)), "");
    let most = memory(serving.process(), "VmHWM:")?;
    report.add("memory", "server memory, most under load", most, "MB", Some(Goal::AtMost(200.0)), "");
    Ok(())
}

/// Measures some starts with an existing database.
///
/// # Errors
/// When the server does not start.
pub fn measure_start(asked: &Asked, hosted: &Hosted, report: &mut Report) -> Result<(), Problem> {
    // The first one may find a database that was not stopped, and cold files.
    drop(Serving::start(asked, hosted)?);
    let mut seconds = Vec::new();
    for _ in 0..3 {
        seconds.push(Serving::start(asked, hosted)?.took.as_secs_f64());
    }
    let took = median(&mut seconds);
    let words = format!("{} s (median of 3, {} to {})", number(took), number(seconds[0]), number(seconds[2]));
    report.add("start", "start with an existing database", took, "s", Some(Goal::AtMost(1.5)), words);
    Ok(())
}
