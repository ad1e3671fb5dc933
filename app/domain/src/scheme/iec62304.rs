//! IEC 62304:2006 with amendment 1:2015, clause 4.3: the software safety class.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::{Diagram, Open, Pack, Reading, Telling, Verdict, tell};
use crate::answer::{Answers, Given, Key, Value};
use crate::words;

/// The software safety class of a software system or item. The order is that of the harm: `A < B < C`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SafetyClass {
    /// No hazardous situation, or none whose risk is unacceptable once controls outside the software count.
    A,
    /// Unacceptable risk, of an injury that is not serious.
    B,
    /// Unacceptable risk of death or serious injury; also whatever was not classified.
    C,
}

impl SafetyClass {
    /// The classes, from the lightest to the heaviest.
    pub const ALL: [Self; 3] = [Self::A, Self::B, Self::C];

    /// The letter.
    #[must_use]
    pub const fn letter(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
        }
    }

    /// The class of that letter.
    #[must_use]
    pub fn named(letter: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.letter() == letter)
    }
}

impl std::fmt::Display for SafetyClass {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.letter())
    }
}

/// The rule pack.
#[must_use]
pub fn pack() -> &'static Pack {
    words::all().pack("iec-62304")
}

/// Why a class was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// By the test of Figure 3.
    Test,
    /// An item has a class at least as strict as its strictest child (4.3 d).
    Children,
    /// No class was given, so class C applies (4.3 g).
    Unclassified,
    /// An item without a written segregation takes the class of its parent, which is not stated (4.3 d).
    Inherited,
}

/// A class and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Classed {
    /// The class.
    pub class: SafetyClass,
    /// Why.
    pub reason: Reason,
}

/// Where Figure 3 ends, from the lightest to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ending {
    /// The software contributes to no hazardous situation.
    NoDanger,
    /// It does, and what is outside of the software makes every risk acceptable.
    Acceptable,
    /// A risk is not acceptable, of an injury that is not serious.
    NonSerious,
    /// A risk is not acceptable, of death or serious injury.
    Serious,
}

impl Ending {
    const fn class(self) -> SafetyClass {
        match self {
            Self::NoDanger | Self::Acceptable => SafetyClass::A,
            Self::NonSerious => SafetyClass::B,
            Self::Serious => SafetyClass::C,
        }
    }
}

/// Figure 3: contributes, acceptable with what is outside, worst harm. The chance that the software fails is 1.
pub(crate) fn figure_3(reading: &mut Reading<'_>) -> Result<Ending, Open> {
    if !reading.yes(Key::ContributesToHazardousSituation)? {
        return Ok(Ending::NoDanger);
    }
    // A watchdog shows that the code runs, not that it is right: what rests on it alone is not acceptable.
    let watchdog_alone = reading.value(Key::ExternalControl)? == Value::OneOf("watchdog_only");
    if !watchdog_alone && reading.yes(Key::RiskAcceptableAfterExternalControls)? {
        return Ok(Ending::Acceptable);
    }
    Ok(match reading.value(Key::WorstHarm)? {
        Value::OneOf("non_serious") => Ending::NonSerious,
        _ => Ending::Serious,
    })
}

/// 4.3 with its rules on items.
fn classify(reading: &mut Reading<'_>) -> Result<Classed, Open> {
    if !reading.yes(Key::Classified)? {
        return Ok(Classed { class: SafetyClass::C, reason: Reason::Unclassified });
    }
    let children = match reading.value(Key::ChildrenClasses)? {
        Value::OneOf("C") => Some(SafetyClass::C),
        Value::OneOf("B") => Some(SafetyClass::B),
        Value::OneOf("A") => Some(SafetyClass::A),
        _ => None,
    };
    if children == Some(SafetyClass::C) {
        return Ok(Classed { class: SafetyClass::C, reason: Reason::Children });
    }
    let own = figure_3(reading)?.class();
    let classed = match children {
        Some(strictest) if strictest > own => Classed { class: strictest, reason: Reason::Children },
        _ => Classed { class: own, reason: Reason::Test },
    };
    if classed.class < SafetyClass::C
        && reading.yes(Key::ItemOf)?
        && !reading.yes(Key::SegregationRationale)?
    {
        return Ok(Classed { class: SafetyClass::C, reason: Reason::Inherited });
    }
    Ok(classed)
}

static CLASS: LazyLock<Diagram<Classed>> = LazyLock::new(|| Diagram::of(classify));

static CLASS_ALONE: LazyLock<Diagram<SafetyClass>> =
    LazyLock::new(|| Diagram::of(|reading| classify(reading).map(|classed| classed.class)));

/// The class without its reason, for asking which answers can change it.
pub(crate) fn class_alone(answers: &Answers) -> Verdict<SafetyClass> {
    CLASS_ALONE.verdict(answers)
}

/// The answers that describe a whole software system whose class is being given now, for what was left open.
#[must_use]
pub fn as_system(answers: &Answers) -> Answers {
    let mut answers = answers.clone();
    let whole = [
        (Key::Classified, Value::Yes),
        (Key::ItemOf, Value::No),
        (Key::SegregationRationale, Value::No),
        (Key::ChildrenClasses, Value::OneOf("none")),
    ];
    for (key, value) in whole {
        if answers.given(key).is_none() {
            answers.give(key, Given::Value(value));
        }
    }
    answers
}

/// The class that the answers give. While it is open, class C applies.
#[must_use]
pub fn safety_class(answers: &Answers) -> Verdict<Classed> {
    CLASS.verdict(answers)
}

/// The verdict in words.
#[must_use]
pub fn tell_safety_class(verdict: &Verdict<Classed>) -> Telling {
    let name = match verdict.result {
        None => "incomplete",
        Some(Classed { reason: Reason::Unclassified, .. }) => "unclassified",
        Some(Classed { reason: Reason::Inherited, .. }) => "inherited",
        Some(Classed { reason: Reason::Children, .. }) => "children",
        Some(classed) => classed.class.letter(),
    };
    let mut told = tell(pack(), verdict, Some(name));
    if let Some(Classed { class, reason: Reason::Children }) = verdict.result {
        told.title = format!("Class {class}");
    }
    told.result = verdict.result.map(|classed| classed.class.letter().to_owned());
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The answers, the class, and why.
    type Case = (Vec<(Key, &'static str)>, SafetyClass, Reason);

    #[test]
    fn every_reason_gives_its_class() {
        use Key::*;
        use Reason::{Children, Inherited, Test, Unclassified};
        use SafetyClass::{A, B, C};
        let risk = [(ContributesToHazardousSituation, "yes"), (ExternalControl, "none")];
        let open = [&risk[..], &[(RiskAcceptableAfterExternalControls, "no")]].concat();
        let serious = [&open[..], &[(WorstHarm, "serious")]].concat();
        let light = [&open[..], &[(WorstHarm, "non_serious")]].concat();
        let with = |base: &[(Key, &'static str)], more: &[(Key, &'static str)]| [base, more].concat();
        let none: [(Key, &'static str); 1] = [(ContributesToHazardousSituation, "no")];
        let table: Vec<Case> = vec![
            (none.to_vec(), A, Test),
            (with(&risk, &[(RiskAcceptableAfterExternalControls, "yes")]), A, Test),
            (light.clone(), B, Test),
            (serious.clone(), C, Test),
            (
                vec![
                    (ContributesToHazardousSituation, "yes"),
                    (ExternalControl, "watchdog_only"),
                    (RiskAcceptableAfterExternalControls, "yes"),
                    (WorstHarm, "serious"),
                ],
                C,
                Test,
            ),
            (with(&none, &[(ChildrenClasses, "A")]), A, Test),
            (with(&none, &[(ChildrenClasses, "B")]), B, Children),
            (with(&light, &[(ChildrenClasses, "C")]), C, Children),
            (with(&none, &[(ItemOf, "yes")]), C, Inherited),
            (with(&light, &[(ItemOf, "yes")]), C, Inherited),
            (with(&none, &[(ItemOf, "yes"), (SegregationRationale, "yes")]), A, Test),
            (with(&light, &[(ItemOf, "yes"), (SegregationRationale, "yes")]), B, Test),
            (with(&serious, &[(ItemOf, "yes")]), C, Test),
            (with(&none, &[(Classified, "no")]), C, Unclassified),
        ];
        for (pairs, class, reason) in table {
            let given = pairs.iter().map(|(key, value)| (*key, Given::named(*key, value).unwrap()));
            let answers = as_system(&given.collect());
            assert_eq!(safety_class(&answers).result, Some(Classed { class, reason }), "{pairs:?}");
        }
    }
}
