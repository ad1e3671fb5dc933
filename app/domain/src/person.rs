//! People: what can be wrong with an account, a password or a role.

use serde::{Deserialize, Serialize};

use crate::violation::{Code, Violation};

/// The shortest password taken, in characters.
pub const SHORTEST_PASSWORD: usize = 12;
/// The longest password taken, in characters.
pub const LONGEST_PASSWORD: usize = 128;

/// What can be wrong with a person's account, password or role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PersonCode {
    /// Address and password do not belong together. Says nothing about which of the two is wrong.
    SignInRefused,
    /// Somebody else has this address already.
    EmailTaken,
    /// The password is shorter than [`SHORTEST_PASSWORD`].
    PasswordTooShort,
    /// The password is longer than [`LONGEST_PASSWORD`].
    PasswordTooLong,
    /// The password is among the first that anyone would try.
    PasswordCommon,
    /// The password is made of the person's own name or address.
    PasswordNamesPerson,
    /// The password and its repetition differ.
    PasswordsDiffer,
    /// The current password is wrong.
    PasswordWrong,
    /// The new password is the old one.
    PasswordUnchanged,
    /// The link was used before, was replaced by a newer one, or has expired.
    LinkSpent,
    /// Nobody would be left who administers the installation.
    LastAdministrator,
    /// People can not disable themselves.
    OwnAccount,
    /// The person is disabled.
    Disabled,
    /// The person has this role in this product already.
    RoleGiven,
    /// The person belongs to the demonstration and is never changed.
    Demonstration,
}

impl PersonCode {
    /// The stable code.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        match self {
            Self::SignInRefused => "E001",
            Self::EmailTaken => "E002",
            Self::PasswordTooShort => "E003",
            Self::PasswordTooLong => "E004",
            Self::PasswordCommon => "E005",
            Self::PasswordNamesPerson => "E006",
            Self::PasswordsDiffer => "E007",
            Self::PasswordWrong => "E008",
            Self::PasswordUnchanged => "E009",
            Self::LinkSpent => "E010",
            Self::LastAdministrator => "E011",
            Self::OwnAccount => "E012",
            Self::Disabled => "E013",
            Self::RoleGiven => "E014",
            Self::Demonstration => "E015",
        }
    }

    /// The violation of `field` by this code.
    #[must_use]
    pub fn at(self, field: &str) -> Violation {
        Violation::error(field, Code::Person(self))
    }
}
