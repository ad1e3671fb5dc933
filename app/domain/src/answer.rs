//! Answers: the keys that rules ask for, the values they take, and what a person gave.
//!
//! All keys that the command line accepts are listed here from the start, those of schemes to come included; their
//! names are an interface and never change.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What kind of value a key takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Yes or no; `true` or `false` on the command line.
    YesNo,
    /// One of these values.
    OneOf(&'static [&'static str]),
    /// Any text.
    Text,
    /// A list of software safety classes.
    Classes,
}

macro_rules! keys {
    ($($variant:ident = $name:literal, $kind:expr;)+) => {
        /// The key of an answer.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "the name says it; the question's words are in the rule pack")]
        pub enum Key { $($variant),+ }

        impl Key {
            /// All keys, in the order of the schemes.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// What kind of value it takes.
            #[must_use]
            pub const fn kind(self) -> Kind {
                use Kind::{Classes, OneOf, Text, YesNo};
                match self { $(Self::$variant => $kind),+ }
            }
        }
    };
}

keys! {
    IsSoftware = "is_software", YesNo;
    AccessoryOrComponent = "accessory_or_component", YesNo;
    ActionBeyondStorage = "action_beyond_storage", YesNo;
    IndividualBenefit = "individual_benefit", YesNo;
    MedicalPurpose = "medical_purpose", YesNo;
    ControlOrSupportOfConception = "control_or_support_of_conception", YesNo;
    CompensationOfDisability = "compensation_of_disability", YesNo;
    IvdScope = "ivd_scope", YesNo;
    IvdDataOnly = "ivd_data_only", YesNo;
    IvdDataDrives = "ivd_data_drives", YesNo;
    DrivesInfluencesHw = "drives_influences_hw", YesNo;
    DrivenDeviceClass = "driven_device_class", OneOf(&["I", "IIa", "IIb", "III"]);
    ActiveTherapeutic = "active_therapeutic", YesNo;
    IntegratedDiagnosticDeterminesManagement = "integrated_diagnostic_determines_management", YesNo;
    ControlsMonitorsActiveImplant = "controls_monitors_active_implant", YesNo;
    ControlsMonitorsIIbTherapeutic = "controls_monitors_IIb_therapeutic", YesNo;
    ControlsMonitorsIonisingTherapy = "controls_monitors_ionising_therapy", YesNo;
    PartOfEnergyTherapy = "part_of_energy_therapy", YesNo;
    EnergyPotentiallyHazardous = "energy_potentially_hazardous", YesNo;
    PartOfDiagnosticActiveDevice = "part_of_diagnostic_active_device", YesNo;
    DirectDiagnosisOrVitalMonitoring = "direct_diagnosis_or_vital_monitoring", YesNo;
    AbsorbedEnergyOrRadiopharmaceutical = "absorbed_energy_or_radiopharmaceutical", YesNo;
    VisibleLightOnly = "visible_light_only", YesNo;
    ControlsIonisingDiagnostic = "controls_ionising_diagnostic", YesNo;
    UsedForContraception = "used_for_contraception", YesNo;
    InfoForDxTxDecisions = "info_for_dx_tx_decisions", YesNo;
    DecisionImpact = "decision_impact", OneOf(&["death_irreversible", "serious_surgical", "other"]);
    Monitors = "monitors", OneOf(&["vital", "non_vital", "none"]);
    ImmediateDanger = "immediate_danger", YesNo;
    ImdrfSignificance = "imdrf_significance", OneOf(&["treat_diagnose", "drive", "inform"]);
    ImdrfSituation = "imdrf_situation", OneOf(&["critical", "serious", "non_serious"]);
    Classified = "classified", YesNo;
    ContributesToHazardousSituation = "contributes_to_hazardous_situation", YesNo;
    RiskAcceptableAfterExternalControls = "risk_acceptable_after_external_controls", YesNo;
    WorstHarm = "worst_harm", OneOf(&["non_serious", "serious"]);
    ExternalControl = "external_control", OneOf(&["none", "hardware", "independent_software", "health_care_procedure", "other_external", "watchdog_only"]);
    ItemOf = "item_of", Text;
    SegregationRationale = "segregation_rationale", YesNo;
    ChildrenClasses = "children_classes", Classes;
    UsDevicePurpose = "us_device_purpose", YesNo;
    UsExclusion = "us_exclusion", OneOf(&["none", "administrative", "wellness", "record", "transfer_display"]);
    CdsC1 = "cds_c1", YesNo;
    CdsC2 = "cds_c2", YesNo;
    CdsC3 = "cds_c3", YesNo;
    CdsC4 = "cds_c4", YesNo;
    SingleAppropriateOption = "single_appropriate_option", YesNo;
    WellnessClaimsOnly = "wellness_claims_only", YesNo;
    LowRisk = "low_risk", YesNo;
    SelfManagementWithoutSpecificTreatment = "self_management_without_specific_treatment", YesNo;
    SimpleRoutineCalculation = "simple_routine_calculation", YesNo;
    TransformsPlatform = "transforms_platform", YesNo;
    ControlsDevice = "controls_device", YesNo;
    HasDeviceSoftware = "has_device_software", YesNo;
    ProbableDeathOrSeriousInjuryBeforeControls = "probable_death_or_serious_injury_before_controls", YesNo;
    BloodDonorScreening = "blood_donor_screening", YesNo;
    Becs = "becs", YesNo;
    UsClassIII = "us_class_III", YesNo;
    CombinationProductPart = "combination_product_part", YesNo;
    DocumentedRationaleForBasic = "documented_rationale_for_basic", YesNo;
}

impl Key {
    /// The key of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|key| key.name() == name)
    }

    /// The values it can take, in a fixed order. What the rules read of a free text is whether it is there; of a list
    /// of classes, which is the strictest.
    #[must_use]
    pub fn domain(self) -> Vec<Value> {
        match self.kind() {
            Kind::YesNo | Kind::Text => vec![Value::Yes, Value::No],
            Kind::OneOf(values) => values.iter().copied().map(Value::OneOf).collect(),
            Kind::Classes => ["none", "A", "B", "C"].map(Value::OneOf).to_vec(),
        }
    }

    /// Reads a value by its stable name: `yes`, `no`, or one of the offered values.
    #[must_use]
    pub fn value(self, name: &str) -> Option<Value> {
        self.domain().into_iter().find(|value| value.name() == name)
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}

impl std::str::FromStr for Key {
    type Err = UnknownName;
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::named(name).ok_or(UnknownName)
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::named(&name).ok_or_else(|| serde::de::Error::custom("not the key of an answer"))
    }
}

/// A name that no key has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownName;

/// The value of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// One of the values that the key offers.
    OneOf(&'static str),
}

impl Value {
    /// The stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::OneOf(name) => name,
        }
    }
}

impl From<bool> for Value {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

/// What a person gave as an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Given {
    /// A value.
    Value(Value),
    /// "I don't know": counts as the cautious value, and says so.
    Unknown,
}

impl Given {
    /// The stable name of "I don't know".
    pub const UNKNOWN: &'static str = "unknown";

    /// The stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Value(value) => value.name(),
            Self::Unknown => Self::UNKNOWN,
        }
    }

    /// Reads what was given for a key by its stable name.
    #[must_use]
    pub fn named(key: Key, name: &str) -> Option<Self> {
        if name == Self::UNKNOWN { Some(Self::Unknown) } else { key.value(name).map(Self::Value) }
    }
}

/// Answers by key; a key that is absent is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers(BTreeMap<Key, Given>);

impl Answers {
    /// No answers.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// What was given for the key.
    #[must_use]
    pub fn given(&self, key: Key) -> Option<Given> {
        self.0.get(&key).copied()
    }

    /// Gives an answer, in place of an earlier one.
    pub fn give(&mut self, key: Key, given: Given) {
        self.0.insert(key, given);
    }

    /// The same answers with one more, or another one.
    #[must_use]
    pub fn with(&self, key: Key, given: Given) -> Self {
        let mut answers = self.clone();
        answers.give(key, given);
        answers
    }

    /// The same answers with the key open.
    #[must_use]
    pub fn without(&self, key: Key) -> Self {
        let mut answers = self.clone();
        answers.0.remove(&key);
        answers
    }

    /// The answers in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (Key, Given)> + '_ {
        self.0.iter().map(|(key, given)| (*key, *given))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(Key, Given)> for Answers {
    fn from_iter<I: IntoIterator<Item = (Key, Given)>>(answers: I) -> Self {
        Self(answers.into_iter().collect())
    }
}

impl Serialize for Answers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, given)| (key.name(), given.name())))
    }
}

impl<'de> Deserialize<'de> for Answers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::<Key, String>::deserialize(deserializer)?
            .into_iter()
            .map(|(key, name)| {
                let given = Given::named(key, &name);
                given
                    .map(|given| (key, given))
                    .ok_or_else(|| serde::de::Error::custom("not a value of its key"))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_by_their_names() {
        for key in Key::ALL {
            assert_eq!(Key::named(key.name()), Some(*key));
        }
        assert_eq!(Key::ALL.len(), 59);
        assert_eq!(Key::named("colour"), None);
    }

    #[test]
    fn answers_come_back_from_json_as_they_went() {
        let answers = Answers::none()
            .with(Key::IsSoftware, Given::Value(Value::Yes))
            .with(Key::WorstHarm, Given::named(Key::WorstHarm, "serious").unwrap())
            .with(Key::MedicalPurpose, Given::Unknown);
        let json = serde_json::to_string(&answers).unwrap();
        assert_eq!(json, r#"{"is_software":"yes","medical_purpose":"unknown","worst_harm":"serious"}"#);
        assert_eq!(serde_json::from_str::<Answers>(&json).unwrap(), answers);
        assert!(serde_json::from_str::<Answers>(r#"{"worst_harm":"grave"}"#).is_err());
        assert!(serde_json::from_str::<Answers>(r#"{"colour":"yes"}"#).is_err());
    }
}
