//! How far a record is (a circle that fills), how much of a deliverable is asked for (a bar), how far a set is.

use leptos::prelude::*;

use super::icon::{Icon, Shape};

/// The progress of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Progress {
    /// Filled, with a tick.
    Approved,
    /// Half filled.
    InReview,
    /// An outline.
    Draft,
    /// Clock hands: it was right once.
    Stale,
    /// Dashed.
    Missing,
    /// A dash: nobody asks for it.
    NotUsed,
}

impl Progress {
    /// The word beside the circle.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::InReview => "in review",
            Self::Draft => "draft",
            Self::Stale => "stale",
            Self::Missing => "missing",
            Self::NotUsed => "not used",
        }
    }

    /// The shape.
    #[must_use]
    pub const fn shape(self) -> Shape {
        match self {
            Self::Approved => Shape::Done,
            Self::InReview => Shape::Half,
            Self::Draft => Shape::Ring,
            Self::Stale => Shape::Clock,
            Self::Missing => Shape::Dashed,
            Self::NotUsed => Shape::Dash,
        }
    }

    /// Colour class; what is right stays in ink.
    #[must_use]
    pub const fn tone(self) -> &'static str {
        match self {
            Self::Approved | Self::InReview | Self::Draft => "is-ink",
            Self::Stale => "is-warn",
            Self::Missing => "is-block",
            Self::NotUsed => "is-quiet",
        }
    }
}

/// Circle and word. `word` replaces the usual word where the area has a better one.
#[component]
pub fn ProgressMark(
    /// The state.
    progress: Progress,
    /// Another word than the usual one.
    #[prop(optional, into)]
    word: String,
) -> impl IntoView {
    let word = if word.is_empty() { progress.word().to_owned() } else { word };
    view! {
        <span class=format!("mark {}", progress.tone())><Icon shape=progress.shape() />{word}</span>
    }
}

/// How much of a deliverable a class asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// All of it: a full bar.
    Required,
    /// Some sub-clauses: half a bar.
    Partly,
    /// None of it: a short dash.
    NotRequired,
}

impl Need {
    /// The word, for legends and readers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Partly => "partly",
            Self::NotRequired => "not required",
        }
    }
}

/// The bar of a [`Need`]; `labelled` shows the word as well (legend), else it is only spoken.
#[component]
pub fn NeedBar(
    /// How much.
    need: Need,
    /// Show the word.
    #[prop(optional)]
    labelled: bool,
) -> impl IntoView {
    let shape = match need {
        Need::Required => view! { <path d="M0 1h16v5H0z" fill="currentColor" /> }.into_any(),
        Need::Partly => view! {
            <path d="M.5 1.5h15v4H.5z" fill="none" stroke="currentColor" />
            <path d="M0 1h8v5H0z" fill="currentColor" />
        }
        .into_any(),
        Need::NotRequired => view! { <path d="M5.5 3h5v1h-5z" fill="currentColor" /> }.into_any(),
    };
    let word_class = if labelled { "need-word" } else { "spoken" };
    view! {
        <span class="need">
            <svg class="need-bar" viewBox="0 0 16 7" width="16" height="7" aria-hidden="true" focusable="false">{shape}</svg>
            <span class=word_class>{need.word()}</span>
        </span>
    }
}

/// `done of total` as a bar with the numbers beside it.
#[component]
pub fn Completeness(
    /// How many are there.
    done: usize,
    /// How many are asked for.
    total: usize,
    /// What is counted, for readers: "deliverables approved".
    #[prop(into)]
    of: String,
) -> impl IntoView {
    let label = format!("{done} of {total} {of}");
    // Whole pixels of the 70 inside the frame; something done is never drawn as nothing.
    let share = (done.min(total) * 70).checked_div(total).unwrap_or(0);
    let filled = share.max(usize::from(done > 0 && total > 0));
    view! {
        <span class="completeness">
            <svg class="completeness-bar" viewBox="0 0 72 8" width="72" height="8" role="img" aria-label=label>
                <path d="M.5.5h71v7H.5z" fill="none" stroke="currentColor" />
                <path d=format!("M1 1h{filled}v6H1z") fill="currentColor" />
            </svg>
            <span class="completeness-words" aria-hidden="true">{format!("{done} of {total}")}</span>
        </span>
    }
}
