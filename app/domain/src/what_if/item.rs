//! The class of a software item, tried: what counts in the whole tree then, and what does not go together.

use serde::{Deserialize, Serialize};

use super::Inputs;
use crate::item::{Item, OwnClass, Tree};
use crate::scheme::iec62304::SafetyClass;

/// An item whose class can be tried, in its tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TryingItem {
    /// The class of record of the software system.
    pub of_record: SafetyClass,
    /// All items of the system.
    pub items: Vec<Item>,
    /// Their names, by number.
    pub names: Vec<(i32, String)>,
    /// The number of the item that is tried.
    pub number: i32,
    /// What was said about the product.
    pub inputs: Inputs,
}

/// The tree with what is tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TriedItem {
    /// The tree.
    pub tree: Tree,
    /// What would be said about the product.
    pub inputs: Inputs,
}

impl TryingItem {
    /// The tree as it is saved.
    #[must_use]
    pub fn saved(&self) -> TriedItem {
        self.with(|_| None)
    }

    /// The tree with fields in place of what is saved: `class`, whether a segregation rationale is written
    /// (`segregated`), and whether it says where it is kept effective (`kept`).
    #[must_use]
    pub fn with(&self, field: impl Fn(&str) -> Option<String>) -> TriedItem {
        let yes = |name: &str, saved: bool| match field(name).as_deref() {
            Some("yes") => true,
            Some("no") => false,
            _ => saved,
        };
        let items: Vec<Item> = self
            .items
            .iter()
            .cloned()
            .map(|item| {
                if item.number != self.number {
                    return item;
                }
                let typed = field("class").and_then(|typed| OwnClass::parse("class", &typed).ok());
                Item {
                    own: typed.map_or(item.own, OwnClass::class),
                    is_segregated: yes("segregated", item.is_segregated),
                    says_where_kept: yes("kept", item.says_where_kept),
                    ..item
                }
            })
            .collect();
        TriedItem { inputs: self.inputs.with_items(&items), tree: Tree::of(self.of_record, items) }
    }

    /// The name of an item.
    #[must_use]
    pub fn name(&self, number: i32) -> &str {
        self.names.iter().find(|(known, _)| *known == number).map_or("", |(_, name)| name)
    }
}
