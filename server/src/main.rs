//! The program `hazel`.

use std::process::ExitCode;

use clap::Parser as _;
use server::cli::CommandLine;

#[tokio::main]
async fn main() -> ExitCode {
    match CommandLine::parse().run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("hazel: {problem}");
            problem.exit_code()
        }
    }
}
