//! Typed identifiers: one type a record, so that a hazard's identifier can never be given where a product's is meant.
//!
//! They are made in the service (uuid version 7, ordered by time); this crate knows no randomness.

/// Declares identifier types around a uuid.
macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(uuid::Uuid);

        impl $name {
            /// The uuid inside.
            #[must_use]
            pub const fn uuid(self) -> uuid::Uuid {
                self.0
            }
        }

        impl From<uuid::Uuid> for $name {
            fn from(uuid: uuid::Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for uuid::Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(formatter)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}

typed_ids! {
    /// A product: the unit of access and of export.
    ProductId,
    /// A person with an account.
    PersonId,
    /// One role of one person in one product.
    MembershipId,
    /// A signed-in session.
    SessionId,
    /// An assessment: answers to one rule pack.
    AssessmentId,
    /// One answer of an assessment.
    AnswerId,
    /// One step of an assessment on its way to approval.
    AssessmentStepId,
    /// A version of a product's risk management plan.
    RiskPlanId,
    /// A hazard: a possible source of harm.
    HazardId,
    /// A foreseeable sequence of events.
    SequenceId,
    /// A hazardous situation.
    SituationId,
    /// A harm.
    HarmId,
    /// A risk: one hazardous situation with one harm; a row of the register.
    RiskId,
    /// A risk control.
    RiskControlId,
    /// A software item.
    SoftwareItemId,
    /// What is decided about a product's software system as a whole.
    SoftwareSystemId,
    /// What is on record about the route for legacy software.
    LegacyRouteId,
    /// A verification of a risk control.
    VerificationId,
    /// A declaration that a product's hazard analysis is complete.
    DeclarationId,
    /// A record run again under other rule packs, and kept.
    RerunId,
    /// The record of one deliverable of one product.
    DeliverableRecordId,
    /// A feature: a proposed change of what a product does.
    FeatureId,
    /// One answer of a feature's triage.
    FeatureAnswerId,
    /// One step of a feature on its way to a decision.
    FeatureStepId,
    /// A form whose content was kept because it could not be accepted.
    KeptFormId,
    /// A file that somebody brought for the register and that is not imported yet.
    ImportDraftId,
}
