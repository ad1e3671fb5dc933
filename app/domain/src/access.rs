//! Who may do what: one table of roles and permissions.

use serde::{Deserialize, Serialize};

/// What a person is in one product. A person may hold several roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads everything in the product.
    Reader,
    /// Writes assessments, hazards, controls, software items and deliverables.
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
                    | P::EditItems
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
    /// Change the tree of software items and their classes.
    EditItems,
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
    pub const ALL: [Self; 13] = [
        Self::ViewProduct,
        Self::ViewTrail,
        Self::ExportTrail,
        Self::EditProduct,
        Self::ArchiveProduct,
        Self::EditAssessment,
        Self::ReviewAssessment,
        Self::EditHazards,
        Self::EditItems,
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The table, as quality assurance reads it: who may, beside what.
    const TABLE: [(Permission, &[Role]); 13] = {
        use Permission as P;
        use Role::{Auditor, Author, ProductAdministrator, Reader, Reviewer};
        [
            (P::ViewProduct, &[Reader, Author, Reviewer, ProductAdministrator, Auditor]),
            (P::ViewTrail, &[Reader, Author, Reviewer, ProductAdministrator, Auditor]),
            (P::ExportTrail, &[Reviewer, ProductAdministrator, Auditor]),
            (P::EditProduct, &[ProductAdministrator]),
            (P::ArchiveProduct, &[ProductAdministrator]),
            (P::EditAssessment, &[Author]),
            (P::ReviewAssessment, &[Reviewer]),
            (P::EditHazards, &[Author]),
            (P::EditItems, &[Author]),
            (P::DeclareComplete, &[Author]),
            (P::EditRiskPlan, &[ProductAdministrator]),
            (P::EditDeliverables, &[Author, ProductAdministrator]),
            (P::ManageMembers, &[ProductAdministrator]),
        ]
    };

    #[test]
    fn every_role_may_exactly_what_the_table_says() {
        for (permission, expected) in TABLE {
            for role in Role::ALL {
                assert_eq!(role.allows(permission), expected.contains(&role), "{role:?} {permission:?}");
            }
        }
    }

    #[test]
    fn the_table_names_every_permission_once() {
        let mut named: Vec<_> = TABLE.iter().map(|(permission, _)| *permission).collect();
        named.sort();
        named.dedup();
        assert_eq!(named, Permission::ALL);
    }

    #[test]
    fn nobody_who_writes_an_assessment_approves_by_the_same_role() {
        assert!(
            Role::ALL.iter().all(|role| !(role.allows(Permission::EditAssessment)
                && role.allows(Permission::ReviewAssessment)))
        );
    }

    #[test]
    fn roles_are_found_by_the_name_that_is_stored() {
        for role in Role::ALL {
            assert_eq!(Role::named(role.name()), Some(role));
        }
        assert_eq!(Role::named("owner"), None);
    }

    #[test]
    fn outside_products_only_starting_one_is_open_to_everybody() {
        use SitePermission as S;
        for permission in [S::CreateProduct, S::ManagePeople, S::ViewSiteTrail, S::LoadDemonstration] {
            assert!(permission.is_given(true));
            assert_eq!(permission.is_given(false), permission == S::CreateProduct);
        }
    }
}
