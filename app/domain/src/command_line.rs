//! What `hazel deliverables` and `hazel classify` print: JSON whose shape is stable.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value as Json;

use crate::answer::{Answers, Given, Key, Kind, Value};
use crate::deliverable::clauses::Condition;
use crate::deliverable::{clauses, owed};
use crate::scheme::fda_documentation::{self, Level};
use crate::scheme::iec62304::{self, SafetyClass};
use crate::scheme::imdrf::{self, Category};
use crate::scheme::mdr::{self, MdrClass};
use crate::scheme::qualification::{self, Qualification, Regulation};
use crate::scheme::us_function::{self, Status};
use crate::scheme::{Pack, Telling};

/// What a class owes, for programs.
#[derive(Debug, Serialize)]
pub struct OwedByClass {
    /// The clauses that apply, in order.
    pub clauses: Vec<ClauseLine>,
    /// All deliverables, those not required included.
    pub deliverables: Vec<DeliverableLine>,
}

/// A clause that applies.
#[derive(Debug, Serialize)]
pub struct ClauseLine {
    /// Its number, such as `4.3.a`.
    pub clause: &'static str,
    /// The condition under which it counts, or null.
    pub condition: Option<&'static str>,
}

/// A deliverable.
#[derive(Debug, Serialize)]
pub struct DeliverableLine {
    /// Its number, such as `D05`.
    pub id: &'static str,
    /// `required`, `partly` or `not_required`.
    pub required: &'static str,
    /// Those of its clauses that apply.
    pub clauses: Vec<&'static str>,
    /// The condition under which it counts, or null.
    pub condition: Option<&'static str>,
}

/// What the class owes.
#[must_use]
pub fn deliverables(class: SafetyClass) -> OwedByClass {
    OwedByClass {
        clauses: clauses::owed_at(class)
            .map(|clause| ClauseLine {
                clause: &clause.place,
                condition: clause.condition.map(Condition::name),
            })
            .collect(),
        deliverables: owed(class)
            .into_iter()
            .map(|owed| DeliverableLine {
                id: &owed.deliverable.id,
                required: owed.need.name(),
                clauses: owed.clauses.iter().map(|clause| clause.place.as_str()).collect(),
                condition: owed.deliverable.condition.map(Condition::name),
            })
            .collect(),
    }
}

/// What can be wrong with the answers that were given to `hazel classify`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputError {
    /// The key that it concerns, or nothing where the whole input is meant.
    pub key: Option<String>,
    /// What is wrong.
    pub problem: String,
}

impl std::fmt::Display for InputError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.key {
            Some(key) => write!(formatter, "{key}: {}", self.problem),
            None => formatter.write_str(&self.problem),
        }
    }
}

/// The verdicts of all schemes. What no answer reached, or what open answers can still change, is null.
#[derive(Debug, Serialize)]
pub struct Classified {
    /// Medical device software: `yes`, `no`, or null while an open answer can change it.
    pub mdsw: Option<&'static str>,
    /// The MDR class: `I`, `IIa`, `IIb` or `III`.
    pub mdr_class: Option<&'static str>,
    /// The IMDRF category: `I` to `IV`.
    pub imdrf_category: Option<&'static str>,
    /// The software safety class: `A`, `B` or `C`.
    pub iec62304_class: Option<&'static str>,
    /// The FDA documentation level: `none`, `Basic` or `Enhanced`.
    pub fda_doc_level: Option<&'static str>,
    /// The status in the United States: `non_device`, `enforcement_discretion` or `device`.
    pub us_status: Option<&'static str>,
    /// The EU regulation that covers it: `MDR` or `IVDR`.
    pub regulation: Option<&'static str>,
    /// The rules of MDR Annex VIII that gave the class.
    pub rule: Option<String>,
    /// The answers and clauses that led to the verdicts, in order.
    pub path: Vec<PathLine>,
    /// Absent keys that could change a verdict.
    pub missing: Vec<&'static str>,
}

/// One step on the way to a verdict.
#[derive(Debug, Serialize)]
pub struct PathLine {
    /// The verdict that it belongs to.
    pub scheme: String,
    /// The key of the answer; null for a premise and for the result itself.
    pub key: Option<&'static str>,
    /// The question, or what the line is about.
    pub question: String,
    /// The answer, or the result.
    pub answer: String,
    /// What it led to.
    pub led_to: String,
    /// Where the rules say so.
    pub citations: Vec<String>,
}

/// Answers as the command line gives them. A text or a list is read as the value that the rules look at.
#[derive(Debug, Default)]
struct Claims {
    answers: Answers,
}

impl Claims {
    fn parse(input: &Json) -> Result<Self, Vec<InputError>> {
        let whole = |problem: &str| vec![InputError { key: None, problem: problem.to_owned() }];
        let Json::Object(fields) = input else {
            return Err(whole("The input is not a JSON object of the form {\"answers\": {…}}."));
        };
        let Some(Json::Object(given)) = fields.get("answers") else {
            return Err(whole("The input has no object named \"answers\"."));
        };
        let mut wrong: Vec<InputError> = fields
            .keys()
            .filter(|field| *field != "answers")
            .map(|field| InputError {
                key: Some(field.clone()),
                problem: "not a field of the input".to_owned(),
            })
            .collect();
        let mut claims = Self::default();
        for (name, json) in given {
            let read = Key::named(name)
                .ok_or_else(|| "not the key of an answer".to_owned())
                .and_then(|key| read_value(key, json).map(|value| (key, value)));
            match read {
                Ok((key, value)) => claims.answers.give(key, Given::Value(value)),
                Err(problem) => wrong.push(InputError { key: Some(name.clone()), problem }),
            }
        }
        if wrong.is_empty() { Ok(claims) } else { Err(wrong) }
    }

    /// The answers with what was not claimed taken as not being so. Questions that decide have no such value: left
    /// out, they are open.
    fn with_claims_left_out(&self) -> Answers {
        let mut answers = iec62304::as_system(&self.answers);
        // An accessory or a component has, by what the key means, no medical purpose of its own.
        if self.says(Key::AccessoryOrComponent, Value::Yes) && !self.speaks(Key::MedicalPurpose) {
            answers.give(Key::MedicalPurpose, Given::Value(Value::No));
        }
        // Who speaks of a harm, a risk or a control speaks of a contribution; the cautious reading.
        let of_harm = [Key::RiskAcceptableAfterExternalControls, Key::WorstHarm, Key::ExternalControl];
        if of_harm.into_iter().any(|key| self.speaks(key))
            && !self.speaks(Key::ContributesToHazardousSituation)
        {
            answers.give(Key::ContributesToHazardousSituation, Given::Value(Value::Yes));
        }
        let not_claimed = [
            (Key::AccessoryOrComponent, Value::No),
            (Key::DrivesInfluencesHw, Value::No),
            (Key::ControlOrSupportOfConception, Value::No),
            (Key::CompensationOfDisability, Value::No),
            (Key::IvdScope, Value::No),
            (Key::IvdDataOnly, Value::No),
            (Key::IvdDataDrives, Value::No),
            (Key::ExternalControl, Value::OneOf("none")),
            (Key::RiskAcceptableAfterExternalControls, Value::No),
            (Key::ActiveTherapeutic, Value::No),
            (Key::IntegratedDiagnosticDeterminesManagement, Value::No),
            (Key::ControlsMonitorsActiveImplant, Value::No),
            (Key::ControlsMonitorsIIbTherapeutic, Value::No),
            (Key::ControlsMonitorsIonisingTherapy, Value::No),
            (Key::PartOfEnergyTherapy, Value::No),
            (Key::EnergyPotentiallyHazardous, Value::No),
            (Key::PartOfDiagnosticActiveDevice, Value::No),
            (Key::DirectDiagnosisOrVitalMonitoring, Value::No),
            (Key::AbsorbedEnergyOrRadiopharmaceutical, Value::No),
            (Key::VisibleLightOnly, Value::No),
            (Key::ControlsIonisingDiagnostic, Value::No),
            (Key::UsedForContraception, Value::No),
            (Key::InfoForDxTxDecisions, Value::No),
            (Key::DecisionImpact, Value::OneOf("other")),
            (Key::Monitors, Value::OneOf("none")),
            (Key::ImmediateDanger, Value::No),
            (Key::UsDevicePurpose, Value::Yes),
            (Key::UsExclusion, Value::OneOf("none")),
            (Key::CdsC1, Value::No),
            (Key::CdsC2, Value::No),
            (Key::CdsC3, Value::No),
            (Key::CdsC4, Value::No),
            (Key::SingleAppropriateOption, Value::No),
            (Key::WellnessClaimsOnly, Value::No),
            (Key::LowRisk, Value::No),
            (Key::SelfManagementWithoutSpecificTreatment, Value::No),
            (Key::SimpleRoutineCalculation, Value::No),
            (Key::TransformsPlatform, Value::No),
            (Key::ControlsDevice, Value::No),
            (Key::ProbableDeathOrSeriousInjuryBeforeControls, Value::No),
            (Key::BloodDonorScreening, Value::No),
            (Key::Becs, Value::No),
            (Key::UsClassIII, Value::No),
            (Key::CombinationProductPart, Value::No),
            (Key::DocumentedRationaleForBasic, Value::No),
        ];
        for (key, value) in not_claimed {
            if answers.given(key).is_none() {
                answers.give(key, Given::Value(value));
            }
        }
        answers
    }

    fn speaks(&self, key: Key) -> bool {
        self.answers.given(key).is_some()
    }

    fn says(&self, key: Key, value: Value) -> bool {
        self.answers.given(key) == Some(Given::Value(value))
    }

    /// Whether anything was said to this scheme. Where nothing was, its verdict is not reached: silence is no claim
    /// that there is no risk.
    fn speak_of(&self, pack: &Pack) -> bool {
        pack.questions.iter().any(|question| self.speaks(question.key))
    }

    fn speak_of_documentation(&self) -> bool {
        self.speaks(Key::HasDeviceSoftware) || self.speak_of(fda_documentation::pack())
    }

    fn speak_of_safety(&self) -> bool {
        const SAFETY: [Key; 8] = [
            Key::Classified,
            Key::ContributesToHazardousSituation,
            Key::RiskAcceptableAfterExternalControls,
            Key::WorstHarm,
            Key::ExternalControl,
            Key::ItemOf,
            Key::SegregationRationale,
            Key::ChildrenClasses,
        ];
        SAFETY.into_iter().any(|key| self.speaks(key))
    }
}

/// Reads one value, or says what the key takes.
fn read_value(key: Key, json: &Json) -> Result<Value, String> {
    match (key.kind(), json) {
        (Kind::YesNo, Json::Bool(yes)) => Ok(Value::from(*yes)),
        (Kind::YesNo, other) => Err(format!("takes true or false, not {other}")),
        (Kind::OneOf(values), Json::String(text)) if values.contains(&text.as_str()) => {
            key.value(text).ok_or_else(|| "not a value of this key".to_owned())
        }
        (Kind::OneOf(values), other) => Err(format!("takes one of {}, not {other}", values.join(", "))),
        (Kind::Text, Json::String(text)) if !text.trim().is_empty() => Ok(Value::Yes),
        (Kind::Text, other) => Err(format!("takes a text, not {other}")),
        (Kind::Classes, Json::Array(classes)) => {
            let read: Option<Vec<SafetyClass>> =
                classes.iter().map(|class| class.as_str().and_then(SafetyClass::named)).collect();
            let read = read.ok_or_else(|| format!("takes a list of A, B and C, not {json}"))?;
            Ok(Value::OneOf(read.into_iter().max().map_or("none", SafetyClass::letter)))
        }
        (Kind::Classes, other) => Err(format!("takes a list of A, B and C, not {other}")),
    }
}

/// Classifies what the answers describe.
///
/// Absent means: not claimed. Claims (such as being an accessory, working on test samples, a risk that is acceptable,
/// being an item of a system) then count as not being so; the questions that decide stay open, and a safety class that
/// is open is C. Whatever was taken in this way and could change a verdict is named as missing.
///
/// # Errors
/// Every unknown key and every wrong value, by name.
pub fn classify(input: &Json) -> Result<Classified, Vec<InputError>> {
    let claims = Claims::parse(input)?;
    let mut answers = claims.with_claims_left_out();
    let qualification = qualification::qualification(&answers);
    // The class of a driven device is a floor for what has a purpose of its own; one that was not claimed is none.
    if qualification.result == Some(Qualification::MedicalDeviceSoftware)
        && !claims.speaks(Key::DrivenDeviceClass)
    {
        answers.give(Key::DrivenDeviceClass, Given::Value(Value::OneOf(MdrClass::I.name())));
    }
    let regulation = qualification::regulation(&answers);
    let mut told = vec![qualification::tell_qualification(&qualification)];
    if regulation.result.flatten().is_some() {
        told.push(qualification::tell_regulation(&regulation));
    }
    // A class is looked at where somebody asked for one, and for whatever is covered; not for what is not a device.
    let is_covered = qualification.result.is_some_and(Qualification::is_covered);
    let looks_at_safety = is_covered || claims.speak_of_safety();
    let safety = looks_at_safety.then(|| iec62304::safety_class(&answers));
    told.extend(safety.as_ref().map(iec62304::tell_safety_class));
    let qualified = qualification.result.unwrap_or(Qualification::MedicalDeviceSoftware);
    // Whoever asks for a class without a word on the qualification has medical device software.
    let is_mdr = regulation.result == Some(Some(Regulation::Mdr)) || !claims.speak_of(qualification::pack());
    let may_be_mdr = regulation.possible.contains(&Some(Regulation::Mdr));
    let takes_a_class =
        qualified == Qualification::AccessoryOrComponent && claims.says(Key::DrivesInfluencesHw, Value::Yes);
    let mdr = (is_mdr && (claims.speak_of(mdr::pack()) || takes_a_class))
        .then(|| mdr::mdr_class(&answers, qualified));
    let mdr_told = mdr.as_ref().map(|verdict| mdr::tell_mdr_class(verdict, &answers, qualified));
    let imdrf = claims.speak_of(imdrf::pack()).then(|| imdrf::category(&answers));
    let status = claims.speak_of(us_function::pack()).then(|| us_function::status(&answers));
    let documentation = claims.speak_of_documentation().then(|| {
        // Whoever asks for a level without a word on the status has a device.
        let has_device_software = (Key::HasDeviceSoftware, Given::Value(Value::Yes));
        let is_silent = status.is_none() && answers.given(Key::HasDeviceSoftware).is_none();
        let asked = if is_silent {
            answers.with(has_device_software.0, has_device_software.1)
        } else {
            answers.clone()
        };
        (fda_documentation::level(&asked), asked)
    });
    told.extend(mdr_told.clone());
    told.extend(imdrf.as_ref().map(|verdict| imdrf::tell_category(verdict, &answers)));
    told.extend(status.as_ref().map(|verdict| us_function::tell_status(verdict, &answers)));
    told.extend(documentation.as_ref().map(|(verdict, asked)| fda_documentation::tell_level(verdict, asked)));
    let path = told.iter().flat_map(|telling| path_lines(telling, &claims.answers)).collect();
    Ok(Classified {
        mdsw: qualification
            .result
            .map(|it| if it == Qualification::MedicalDeviceSoftware { "yes" } else { "no" }),
        mdr_class: mdr.and_then(|verdict| verdict.result).map(MdrClass::name),
        imdrf_category: imdrf.and_then(|verdict| verdict.result).map(Category::name),
        iec62304_class: safety.map(|verdict| verdict.result.map_or("C", |classed| classed.class.letter())),
        fda_doc_level: documentation.and_then(|(verdict, _)| verdict.result).map(Level::name),
        us_status: status.and_then(|verdict| verdict.result).map(Status::name),
        regulation: regulation.result.flatten().map(Regulation::name),
        rule: mdr_told.filter(|told| !told.rules.is_empty()).map(|told| rules_of_the_annex(&told.rules)),
        path,
        missing: missing(
            &claims,
            looks_at_safety || qualification.result.is_none(),
            may_be_mdr.then_some(qualified),
        ),
    })
}

/// The rules as Annex VIII counts them, each once: what follows the dash only tells our lines of one rule apart.
fn rules_of_the_annex(lines: &[String]) -> String {
    let mut rules: Vec<&str> = Vec::new();
    for rule in lines.iter().filter_map(|line| line.split('-').next()) {
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    rules.join(", ")
}

/// The lines of one verdict: the answers that were given, the premises, and the result.
fn path_lines(telling: &Telling, claimed: &Answers) -> Vec<PathLine> {
    let places = |citations: &[crate::clause::Citation]| citations.iter().map(ToString::to_string).collect();
    let mut lines: Vec<PathLine> = telling
        .steps
        .iter()
        .filter(|step| step.key.is_none_or(|key| claimed.given(key).is_some()))
        .map(|step| PathLine {
            scheme: telling.subject.clone(),
            key: step.key.map(Key::name),
            question: step.question.clone(),
            answer: step.answer.clone(),
            led_to: step.led_to.clone(),
            citations: places(&step.citations),
        })
        .collect();
    if telling.result.is_some() || !telling.citations.is_empty() {
        lines.push(PathLine {
            scheme: telling.subject.clone(),
            key: None,
            question: telling.subject.clone(),
            answer: telling.title.clone(),
            led_to: telling.sentence.clone(),
            citations: places(&telling.citations),
        });
    }
    lines
}

/// The absent keys that could change a verdict: with nothing taken for granted about what was not claimed.
fn missing(claims: &Claims, looks_at_safety: bool, mdr: Option<Qualification>) -> Vec<&'static str> {
    let answers = &claims.answers;
    let mut open = qualification::qualification(answers).open;
    open.extend(qualification::regulation(answers).open);
    if looks_at_safety {
        open.extend(iec62304::class_alone(answers).open);
    }
    // A scheme that nothing was said to is reached by any word to it.
    let mut ask = |pack: &Pack, deciding: BTreeSet<Key>| {
        if claims.speak_of(pack) {
            open.extend(deciding);
        } else {
            open.extend(pack.questions.iter().map(|question| question.key));
        }
    };
    if let Some(qualified) = mdr {
        ask(mdr::pack(), mdr::mdr_class(answers, qualified).open);
    }
    ask(imdrf::pack(), imdrf::category(answers).open);
    ask(us_function::pack(), us_function::status(answers).open);
    // Said or not, the level rests on whether there is device software at all.
    if answers.given(Key::HasDeviceSoftware) != Some(Given::Value(Value::No)) {
        let device = answers.with(Key::HasDeviceSoftware, Given::Value(Value::Yes));
        ask(fda_documentation::pack(), fda_documentation::level(&device).open);
    }
    open.insert(Key::HasDeviceSoftware);
    open.retain(|key| answers.given(*key).is_none());
    open.into_iter().map(Key::name).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What is printed; the field `rule` is a citation.
    const VERDICTS: [&str; 7] =
        ["mdsw", "regulation", "iec62304_class", "mdr_class", "imdrf_category", "fda_doc_level", "us_status"];

    fn classified(answers: &Json) -> Json {
        serde_json::to_value(classify(&serde_json::json!({ "answers": answers })).unwrap()).unwrap()
    }

    /// How many fields of the cases were compared.
    fn compare(file: &str, count: usize) -> usize {
        let file: Json = serde_json::from_str(file).unwrap();
        let cases = file["cases"].as_array().unwrap();
        assert_eq!(cases.len(), count);
        let mut compared = 0;
        for case in cases {
            let got = classified(&case["answers"]);
            for field in VERDICTS {
                if !case["expected"][field].is_null() {
                    assert_eq!(got[field], case["expected"][field], "{} {field}", case["id"]);
                    compared += 1;
                }
            }
        }
        compared
    }

    #[test]
    fn published_examples_get_the_class_that_was_published() {
        assert!(compare(include_str!("../tests/data/cases.json"), 113) > 120);
        assert!(compare(include_str!("../tests/data/more_cases.json"), 91) > 90);
    }

    #[test]
    fn a_rule_is_named_as_the_annex_names_it() {
        let file: Json = serde_json::from_str(include_str!("../tests/data/cases.json")).unwrap();
        for case in file["cases"].as_array().unwrap() {
            let Some(published) = case["expected"]["rule"].as_str() else { continue };
            let got = classified(&case["answers"]);
            let rules = got["rule"].as_str().unwrap();
            let first = published.split(' ').next().unwrap();
            assert!(rules.split(", ").any(|rule| rule == first), "{}: {rules}, not {published}", case["id"]);
        }
    }

    #[test]
    fn unknown_keys_and_wrong_values_are_named() {
        let wrong = classify(&serde_json::json!({"answers": {
            "colour": "red", "is_software": "yes", "worst_harm": "catastrophic", "children_classes": ["D"], "item_of": 3
        }}))
        .unwrap_err();
        let keys: Vec<&str> = wrong.iter().filter_map(|error| error.key.as_deref()).collect();
        assert_eq!(keys, ["children_classes", "colour", "is_software", "item_of", "worst_harm"]);
        assert!(classify(&Json::Null).is_err());
        assert!(classify(&serde_json::json!({"answers": []})).is_err());
        assert!(classify(&serde_json::json!({"answers": {}, "more": 1})).is_err());
    }

    #[test]
    fn every_key_is_accepted_whatever_its_scheme() {
        for key in Key::ALL {
            let value = match key.kind() {
                Kind::YesNo => serde_json::json!(true),
                Kind::OneOf(values) => serde_json::json!(values[0]),
                Kind::Text => serde_json::json!("I01"),
                Kind::Classes => serde_json::json!(["A"]),
            };
            assert!(classify(&serde_json::json!({"answers": {key.name(): value}})).is_ok(), "{key}");
        }
    }

    #[test]
    fn nothing_said_is_nothing_reached_and_everything_missing() {
        let got = classified(&serde_json::json!({}));
        assert!(got["mdsw"].is_null() && got["iec62304_class"].is_null());
        let missing = got["missing"].as_array().unwrap();
        assert!(missing.contains(&"is_software".into()) && missing.contains(&"worst_harm".into()));
    }

    #[test]
    fn an_incomplete_class_is_c_and_says_what_is_missing() {
        let got = classified(&serde_json::json!({"contributes_to_hazardous_situation": true}));
        assert_eq!(got["iec62304_class"], "C");
        assert!(got["missing"].as_array().unwrap().contains(&"worst_harm".into()));
    }

    #[test]
    fn a_watchdog_alone_lowers_nothing() {
        let got = classified(&serde_json::json!({
            "contributes_to_hazardous_situation": true, "external_control": "watchdog_only",
            "risk_acceptable_after_external_controls": true, "worst_harm": "serious"
        }));
        assert_eq!(got["iec62304_class"], "C");
    }

    #[test]
    fn an_item_is_lower_than_its_parent_only_with_a_rationale() {
        let item = |rationale: bool| {
            classified(&serde_json::json!({
                "item_of": "X", "contributes_to_hazardous_situation": false, "segregation_rationale": rationale
            }))
        };
        assert_eq!(item(true)["iec62304_class"], "A");
        assert_eq!(item(false)["iec62304_class"], "C");
        let parent = classified(&serde_json::json!({
            "children_classes": ["A", "B"], "contributes_to_hazardous_situation": false
        }));
        assert_eq!(parent["iec62304_class"], "B");
    }

    #[test]
    fn an_absent_key_that_is_not_missing_changes_nothing() {
        let file: Json = serde_json::from_str(include_str!("../tests/data/cases.json")).unwrap();
        let mut seen = BTreeSet::new();
        for case in file["cases"].as_array().unwrap() {
            if !seen.insert(case["answers"].to_string()) {
                continue;
            }
            let base = classified(&case["answers"]);
            let is_device = base["mdsw"] != "no" || !base["iec62304_class"].is_null();
            let packs = crate::scheme::packs();
            let asked = packs.iter().flat_map(|pack| &pack.questions).map(|question| question.key);
            let more_keys =
                [Key::ItemOf, Key::ChildrenClasses, Key::SegregationRationale, Key::Classified, Key::LowRisk];
            for key in asked.chain(more_keys) {
                let absent = case["answers"].get(key.name()).is_none();
                if !absent || base["missing"].as_array().unwrap().contains(&key.name().into()) || !is_device {
                    continue;
                }
                for value in key.domain() {
                    if key.kind() == Kind::Text && value == Value::No {
                        continue;
                    }
                    let mut answers = case["answers"].clone();
                    answers[key.name()] = json_of(key, value);
                    let more = classified(&answers);
                    for field in VERDICTS {
                        assert_eq!(more[field], base[field], "{} {key} {value:?} {field}", case["id"]);
                    }
                }
            }
        }
    }

    #[test]
    fn legacy_lines_carry_their_condition_and_no_others_do() {
        let printed = serde_json::to_value(deliverables(SafetyClass::A)).unwrap();
        for line in printed["clauses"].as_array().unwrap() {
            let legacy = line["clause"].as_str().unwrap().starts_with("4.4");
            assert_eq!(!line["condition"].is_null(), legacy);
        }
        for line in printed["deliverables"].as_array().unwrap() {
            assert_eq!(!line["condition"].is_null(), line["id"] == "D04");
        }
        assert_eq!(printed["deliverables"].as_array().unwrap().len(), 41);
    }

    fn json_of(key: Key, value: Value) -> Json {
        match (key.kind(), value) {
            (Kind::Text, _) => serde_json::json!("X"),
            (Kind::Classes, Value::OneOf("none")) => serde_json::json!([]),
            (Kind::Classes, value) => serde_json::json!([value.name()]),
            (Kind::YesNo, value) => serde_json::json!(value == Value::Yes),
            (_, value) => serde_json::json!(value.name()),
        }
    }

    /// Any claims: each key absent more often than not, else one of its values.
    fn any_claims() -> impl Strategy<Value = Json> {
        let each: Vec<_> = Key::ALL
            .iter()
            .map(|key| {
                let values: Vec<Json> = key.domain().into_iter().map(|value| json_of(*key, value)).collect();
                proptest::option::weighted(0.3, proptest::sample::select(values))
                    .prop_map(move |value| value.map(|value| (key.name().to_owned(), value)))
            })
            .collect();
        each.prop_map(|claims| Json::Object(claims.into_iter().flatten().collect()))
    }

    fn any_json() -> impl Strategy<Value = Json> {
        prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            ".{0,12}".prop_map(Json::from),
            proptest::sample::select(vec!["serious", "IIa", "A", "yes", "none"]).prop_map(Json::from),
            proptest::collection::vec("[A-D]?", 0..3).prop_map(Json::from),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn any_claims_get_verdicts_or_are_told_what_is_missing(claims in any_claims()) {
            let got = classified(&claims);
            prop_assert_eq!(&got, &classified(&claims));
            let names: BTreeSet<&str> = Key::ALL.iter().map(|key| key.name()).collect();
            let missing: Vec<&str> = got["missing"].as_array().unwrap().iter().map(|key| key.as_str().unwrap()).collect();
            prop_assert!(missing.iter().all(|key| names.contains(key) && claims.get(*key).is_none()));
            // Open is only what an absent key can still change.
            let open = ["mdsw", "iec62304_class", "imdrf_category", "us_status"].iter().any(|field| got[*field].is_null());
            prop_assert!(!open || !missing.is_empty());
            prop_assert_eq!(got["rule"].is_null(), got["mdr_class"].is_null());
        }

        #[test]
        fn any_input_is_answered_or_refused_by_name(key in proptest::sample::select(Key::ALL), value in any_json(), other in "[a-z_]{0,12}") {
            let one = serde_json::json!({"answers": {key.name(): value}});
            if let Err(wrong) = classify(&one) {
                prop_assert!(wrong.iter().all(|error| error.key.as_deref() == Some(key.name())));
            }
            let unknown = classify(&serde_json::json!({"answers": {other.clone(): value}}));
            prop_assert_eq!(unknown.is_ok() , Key::named(&other).is_some_and(|key| read_value(key, &value).is_ok()));
            let _ = classify(&value);
        }
    }
}
