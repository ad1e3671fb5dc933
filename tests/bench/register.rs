//! Believable registers of any size, the same ones from the same seed.
//!
//! The words are data (`register.json`). A row combines them: a function that fails, a sequence of events that leads
//! there, somebody in a setting who is exposed, a harm of its severity. Hazards, situations and harms repeat as they do
//! in real registers; chains do not. Most rows are estimated, some are not or can not be; most have controls, of which
//! most are verified.

use std::collections::HashSet;

use domain::control::{
    ControlDescription, ControlOption, Lowers, Outcome, Place, VerificationKind, VerificationResult,
};
use domain::hazard::{CauseKind, Contribution, HazardSource};
use domain::risk::{BenefitRisk, CareAnswer, Estimate, Estimates, Likelihood, Probability, Severity};
use domain::text::{Line, Name, Reason, Statement, Title};
use serde::Deserialize;
use service::hazards::{Import, ImportedControl, ImportedRow, NewRow};
use time::{Date, Duration};

use crate::chance::Chance;

/// The text of the words, for the fingerprint.
pub const WORDS: &str = include_str!("register.json");

/// What rows are made of.
#[derive(Clone, Debug, Deserialize)]
struct Words {
    functions: Vec<String>,
    failures: Vec<String>,
    items: Vec<String>,
    triggers: Vec<String>,
    consequences: Vec<String>,
    people: Vec<String>,
    exposures: Vec<String>,
    settings: Vec<String>,
    harms: Vec<(String, u8)>,
    /// Title, option, place, whether it stands outside the software.
    controls: Vec<(String, String, String, bool)>,
    methods: Vec<String>,
    bases: Vec<String>,
}

/// Makes registers.
#[derive(Clone, Debug)]
pub struct Author {
    words: Words,
    chance: Chance,
    today: Date,
    /// The chains that were written, by their events: no two rows tell the same story.
    told: HashSet<String>,
}

impl Author {
    /// An author whose choices follow from `seed`.
    ///
    /// # Panics
    /// When the words are not what they must be, which the first run shows.
    #[must_use]
    pub fn new(seed: u64, today: Date) -> Self {
        let words = serde_json::from_str(WORDS).expect("the words are written for this program");
        Self { words, chance: Chance::seeded(seed), today, told: HashSet::new() }
    }

    /// The next `rows` of a register, with their controls.
    pub fn write(&mut self, rows: usize) -> Import {
        let mut import = Import::default();
        for _ in 0..rows {
            let row = self.row(&mut import.controls);
            import.rows.push(row);
        }
        import
    }

    fn row(&mut self, controls: &mut Vec<ImportedControl>) -> ImportedRow {
        let (hazard, item, events) = self.story();
        let person = self.chance.pick(&self.words.people).clone();
        let situation = format!(
            "{}{} {} {}.",
            person[..1].to_uppercase(),
            &person[1..],
            self.chance.pick(&self.words.exposures),
            self.chance.pick(&self.words.settings),
        );
        let (harm, severity) = self.chance.pick(&self.words.harms).clone();
        let uses = self.uses(controls, &item);
        let estimates = self.estimates(severity, !uses.is_empty());
        let benefit_risk = self.chance.percent(2).then(|| BenefitRisk {
            analysis: Statement::stored(
                "Without therapy the harm is certain; the remaining risk is below that of the alternatives."
                    .to_owned(),
            ),
            benefits_outweigh: true,
        });
        let excluded = self.chance.percent(4);
        let row = NewRow {
            hazard: Title::stored(hazard),
            category: Some(Name::stored(item.clone())),
            source: *self.chance.pick(HazardSource::ALL),
            events: Statement::stored(events),
            cause: *self.chance.pick(CauseKind::ALL),
            item: Some(Name::stored(item)),
            contribution: Contribution::of(excluded.then(|| {
                Reason::stored("The path is mechanical; no software can open or close it.".to_owned())
            })),
            situation: Statement::stored(situation),
            exposed: Some(Name::stored(person)),
            harm: Title::stored(harm),
            estimates,
            benefit_risk,
        };
        ImportedRow { row, uses }
    }

    /// A hazard, its item, and events that nobody has told yet.
    fn story(&mut self) -> (String, String, String) {
        loop {
            let function = self.chance.pick(&self.words.functions).clone();
            let failure = self.chance.pick(&self.words.failures).clone();
            let item = self.chance.pick(&self.words.items).clone();
            let hazard = format!("{}{} {failure}", function[..1].to_uppercase(), &function[1..]);
            let events = format!(
                "{}.\nThe {item} lets it pass, and the {function} {failure}.\n{}.",
                self.chance.pick(&self.words.triggers),
                self.chance.pick(&self.words.consequences),
            );
            if self.told.insert(events.clone()) {
                return (hazard, item, events);
            }
        }
    }

    /// None to three controls: new ones, or ones that other rows of the import use too.
    fn uses(&mut self, controls: &mut Vec<ImportedControl>, item: &str) -> Vec<(usize, Lowers)> {
        let wanted = [0, 1, 1, 1, 2, 2, 3][self.chance.below(7)];
        let mut uses: Vec<(usize, Lowers)> = Vec::new();
        for _ in 0..wanted {
            let place = if !controls.is_empty() && self.chance.percent(60) {
                self.chance.below(controls.len())
            } else {
                controls.push(self.control(item));
                controls.len() - 1
            };
            let p2 = self.chance.percent(20);
            if uses.iter().all(|(used, _)| *used != place) {
                uses.push((place, Lowers { p1: !p2, p2, severity: false }));
            }
        }
        uses
    }

    fn control(&mut self, item: &str) -> ImportedControl {
        let (title, option, place, external) = self.chance.pick(&self.words.controls).clone();
        let option = ControlOption::named(&option).expect("the words name options that exist");
        let later = option != ControlOption::Design && self.chance.percent(80);
        let description = ControlDescription {
            title: Title::stored(title),
            description: Some(Statement::stored(format!(
                "Guards the {item} against the failure of a single part."
            ))),
            option,
            lower_option_reason: later.then(|| {
                Reason::stored(
                    "A change of the design would take the function away that the therapy needs.".to_owned(),
                )
            }),
            place: Place::named(&place).expect("the words name places that exist"),
            item: None,
            place_detail: Some(Line::stored(item.to_owned())),
            external,
            requirement: Some(Name::stored(format!("SRS-{:04}", self.chance.below(4000)))),
            owner: None,
        };
        let verifications =
            VerificationKind::ALL.iter().filter_map(|kind| Some((*kind, self.result()?))).collect();
        ImportedControl { description, verifications }
    }

    /// Most verifications passed, some are open, few failed, some are missing.
    fn result(&mut self) -> Option<VerificationResult> {
        let outcome = match self.chance.below(100) {
            0..80 => Outcome::Passed,
            80..90 => Outcome::Open,
            90..92 => Outcome::Failed,
            _ => return None,
        };
        let done = outcome != Outcome::Open;
        let days = i64::try_from(self.chance.below(700)).unwrap_or(0);
        Some(VerificationResult {
            outcome,
            method: Statement::stored(self.chance.pick(&self.words.methods).clone()),
            evidence: done.then(|| Line::stored(format!("VR-{:05}", self.chance.below(90_000)))),
            performed_on: done.then(|| self.today - Duration::days(days)),
            performed_by: done.then(|| Name::stored("Verification team".to_owned())),
        })
    }

    fn estimates(&mut self, severity: u8, controlled: bool) -> Estimates {
        let severity = Severity::of_level(severity);
        let basis = Some(Statement::stored(self.chance.pick(&self.words.bases).clone()));
        let mut estimates = Estimates::default();
        if severity == Some(Severity::Serious) {
            estimates.care = if self.chance.percent(50) { CareAnswer::Yes } else { CareAnswer::No };
        }
        match self.chance.below(100) {
            // Nobody has looked yet.
            0..6 => return estimates,
            6..10 => {
                let reason =
                    Reason::stored("A systematic fault of the software: no rate can be given.".to_owned());
                estimates.initial =
                    Estimate { severity, likelihood: Likelihood::NotEstimable { reason }, basis };
                return estimates;
            }
            _ => {}
        }
        let exponent = 1 + self.chance.below(4);
        let mantissa = 1 + self.chance.below(9);
        let p2 = probability(1 + self.chance.below(9), 1);
        let estimate =
            |p1| Estimate { severity, likelihood: Likelihood::of(Some(p1), Some(p2)), basis: basis.clone() };
        estimates.initial = estimate(probability(mantissa, exponent));
        if controlled && self.chance.percent(85) {
            estimates.residual = estimate(probability(mantissa, exponent + 2));
        }
        if controlled && self.chance.percent(30) {
            estimates.external = estimate(probability(mantissa, exponent));
        }
        estimates
    }
}

fn probability(mantissa: usize, exponent: usize) -> Probability {
    format!("{mantissa}e-{exponent}").parse().expect("a digit and a small exponent are a probability")
}
