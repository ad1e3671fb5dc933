//! The words about products.

use domain::product::{Knowledge, Lifecycle, Market, ProductCode};

/// The sentence of a code.
#[must_use]
pub fn sentence(code: ProductCode) -> String {
    match code {
        ProductCode::NameTaken => {
            "Another product in work has this name. Choose one that people can tell apart.".to_owned()
        }
        ProductCode::Archived => {
            "The product is archived, so nothing in it can be changed. Take it back from the archive first."
                .to_owned()
        }
        ProductCode::NotArchived => {
            "The product is not in the archive; somebody has taken it back.".to_owned()
        }
        ProductCode::DemonstrationLoaded => {
            "The demonstration is here already, or somebody is loading it. Whoever loaded it can give you a role in its products."
                .to_owned()
        }
    }
}

/// The name of a market.
#[must_use]
pub const fn market(market: Market) -> &'static str {
    match market {
        Market::EuropeanUnion => "European Union",
        Market::UnitedStates => "United States",
        Market::Morocco => "Morocco",
        Market::Gulf => "Gulf states",
    }
}

/// Which rules a market holds a product to.
#[must_use]
pub const fn market_frame(market: Market) -> &'static str {
    match market {
        Market::EuropeanUnion => "MDR 2017/745",
        Market::UnitedStates => "FDA: device or not, and the documentation level",
        Market::Morocco => {
            "law 84-12; European evidence is usually asked for. No class is stated: whether Rule 11 exists there is not known"
        }
        Market::Gulf => {
            "Saudi Arabia has classes A to D of its own; clients often hold products to the MDR. No class is stated"
        }
    }
}

/// How well Hazel knows the rules of a market.
#[must_use]
pub const fn knowledge(knowledge: Knowledge) -> &'static str {
    match knowledge {
        Knowledge::Well => "Known well: primary texts",
        Knowledge::InPart => "Known in part: secondary sources",
    }
}

/// The name of a state of life.
#[must_use]
pub const fn lifecycle(state: Lifecycle) -> &'static str {
    match state {
        Lifecycle::Planned => "planned",
        Lifecycle::InDevelopment => "in development",
        Lifecycle::OnMarket => "on the market",
        Lifecycle::WithdrawnFromMarket => "withdrawn from the market",
    }
}

/// What a state of life means, for the form.
#[must_use]
pub const fn lifecycle_hint(state: Lifecycle) -> &'static str {
    match state {
        Lifecycle::Planned => "Thought of; nothing has been built.",
        Lifecycle::InDevelopment => "Being built; nobody outside the team uses it.",
        Lifecycle::OnMarket => "People use it.",
        Lifecycle::WithdrawnFromMarket => "Nobody gets it any more; its records stay.",
    }
}
