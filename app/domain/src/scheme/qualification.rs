//! EU qualification: whether software is covered by the MDR or the IVDR at all, and by which of them.
//!
//! Follows figures 1 and 2 of MDCG 2019-11 revision 1, with Article 2 of the MDR. Risk of harm plays no part here.

use std::sync::LazyLock;

use super::{Diagram, Open, Pack, Reading, Telling, Verdict, tell};
use crate::answer::{Answers, Key};
use crate::words;

/// The rule pack.
#[must_use]
pub fn pack() -> &'static Pack {
    words::all().pack("eu-qualification")
}

/// What software is under EU law.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Qualification {
    /// It makes no output from input: the guidance on software does not speak about it.
    NotSoftware,
    /// Software without a medical purpose.
    NotADevice,
    /// No medical purpose of its own, but covered as an accessory or as part of a device.
    AccessoryOrComponent,
    /// Medical device software.
    MedicalDeviceSoftware,
}

impl Qualification {
    /// All qualifications.
    pub const ALL: [Self; 4] =
        [Self::NotSoftware, Self::NotADevice, Self::AccessoryOrComponent, Self::MedicalDeviceSoftware];

    /// The stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotSoftware => "not_software",
            Self::NotADevice => "not_a_device",
            Self::AccessoryOrComponent => "accessory_or_component",
            Self::MedicalDeviceSoftware => "mdsw",
        }
    }

    /// Whether the MDR or the IVDR covers it, by itself or with a device.
    #[must_use]
    pub const fn is_covered(self) -> bool {
        matches!(self, Self::AccessoryOrComponent | Self::MedicalDeviceSoftware)
    }
}

/// The regulation that covers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Regulation {
    /// Regulation (EU) 2017/745.
    Mdr,
    /// Regulation (EU) 2017/746.
    Ivdr,
}

impl Regulation {
    /// The stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mdr => "MDR",
            Self::Ivdr => "IVDR",
        }
    }
}

/// Figure 1, with the second paragraph on software that drives a device.
fn qualify(reading: &mut Reading<'_>) -> Result<Qualification, Open> {
    if !reading.yes(Key::IsSoftware)? {
        return Ok(Qualification::NotSoftware);
    }
    let serves_a_device = reading.yes(Key::AccessoryOrComponent)?;
    let drives_a_device = reading.yes(Key::DrivesInfluencesHw)?;
    if serves_a_device && !drives_a_device {
        return Ok(Qualification::AccessoryOrComponent);
    }
    // Driving or influencing means: without a medical purpose of its own. Software that has one and also drives a
    // device stays medical device software.
    let without_own_purpose =
        if drives_a_device { Qualification::AccessoryOrComponent } else { Qualification::NotADevice };
    let has_own_purpose = reading.yes(Key::ActionBeyondStorage)?
        && reading.yes(Key::IndividualBenefit)?
        && (reading.yes(Key::MedicalPurpose)?
            || reading.yes(Key::ControlOrSupportOfConception)?
            || reading.yes(Key::CompensationOfDisability)?);
    Ok(if has_own_purpose { Qualification::MedicalDeviceSoftware } else { without_own_purpose })
}

/// Figure 2, for what is covered.
fn regulate(reading: &mut Reading<'_>) -> Result<Option<Regulation>, Open> {
    if !qualify(reading)?.is_covered() {
        return Ok(None);
    }
    let driven_by_tests =
        reading.yes(Key::IvdScope)? && (reading.yes(Key::IvdDataOnly)? || reading.yes(Key::IvdDataDrives)?);
    Ok(Some(if driven_by_tests { Regulation::Ivdr } else { Regulation::Mdr }))
}

static QUALIFICATION: LazyLock<Diagram<Qualification>> = LazyLock::new(|| Diagram::of(qualify));

static REGULATION: LazyLock<Diagram<Option<Regulation>>> = LazyLock::new(|| Diagram::of(regulate));

/// Whether it is covered.
#[must_use]
pub fn qualification(answers: &Answers) -> Verdict<Qualification> {
    QUALIFICATION.verdict(answers)
}

/// By which regulation; nothing where neither covers it.
#[must_use]
pub fn regulation(answers: &Answers) -> Verdict<Option<Regulation>> {
    REGULATION.verdict(answers)
}

/// The verdict on qualification in words.
#[must_use]
pub fn tell_qualification(verdict: &Verdict<Qualification>) -> Telling {
    tell(pack(), verdict, verdict.result.map(Qualification::name))
}

/// The verdict on the regulation in words: only the steps that chose between the two.
#[must_use]
pub fn tell_regulation(verdict: &Verdict<Option<Regulation>>) -> Telling {
    let name = verdict.result.map(|regulation| regulation.map_or("no_regulation", Regulation::name));
    let mut told = tell(pack(), verdict, name);
    "EU regulation".clone_into(&mut told.subject);
    let chooses = |key: Key| matches!(key, Key::IvdScope | Key::IvdDataOnly | Key::IvdDataDrives);
    told.steps.retain(|step| step.key.is_some_and(chooses));
    let asked: Vec<&str> = told.steps.iter().map(|step| step.question.as_str()).collect();
    told.unknowns.retain(|unknown| asked.iter().any(|question| unknown.starts_with(question)));
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Given;

    /// What differs from a plain no, and what it comes to.
    type Case = (Vec<(Key, bool)>, Qualification, Option<Regulation>);

    fn answers(pairs: &[(Key, bool)]) -> Answers {
        let mut answers = Answers::none();
        for question in &pack().questions {
            answers.give(question.key, Given::Value(false.into()));
        }
        for (key, yes) in pairs {
            answers.give(*key, Given::Value((*yes).into()));
        }
        answers
    }

    #[test]
    fn every_step_of_the_figures_gives_its_result() {
        use Key::*;
        use Qualification as Q;
        let own = [
            (IsSoftware, true),
            (ActionBeyondStorage, true),
            (IndividualBenefit, true),
            (MedicalPurpose, true),
        ];
        let with = |more: &[(Key, bool)]| [&own, more].concat();
        let (mdr, ivdr) = (Some(Regulation::Mdr), Some(Regulation::Ivdr));
        let table: Vec<Case> = vec![
            (with(&[(IsSoftware, false)]), Q::NotSoftware, None),
            (with(&[(AccessoryOrComponent, true)]), Q::AccessoryOrComponent, mdr),
            (with(&[(ActionBeyondStorage, false)]), Q::NotADevice, None),
            (with(&[(IndividualBenefit, false)]), Q::NotADevice, None),
            (with(&[(MedicalPurpose, false)]), Q::NotADevice, None),
            (
                with(&[(MedicalPurpose, false), (ControlOrSupportOfConception, true)]),
                Q::MedicalDeviceSoftware,
                mdr,
            ),
            (
                with(&[(MedicalPurpose, false), (CompensationOfDisability, true)]),
                Q::MedicalDeviceSoftware,
                mdr,
            ),
            (with(&[(MedicalPurpose, false), (DrivesInfluencesHw, true)]), Q::AccessoryOrComponent, mdr),
            (with(&[(DrivesInfluencesHw, true)]), Q::MedicalDeviceSoftware, mdr),
            (own.to_vec(), Q::MedicalDeviceSoftware, mdr),
            (with(&[(IvdScope, true)]), Q::MedicalDeviceSoftware, mdr),
            (with(&[(IvdScope, true), (IvdDataOnly, true)]), Q::MedicalDeviceSoftware, ivdr),
            (with(&[(IvdScope, true), (IvdDataDrives, true)]), Q::MedicalDeviceSoftware, ivdr),
            (with(&[(IvdDataOnly, true), (IvdDataDrives, true)]), Q::MedicalDeviceSoftware, mdr),
            (
                with(&[(AccessoryOrComponent, true), (IvdScope, true), (IvdDataOnly, true)]),
                Q::AccessoryOrComponent,
                ivdr,
            ),
        ];
        for (pairs, qualified, regulated) in table {
            let answers = answers(&pairs);
            assert_eq!(qualification(&answers).result, Some(qualified), "{pairs:?}");
            assert_eq!(regulation(&answers).result, Some(regulated), "{pairs:?}");
        }
    }
}
