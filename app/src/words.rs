//! The sentences that people read for each code, by area. Every match is exhaustive: a code without words does not
//! compile.

pub mod assessment;
pub mod clauses;
pub mod deliverables;
pub mod features;
pub mod hazards;
pub mod import;
pub mod items;
pub mod people;
pub mod product;
#[cfg(feature = "ssr")]
pub mod trail;

use domain::text::TextCode;
use domain::violation::{Code, Violation};

use crate::error::AppError;

/// What is wrong, and what to do, in one or two short sentences.
#[must_use]
pub fn sentence(violation: &Violation) -> String {
    match &violation.code {
        Code::Text(code) => text(code),
        Code::Person(code) => people::sentence(code),
        Code::Product(code) => product::sentence(*code),
        Code::Assessment(code) => assessment::sentence(code),
        Code::Hazard(code) => hazards::sentence(*code).to_owned(),
        Code::Deliverable(code) => deliverables::sentence(*code).to_owned(),
        Code::Item(code) => items::sentence(*code),
        Code::Feature(code) => features::sentence(code),
        Code::Import(code) => import::sentence(code),
    }
}

/// Why a whole form was not taken, when no single field is to blame.
#[must_use]
pub fn refusal(error: &AppError) -> String {
    match error {
        AppError::SignedOut => "Your session had ended. What you typed is still here; send it again.".to_owned(),
        AppError::Forbidden => "Nothing was saved: you do not have the role for this.".to_owned(),
        AppError::Elsewhere => "Nothing was saved: this was sent by another site, not from a page of Hazel.".to_owned(),
        AppError::NotFound => "Nothing was saved: the record is not there any more, or not for you.".to_owned(),
        AppError::MethodNotAllowed | AppError::BadRequest => {
            "Nothing was saved: the form was not understood. Load the page anew and try again.".to_owned()
        }
        AppError::TooLarge => "Nothing was saved: the form held more than the server takes.".to_owned(),
        AppError::Stale(_) => "Nothing was saved: somebody else changed this record first.".to_owned(),
        AppError::Rejected(_) => "Nothing was saved: something needs your attention.".to_owned(),
        AppError::TooMany { retry_after } => {
            format!("Nothing was done: too many tries. Wait {} and try again.", wait(*retry_after))
        }
        AppError::Repeated => {
            "Nothing was saved this time: this form was sent before, with other words, or it was opened more than a day \
             ago. Look at what is stored; then send it again if it is still needed."
                .to_owned()
        }
        AppError::Full => {
            "Nothing was saved: the disk of the database is full. Everything can still be read. Tell your administrator \
             to make room."
                .to_owned()
        }
        AppError::Unavailable => {
            "The database did not answer in time. What you typed is still here; send it again in a moment. What was \
             saved already is not saved twice."
                .to_owned()
        }
        AppError::Internal { request } => {
            format!("Nothing was saved: a fault in Hazel. Tell your administrator the request {request}.")
        }
    }
}

/// Why an operation was refused, in one text, for a page that has no form to say so beside the fields.
#[must_use]
pub fn trouble(error: &AppError) -> String {
    match error {
        AppError::Rejected(violations) => violations.0.iter().map(sentence).collect::<Vec<_>>().join(" "),
        other => refusal(other),
    }
}

/// A number of seconds, as people say it.
#[must_use]
pub fn wait(seconds: u64) -> String {
    match seconds {
        0..=1 => "a second".to_owned(),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}

/// The name of a form field in a sentence: `intended_purpose` reads "Intended purpose".
#[must_use]
pub fn field_name(field: &str) -> String {
    if let Some(name) = hazards::field_name(field) {
        return name;
    }
    let words = match field {
        "email" => "e-mail address".to_owned(),
        "performed_on" => "done on".to_owned(),
        "performed_by" => "done by".to_owned(),
        "what" => "what it does".to_owned(),
        "ticket" => "link to the ticket".to_owned(),
        "password_again" => "the same again".to_owned(),
        other => other.replace(['_', '-'], " "),
    };
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
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
        TextCode::NotADate => "Please enter a date as year-month-day, such as 2026-11-19.".to_owned(),
    }
}

/// A number with its thousands set apart: `48,195`.
#[must_use]
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        grouped.push('-');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
