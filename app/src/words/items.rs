//! Words about software items: what is wrong with an entry, what the checks found, why an item has its class.

use domain::finding::{Check, Finding};
use domain::item::{DEEPEST, Ground, ItemCode, LETTERS, MOST};
use domain::risk::shown_number;

/// What is wrong with an entry, and what to do.
#[must_use]
pub fn sentence(code: ItemCode) -> String {
    match code {
        ItemCode::NameTaken => "Another item has this name. Please choose one that tells them apart.".to_owned(),
        ItemCode::NoSuchItem => "There is no such item in this product any more. Please choose another.".to_owned(),
        ItemCode::InsideItself => "An item can not stand inside itself. Please choose another place.".to_owned(),
        ItemCode::TooDeep => {
            format!("At most {DEEPEST} items stand inside each other. Please choose a place further up.")
        }
        ItemCode::TooMany => {
            format!("A product holds up to {MOST} items. Please withdraw some, or describe larger ones.")
        }
        ItemCode::SegregationMissing { above } => format!(
            "What holds this item is class {above}. A lower class needs its rationale: how the item is segregated, so \
             that nothing of it can make the rest fail."
        ),
        ItemCode::KeptEffectiveMissing => {
            "Inside class C, please also say where the segregation is described and how it stays effective.".to_owned()
        }
        ItemCode::BelowControlledRisk { required } => format!(
            "This item implements a control of a risk of class {required}, so it has at least class {required}."
        ),
        ItemCode::HoldsItems => "This item still holds others. Please move or withdraw those first.".to_owned(),
        ItemCode::ImplementsControl { control } => format!(
            "{} is implemented in this item. Please name another place for it first.",
            shown_number("RC", control)
        ),
        ItemCode::GroupNotLower { highest } => format!(
            "The highest class in this group is {highest}, and it governs by itself. Please choose a lower one, or \
             none."
        ),
        ItemCode::GroupRationaleMissing => {
            "A lower class for the group needs its rationale, as it stands in the risk management file.".to_owned()
        }
        ItemCode::ControlElsewhere => {
            "An item of the tree is chosen, and the control is implemented somewhere else. Please change one of the two."
                .to_owned()
        }
    }
}

/// How an item is called in a sentence: `SI-007`.
#[must_use]
pub fn number(item: i32) -> String {
    shown_number(LETTERS, item)
}

/// What a check of the item tree found, in one sentence.
#[must_use]
pub fn finding(finding: &Finding) -> String {
    let item = finding.item.map_or_else(|| "The item".to_owned(), number);
    match finding.check {
        Check::ItemAboveParent => format!("{item} says a heavier class than what holds it."),
        Check::LowerWithoutSegregation => {
            format!("{item} says a lower class than what holds it, without a segregation rationale.")
        }
        Check::ItemBelowControlledRisk => match finding.control {
            Some(control) => format!(
                "{item} implements {}, and its class is below that of the risk controlled.",
                shown_number("RC", control)
            ),
            None => format!("{item} is below the class of a risk that it controls."),
        },
        Check::SegregationNotKept => {
            format!("{item} is segregated from class C, and nothing says where that is kept effective.")
        }
        _ => String::new(),
    }
}

/// What mends it.
#[must_use]
pub const fn fix(check: Check) -> &'static str {
    match check {
        Check::ItemAboveParent => "Compare both classes",
        Check::LowerWithoutSegregation => "Write the rationale, or inherit",
        Check::ItemBelowControlledRisk => "Raise the item, or move the control",
        Check::SegregationNotKept => "Say where it is kept effective",
        _ => "Look at the items",
    }
}

/// Why an item has the class that counts.
#[must_use]
pub const fn ground(ground: Ground) -> &'static str {
    match ground {
        Ground::Own => "its own",
        Ground::Inherited => "inherited",
        Ground::NotSegregated => "that of what holds it: a lower one has no rationale",
        Ground::Child => "raised by an item inside it",
        Ground::Control => "raised by a risk that it controls",
    }
}
