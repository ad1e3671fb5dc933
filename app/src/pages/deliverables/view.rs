//! The address of the room is the view: arrangement, filter, comparison, and the row being edited.

use domain::deliverable::Status;
use domain::ids::ProductId;
use domain::scheme::iec62304::SafetyClass;
use service::deliverables::Line;

/// How the list is arranged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Arrangement {
    /// Deliverables under the heading of their first clause.
    #[default]
    Clause,
    /// Deliverables by their names.
    Document,
    /// Every sub-clause with the deliverables that answer it.
    SubClause,
    /// Every software item with the sub-clauses that its own class owes.
    Item,
}

/// Which deliverables are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// All, those not owed included.
    #[default]
    All,
    /// Those owed that have this status.
    With(Status),
    /// Those owed on which work is left.
    Gaps,
    /// Those owed whose day has passed.
    Late,
}

/// A view of the room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// How the list is arranged.
    pub by: Arrangement,
    /// Which deliverables are shown.
    pub show: Shown,
    /// The class compared with.
    pub compare: Option<SafetyClass>,
    /// The deliverable being edited.
    pub edit: Option<String>,
}

impl View {
    /// The view of an address. What is not understood is left out.
    #[must_use]
    pub fn of_address(address: &str) -> Self {
        Self::of_query(address.split_once('?').map_or("", |(_, query)| query))
    }

    /// The view of a query.
    #[must_use]
    pub fn of_query(query: &str) -> Self {
        let mut view = Self::default();
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            match name {
                "by" => view.by = arrangement(value).unwrap_or_default(),
                "show" => view.show = shown(value).unwrap_or_default(),
                "compare" => {
                    view.compare = SafetyClass::ALL.into_iter().find(|class| class.letter() == value);
                }
                "edit" => view.edit = is_number(value).then(|| value.to_owned()),
                _ => {}
            }
        }
        view
    }

    /// The address of the view in a product.
    #[must_use]
    pub fn address(&self, product: ProductId) -> String {
        let query = self.query();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("/products/{product}/deliverables{mark}{query}")
    }

    /// The query of the view, empty for the usual one.
    #[must_use]
    pub fn query(&self) -> String {
        let by = match self.by {
            Arrangement::Clause => None,
            Arrangement::Document => Some("by=document".to_owned()),
            Arrangement::SubClause => Some("by=sub-clause".to_owned()),
            Arrangement::Item => Some("by=item".to_owned()),
        };
        let show = match self.show {
            Shown::All => None,
            Shown::With(status) => Some(format!("show={}", status.key())),
            Shown::Gaps => Some("show=gaps".to_owned()),
            Shown::Late => Some("show=late".to_owned()),
        };
        let compare = self.compare.map(|class| format!("compare={class}"));
        let edit = self.edit.as_ref().map(|id| format!("edit={id}"));
        [by, show, compare, edit].into_iter().flatten().collect::<Vec<_>>().join("&")
    }

    /// The same view, nothing being edited.
    #[must_use]
    pub fn at_rest(&self) -> Self {
        Self { edit: None, ..self.clone() }
    }

    /// Whether a line is shown.
    #[must_use]
    pub fn shows(&self, line: &Line) -> bool {
        match self.show {
            Shown::All => true,
            Shown::With(status) => line.counts && line.status() == status,
            Shown::Gaps => line.is_gap(),
            Shown::Late => line.is_late,
        }
    }
}

fn arrangement(value: &str) -> Option<Arrangement> {
    match value {
        "document" => Some(Arrangement::Document),
        "sub-clause" => Some(Arrangement::SubClause),
        "item" => Some(Arrangement::Item),
        _ => None,
    }
}

fn shown(value: &str) -> Option<Shown> {
    match value {
        "gaps" => Some(Shown::Gaps),
        "late" => Some(Shown::Late),
        status => Status::from_key(status).map(Shown::With),
    }
}

fn is_number(value: &str) -> bool {
    value.len() == 3 && value.starts_with('D') && value[1..].bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_and_its_view_are_the_same_thing() {
        for query in [
            "",
            "by=document&show=gaps",
            "by=item",
            "by=sub-clause&compare=B",
            "show=in_review&edit=D05",
            "show=late",
        ] {
            assert_eq!(View::of_query(query).query(), query);
        }
    }

    #[test]
    fn what_is_not_understood_is_left_out() {
        let odd = "/products/x/deliverables?show=%3Cscript&compare=D&edit=D0%22&by&kept=1&by=clause";
        assert_eq!(View::of_address(odd), View::default());
    }
}
