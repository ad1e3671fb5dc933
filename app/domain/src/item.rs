//! The software items of a software system: a tree, each node with a class of its own or that of what holds it
//! (IEC 62304 clause 4.3 d to f, 5.3.5, 7.2.2 b).
//!
//! Three classes of one item are kept apart, because they answer different questions:
//! - **own**: what a person wrote on it; nothing where it inherits;
//! - **granted**: what the way down allows: its own class where that is not lower than its parent's, or where a
//!   segregation rationale is written; else the parent's;
//! - **class**, which counts: at least what its children and the risks that it controls need, never above its
//!   parent's, and lower than its parent's only with a rationale.
//!
//! Where granted and class differ, something is wrong and a finding says what; until it is mended the stricter one
//! counts. Invariants, held by properties below, for every tree that can be written down:
//! - the class of an item is never above the class of what holds it; a parent is never below its highest child;
//! - an item is lower than its parent only where a rationale is written;
//! - an item that implements a risk control is never below the class of the risk it controls;
//! - the result does not depend on the order in which the items come.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clause::{Citation, Document};
use crate::finding::{Check, Finding};
use crate::hazard::choices;
use crate::ids::SoftwareItemId;
use crate::revision::Revision;
use crate::scheme::iec62304::SafetyClass;
use crate::text::{Name, Statement};
use crate::violation::{Code, Violation, Violations};

/// How many items stand below each other at most.
pub const DEEPEST: usize = 10;

/// How many items a product has at most.
pub const MOST: usize = 500;

/// The letters before an item's number: item 7 is shown as SI-007.
pub const LETTERS: &str = "SI";

choices! {
    /// What a form says about the class of an item.
    OwnClass {
        /// The class of what holds it.
        Inherited = "inherited",
        /// Class A.
        A = "A",
        /// Class B.
        B = "B",
        /// Class C.
        C = "C",
    }
}

impl OwnClass {
    /// The class that is written on the item.
    #[must_use]
    pub const fn class(self) -> Option<SafetyClass> {
        match self {
            Self::Inherited => None,
            Self::A => Some(SafetyClass::A),
            Self::B => Some(SafetyClass::B),
            Self::C => Some(SafetyClass::C),
        }
    }

    /// The choice that stands for what is written on an item.
    #[must_use]
    pub const fn of(own: Option<SafetyClass>) -> Self {
        match own {
            None => Self::Inherited,
            Some(SafetyClass::A) => Self::A,
            Some(SafetyClass::B) => Self::B,
            Some(SafetyClass::C) => Self::C,
        }
    }
}

/// What an item is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemDescription {
    /// Its name, which no other item in use has.
    pub name: Name,
    /// What it does.
    pub description: Option<Statement>,
}

/// The class written on an item, and what carries it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemClass {
    /// The class; none where the item inherits.
    pub own: Option<SafetyClass>,
    /// Why the item may have another class than what holds it: how it is segregated (4.3 d).
    pub segregation: Option<Statement>,
    /// Where and how the segregation is kept effective (5.3.5).
    pub kept_effective: Option<Statement>,
}

/// How work that is done for a group of items as a whole is classed, where that is not the highest class in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupClass {
    /// The class that the work follows.
    pub class: SafetyClass,
    /// Why, as it stands in the risk management file (4.3 f).
    pub rationale: Statement,
}

/// An item, as a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoftwareItem {
    /// The item.
    pub id: SoftwareItemId,
    /// Its running number.
    pub number: i32,
    /// The number of the item that holds it; none where the software system itself does.
    pub parent: Option<i32>,
    /// What it is.
    pub description: ItemDescription,
    /// Its class.
    pub class: ItemClass,
    /// How work for it and what it holds is classed.
    pub group: Option<GroupClass>,
    /// How often it was written.
    pub revision: Revision,
}

/// A risk control that an item implements, with the class of the risk that it controls (7.2.2 b).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ControlHere {
    /// The class of the risk: the heaviest, where it controls several.
    pub class: SafetyClass,
    /// The control's running number.
    pub control: i32,
}

/// An item as the rules see it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its running number.
    pub number: i32,
    /// What holds it; none for the software system itself.
    pub parent: Option<i32>,
    /// The class written on it.
    pub own: Option<SafetyClass>,
    /// Whether a segregation rationale is written.
    pub is_segregated: bool,
    /// Whether it is written where the segregation is kept effective.
    pub says_where_kept: bool,
    /// The class that work for it and what it holds follows, where a rationale for a lower one is written.
    pub group: Option<SafetyClass>,
    /// The risk controls that it implements.
    pub controls: Vec<ControlHere>,
}

impl Item {
    /// A stored item as the rules see it.
    #[must_use]
    pub fn of(item: &SoftwareItem, controls: Vec<ControlHere>) -> Self {
        Self {
            number: item.number,
            parent: item.parent,
            own: item.class.own,
            is_segregated: item.class.segregation.is_some(),
            says_where_kept: item.class.kept_effective.is_some(),
            group: item.group.as_ref().map(|group| group.class),
            controls,
        }
    }

    /// The same item with another class written on it.
    #[must_use]
    pub fn classed(self, class: &ItemClass) -> Self {
        Self {
            own: class.own,
            is_segregated: class.segregation.is_some(),
            says_where_kept: class.kept_effective.is_some(),
            ..self
        }
    }

    /// The heaviest risk that it controls.
    #[must_use]
    pub fn required(&self) -> Option<SafetyClass> {
        self.controls.iter().map(|here| here.class).max()
    }
}

/// Why an item has the class that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// It is written on it.
    Own,
    /// It has the class of what holds it.
    Inherited,
    /// A lower class is written on it and no segregation rationale: the parent's class counts.
    NotSegregated,
    /// A child needs it.
    Child,
    /// A risk that it controls needs it.
    Control,
}

/// An item in its place in the tree, judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    /// The item.
    pub item: Item,
    /// How many items stand above it: 0 directly in the software system.
    pub depth: usize,
    /// The class that the way down allows.
    pub granted: SafetyClass,
    /// The class of what holds it, which counts there.
    pub above: SafetyClass,
    /// The class that counts.
    pub class: SafetyClass,
    /// Why.
    pub ground: Ground,
    /// How many items it holds directly.
    pub children: usize,
}

impl Placed {
    /// The class that work for the item and what it holds follows (4.3 f).
    #[must_use]
    pub fn group_class(&self) -> SafetyClass {
        governing(self.class, self.item.group)
    }

    /// Whether it is held to a lower class than what holds it.
    #[must_use]
    pub fn is_lower(&self) -> bool {
        self.class < self.above
    }
}

/// The class that governs work for a group of items: the highest in it, unless a written rationale names a lower one
/// (4.3 f).
#[must_use]
pub fn governing(highest: SafetyClass, with_rationale: Option<SafetyClass>) -> SafetyClass {
    with_rationale.map_or(highest, |lower| lower.min(highest))
}

/// What the items say about the class of their software system, taken by themselves: the heaviest class that is
/// written on one of them or that a risk control in one of them needs. Nothing, where every item only inherits.
#[must_use]
pub fn class_from_items(items: &[Item]) -> Option<SafetyClass> {
    items.iter().filter_map(|item| item.own.max(item.required())).max()
}

/// The tree below a software system, judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tree {
    /// The class of record of the software system; C as long as none is approved.
    pub of_record: SafetyClass,
    /// The class that counts for the system as a whole: never below its highest item.
    pub class: SafetyClass,
    /// The items, each before what it holds, neighbours by number.
    pub items: Vec<Placed>,
}

impl Tree {
    /// Places and judges the items of a system of that class.
    ///
    /// Every list of items gives a tree. What the database excludes is read cautiously here: an item whose way up
    /// leads nowhere, or in a circle, stands directly in the system.
    #[must_use]
    pub fn of(of_record: SafetyClass, items: Vec<Item>) -> Self {
        let order = Order::of(&items);
        let mut by_number: BTreeMap<i32, Item> = BTreeMap::new();
        for item in items {
            by_number.entry(item.number).or_insert(item);
        }
        let items: Vec<Item> = order.steps.iter().filter_map(|step| by_number.remove(&step.number)).collect();

        // Down: what each item is granted.
        let mut granted: Vec<SafetyClass> = Vec::with_capacity(items.len());
        for (item, step) in items.iter().zip(&order.steps) {
            let above = step.parent.map_or(of_record, |parent| granted[parent]);
            granted.push(match item.own {
                Some(own) if own >= above || item.is_segregated => own,
                _ => above,
            });
        }
        // Up: what each item needs at least.
        let mut from_children: Vec<Option<SafetyClass>> = vec![None; items.len()];
        let mut children = vec![0_usize; items.len()];
        let mut needed_by_system = of_record;
        for at in (0..items.len()).rev() {
            let needs = items[at].own.max(items[at].required()).max(from_children[at]);
            match order.steps[at].parent {
                Some(parent) => {
                    from_children[parent] = from_children[parent].max(needs);
                    children[parent] += 1;
                }
                None => needed_by_system = needed_by_system.max(needs.unwrap_or(SafetyClass::A)),
            }
        }
        // Down again: what counts.
        let class = needed_by_system;
        let mut placed: Vec<Placed> = Vec::with_capacity(items.len());
        for (at, item) in items.into_iter().enumerate() {
            let step = &order.steps[at];
            let above = step.parent.map_or(class, |parent| placed[parent].class);
            let (class, ground) = counted(&item, above, from_children[at]);
            placed.push(Placed {
                depth: step.depth,
                granted: granted[at],
                above,
                class,
                ground,
                children: children[at],
                item,
            });
        }
        Self { of_record, class, items: placed }
    }

    /// The item of that number.
    #[must_use]
    pub fn find(&self, number: i32) -> Option<&Placed> {
        self.items.iter().find(|placed| placed.item.number == number)
    }

    /// The items above that one, from the system down.
    #[must_use]
    pub fn above(&self, number: i32) -> Vec<&Placed> {
        let mut above = Vec::new();
        let mut next = self.find(number).and_then(|placed| placed.item.parent);
        while let Some(placed) = next.and_then(|number| self.find(number)) {
            // Whatever the records say, the way up ends.
            if above.len() > self.items.len() {
                break;
            }
            above.push(placed);
            next = placed.item.parent;
        }
        above.reverse();
        above
    }

    /// The numbers of an item and of everything below it.
    #[must_use]
    pub fn branch(&self, number: i32) -> Vec<i32> {
        let Some(start) = self.items.iter().position(|placed| placed.item.number == number) else {
            return Vec::new();
        };
        let depth = self.items[start].depth;
        let below = self.items[start + 1..].iter().take_while(|placed| placed.depth > depth);
        std::iter::once(number).chain(below.map(|placed| placed.item.number)).collect()
    }

    /// Whether items of different classes stand in the system.
    #[must_use]
    pub fn is_mixed(&self) -> bool {
        self.items.iter().any(|placed| placed.class != self.class)
    }

    /// Everything that is wrong within the tree, blocking findings first. Whether the tree goes with what the answers and
    /// the register say is a matter of contradictions.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        for (at, placed) in self.items.iter().enumerate() {
            self.note(at, placed, &mut found);
        }
        found.sort();
        found
    }

    fn note(&self, at: usize, placed: &Placed, found: &mut Vec<Finding>) {
        let item = &placed.item;
        let granted_above = self.parent_of(at).map_or(self.of_record, |parent| parent.granted);
        if item.own > Some(granted_above) {
            found.push(Finding::about_item(Check::ItemAboveParent, item.number));
        }
        if let Some(own) = item.own
            && own < placed.above
        {
            if !item.is_segregated {
                found.push(Finding::about_item(Check::LowerWithoutSegregation, item.number));
            } else if placed.above == SafetyClass::C && !item.says_where_kept {
                found.push(Finding::about_item(Check::SegregationNotKept, item.number));
            }
        }
        let heaviest = item.controls.iter().max_by_key(|here| (here.class, std::cmp::Reverse(here.control)));
        if let Some(here) = heaviest.filter(|here| here.class > placed.granted) {
            found.push(Finding {
                control: Some(here.control),
                ..Finding::about_item(Check::ItemBelowControlledRisk, item.number)
            });
        }
    }

    /// The nearest item before this one that stands higher.
    fn parent_of(&self, at: usize) -> Option<&Placed> {
        let depth = self.items[at].depth;
        self.items[..at].iter().rev().find(|placed| placed.depth < depth)
    }

    /// What is wrong with writing this class on an item, beside the field that it is about.
    ///
    /// # Errors
    /// A lower class than the parent's needs a segregation rationale (4.3 d), below class C also where it is kept
    /// effective (5.3.5); no item is below the risks that it controls (7.2.2 b).
    pub fn check_class(&self, number: i32, class: &ItemClass) -> Result<(), Violations> {
        let items = self
            .items
            .iter()
            .map(|placed| match placed.item.clone() {
                item if item.number == number => item.classed(class),
                item => item,
            })
            .collect();
        Self::of(self.of_record, items).check_written(number)
    }

    /// What is wrong with the class written on an item of this tree.
    ///
    /// # Errors
    /// As [`Tree::check_class`].
    pub fn check_written(&self, number: i32) -> Result<(), Violations> {
        let mut wrong = Violations::none();
        let Some((placed, own)) = self.find(number).and_then(|placed| Some((placed, placed.item.own?)))
        else {
            return Ok(());
        };
        let mut note = |field: &str, code, place: &str| {
            wrong.push(
                Violation::error(field, Code::Item(code))
                    .resting_on(Citation::new(Document::Iec62304, place)),
            );
        };
        if let Some(required) = placed.item.required().filter(|required| *required > own) {
            note("class", ItemCode::BelowControlledRisk { required }, "7.2.2");
        }
        if own < placed.above {
            if !placed.item.is_segregated {
                note("segregation", ItemCode::SegregationMissing { above: placed.above }, "4.3 d");
            }
            if placed.above == SafetyClass::C && !placed.item.says_where_kept {
                note("kept_effective", ItemCode::KeptEffectiveMissing, "5.3.5");
            }
        }
        wrong.into_result()
    }

    /// What is wrong with putting one more item there.
    ///
    /// # Errors
    /// When there is no such place, or the tree would grow too large or too deep.
    pub fn check_place(&self, parent: Option<i32>) -> Result<(), Violation> {
        if self.items.len() >= MOST {
            return Err(Violation::error("", Code::Item(ItemCode::TooMany)));
        }
        let depth = self.depth_below(parent)?;
        if depth >= DEEPEST { Err(Violation::error("parent", Code::Item(ItemCode::TooDeep))) } else { Ok(()) }
    }

    /// What is wrong with moving an item, and everything below it, there.
    ///
    /// # Errors
    /// When there is no such item or place, the place lies inside the item, or the tree would grow too deep.
    pub fn check_move(&self, number: i32, parent: Option<i32>) -> Result<(), Violation> {
        let branch = self.branch(number);
        if parent.is_some_and(|parent| branch.contains(&parent)) {
            return Err(Violation::error("parent", Code::Item(ItemCode::InsideItself)));
        }
        let top = self.find(number).map_or(0, |placed| placed.depth);
        let height = branch
            .iter()
            .filter_map(|number| self.find(*number))
            .map(|placed| placed.depth - top)
            .max()
            .unwrap_or(0);
        let depth = self.depth_below(parent)?;
        if depth + height >= DEEPEST {
            return Err(Violation::error("parent", Code::Item(ItemCode::TooDeep)));
        }
        Ok(())
    }

    /// What is wrong with taking an item out.
    ///
    /// # Errors
    /// While it holds items, or implements risk controls.
    pub fn check_withdraw(&self, number: i32) -> Result<(), Violation> {
        let Some(placed) = self.find(number) else { return Ok(()) };
        if placed.children > 0 {
            return Err(Violation::error("", Code::Item(ItemCode::HoldsItems)));
        }
        match placed.item.controls.first() {
            Some(here) => {
                Err(Violation::error("", Code::Item(ItemCode::ImplementsControl { control: here.control })))
            }
            None => Ok(()),
        }
    }

    /// What is wrong with classing work for a group lower. `number` is the item that holds the group; none the system.
    ///
    /// # Errors
    /// When the class is not lower than the highest in the group.
    pub fn check_group(&self, number: Option<i32>, group: Option<&GroupClass>) -> Result<(), Violation> {
        let highest = number.map_or(Some(self.class), |number| self.find(number).map(|placed| placed.class));
        match (group, highest) {
            (Some(group), Some(highest)) if group.class >= highest => {
                Err(Violation::error("group_class", Code::Item(ItemCode::GroupNotLower { highest }))
                    .resting_on(Citation::new(Document::Iec62304, "4.3 f")))
            }
            _ => Ok(()),
        }
    }

    fn depth_below(&self, parent: Option<i32>) -> Result<usize, Violation> {
        match parent {
            None => Ok(0),
            Some(parent) => self
                .find(parent)
                .map(|placed| placed.depth + 1)
                .ok_or_else(|| Violation::error("parent", Code::Item(ItemCode::NoSuchItem))),
        }
    }
}

/// The class that counts for an item below a parent of class `above`, and why.
fn counted(item: &Item, above: SafetyClass, from_children: Option<SafetyClass>) -> (SafetyClass, Ground) {
    match item.own {
        Some(own) if own >= above => (above, Ground::Own),
        Some(_) if !item.is_segregated => (above, Ground::NotSegregated),
        Some(own) => {
            let required = item.required();
            // What needs more than is written is never above the parent: the parent has grown with it.
            let needed = Some(own).max(required).max(from_children).unwrap_or(own);
            let ground = if needed == own {
                Ground::Own
            } else if required == Some(needed) {
                Ground::Control
            } else {
                Ground::Child
            };
            (needed, ground)
        }
        None => (above, Ground::Inherited),
    }
}

/// The order in which a tree is drawn: each item before what it holds.
struct Order {
    steps: Vec<Step>,
}

struct Step {
    number: i32,
    depth: usize,
    /// Where its parent stands in the order.
    parent: Option<usize>,
}

impl Order {
    fn of(items: &[Item]) -> Self {
        let mut parents: BTreeMap<i32, Option<i32>> = BTreeMap::new();
        for item in items {
            parents.entry(item.number).or_insert(item.parent);
        }
        let mut below: BTreeMap<Option<i32>, Vec<i32>> = BTreeMap::new();
        for (number, parent) in &parents {
            let parent = parent.filter(|parent| parents.contains_key(parent) && parent != number);
            below.entry(parent).or_default().push(*number);
        }
        let mut order = Self { steps: Vec::with_capacity(parents.len()) };
        let mut placed = std::collections::BTreeSet::new();
        let tops = below.get(&None).cloned().unwrap_or_default();
        // After those that lead to the system, what stands in a circle is opened at its lowest number.
        for number in tops.into_iter().chain(parents.keys().copied()) {
            if !placed.contains(&number) {
                order.place(number, &below, &mut placed);
            }
        }
        order
    }

    fn place(
        &mut self,
        top: i32,
        below: &BTreeMap<Option<i32>, Vec<i32>>,
        placed: &mut std::collections::BTreeSet<i32>,
    ) {
        let mut waiting: Vec<(i32, usize, Option<usize>)> = vec![(top, 0, None)];
        while let Some((number, depth, parent)) = waiting.pop() {
            if !placed.insert(number) {
                continue;
            }
            let at = self.steps.len();
            self.steps.push(Step { number, depth, parent });
            let children = below.get(&Some(number)).map(Vec::as_slice).unwrap_or_default();
            waiting.extend(children.iter().rev().map(|child| (*child, depth + 1, Some(at))));
        }
    }
}

/// What can be wrong with what is entered about items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ItemCode {
    /// Another item in use has the name.
    NameTaken,
    /// No item of that number in this product.
    NoSuchItem,
    /// An item can not stand inside itself.
    InsideItself,
    /// More items below each other than are taken.
    TooDeep,
    /// More items than a product takes.
    TooMany,
    /// A class lower than the parent's, and no segregation rationale.
    SegregationMissing {
        /// The class of what holds it.
        above: SafetyClass,
    },
    /// A segregation from class C, and not where it is kept effective.
    KeptEffectiveMissing,
    /// A class below that of a risk that the item controls.
    BelowControlledRisk {
        /// The class of that risk.
        required: SafetyClass,
    },
    /// It still holds items.
    HoldsItems,
    /// It still implements a risk control.
    ImplementsControl {
        /// The control's number.
        control: i32,
    },
    /// A rationale for less that names no lower class than the highest in the group.
    GroupNotLower {
        /// The highest class in the group.
        highest: SafetyClass,
    },
    /// A lower class for the group, and no rationale.
    GroupRationaleMissing,
    /// A risk control names an item and is implemented somewhere else.
    ControlElsewhere,
}

impl ItemCode {
    /// The stable code.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::NameTaken => "I001",
            Self::NoSuchItem => "I002",
            Self::InsideItself => "I003",
            Self::TooDeep => "I004",
            Self::TooMany => "I005",
            Self::SegregationMissing { .. } => "I006",
            Self::KeptEffectiveMissing => "I007",
            Self::BelowControlledRisk { .. } => "I008",
            Self::HoldsItems => "I009",
            Self::ImplementsControl { .. } => "I010",
            Self::GroupNotLower { .. } => "I011",
            Self::GroupRationaleMissing => "I012",
            Self::ControlElsewhere => "I013",
        }
    }
}

#[cfg(test)]
mod tests;
