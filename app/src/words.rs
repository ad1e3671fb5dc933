//! The sentences that people read for each code, by area. Every match is exhaustive: a code without words does not
//! compile.

use domain::text::TextCode;
use domain::violation::{Code, Violation};

/// What is wrong, and what to do, in one or two short sentences.
#[must_use]
pub fn sentence(violation: &Violation) -> String {
    match &violation.code {
        Code::Text(code) => text(code),
    }
}

fn text(code: &TextCode) -> String {
    match code {
        TextCode::Missing => "Please fill this in.".to_owned(),
        TextCode::TooLong { longest, length } => {
            format!("This takes up to {longest} characters; there are {length}. Please shorten it.")
        }
        TextCode::TooShort { shortest } => format!("This needs at least {shortest} characters."),
        TextCode::ControlCharacter => {
            "This holds a character that can not be seen or printed. Please remove it, or type the text anew."
                .to_owned()
        }
        TextCode::NotAnEmailAddress => {
            "This is not an e-mail address. It looks like name@example.org.".to_owned()
        }
        TextCode::NotALink => "This is not a link. It starts with https:// or http://.".to_owned(),
        TextCode::NotAChoice => "Please choose one of the values that are offered.".to_owned(),
        TextCode::NotANumber { smallest, largest } => {
            format!("Please enter a whole number from {smallest} to {largest}.")
        }
        TextCode::NotADate => "Please enter a date as year-month-day, such as 2026-11-19.".to_owned(),
    }
}
