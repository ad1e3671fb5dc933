//! Commands that need no database: the rules of `domain`, on standard input and output.

use std::io::{ErrorKind, Read, Write as _};

use domain::scheme::iec62304::SafetyClass;
use serde::Serialize;

use super::Class;
use crate::problem::Problem;

/// `hazel deliverables --class C`.
pub(super) fn deliverables(class: Class) -> Result<(), Problem> {
    print(&domain::command_line::deliverables(match class {
        Class::A => SafetyClass::A,
        Class::B => SafetyClass::B,
        Class::C => SafetyClass::C,
    }))
}

/// `hazel classify < answers.json`.
pub(super) fn classify(mut input: impl Read) -> Result<(), Problem> {
    let mut text = String::new();
    input
        .read_to_string(&mut text)
        .map_err(|cause| Problem::usage("Standard input can not be read as text.").because(cause))?;
    let answers: serde_json::Value = serde_json::from_str(&text)
        .map_err(|cause| Problem::usage("The answers are not JSON.").because(cause))?;
    match domain::command_line::classify(&answers) {
        Ok(verdicts) => print(&verdicts),
        Err(wrong) => {
            let all: Vec<String> = wrong.iter().map(ToString::to_string).collect();
            Err(Problem::usage(format!("The answers can not be taken: {}.", all.join("; "))))
        }
    }
}

fn print(value: &impl Serialize) -> Result<(), Problem> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|cause| Problem::failed("The answer could not be written as JSON.").because(cause))?;
    match writeln!(std::io::stdout(), "{text}") {
        // Whoever reads may stop reading when they have seen enough.
        Err(cause) if cause.kind() != ErrorKind::BrokenPipe => {
            Err(Problem::failed("The answer could not be written.").because(cause))
        }
        _ => Ok(()),
    }
}
