//! The software items of the demonstration products, written as data in `data/demonstration/items.json`.
//!
//! Controls and sequences of events call an item by its name; a control whose place is the name of an item stands in
//! that item.

use std::collections::BTreeMap;

use domain::control::{ControlDescription, Place};
use domain::ids::{ProductId, SoftwareItemId};
use domain::item::{ItemClass, ItemDescription};
use domain::text::Name;
use domain::violation::{Code, Violation, Violations};
use serde::Deserialize;
use store::{StoreError, WriteTx};

use crate::fresh;
use crate::items::{ClassForm, ItemForm};

const FILE: &str = include_str!("../../data/demonstration/items.json");

/// An item as the file describes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Described {
    name: String,
    /// The name of the item that holds it, which stands before it in the file.
    #[serde(rename = "in")]
    within: Option<String>,
    description: String,
    class: Option<String>,
    #[serde(default)]
    segregation: String,
    #[serde(default)]
    kept_effective: String,
}

/// The items of one product, ready to be written.
pub struct ItemTree {
    items: Vec<Prepared>,
}

struct Prepared {
    id: SoftwareItemId,
    parent: Option<SoftwareItemId>,
    description: ItemDescription,
    class: ItemClass,
}

fn of_file(product: &str) -> Vec<Described> {
    let all: BTreeMap<String, Vec<Described>> =
        serde_json::from_str(FILE).expect("a test reads the file of items");
    all.get(product).cloned().unwrap_or_default()
}

impl ItemTree {
    /// Parses the items of a product. One that the file does not name has none.
    ///
    /// # Errors
    /// When a text does not fit, or an item names one that does not stand before it.
    pub fn prepare(product: &Name) -> Result<Self, Violations> {
        let mut items: Vec<Prepared> = Vec::new();
        for one in of_file(product) {
            let parent = match &one.within {
                None => None,
                Some(within) => {
                    let found = items.iter().find(|item| item.description.name.as_str() == within);
                    let unknown = Violation::error("in", Code::Item(domain::item::ItemCode::NoSuchItem));
                    Some(found.map(|item| item.id).ok_or(unknown)?)
                }
            };
            let form = ItemForm { name: one.name, description: one.description };
            let class = ClassForm {
                class: one.class.unwrap_or_else(|| "inherited".to_owned()),
                segregation: one.segregation,
                kept_effective: one.kept_effective,
            };
            items.push(Prepared {
                id: fresh::id(),
                parent,
                description: form.parse()?,
                class: class.parse()?,
            });
        }
        Ok(Self { items })
    }

    /// A control, standing in the item that its place names.
    #[must_use]
    pub fn placed(&self, control: ControlDescription) -> ControlDescription {
        if control.place != Place::SoftwareItem {
            return control;
        }
        // Items are written in their order, so their numbers are known before.
        let named = control.place_detail.as_deref();
        let found = (1..).zip(&self.items).find(|(_, item)| Some(&*item.description.name) == named);
        match found {
            Some((number, _)) => ControlDescription { item: Some(number), place_detail: None, ..control },
            None => control,
        }
    }

    /// Writes them, each after what holds it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn write(&self, tx: &mut WriteTx, product: ProductId) -> Result<(), StoreError> {
        for item in &self.items {
            store::items::insert(tx, product, item.id, item.parent, &item.description, &item.class).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::item::{ControlHere, Item, Tree};
    use domain::scheme::iec62304::SafetyClass;

    use super::super::content;
    use super::*;

    /// The tree as the rules see it, with every control in an item controlling a risk of class C.
    fn tree(product: &content::Product) -> Tree {
        let prepared = ItemTree::prepare(&product.profile().unwrap().name).unwrap();
        let number =
            |id| (1..).zip(&prepared.items).find(|(_, item)| item.id == id).map(|(number, _)| number);
        let mut controls: BTreeMap<i32, Vec<ControlHere>> = BTreeMap::new();
        for (control, at) in product.controls.values().zip(1..) {
            if let Some(item) = prepared.placed(control.description().unwrap()).item {
                controls.entry(item).or_default().push(ControlHere { control: at, class: SafetyClass::C });
            }
        }
        let items = (1..)
            .zip(&prepared.items)
            .map(|(at, item)| Item {
                number: at,
                parent: item.parent.and_then(number),
                own: item.class.own,
                is_segregated: item.class.segregation.is_some(),
                says_where_kept: item.class.kept_effective.is_some(),
                group: None,
                controls: controls.remove(&at).unwrap_or_default(),
            })
            .collect();
        Tree::of(SafetyClass::C, items)
    }

    #[test]
    fn every_tree_fits_its_fields_and_nothing_is_wrong_with_it() {
        for product in content::products().unwrap() {
            let tree = tree(&product);
            assert_eq!(tree.findings(), [], "{}", product.profile().unwrap().name);
        }
    }

    #[test]
    fn the_insulin_controller_holds_a_segregated_item_with_one_inside_it() {
        let products = content::products().unwrap();
        let insulin = products.iter().find(|product| product.hazards.contains_key("excess")).unwrap();
        let tree = tree(insulin);
        let lower: Vec<_> = tree.items.iter().filter(|placed| placed.class == SafetyClass::A).collect();
        assert_eq!(lower.len(), 2);
        assert_eq!((lower[0].is_lower(), lower[0].children, lower[1].is_lower()), (true, 1, false));
        assert!(tree.items.iter().any(|placed| placed.depth == 1));
    }

    #[test]
    fn controls_and_sequences_in_the_software_name_items_of_the_tree() {
        for product in content::products().unwrap() {
            let name = product.profile().unwrap().name;
            let items = ItemTree::prepare(&name).unwrap();
            let names: BTreeSet<&str> = items.items.iter().map(|item| &*item.description.name).collect();
            for control in product.controls.values() {
                let control = control.description().unwrap();
                let inside = control.place == Place::SoftwareItem;
                let title = control.title.clone();
                assert_eq!(items.placed(control).item.is_some(), inside, "{name}: {title}");
            }
            let named = product.rows.iter().filter(|row| names.contains(row.item.as_str())).count();
            assert!(named * 4 >= product.rows.len() * 3, "{name}: {named} of {}", product.rows.len());
        }
    }

    #[test]
    fn the_file_names_only_products_of_the_demonstration() {
        let all: BTreeMap<String, Vec<Described>> = serde_json::from_str(FILE).unwrap();
        let names: Vec<String> = content::products()
            .unwrap()
            .iter()
            .map(|product| product.profile().unwrap().name.to_string())
            .collect();
        assert!(all.keys().all(|name| names.contains(name)));
    }
}
