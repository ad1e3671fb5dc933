//! Old answers under another pack: what a record came to, and what the same answers would come to now or under a
//! draft. A re-run never changes the record that it started from.

use serde::{Deserialize, Serialize};

use crate::answer::{Answers, Given};
use crate::assessment::{Judgement, Record};
use crate::scheme::draft::{self, Draft};
use crate::scheme::{Telling, packs, question};

/// Under what the answers are run again.
#[derive(Clone, Copy, Debug)]
pub enum Under {
    /// The packs in force now.
    InForce,
    /// A draft.
    Draft(&'static Draft),
}

impl Under {
    /// The stable name of the packs in force, in addresses and records.
    pub const IN_FORCE: &'static str = "in-force";

    /// All of them, the packs in force first.
    #[must_use]
    pub fn all() -> Vec<Self> {
        std::iter::once(Self::InForce).chain(draft::drafts().iter().map(Self::Draft)).collect()
    }

    /// The one of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        if name == Self::IN_FORCE { Some(Self::InForce) } else { draft::draft(name).map(Self::Draft) }
    }

    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::InForce => Self::IN_FORCE,
            Self::Draft(draft) => &draft.id,
        }
    }

    /// The packs by name and version, as a record keeps them.
    #[must_use]
    pub fn packs(self) -> Vec<String> {
        match self {
            Self::InForce => crate::assessment::pack_names(),
            Self::Draft(draft) => vec![draft.edition_name()],
        }
    }

    /// Whether it is a draft, which gives no verdict of record.
    #[must_use]
    pub const fn is_draft(self) -> bool {
        matches!(self, Self::Draft(_))
    }
}

/// One verdict, as it was and as it would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The name of the verdict.
    pub subject: String,
    /// The pack that gave it, by name and version.
    pub was_under: String,
    /// What the record says; nothing where it has no such verdict.
    pub was: Option<String>,
    /// The pack it was run under again.
    pub now_under: String,
    /// What the same answers come to there; nothing where they do not decide it.
    pub now: Option<String>,
    /// Where they do not decide it: all that can still come out, the lightest first.
    pub may_be: Vec<String>,
    /// Why.
    pub because: String,
    /// The questions that the old answers leave open and that could change it.
    pub asks: Vec<String>,
    /// Whether the two ask for different things, or the old answers do not decide any more.
    pub moves: bool,
}

/// A record run again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rerun {
    /// Verdict by verdict.
    pub lines: Vec<Line>,
}

impl Rerun {
    /// Whether anything would change.
    #[must_use]
    pub fn moves(&self) -> bool {
        self.lines.iter().any(|line| line.moves)
    }
}

/// The answers that a record keeps.
#[must_use]
pub fn answers_of(record: &Record) -> Answers {
    record
        .answers
        .iter()
        .filter_map(|answer| Some((answer.key, Given::named(answer.key, &answer.given)?)))
        .collect()
}

/// Runs the answers of a record again.
#[must_use]
pub fn rerun(record: &Record, under: Under) -> Rerun {
    let answers = answers_of(record);
    let lines = match under {
        Under::InForce => under_those_in_force(record, &answers),
        Under::Draft(draft) => under_a_draft(record, &answers, draft).into_iter().collect(),
    };
    Rerun { lines }
}

fn under_those_in_force(record: &Record, answers: &Answers) -> Vec<Line> {
    let judgement = Judgement::of(answers, &record.markets);
    let open = judgement.open();
    let now = judgement.telling();
    let asks: Vec<String> =
        open.iter().filter_map(|key| question(*key)).map(|asked| asked.ask.clone()).collect();
    let mut lines: Vec<Line> = record
        .verdicts
        .iter()
        .map(|was| {
            let then = now.iter().find(|told| told.subject == was.subject);
            let result = then.and_then(|told| told.result.clone());
            Line {
                moves: result != was.result,
                asks: if result.is_none() { asks.clone() } else { Vec::new() },
                ..line(was, then)
            }
        })
        .collect();
    let is_new = |told: &&Telling| record.verdicts.iter().all(|was| was.subject != told.subject);
    lines.extend(now.iter().filter(is_new).map(|told| Line {
        subject: told.subject.clone(),
        was_under: String::new(),
        was: None,
        now_under: told.pack.clone(),
        now: told.result.as_ref().map(|_| told.title.clone()),
        may_be: Vec::new(),
        because: told.sentence.clone(),
        asks: if told.result.is_none() { asks.clone() } else { Vec::new() },
        moves: true,
    }));
    lines
}

fn line(was: &Telling, now: Option<&Telling>) -> Line {
    Line {
        subject: was.subject.clone(),
        was_under: was.pack.clone(),
        was: was.result.as_ref().map(|_| was.title.clone()),
        now_under: now.map(|told| told.pack.clone()).unwrap_or_default(),
        now: now.filter(|told| told.result.is_some()).map(|told| told.title.clone()),
        may_be: Vec::new(),
        because: now.map(|told| told.sentence.clone()).unwrap_or_default(),
        asks: Vec::new(),
        moves: false,
    }
}

/// One line, where the record has a verdict whose pack the draft would replace.
fn under_a_draft(record: &Record, answers: &Answers, draft: &'static Draft) -> Option<Line> {
    let subject = packs().iter().find(|pack| pack.id == draft.replaces).map(|pack| pack.short_title.as_str());
    let of_pack = |told: &&Telling| {
        told.pack.split(' ').next() == Some(draft.replaces.as_str()) && subject == Some(told.subject.as_str())
    };
    let was = record.verdicts.iter().find(of_pack)?;
    let trial = draft.try_on(answers)?;
    let moves = match (&was.result, &trial.result) {
        (Some(was), Some(tried)) => draft.moves(was, tried),
        _ => true,
    };
    Some(Line {
        now_under: draft.edition_name(),
        now: trial.result.as_ref().map(|_| trial.title.clone()),
        may_be: if trial.result.is_none() { trial.possible } else { Vec::new() },
        because: trial.sentence,
        asks: match trial.result {
            Some(_) => Vec::new(),
            None => {
                trial.open.iter().filter_map(|key| question(*key)).map(|asked| asked.ask.clone()).collect()
            }
        },
        moves,
        ..line(was, None)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::{Key, Value};
    use crate::assessment::Subject;
    use crate::product::Market;

    fn record(pairs: &[(Key, &str)]) -> Record {
        let mut answers = Answers::none();
        for asked in packs().iter().flat_map(|pack| &pack.questions) {
            let no = asked.key.value("no").or_else(|| asked.key.value("none"));
            answers.give(asked.key, no.map_or(Given::Unknown, Given::Value));
        }
        for key in [Key::IsSoftware, Key::ActionBeyondStorage, Key::IndividualBenefit, Key::MedicalPurpose] {
            answers.give(key, Given::Value(Value::Yes));
        }
        for (key, value) in pairs {
            answers.give(*key, Given::named(*key, value).unwrap());
        }
        let subject = Subject {
            name: "Pump".to_owned(),
            intended_purpose: "Pumps.".to_owned(),
            intended_users: None,
            use_environment: None,
        };
        Judgement::of(&answers, &[Market::EuropeanUnion]).record(subject, |_| String::new())
    }

    fn guarded() -> Record {
        record(&[
            (Key::ContributesToHazardousSituation, "yes"),
            (Key::ExternalControl, "hardware"),
            (Key::RiskAcceptableAfterExternalControls, "yes"),
            (Key::InfoForDxTxDecisions, "yes"),
            (Key::DecisionImpact, "death_irreversible"),
            (Key::ImdrfSituation, "serious"),
            (Key::ImdrfSignificance, "drive"),
        ])
    }

    #[test]
    fn a_record_of_today_comes_to_the_same_under_the_packs_of_today() {
        for record in [guarded(), record(&[(Key::MedicalPurpose, "no")])] {
            let again = rerun(&record, Under::InForce);
            assert!(!again.moves(), "{again:?}");
            assert_eq!(again.lines.len(), record.verdicts.len());
        }
    }

    #[test]
    fn an_old_verdict_that_differs_is_found() {
        let mut old = guarded();
        let class = old.verdicts.iter_mut().find(|told| told.subject == "EU MDR class").unwrap();
        class.result = Some("IIa".to_owned());
        class.title = "Class IIa".to_owned();
        class.pack = "eu-mdr-class 2019.1".to_owned();
        let again = rerun(&old, Under::InForce);
        let moved: Vec<&Line> = again.lines.iter().filter(|line| line.moves).collect();
        assert_eq!(moved.len(), 1);
        assert_eq!(moved[0].was_under, "eu-mdr-class 2019.1");
        assert_eq!(
            (moved[0].was.as_deref(), moved[0].now.as_deref()),
            (Some("Class IIa"), Some("Class III"))
        );
    }

    #[test]
    fn drafts_are_tried_on_the_verdict_that_they_would_replace() {
        let moved = |draft: &str| {
            let again = rerun(&guarded(), Under::named(draft).unwrap());
            assert_eq!(again.lines.len(), 1, "{again:?}");
            let line = again.lines.into_iter().next().unwrap();
            (line.was.unwrap(), line.now.unwrap(), line.moves)
        };
        let owned = |was: &str, now: &str| (was.to_owned(), now.to_owned(), true);
        assert_eq!(moved("eu-mdr-class-proposal"), owned("Class III", "Class IIa"));
        assert_eq!(moved("iec-62304-edition-2"), owned("Class A", "Level II"));
    }

    #[test]
    fn a_draft_says_nothing_about_what_is_no_device() {
        let none = record(&[(Key::MedicalPurpose, "no")]);
        for under in Under::all().into_iter().filter(|under| under.is_draft()) {
            assert!(rerun(&none, under).lines.is_empty(), "{}", under.name());
        }
    }

    #[test]
    fn every_name_leads_back_to_its_packs() {
        for under in Under::all() {
            assert_eq!(Under::named(under.name()).map(Under::name), Some(under.name()));
            assert!(!under.packs().is_empty());
        }
        assert!(Under::named("eu-mdr-class").is_none());
    }
}
