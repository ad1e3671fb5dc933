//! The columns of the register in a file: their heads, what they hold, and what people elsewhere call them.
//!
//! The same columns go out and come in. A cell is read by the rules of its field, so a file that was only opened and
//! saved says the same as before, however the spreadsheet writes numbers.

use domain::hazard::{CauseKind, HazardSource};
use domain::plan::RiskPlan;
use domain::risk::CareAnswer;

/// What the cells of a field hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// A text.
    Text,
    /// A step of severity.
    Severity,
    /// A probability.
    Probability,
    /// Where a hazard was found.
    Source,
    /// What starts the events.
    Cause,
    /// Yes or no.
    YesOrNo,
    /// The answer to the question of severity 3.
    Care,
}

impl Holds {
    /// The name of the scale under which the words of a file are kept; none for texts.
    #[must_use]
    pub const fn scale(self) -> Option<&'static str> {
        match self {
            Self::Text => None,
            Self::Severity => Some("severity"),
            Self::Probability => Some("probability"),
            Self::Source => Some("source"),
            Self::Cause => Some("cause"),
            Self::YesOrNo => Some("yes_or_no"),
            Self::Care => Some("care"),
        }
    }

    /// The values that forms and the database know, where they are few: with the word of a file for each.
    #[must_use]
    pub fn values(self, plan: &RiskPlan) -> Vec<(String, String)> {
        let plain = |name: &str| (name.to_owned(), name.replace('_', " "));
        match self {
            Self::Text | Self::Probability => Vec::new(),
            Self::Severity => plan
                .severities
                .iter()
                .zip(1..)
                .map(|(step, level)| (level.to_string(), format!("{level} {}", step.word)))
                .collect(),
            Self::Source => HazardSource::ALL.iter().map(|source| plain(source.name())).collect(),
            Self::Cause => CauseKind::ALL.iter().map(|cause| plain(cause.name())).collect(),
            Self::YesOrNo => ["yes", "no"].map(plain).to_vec(),
            Self::Care => CareAnswer::ALL.iter().map(|answer| plain(answer.name())).collect(),
        }
    }
}

/// A field of a row that a file can change.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name in forms.
    pub name: &'static str,
    /// The head of its column.
    pub head: &'static str,
    /// What its cells hold.
    pub holds: Holds,
    /// The width of its column, in letters.
    pub width: u8,
    /// What it is, for the sheet of explanations.
    pub about: &'static str,
    /// What the column is called elsewhere: in lower case, the best first.
    pub elsewhere: &'static [&'static str],
}

impl Field {
    /// The field of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        FIELDS.iter().find(|field| field.name == name)
    }

    /// Whether a new row needs it.
    #[must_use]
    pub fn is_needed(&self) -> bool {
        NEEDED.contains(&self.name)
    }
}

/// What every new row needs.
pub const NEEDED: [&str; 4] = ["hazard", "events", "situation", "harm"];

macro_rules! fields {
    ($($name:literal, $head:literal, $holds:ident, $width:literal, $about:literal, [$($elsewhere:literal),*];)+) => {
        /// All fields that a file can change, in the order of the columns.
        pub const FIELDS: &[Field] = &[$(Field {
            name: $name, head: $head, holds: Holds::$holds, width: $width, about: $about, elsewhere: &[$($elsewhere),*],
        }),+];
    };
}

fields! {
    "hazard", "Hazard", Text, 30, "The possible source of harm. Up to 200 characters. A hazard that stands in several rows changes in all of them.",
        ["hazard", "hazards", "hazard description", "potential hazard", "danger", "gefährdung"];
    "category", "Category", Text, 18, "The kind of hazard, in your words.",
        ["category", "hazard category", "hazard type", "type of hazard", "hazard class", "kategorie"];
    "source", "Found by", Source, 14, "How the hazard was found.",
        ["found by", "source", "hazard source", "origin"];
    "events", "Foreseeable sequence of events", Text, 40, "How the hazard leads to the hazardous situation: the events in their order, one a line.",
        ["sequence of events", "foreseeable sequence of events", "foreseeable sequence", "sequence", "events", "initiating event", "cause description", "causes", "cause", "failure mode", "ereignisfolge", "ursache"];
    "cause", "Kind of cause", Cause, 18, "What starts the sequence of events.",
        ["kind of cause", "type of cause", "cause type", "cause category"];
    "item", "Software item", Text, 18, "Where in the software it starts or passes through.",
        ["software item", "item", "component", "module", "subsystem", "software unit"];
    "contributes", "Software can contribute", YesOrNo, 12, "Whether a failure of the software can be part of it (IEC 62304 clause 4.3).",
        ["software can contribute", "software contributes", "software related", "sw related", "software"];
    "no_contribution_reason", "Why it can not", Text, 24, "Why a failure of the software can not be part of it. Only with “no”.",
        ["why it can not"];
    "situation", "Hazardous situation", Text, 36, "The circumstances in which somebody is exposed to the hazard.",
        ["hazardous situation", "situation", "hazardous situations", "gefährdungssituation", "context of use", "scenario"];
    "exposed", "Exposed", Text, 16, "Who is exposed.",
        ["exposed", "who is exposed", "affected person", "affected persons", "population", "users affected"];
    "harm", "Harm", Text, 28, "The injury or damage. Up to 200 characters.",
        ["harm", "harms", "potential harm", "effect", "effects", "consequence", "consequences", "injury", "schaden"];
    "initial_severity", "Severity before control", Severity, 14, "How much health is lost, on the scale below.",
        ["severity before control", "initial severity", "severity", "sev", "s", "severity (initial)", "severity before", "severity pre", "pre severity", "schweregrad"];
    "initial_p1", "P1 before control", Probability, 12, "The chance that the hazardous situation arises: 0.02, 2e-2 or 2 %.",
        ["p1 before control", "p1", "initial p1", "probability of hazardous situation"];
    "initial_p2", "P2 before control", Probability, 12, "The chance that the situation leads to the harm.",
        ["p2 before control", "p2", "initial p2", "probability of harm given situation"];
    "initial_not_estimable", "Why not estimable, before control", Text, 24, "Why there is no probability. Then P1 and P2 stay empty, and the risk is judged on severity alone.",
        ["why not estimable, before control"];
    "initial_basis", "Basis before control", Text, 30, "What the estimate rests on.",
        ["basis before control", "rationale", "basis", "justification"];
    "external_severity", "Severity, external controls only", Severity, 14, "The same with only the controls outside the software. It decides the software safety class.",
        ["severity, external controls only"];
    "external_p1", "P1, external controls only", Probability, 12, "The chance that the situation arises, the failure of the software taken as certain.",
        ["p1, external controls only"];
    "external_p2", "P2, external controls only", Probability, 12, "The chance that the situation leads to the harm.",
        ["p2, external controls only"];
    "external_not_estimable", "Why not estimable, external controls only", Text, 24, "Why there is no probability.",
        ["why not estimable, external controls only"];
    "external_basis", "Basis, external controls only", Text, 30, "What the estimate rests on.",
        ["basis, external controls only"];
    "residual_severity", "Severity after control", Severity, 14, "The same with every control.",
        ["severity after control", "residual severity", "severity (residual)", "severity after", "final severity", "severity post", "post severity", "s'", "s2"];
    "residual_p1", "P1 after control", Probability, 12, "The chance that the hazardous situation arises.",
        ["p1 after control", "residual p1"];
    "residual_p2", "P2 after control", Probability, 12, "The chance that the situation leads to the harm.",
        ["p2 after control", "residual p2"];
    "residual_not_estimable", "Why not estimable, after control", Text, 24, "Why there is no probability.",
        ["why not estimable, after control"];
    "residual_basis", "Basis after control", Text, 30, "What the estimate rests on.",
        ["basis after control"];
    "care", "Care prevented permanent impairment", Care, 14, "Only for severity 3: whether the care was needed to prevent impairment that stays.",
        ["care prevented permanent impairment"];
    "benefit_risk", "Benefit-risk analysis", Text, 30, "Only where the risk that is left is not acceptable.",
        ["benefit-risk analysis", "benefit risk analysis", "risk benefit analysis", "risk-benefit analysis", "benefit/risk", "risk/benefit"];
    "benefits_outweigh", "Benefits outweigh the risk", YesOrNo, 12, "What the analysis came to.",
        ["benefits outweigh the risk", "benefits outweigh"];
}

/// What a column is for.
#[derive(Clone, Copy, Debug)]
pub enum Slot {
    /// A field that a file can change.
    Change(&'static Field),
    /// Only for reading.
    Read(Shown),
    /// For finding the row again: not to be changed.
    Keep(Key),
}

/// What only stands in a file to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// `R-001`.
    Number,
    /// `HZ-001`.
    Hazard,
    /// `SQ-001`.
    Sequence,
    /// `HS-001`.
    Situation,
    /// `HM-001`.
    Harm,
    /// What the plan says before control.
    Before,
    /// What it says with external controls only.
    ExternalOnly,
    /// What it says after control.
    After,
    /// The controls in use.
    Controls,
    /// How many of their verifications passed.
    Verified,
    /// The class that the row needs.
    Class,
    /// What the checks found.
    Findings,
    /// Why the row was withdrawn.
    Withdrawn,
}

/// What finds a row again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// Its identifier.
    Identifier,
    /// Its revision.
    Revision,
    /// What each field held.
    Check,
}

impl Key {
    /// All keys.
    pub const ALL: [Self; 3] = [Self::Identifier, Self::Revision, Self::Check];

    /// Its name among the columns of a file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identifier => "identifier",
            Self::Revision => "revision",
            Self::Check => "check",
        }
    }

    /// The head of its column.
    #[must_use]
    pub const fn head(self) -> &'static str {
        match self {
            Self::Identifier => "Identifier (do not change)",
            Self::Revision => "Revision (do not change)",
            Self::Check => "Check values (do not change)",
        }
    }
}

impl Shown {
    const fn head(self) -> (&'static str, u8, &'static str) {
        match self {
            Self::Number => ("Risk", 8, "The number of the row in the register."),
            Self::Hazard => ("Hazard's number", 9, "Rows with the same number share the hazard."),
            Self::Sequence => {
                ("Sequence's number", 9, "Rows with the same number share the sequence of events.")
            }
            Self::Situation => ("Situation's number", 9, "Rows with the same number share the situation."),
            Self::Harm => ("Harm's number", 9, "Rows with the same number share the harm."),
            Self::Before => ("Before control", 14, "What the risk plan says about the estimate."),
            Self::ExternalOnly => {
                ("External controls only", 14, "What the risk plan says about the estimate.")
            }
            Self::After => ("After control", 14, "What the risk plan says about what is left."),
            Self::Controls => ("Risk controls", 40, "The controls in use, one a line."),
            Self::Verified => ("Verified", 9, "How many of their verifications passed."),
            Self::Class => ("Class needed", 8, "The software safety class that the row needs."),
            Self::Findings => ("Findings", 12, "What the checks found, by code."),
            Self::Withdrawn => ("Withdrawn because", 20, "Why the row was taken out of the register."),
        }
    }
}

impl Slot {
    /// The head of the column.
    #[must_use]
    pub const fn head(self) -> &'static str {
        match self {
            Self::Change(field) => field.head,
            Self::Read(shown) => shown.head().0,
            Self::Keep(key) => key.head(),
        }
    }

    /// Its width, in letters.
    #[must_use]
    pub const fn width(self) -> u8 {
        match self {
            Self::Change(field) => field.width,
            Self::Read(shown) => shown.head().1,
            Self::Keep(_) => 16,
        }
    }

    /// What it is.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Change(field) => field.about,
            Self::Read(shown) => shown.head().2,
            Self::Keep(_) => {
                "Finds the row again and tells what you changed from what others changed. An empty one adds a new row."
            }
        }
    }
}

/// The columns, in their order.
#[must_use]
pub fn layout() -> Vec<Slot> {
    let mut slots = vec![Slot::Read(Shown::Number)];
    for field in FIELDS {
        slots.push(Slot::Change(field));
        let after = match field.name {
            "hazard" => Some(Shown::Hazard),
            "events" => Some(Shown::Sequence),
            "situation" => Some(Shown::Situation),
            "harm" => Some(Shown::Harm),
            "initial_basis" => Some(Shown::Before),
            "external_basis" => Some(Shown::ExternalOnly),
            "residual_basis" => Some(Shown::After),
            _ => None,
        };
        slots.extend(after.map(Slot::Read));
    }
    slots.extend(
        [Shown::Controls, Shown::Verified, Shown::Class, Shown::Findings, Shown::Withdrawn].map(Slot::Read),
    );
    slots.extend(Key::ALL.map(Slot::Keep));
    slots
}
