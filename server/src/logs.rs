//! Log lines: a sentence and fields, on standard error. Standard output belongs to what a command answers.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::config::LogFormat;
use crate::problem::Problem;

/// Begins logging, and logs panics from then on.
///
/// # Errors
/// When the filter can not be understood.
pub fn begin(format: LogFormat, filter: &str) -> Result<(), Problem> {
    let filter = EnvFilter::try_new(filter).map_err(|cause| {
        Problem::usage("The log filter can not be understood; an example is info,server=debug.")
            .because(cause)
    })?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second subscriber in one process (tests) changes nothing.
    let _ = match format {
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(true).try_init(),
        LogFormat::Pretty => lines.with_target(false).with_ansi(std::io::stderr().is_terminal()).try_init(),
    };
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let words = panic.payload_as_str().unwrap_or("no words");
        tracing::error!(place, "The program met a state that must not be: {words}");
    }));
    Ok(())
}
