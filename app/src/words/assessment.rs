//! The words about classification.

use domain::answer::Key;
use domain::assessment::{AssessmentCode, State};
use domain::scheme;

/// The sentence of a code.
#[must_use]
pub fn sentence(code: &AssessmentCode) -> String {
    match code {
        AssessmentCode::NotInThisState { state } => {
            let state = state_word(*state).to_lowercase();
            format!("The assessment is {state}, so this can not be done with it now.")
        }
        AssessmentCode::QuestionOpen { key } => format!("“{}” has no answer yet.", question(*key)),
        AssessmentCode::ReasonMissing { key } => {
            format!("“{}” has an answer without a reason. Say why, in a sentence.", question(*key))
        }
        AssessmentCode::ReviewerAnswered => {
            "You changed an answer of this assessment, so somebody else has to approve it.".to_owned()
        }
        AssessmentCode::NotTheRevisionReviewed => {
            "The assessment has changed since you opened it. Read it again, then decide.".to_owned()
        }
        AssessmentCode::NoSuchQuestion => {
            "There is no such question, or not such an answer to it.".to_owned()
        }
        AssessmentCode::NothingPicked => {
            "Pick one of the answers. “I don’t know” is one of them, and it says what it counts as."
                .to_owned()
        }
        AssessmentCode::NotDecided => "The answers do not decide the classification yet.".to_owned(),
        AssessmentCode::AnotherIsOpen => {
            "Another assessment of this product is already in work. Go on with that one.".to_owned()
        }
    }
}

/// The word for a state.
#[must_use]
pub const fn state_word(state: State) -> &'static str {
    match state {
        State::Draft => "Draft",
        State::InReview => "In review",
        State::Returned => "Returned",
        State::Approved => "Approved",
        State::Superseded => "Superseded",
    }
}

fn question(key: Key) -> &'static str {
    scheme::question(key).map_or("This question", |question| &question.ask)
}
