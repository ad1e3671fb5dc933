//! Risks: how severe a harm is, how probable, and the three estimates that are kept side by side.
//!
//! ISO 14971 clause 5.5 asks for an estimate per hazardous situation and harm. IEC 62304 clause 4.3 a asks for one
//! more: with only the controls outside the software, and its failure taken as certain.

mod probability;

pub use probability::{NotAProbability, Probability};

use serde::{Deserialize, Serialize};

use crate::clause::{Citation, Document};
use crate::hazard::HazardCode;
use crate::ids::{HarmId, HazardId, RiskId, SequenceId, SituationId};
use crate::plan::{Band, Cell, RiskPlan};
use crate::text::{Reason, Statement};
use crate::violation::{Code, Violation, Violations};

/// How much health is lost. The words are the plan's; the steps are fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Severity {
    /// Discomfort that passes.
    Negligible = 1,
    /// Passing injury, no professional care needed.
    Minor = 2,
    /// Injury that needs professional care.
    Serious = 3,
    /// Permanent impairment, or danger to life.
    Critical = 4,
    /// Death.
    Catastrophic = 5,
}

impl Severity {
    /// All steps, mildest first.
    pub const ALL: [Self; 5] =
        [Self::Negligible, Self::Minor, Self::Serious, Self::Critical, Self::Catastrophic];

    /// The step's number, 1 to 5.
    #[must_use]
    pub const fn level(self) -> u8 {
        self as u8
    }

    /// The step of that number.
    #[must_use]
    pub fn of_level(level: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.level() == level)
    }

    /// Parses the field of a form that may stay empty.
    ///
    /// # Errors
    /// When it is neither empty nor one of the steps.
    pub fn parse(field: &str, raw: &str) -> Result<Option<Self>, Violation> {
        match raw.trim() {
            "" => Ok(None),
            text => text
                .trim_start_matches(['S', 's'])
                .parse()
                .ok()
                .and_then(Self::of_level)
                .map(Some)
                .ok_or_else(|| Violation::error(field, Code::Hazard(HazardCode::NotASeverity))),
        }
    }
}

impl TryFrom<u8> for Severity {
    type Error = &'static str;
    fn try_from(level: u8) -> Result<Self, Self::Error> {
        Self::of_level(level).ok_or("a severity is a number from 1 to 5")
    }
}

impl From<Severity> for u8 {
    fn from(severity: Severity) -> Self {
        severity.level()
    }
}

/// The answer to the question that only severity 3 asks: was the care needed to prevent permanent impairment?
///
/// A "serious injury" of IEC 62304 includes one that needs care to prevent permanent impairment. Level 3 of the
/// scale only says that care was needed, so it can be either; unanswered counts as yes. This split is our reading
/// of the definition and is to be confirmed by the user's regulatory staff.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CareAnswer {
    /// Nobody has said; the cautious answer counts.
    #[default]
    Unanswered,
    /// Without the care, impairment would have stayed: a serious injury.
    Yes,
    /// Nothing would have stayed even without it: not a serious injury.
    No,
}

impl CareAnswer {
    /// All answers.
    pub const ALL: [Self; 3] = [Self::Unanswered, Self::Yes, Self::No];

    /// The stable name in the database and in forms.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unanswered => "unanswered",
            Self::Yes => "yes",
            Self::No => "no",
        }
    }

    /// The answer of that name; empty means unanswered.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        if name.is_empty() {
            return Some(Self::Unanswered);
        }
        Self::ALL.into_iter().find(|answer| answer.name() == name)
    }
}

/// Whether a harm is death or a serious injury in the sense of IEC 62304.
#[must_use]
pub const fn is_serious_injury(severity: Severity, care: CareAnswer) -> bool {
    match severity {
        Severity::Critical | Severity::Catastrophic => true,
        Severity::Serious => !matches!(care, CareAnswer::No),
        Severity::Negligible | Severity::Minor => false,
    }
}

/// How probable the harm is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Likelihood {
    /// Nobody has estimated it, or only one of the two factors.
    Open {
        /// The chance that the hazardous situation arises, where it was given.
        p1: Option<Probability>,
        /// The chance that the situation leads to the harm, where it was given.
        p2: Option<Probability>,
    },
    /// P1 × P2.
    Estimated {
        /// The chance that the hazardous situation arises.
        p1: Probability,
        /// The chance that the situation leads to the harm.
        p2: Probability,
    },
    /// It can not be estimated; the risk is judged on severity alone.
    NotEstimable {
        /// Why not.
        reason: Reason,
    },
}

impl Default for Likelihood {
    fn default() -> Self {
        Self::Open { p1: None, p2: None }
    }
}

impl Likelihood {
    /// From the two factors as they were given.
    #[must_use]
    pub const fn of(p1: Option<Probability>, p2: Option<Probability>) -> Self {
        match (p1, p2) {
            (Some(p1), Some(p2)) => Self::Estimated { p1, p2 },
            (p1, p2) => Self::Open { p1, p2 },
        }
    }

    /// The chance that the hazardous situation arises.
    #[must_use]
    pub const fn p1(&self) -> Option<Probability> {
        match self {
            Self::Open { p1, .. } => *p1,
            Self::Estimated { p1, .. } => Some(*p1),
            Self::NotEstimable { .. } => None,
        }
    }

    /// The chance that the situation leads to the harm.
    #[must_use]
    pub const fn p2(&self) -> Option<Probability> {
        match self {
            Self::Open { p2, .. } => *p2,
            Self::Estimated { p2, .. } => Some(*p2),
            Self::NotEstimable { .. } => None,
        }
    }

    /// The probability of harm, P1 × P2, where both are known.
    #[must_use]
    pub fn of_harm(&self) -> Option<Probability> {
        match self {
            Self::Estimated { p1, p2 } => Some(p1.times(*p2)),
            Self::Open { .. } | Self::NotEstimable { .. } => None,
        }
    }

    /// Why it can not be estimated.
    #[must_use]
    pub const fn not_estimable(&self) -> Option<&Reason> {
        match self {
            Self::NotEstimable { reason } => Some(reason),
            Self::Open { .. } | Self::Estimated { .. } => None,
        }
    }
}

/// What is changed of an estimate. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EstimateChange {
    /// The severity, or that there is none.
    pub severity: Option<Option<Severity>>,
    /// The chance that the situation arises, or that there is none.
    pub p1: Option<Option<Probability>>,
    /// The chance that it leads to harm, or that there is none.
    pub p2: Option<Option<Probability>>,
    /// Why there is no probability, or that there is no such reason.
    pub not_estimable: Option<Option<Reason>>,
    /// What the estimate rests on, or that nothing is said.
    pub basis: Option<Option<Statement>>,
}

impl EstimateChange {
    /// A probability that is given takes the place of the reason why there is none.
    pub fn onto(&self, estimate: &mut Estimate) {
        estimate.severity = self.severity.unwrap_or(estimate.severity);
        if let Some(basis) = &self.basis {
            estimate.basis.clone_from(basis);
        }
        let p1 = self.p1.unwrap_or(estimate.likelihood.p1());
        let p2 = self.p2.unwrap_or(estimate.likelihood.p2());
        let reason = match &self.not_estimable {
            Some(reason) => reason.clone(),
            None if p1.is_some() || p2.is_some() => None,
            None => estimate.likelihood.not_estimable().cloned(),
        };
        estimate.likelihood = match reason {
            Some(reason) => Likelihood::NotEstimable { reason },
            None => Likelihood::of(p1, p2),
        };
    }
}

/// Severity and likelihood, as far as they are known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    /// How severe the harm is.
    pub severity: Option<Severity>,
    /// How probable it is.
    pub likelihood: Likelihood,
    /// What the estimate rests on.
    pub basis: Option<Statement>,
}

impl Estimate {
    /// Whether the estimate lacks a part, so that it can not be judged.
    #[must_use]
    pub const fn is_incomplete(&self) -> bool {
        self.severity.is_none() || matches!(self.likelihood, Likelihood::Open { .. })
    }

    /// The band of the likelihood under `plan`. What can not be estimated counts as the highest.
    #[must_use]
    pub fn band(&self, plan: &RiskPlan) -> Option<Band> {
        match &self.likelihood {
            Likelihood::Open { .. } => None,
            Likelihood::Estimated { p1, p2 } => Some(plan.band(p1.times(*p2))),
            Likelihood::NotEstimable { .. } => Some(Band::HIGHEST),
        }
    }

    /// The place of the estimate in the matrix.
    #[must_use]
    pub fn cell(&self, plan: &RiskPlan) -> Option<Cell> {
        Some(Cell { severity: self.severity?, band: self.band(plan)? })
    }

    /// What `plan` says about it.
    #[must_use]
    pub fn evaluation(&self, plan: &RiskPlan) -> Evaluation {
        match self.cell(plan) {
            None => Evaluation::NotEstimated,
            Some(cell) => Evaluation::Judged {
                cell,
                acceptance: plan.acceptance(cell),
                on_severity_alone: matches!(self.likelihood, Likelihood::NotEstimable { .. }),
            },
        }
    }
}

/// What the matrix says about a cell. The order is from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Acceptance {
    /// Acceptable under the criteria.
    Acceptable,
    /// To be reduced as far as practicable.
    Reduce,
    /// Unacceptable.
    Unacceptable,
}

impl Acceptance {
    /// All, from good to bad.
    pub const ALL: [Self; 3] = [Self::Acceptable, Self::Reduce, Self::Unacceptable];

    /// The stable name in the database, in links and in forms.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Acceptable => "acceptable",
            Self::Reduce => "reduce",
            Self::Unacceptable => "unacceptable",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|acceptance| acceptance.name() == name)
    }
}

/// An estimate, judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evaluation {
    /// Severity or probability is missing.
    NotEstimated,
    /// It stands in a cell of the matrix.
    Judged {
        /// The cell.
        cell: Cell,
        /// What the matrix says about the cell.
        acceptance: Acceptance,
        /// Whether the probability could not be estimated, so that the highest band was taken.
        on_severity_alone: bool,
    },
}

impl Evaluation {
    /// What the matrix says, where the risk was estimated.
    #[must_use]
    pub const fn acceptance(self) -> Option<Acceptance> {
        match self {
            Self::NotEstimated => None,
            Self::Judged { acceptance, .. } => Some(acceptance),
        }
    }

    /// The cell, where the risk was estimated.
    #[must_use]
    pub const fn cell(self) -> Option<Cell> {
        match self {
            Self::NotEstimated => None,
            Self::Judged { cell, .. } => Some(cell),
        }
    }

    /// A number to sort by, worst first. What was not estimated is worse than everything that was.
    #[must_use]
    pub const fn worst_first(self) -> i16 {
        match self {
            Self::NotEstimated => 0,
            Self::Judged { cell, acceptance, .. } => {
                let weight = match acceptance {
                    Acceptance::Unacceptable => 100,
                    Acceptance::Reduce => 200,
                    Acceptance::Acceptable => 300,
                };
                weight + 60 - cell.number()
            }
        }
    }

    /// The stable name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotEstimated => "not_estimated",
            Self::Judged { acceptance, .. } => acceptance.name(),
        }
    }
}

/// The three estimates of one risk, judged by one plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Evaluations {
    /// Before any control.
    pub initial: Evaluation,
    /// With only the controls outside the software.
    pub external: Evaluation,
    /// What is left.
    pub left: Evaluation,
}

/// The three estimates of one risk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimates {
    /// Before any control.
    pub initial: Estimate,
    /// With only the controls outside the software, the failure of the software taken as certain. Decides the class.
    pub external: Estimate,
    /// With every control.
    pub residual: Estimate,
    /// The answer to the question of severity 3.
    pub care: CareAnswer,
}

impl Estimates {
    /// What is left: the residual estimate, or the initial one as long as nobody has shown a lower one.
    #[must_use]
    pub fn left(&self) -> &Estimate {
        if self.residual.is_incomplete() { &self.initial } else { &self.residual }
    }

    /// All three, judged by `plan`.
    #[must_use]
    pub fn evaluations(&self, plan: &RiskPlan) -> Evaluations {
        Evaluations {
            initial: self.initial.evaluation(plan),
            external: self.external.evaluation(plan),
            left: self.left().evaluation(plan),
        }
    }

    /// Whether the residual estimate is lower than the initial one in any respect.
    #[must_use]
    pub fn claims_reduction(&self) -> bool {
        let lower = |after: Option<Probability>, before: Option<Probability>| matches!((after, before), (Some(after), Some(before)) if after < before);
        let (before, after) = (&self.initial, &self.residual);
        if after.is_incomplete() {
            return false;
        }
        matches!((after.severity, before.severity), (Some(after), Some(before)) if after < before)
            || lower(after.likelihood.p1(), before.likelihood.p1())
            || lower(after.likelihood.p2(), before.likelihood.p2())
            || (before.likelihood.not_estimable().is_some() && after.likelihood.not_estimable().is_none())
    }
}

/// Whether the benefits of the product are worth what is left of a risk (ISO 14971 clause 7.4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BenefitRisk {
    /// The analysis.
    pub analysis: Statement,
    /// Its conclusion.
    pub benefits_outweigh: bool,
}

/// A row of the register: one hazardous situation with one harm, reached through one hazard and one sequence of
/// events. The four are objects of their own and may stand in many rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risk {
    /// The risk.
    pub id: RiskId,
    /// Its running number in the product: 12 is shown as R-012.
    pub number: i32,
    /// The source of the harm.
    pub hazard: HazardId,
    /// How it comes about.
    pub sequence: SequenceId,
    /// The circumstances in which people are exposed.
    pub situation: SituationId,
    /// What happens to them.
    pub harm: HarmId,
    /// The three estimates.
    pub estimates: Estimates,
    /// The benefit-risk analysis, where there is one.
    pub benefit_risk: Option<BenefitRisk>,
}

/// An estimate as a form sends it.
#[derive(Clone, Debug, Default)]
pub struct EstimateEntry<'form> {
    /// The name that the form's fields begin with: `initial`, `external` or `residual`.
    pub prefix: &'form str,
    /// Severity, or empty.
    pub severity: &'form str,
    /// P1, or empty.
    pub p1: &'form str,
    /// P2, or empty.
    pub p2: &'form str,
    /// Why the probability can not be estimated, or empty.
    pub not_estimable: &'form str,
    /// What the estimate rests on, or empty.
    pub basis: &'form str,
}

impl EstimateEntry<'_> {
    /// Parses all four fields and notes everything that is wrong in `wrong`.
    pub fn parse(&self, wrong: &mut Violations) -> Estimate {
        let field = |name: &str| format!("{}_{name}", self.prefix);
        let severity = wrong.take(Severity::parse(&field("severity"), self.severity)).flatten();
        let p1 = wrong.take(probability(&field("p1"), self.p1)).flatten();
        let p2 = wrong.take(probability(&field("p2"), self.p2)).flatten();
        let reason = wrong
            .take(crate::text::optional::<Reason>(&field("not_estimable"), self.not_estimable))
            .flatten();
        if reason.is_some() && (p1.is_some() || p2.is_some()) {
            wrong.push(
                Violation::error(&field("not_estimable"), Code::Hazard(HazardCode::EstimatedAndNot))
                    .resting_on(Citation::new(Document::Iso14971, "5.5")),
            );
        }
        let likelihood = match reason {
            Some(reason) => Likelihood::NotEstimable { reason },
            None => Likelihood::of(p1, p2),
        };
        let basis = wrong.take(crate::text::optional::<Statement>(&field("basis"), self.basis)).flatten();
        Estimate { severity, likelihood, basis }
    }
}

/// Parses a probability field that may stay empty.
///
/// # Errors
/// When it is neither empty nor a decimal number from 0 to 1.
pub fn probability(field: &str, raw: &str) -> Result<Option<Probability>, Violation> {
    if raw.trim().is_empty() {
        return Ok(None);
    }
    raw.parse().map(Some).map_err(|_| {
        Violation::error(field, Code::Hazard(HazardCode::NotAProbability))
            .resting_on(Citation::new(Document::Iso14971, "5.5"))
    })
}

/// A running number as it is shown: `R-012`.
#[must_use]
pub fn shown_number(prefix: &str, number: i32) -> String {
    format!("{prefix}-{number:03}")
}

/// Reads `R-012`, `r12` or `12`.
#[must_use]
pub fn read_number(prefix: &str, text: &str) -> Option<i32> {
    let text = text.trim();
    let digits = match text.get(..prefix.len()) {
        Some(start) if start.eq_ignore_ascii_case(prefix) => text[prefix.len()..].trim_start_matches('-'),
        _ => text,
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok().filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_severity_three_asks_its_question_and_silence_counts_as_yes() {
        for (severity, care, serious) in [
            (Severity::Minor, CareAnswer::Yes, false),
            (Severity::Serious, CareAnswer::Unanswered, true),
            (Severity::Serious, CareAnswer::Yes, true),
            (Severity::Serious, CareAnswer::No, false),
            (Severity::Critical, CareAnswer::No, true),
            (Severity::Catastrophic, CareAnswer::No, true),
        ] {
            assert_eq!(is_serious_injury(severity, care), serious, "{severity:?} {care:?}");
        }
    }

    #[test]
    fn running_numbers_are_read_in_the_ways_people_write_them() {
        assert_eq!(shown_number("R", 12), "R-012");
        for text in ["R-012", "r-12", "R12", "12", " R-012 "] {
            assert_eq!(read_number("R", text), Some(12), "{text}");
        }
        for text in ["", "R-", "R-0", "X-1", "1.5", "-3", "99999999999", "é1"] {
            assert_eq!(read_number("R", text), None, "{text}");
        }
    }

    #[test]
    fn an_estimate_is_either_given_or_declared_not_estimable() {
        let mut wrong = Violations::none();
        let entry = EstimateEntry {
            prefix: "initial",
            severity: "4",
            p1: "2e-2",
            p2: "",
            not_estimable: "No field record.",
            basis: "",
        };
        entry.parse(&mut wrong);
        assert_eq!(wrong.0.len(), 1);
        assert_eq!(wrong.0[0].field, "initial_not_estimable");
    }

    #[test]
    fn without_a_residual_estimate_the_initial_one_is_left() {
        let initial = Estimate {
            severity: Some(Severity::Serious),
            likelihood: Likelihood::of("1e-2".parse().ok(), "0.1".parse().ok()),
            basis: None,
        };
        let estimates = Estimates { initial: initial.clone(), ..Estimates::default() };
        assert_eq!(estimates.left(), &initial);
        assert!(!estimates.claims_reduction());
    }
}
