//! A risk: wash, shape and word, with severity and probability below.

use domain::risk::Acceptance;
use leptos::prelude::*;

use super::icon::{Icon, Shape};

/// Where the criteria of the risk plan put a pair of severity and probability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RiskLevel {
    /// Acceptable without more.
    Acceptable,
    /// To be reduced as far as possible; counts as not acceptable for a class.
    Reduce,
    /// Not acceptable.
    Unacceptable,
}

impl From<Acceptance> for RiskLevel {
    fn from(acceptance: Acceptance) -> Self {
        match acceptance {
            Acceptance::Acceptable => Self::Acceptable,
            Acceptance::Reduce => Self::Reduce,
            Acceptance::Unacceptable => Self::Unacceptable,
        }
    }
}

impl RiskLevel {
    /// The word, as it stands in cells, legends and exports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Acceptable => "acceptable",
            Self::Reduce => "reduce",
            Self::Unacceptable => "unacceptable",
        }
    }

    /// Its shape, so that colour is never the only carrier.
    #[must_use]
    pub const fn shape(self) -> Shape {
        match self {
            Self::Acceptable => Shape::Ring,
            Self::Reduce => Shape::Diamond,
            Self::Unacceptable => Shape::Square,
        }
    }

    /// The status colour class: `is-ok`, `is-warn`, `is-block`.
    #[must_use]
    pub const fn tone(self) -> &'static str {
        match self {
            Self::Acceptable => "is-ok",
            Self::Reduce => "is-warn",
            Self::Unacceptable => "is-block",
        }
    }
}

/// Shape and word inside a line: `<RiskMark level=RiskLevel::Reduce />`.
#[component]
pub fn RiskMark(
    /// The level.
    level: RiskLevel,
) -> impl IntoView {
    view! {
        <span class=format!("mark {}", level.tone())>
            <Icon shape=level.shape() />
            {level.word()}
        </span>
    }
}

/// A washed block for a table cell or a story step. `level` is `None` while nothing is estimated.
#[component]
pub fn RiskCell(
    /// The level, or none while it is not estimated.
    level: Option<RiskLevel>,
    /// What stands below, such as `S5 × P3`.
    #[prop(optional, into)]
    pair: String,
) -> impl IntoView {
    let Some(level) = level else {
        return view! {
            <span class="risk is-open">
                <span class="mark"><Icon shape=Shape::Dashed />"not estimated"</span>
                {(!pair.is_empty()).then(|| view! { <span class="risk-pair">{pair}</span> })}
            </span>
        }
        .into_any();
    };
    view! {
        <span class=format!("risk {}", level.tone())>
            <RiskMark level />
            {(!pair.is_empty()).then(|| view! { <span class="risk-pair">{pair}</span> })}
        </span>
    }
    .into_any()
}
