//! The words about features and their triage.

use domain::feature::{FeatureCode, State, Step};
use domain::triage::Fact;

/// The sentence of a code.
#[must_use]
pub fn sentence(code: &FeatureCode) -> String {
    match code {
        FeatureCode::NotInThisState { state } => {
            let state = state_word(*state).to_lowercase();
            format!("The feature is {state}, so this can not be done with it now.")
        }
        FeatureCode::QuestionOpen { fact } => question_open(*fact),
        FeatureCode::ReviewerAnswered => {
            "You worked on this feature yourself, so another reviewer has to decide.".to_owned()
        }
        FeatureCode::NotWhatWasRead => {
            "The feature, or what it is held against, has changed since you opened it. Read it again, then decide."
                .to_owned()
        }
        FeatureCode::NoSuchQuestion => "There is no such question, or not such an answer to it.".to_owned(),
        FeatureCode::NothingPicked => {
            "Pick one of the answers. “I don’t know” is one of them, and it says what it counts as.".to_owned()
        }
        FeatureCode::NoSuchControl => {
            "One of these risk controls is not in the register any more. Choose again.".to_owned()
        }
    }
}

#[cfg(feature = "ssr")]
fn question_open(fact: Fact) -> String {
    format!("“{}” has no answer yet.", domain::triage::question(fact).ask)
}

/// No island draws a feature, so the words of the triage stay out of the browser's program.
#[cfg(not(feature = "ssr"))]
fn question_open(_: Fact) -> String {
    "A question has no answer yet.".to_owned()
}

/// The word for a state.
#[must_use]
pub const fn state_word(state: State) -> &'static str {
    match state {
        State::Draft => "Draft",
        State::HandedOver => "Handed over",
        State::Returned => "Returned",
        State::Approved => "Approved",
        State::Assessed => "Turned into an assessment",
        State::Withdrawn => "Withdrawn",
    }
}

/// What was done, as the start of a sentence.
#[must_use]
pub const fn step_words(step: Step) -> &'static str {
    match step {
        Step::Edit => "Changed",
        Step::HandOver => "Handed over",
        Step::TakeBack => "Taken back",
        Step::Approve => "Approved",
        Step::Return => "Returned",
        Step::Assess => "Turned into an assessment",
        Step::Withdraw => "Withdrawn",
    }
}
