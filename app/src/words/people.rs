//! Words about people: accounts, passwords, roles.

use domain::access::Role;
use domain::person::{LONGEST_PASSWORD, PersonCode, SHORTEST_PASSWORD};

/// What is wrong with an account, a password or a role, and what to do.
#[must_use]
pub fn sentence(code: &PersonCode) -> String {
    match code {
        PersonCode::SignInRefused => {
            "This address and this password do not belong together. Please check both.".to_owned()
        }
        PersonCode::EmailTaken => {
            "Somebody has an account with this address already. Please use another one.".to_owned()
        }
        PersonCode::PasswordTooShort => format!(
            "A password needs at least {SHORTEST_PASSWORD} characters. Four words that do not belong together are good."
        ),
        PersonCode::PasswordTooLong => {
            format!("A password takes up to {LONGEST_PASSWORD} characters. Please shorten it.")
        }
        PersonCode::PasswordCommon => {
            "This password is among the first that others would try. Please choose one that is hard to guess."
                .to_owned()
        }
        PersonCode::PasswordNamesPerson => {
            "This password is made of your own name or address. Please choose one that is hard to guess."
                .to_owned()
        }
        PersonCode::PasswordsDiffer => {
            "The two passwords differ. Please type the same one twice.".to_owned()
        }
        PersonCode::PasswordWrong => "This is not your current password. Please try again.".to_owned(),
        PersonCode::PasswordUnchanged => "This is your current password. Please choose a new one.".to_owned(),
        PersonCode::LinkSpent => {
            "This link has been used, was replaced by a newer one, or has expired. Please ask for a new one."
                .to_owned()
        }
        PersonCode::LastAdministrator => {
            "Nobody would be left to administer this installation. Please make somebody else a site administrator first."
                .to_owned()
        }
        PersonCode::OwnAccount => {
            "You can not disable your own account. Please ask another site administrator.".to_owned()
        }
        PersonCode::Disabled => "This account is disabled. Please enable it first.".to_owned(),
        PersonCode::RoleGiven => "This person has this role already.".to_owned(),
        PersonCode::Demonstration => {
            "This person belongs to the demonstration and stays as loaded. Please add a person of your own."
                .to_owned()
        }
    }
}

/// The name of a role.
#[must_use]
pub const fn role(role: Role) -> &'static str {
    match role {
        Role::Reader => "Reader",
        Role::Author => "Author",
        Role::Reviewer => "Reviewer",
        Role::ProductAdministrator => "Product administrator",
        Role::Auditor => "Auditor",
    }
}

/// What a role may do, in one line.
#[must_use]
pub const fn role_meaning(role: Role) -> &'static str {
    match role {
        Role::Reader => "reads everything in the product",
        Role::Author => {
            "answers the questionnaire, keeps hazards and deliverables, declares the analysis complete"
        }
        Role::Reviewer => "approves or returns assessments, takes the trail out as a file",
        Role::ProductAdministrator => "keeps the product's description, its people and its risk plan",
        Role::Auditor => "reads everything and takes the trail out as a file",
    }
}

/// A browser and its system in two words, from what it calls itself.
#[must_use]
pub fn browser(user_agent: &str) -> String {
    let name = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]
    .into_iter()
    .find(|(mark, _)| user_agent.contains(mark))
    .map_or("Another program", |(_, name)| name);
    let system = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]
    .into_iter()
    .find(|(mark, _)| user_agent.contains(mark));
    system.map_or_else(|| name.to_owned(), |(_, system)| format!("{name} on {system}"))
}
