//! What the rules say is wrong: shape, word, code, clause, and the way to mend it.

use domain::finding::Level;
use leptos::prelude::*;

use super::icon::{Icon, Shape};

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Blocks release.
    Blocks,
    /// Warns.
    Warns,
}

impl From<Level> for Weight {
    fn from(level: Level) -> Self {
        match level {
            Level::Blocks => Self::Blocks,
            Level::Warns => Self::Warns,
        }
    }
}

impl Weight {
    /// The word beside the shape.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Blocks => "blocks",
            Self::Warns => "warns",
        }
    }

    const fn shape(self) -> Shape {
        match self {
            Self::Blocks => Shape::Octagon,
            Self::Warns => Shape::Triangle,
        }
    }

    const fn tone(self) -> &'static str {
        match self {
            Self::Blocks => "is-block",
            Self::Warns => "is-warn",
        }
    }
}

/// Shape and word, with a code behind it; or how many there are (`2 blocking`, `1 warning`).
#[component]
pub fn FindingMark(
    /// Blocks or warns.
    weight: Weight,
    /// How many, when this is a count.
    #[prop(optional_no_strip, into)]
    count: Option<usize>,
    /// The code of the check, such as `H014`.
    #[prop(optional, into)]
    code: String,
) -> impl IntoView {
    let word = match (count, weight) {
        (None, _) => weight.word(),
        (Some(_), Weight::Blocks) => "blocking",
        (Some(1), Weight::Warns) => "warning",
        (Some(_), Weight::Warns) => "warnings",
    };
    view! {
        <span class=format!("mark {}", weight.tone())>
            <Icon shape=weight.shape() />
            {count.map(|n| format!("{n} "))}
            {word}
        </span>
        {(!code.is_empty()).then(|| view! { " "<span class="code">{code}</span> })}
    }
}

/// A finding beside the record it speaks about: status line at the start edge, sentence, link to the fix as children.
#[component]
pub fn FindingNote(
    /// Blocks or warns.
    weight: Weight,
    /// The code of the check.
    #[prop(into)]
    code: String,
    /// What is wrong, one sentence.
    #[prop(into)]
    sentence: String,
    /// Clause links and the fix.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class=format!("note {}", weight.tone())>
            <p class="note-head"><FindingMark weight code /></p>
            <p>{sentence}</p>
            {children.map(|children| view! { <p class="note-fix">{children()}</p> })}
        </div>
    }
}

/// One line of a list of findings. Put them into `<ul class="findings">`.
#[component]
pub fn FindingLine(
    /// Blocks or warns.
    weight: Weight,
    /// The code of the check.
    #[prop(into)]
    code: String,
    /// What is wrong, one sentence.
    #[prop(into)]
    sentence: String,
    /// The record it points at: path and word.
    #[prop(optional_no_strip, into)]
    record: Option<(String, String)>,
    /// The fix: path and word.
    #[prop(optional_no_strip, into)]
    fix: Option<(String, String)>,
    /// The clause, as a part of its own.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <li class="finding">
            <span class="finding-weight"><FindingMark weight /></span>
            <span class="finding-code code">{code}</span>
            <span class="finding-words">{sentence}</span>
            <span class="finding-record">
                {record.map(|(href, word)| view! { <a href=href>{word}</a>" " })}
                {children.map(|children| children())}
            </span>
            <span class="finding-fix">{fix.map(|(href, word)| view! { <a href=href>{word}</a> })}</span>
        </li>
    }
}
