//! A product: one regulated, or deliberately not regulated, thing; the unit of access and of export.

use serde::{Deserialize, Serialize};

use crate::ids::ProductId;
use crate::revision::Revision;
use crate::text::{Name, Statement, TextCode, choice, optional};
use crate::violation::{Code, Violation, Violations};

/// What can be wrong with a product, beyond its texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProductCode {
    /// Another product in work has the same name.
    NameTaken,
    /// The product is archived; nothing in it can be changed.
    Archived,
    /// The product is not archived, so that it can not be taken back.
    NotArchived,
    /// The demonstration was loaded before.
    DemonstrationLoaded,
}

impl ProductCode {
    /// The stable code.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::NameTaken => "P101",
            Self::Archived => "P102",
            Self::NotArchived => "P103",
            Self::DemonstrationLoaded => "P104",
        }
    }
}

/// A market that a product is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Market {
    /// The European Union.
    EuropeanUnion,
    /// The United States.
    UnitedStates,
    /// Morocco.
    Morocco,
    /// The states of the Gulf.
    Gulf,
}

/// How well Hazel knows the rules of a market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knowledge {
    /// From the primary texts.
    Well,
    /// In part, from secondary sources; the frame there is still growing.
    InPart,
}

impl Market {
    /// All of them, in the order in which they are shown and stored.
    pub const ALL: [Self; 4] = [Self::EuropeanUnion, Self::UnitedStates, Self::Morocco, Self::Gulf];

    /// The value in forms, in the database and in exports.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::EuropeanUnion => "european_union",
            Self::UnitedStates => "united_states",
            Self::Morocco => "morocco",
            Self::Gulf => "gulf",
        }
    }

    /// The market with this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|market| market.key() == key)
    }

    /// How well its rules are known here.
    #[must_use]
    pub const fn knowledge(self) -> Knowledge {
        match self {
            Self::EuropeanUnion | Self::UnitedStates => Knowledge::Well,
            Self::Morocco | Self::Gulf => Knowledge::InPart,
        }
    }
}

/// Where a product stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lifecycle {
    /// Thought of, not begun.
    Planned,
    /// Being made, nothing handed out.
    InDevelopment,
    /// Made available to its users.
    OnMarket,
    /// Taken from the market; its records stay.
    WithdrawnFromMarket,
}

impl Lifecycle {
    /// All of them, in the order of a life.
    pub const ALL: [Self; 4] =
        [Self::Planned, Self::InDevelopment, Self::OnMarket, Self::WithdrawnFromMarket];

    /// The value in forms, in the database and in exports.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::InDevelopment => "in_development",
            Self::OnMarket => "on_market",
            Self::WithdrawnFromMarket => "withdrawn_from_market",
        }
    }

    /// The state with this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.key() == key)
    }
}

/// What people say about a product; everything that a form of it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its name.
    pub name: Name,
    /// What it is meant to do, for whom, in the maker's words: the ground of every classification.
    pub intended_purpose: Statement,
    /// Who uses it.
    pub intended_users: Option<Statement>,
    /// Where and in which circumstances it is used.
    pub use_environment: Option<Statement>,
    /// The markets it is made for, in order, each once.
    pub markets: Vec<Market>,
    /// Where it stands in its life.
    pub lifecycle: Lifecycle,
}

/// The fields of a product as a form sends them.
#[derive(Clone, Debug, Default)]
pub struct ProfileForm {
    /// Field `name`.
    pub name: String,
    /// Field `intended_purpose`.
    pub intended_purpose: String,
    /// Field `intended_users`.
    pub intended_users: String,
    /// Field `use_environment`.
    pub use_environment: String,
    /// Field `markets`, once for each that is checked.
    pub markets: Vec<String>,
    /// Field `lifecycle`.
    pub lifecycle: String,
}

impl Profile {
    /// Parses a form; all its faults at once.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(form: &ProfileForm) -> Result<Self, Violations> {
        let mut wrong = Violations::none();
        let name = wrong.take(Name::parse("name", &form.name));
        let intended_purpose = wrong.take(Statement::parse("intended_purpose", &form.intended_purpose));
        let intended_users = wrong.take(optional("intended_users", &form.intended_users));
        let use_environment = wrong.take(optional("use_environment", &form.use_environment));
        let markets = wrong.take(parse_markets(&form.markets));
        let states = Lifecycle::ALL.map(|state| (state.key(), state));
        let lifecycle = wrong.take(choice("lifecycle", &form.lifecycle, &states));
        match (name, intended_purpose, intended_users, use_environment, markets, lifecycle) {
            (
                Some(name),
                Some(intended_purpose),
                Some(intended_users),
                Some(use_environment),
                Some(markets),
                Some(lifecycle),
            ) => Ok(Self { name, intended_purpose, intended_users, use_environment, markets, lifecycle }),
            _ => Err(wrong),
        }
    }
}

fn parse_markets(keys: &[String]) -> Result<Vec<Market>, Violation> {
    if keys.iter().any(|key| Market::from_key(key).is_none()) {
        return Err(Violation::error("markets", Code::Text(TextCode::NotAChoice)));
    }
    Ok(Market::ALL.into_iter().filter(|market| keys.iter().any(|key| key == market.key())).collect())
}

/// A product as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Its identifier.
    pub id: ProductId,
    /// What people say about it.
    pub profile: Profile,
    /// Whether it came with Hazel to show it; for ever.
    pub demonstration: bool,
    /// Why it is archived, when it is.
    pub archived: Option<String>,
    /// How often it was written.
    pub revision: Revision,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> ProfileForm {
        ProfileForm {
            name: "Step counter".to_owned(),
            intended_purpose: "Counts steps.".to_owned(),
            lifecycle: "planned".to_owned(),
            ..ProfileForm::default()
        }
    }

    #[test]
    fn markets_are_kept_in_one_order_and_once() {
        let markets = ["gulf", "european_union", "gulf"].map(str::to_owned).to_vec();
        let profile = Profile::parse(&ProfileForm { markets, ..form() }).unwrap();
        assert_eq!(profile.markets, [Market::EuropeanUnion, Market::Gulf]);
    }

    #[test]
    fn all_faults_of_a_form_are_told_at_once() {
        let wrong =
            Profile::parse(&ProfileForm { markets: vec!["moon".to_owned()], ..ProfileForm::default() });
        let fields: Vec<String> = wrong.unwrap_err().0.into_iter().map(|violation| violation.field).collect();
        assert_eq!(fields, ["name", "intended_purpose", "markets", "lifecycle"]);
    }

    #[test]
    fn keys_lead_back_to_what_they_name() {
        assert!(Market::ALL.into_iter().all(|market| Market::from_key(market.key()) == Some(market)));
        assert!(Lifecycle::ALL.into_iter().all(|state| Lifecycle::from_key(state.key()) == Some(state)));
    }
}
