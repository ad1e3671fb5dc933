//! Who may do what: one table of roles and permissions.

use serde::{Deserialize, Serialize};

/// What a person is in one product. A person may hold several roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads everything in the product.
    Reader,
    /// Writes assessments, hazards, controls and deliverables.
    Author,
    /// Approves or returns assessments.
    Reviewer,
    /// Keeps the product's frame: its description, its people, its risk plan.
    ProductAdministrator,
    /// Reads and exports, for audits.
    Auditor,
}

impl Role {
    /// All roles, in the order in which pages offer them.
    pub const ALL: [Self; 5] =
        [Self::Reader, Self::Author, Self::Reviewer, Self::ProductAdministrator, Self::Auditor];

    /// The stable name in the database and in forms.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Author => "author",
            Self::Reviewer => "reviewer",
            Self::ProductAdministrator => "product_administrator",
            Self::Auditor => "auditor",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether the role carries the permission. Everything that is not named here is denied.
    #[must_use]
    pub const fn allows(self, permission: Permission) -> bool {
        use Permission as P;
        match self {
            Self::Reader => matches!(permission, P::ViewProduct | P::ViewTrail),
            Self::Author => matches!(
                permission,
                P::ViewProduct
                    | P::ViewTrail
                    | P::EditAssessment
                    | P::EditHazards
                    | P::DeclareComplete
                    | P::EditDeliverables
            ),
            Self::Reviewer => {
                matches!(permission, P::ViewProduct | P::ViewTrail | P::ExportTrail | P::ReviewAssessment)
            }
            Self::ProductAdministrator => matches!(
                permission,
                P::ViewProduct
                    | P::ViewTrail
                    | P::ExportTrail
                    | P::EditProduct
                    | P::ArchiveProduct
                    | P::ManageMembers
                    | P::EditRiskPlan
                    | P::EditDeliverables
            ),
            Self::Auditor => matches!(permission, P::ViewProduct | P::ViewTrail | P::ExportTrail),
        }
    }
}

/// Something that can be done in a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Permission {
    /// See the product and everything in it.
    ViewProduct,
    /// See the product's trail.
    ViewTrail,
    /// Take the product's trail out as a file.
    ExportTrail,
    /// Change the product's description.
    EditProduct,
    /// Archive the product, or bring it back.
    ArchiveProduct,
    /// Answer questions, hand an assessment over for review.
    EditAssessment,
    /// Approve or return an assessment.
    ReviewAssessment,
    /// Change the hazard register.
    EditHazards,
    /// Declare the hazard analysis complete, or open it again.
    DeclareComplete,
    /// Change scales, limits and criteria.
    EditRiskPlan,
    /// Change the state of deliverables.
    EditDeliverables,
    /// Give and end roles in the product.
    ManageMembers,
}

impl Permission {
    /// All permissions.
    pub const ALL: [Self; 12] = [
        Self::ViewProduct,
        Self::ViewTrail,
        Self::ExportTrail,
        Self::EditProduct,
        Self::ArchiveProduct,
        Self::EditAssessment,
        Self::ReviewAssessment,
        Self::EditHazards,
        Self::DeclareComplete,
        Self::EditRiskPlan,
        Self::EditDeliverables,
        Self::ManageMembers,
    ];
}

/// Something that can be done in the installation, outside any product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SitePermission {
    /// Start a product; whoever does becomes its administrator and author.
    CreateProduct,
    /// Add and disable people, give roles.
    ManagePeople,
    /// See the trail of the whole installation.
    ViewSiteTrail,
    /// Load the demonstration.
    LoadDemonstration,
}

impl SitePermission {
    /// Whether a person has it. Every active person may start a product; the rest is the site administrator's.
    #[must_use]
    pub const fn is_given(self, site_administrator: bool) -> bool {
        matches!(self, Self::CreateProduct) || site_administrator
    }
}
