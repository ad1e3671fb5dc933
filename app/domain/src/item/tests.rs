use proptest::prelude::*;

use super::*;
use SafetyClass::{A, B, C};

fn item(number: i32, parent: Option<i32>) -> Item {
    Item { number, parent, ..Item::default() }
}

fn own(number: i32, parent: Option<i32>, class: SafetyClass) -> Item {
    Item { own: Some(class), ..item(number, parent) }
}

fn segregated(number: i32, parent: Option<i32>, class: SafetyClass) -> Item {
    Item { is_segregated: true, says_where_kept: true, ..own(number, parent, class) }
}

fn controlling(mut item: Item, class: SafetyClass) -> Item {
    item.controls = vec![ControlHere { class, control: 43 }];
    item
}

/// Numbers, classes and grounds in the order of the tree.
fn told(tree: &Tree) -> Vec<(i32, SafetyClass, Ground)> {
    tree.items.iter().map(|placed| (placed.item.number, placed.class, placed.ground)).collect()
}

fn codes(tree: &Tree) -> Vec<(&'static str, Option<i32>)> {
    tree.findings().iter().map(|finding| (finding.check.id(), finding.item)).collect()
}

/// X, Y, W and Z of the published example.
const X: i32 = 1;
const Y: i32 = 2;
const W: i32 = 3;
const Z: i32 = 4;

/// IEC 62304 annex B, the partition of software items: X is class A; Y holds W, class B, and Z, class C.
fn published() -> Vec<Item> {
    vec![segregated(X, None, A), item(Y, None), segregated(W, Some(Y), B), own(Z, Some(Y), C)]
}

#[test]
fn the_published_partition_has_its_published_classes() {
    let tree = Tree::of(C, published());
    let expected = [(X, A, Ground::Own), (Y, C, Ground::Inherited), (W, B, Ground::Own), (Z, C, Ground::Own)];
    assert_eq!(told(&tree), expected);
    assert_eq!(tree.class, C);
    assert_eq!(codes(&tree), []);
    assert_eq!(class_from_items(&published()), Some(C));
    assert!(tree.is_mixed());
}

#[test]
fn the_published_partition_makes_its_system_class_c_from_below_too() {
    for of_record in [A, B] {
        let tree = Tree::of(of_record, published());
        assert_eq!(tree.class, C);
        assert_eq!(tree.find(Y).unwrap().class, C);
        assert!(codes(&tree).contains(&("C25", Some(Z))));
    }
}

#[test]
fn an_item_below_another_follows_this_table() {
    // The parent is class C of record; W stands directly in the system.
    let table: [(Item, SafetyClass, Ground, &[&str]); 9] = [
        (item(W, None), C, Ground::Inherited, &[]),
        (own(W, None, C), C, Ground::Own, &[]),
        (own(W, None, B), C, Ground::NotSegregated, &["C26"]),
        (own(W, None, A), C, Ground::NotSegregated, &["C26"]),
        (segregated(W, None, B), B, Ground::Own, &[]),
        (segregated(W, None, A), A, Ground::Own, &[]),
        (Item { says_where_kept: false, ..segregated(W, None, A) }, A, Ground::Own, &["C63"]),
        (controlling(segregated(W, None, A), B), B, Ground::Control, &["C29"]),
        (controlling(segregated(W, None, A), C), C, Ground::Control, &["C29"]),
    ];
    for (item, class, ground, wrong) in table {
        let tree = Tree::of(C, vec![item.clone()]);
        assert_eq!(told(&tree), [(W, class, ground)], "{item:?}");
        let found: Vec<_> = codes(&tree).into_iter().map(|(code, _)| code).collect();
        assert_eq!(found, wrong, "{item:?}");
    }
}

#[test]
fn below_class_b_nobody_asks_where_a_segregation_is_kept_effective() {
    let unsaid = Item { says_where_kept: false, ..segregated(W, None, A) };
    assert_eq!(codes(&Tree::of(B, vec![unsaid, own(X, None, B)])), []);
}

#[test]
fn a_child_above_its_parent_raises_it_and_is_a_finding() {
    let tree = Tree::of(C, vec![segregated(Y, None, A), own(Z, Some(Y), C), item(X, None)]);
    assert_eq!(tree.find(Y).map(|placed| (placed.class, placed.ground)), Some((C, Ground::Child)));
    assert_eq!(codes(&tree), [("C25", Some(Z))]);
}

#[test]
fn a_sibling_that_raises_the_parent_raises_what_only_inherits() {
    let tree = Tree::of(C, vec![segregated(Y, None, A), own(Z, Some(Y), B), item(W, Some(Y)), item(X, None)]);
    assert_eq!(tree.find(W).map(|placed| placed.class), Some(B), "W has no rationale to be lower than Y");
}

#[test]
fn a_control_of_a_heavier_risk_raises_everything_above_it() {
    let tree = Tree::of(A, vec![item(Y, None), controlling(item(Z, Some(Y)), B)]);
    assert_eq!(tree.class, B);
    assert!(tree.items.iter().all(|placed| placed.class == B));
    let finding = tree.findings().into_iter().find(|finding| finding.check == Check::ItemBelowControlledRisk);
    assert_eq!(finding.map(|found| (found.item, found.control)), Some((Some(Z), Some(43))));
    assert_eq!(class_from_items(&[item(Y, None), controlling(item(Z, Some(Y)), B)]), Some(B));
}

#[test]
fn items_that_only_inherit_say_nothing_about_their_system() {
    assert_eq!(class_from_items(&[]), None);
    assert_eq!(class_from_items(&[item(X, None), item(Y, Some(X))]), None);
    assert_eq!(class_from_items(&[own(X, None, A), item(Y, Some(X))]), Some(A));
}

#[test]
fn the_highest_class_governs_a_group_unless_a_rationale_names_less() {
    let cases = [(C, None, C), (C, Some(B), B), (C, Some(A), A), (B, Some(C), B), (A, Some(A), A)];
    for (highest, lower, expected) in cases {
        assert_eq!(governing(highest, lower), expected);
    }
    let mut items = published();
    items[1].group = Some(B);
    assert_eq!(Tree::of(C, items).find(Y).unwrap().group_class(), B);
}

#[test]
fn a_form_is_told_what_is_missing_beside_its_field() {
    let tree = Tree::of(C, vec![item(X, None), controlling(item(Y, None), B), item(W, Some(Y))]);
    let text = || Some(Statement::stored("Own process, no shared memory.".to_owned()));
    let class = |own, segregation, kept_effective| ItemClass { own, segregation, kept_effective };
    let wrong = |number, class: &ItemClass| -> Vec<(String, &'static str)> {
        let found = tree.check_class(number, class).err().unwrap_or_default();
        found.0.iter().map(|violation| (violation.field.clone(), violation.code.id())).collect()
    };
    let pair = |field: &str, code| (field.to_owned(), code);
    assert_eq!(wrong(X, &ItemClass::default()), []);
    assert_eq!(wrong(X, &class(Some(C), None, None)), []);
    assert_eq!(
        wrong(X, &class(Some(A), None, None)),
        [pair("segregation", "I006"), pair("kept_effective", "I007")]
    );
    assert_eq!(wrong(X, &class(Some(A), text(), None)), [pair("kept_effective", "I007")]);
    assert_eq!(wrong(X, &class(Some(A), text(), text())), []);
    assert_eq!(wrong(Y, &class(Some(A), text(), text())), [pair("class", "I008")]);
    assert_eq!(wrong(Y, &class(Some(B), text(), text())), []);
}

#[test]
fn nothing_moves_into_itself_or_too_deep() {
    let chain: Vec<Item> = (1..=9).map(|number| item(number, (number > 1).then(|| number - 1))).collect();
    let mut items = chain;
    items.extend([item(20, None), item(21, Some(20))]);
    let tree = Tree::of(C, items);
    let code = |moved: Result<(), Violation>| moved.err().map(|violation| violation.code.id());
    assert_eq!(code(tree.check_move(1, Some(9))), Some("I003"));
    assert_eq!(code(tree.check_move(1, Some(1))), Some("I003"));
    assert_eq!(code(tree.check_move(2, None)), None);
    assert_eq!(code(tree.check_move(20, Some(8))), None, "nine above and one below: ten");
    assert_eq!(code(tree.check_move(20, Some(9))), Some("I004"));
    assert_eq!(code(tree.check_move(21, Some(99))), Some("I002"));
    assert_eq!(code(tree.check_place(Some(9))), None);
    assert_eq!(code(tree.check_place(Some(99))), Some("I002"));
    let full = Tree::of(C, (1..=500).map(|number| item(number, None)).collect());
    assert_eq!(code(full.check_place(None)), Some("I005"));
}

#[test]
fn only_what_holds_and_implements_nothing_is_withdrawn() {
    let tree = Tree::of(C, vec![item(X, None), item(Y, Some(X)), controlling(item(Z, None), B)]);
    let code = |number| tree.check_withdraw(number).err().map(|violation| violation.code.id());
    assert_eq!((code(X), code(Y), code(Z)), (Some("I009"), None, Some("I010")));
}

#[test]
fn a_group_is_classed_lower_or_not_at_all() {
    let tree = Tree::of(B, vec![item(X, None), item(Y, Some(X))]);
    let group =
        |class| GroupClass { class, rationale: Statement::stored("Integrated by the maker.".to_owned()) };
    assert!(tree.check_group(None, Some(&group(A))).is_ok());
    assert!(tree.check_group(Some(X), Some(&group(B))).is_err());
    assert!(tree.check_group(Some(X), None).is_ok());
}

fn any_class() -> impl Strategy<Value = SafetyClass> {
    prop_oneof![Just(A), Just(B), Just(C)]
}

/// Any list of items whatever: circles, lost parents, doubled numbers.
fn any_items() -> impl Strategy<Value = Vec<Item>> {
    let control = (any_class(), 1..9).prop_map(|(class, control)| ControlHere { class, control });
    let item = (
        1_i32..14,
        proptest::option::of(1_i32..16),
        proptest::option::of(any_class()),
        any::<(bool, bool)>(),
        proptest::collection::vec(control, 0..3),
    )
        .prop_map(|(number, parent, own, (is_segregated, says_where_kept), controls)| Item {
            number,
            parent,
            own,
            is_segregated,
            says_where_kept,
            group: None,
            controls,
        });
    proptest::collection::vec(item, 0..14)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn a_child_is_never_above_its_parent_and_a_parent_never_below_a_child(class in any_class(), items in any_items()) {
        let tree = Tree::of(class, items);
        prop_assert!(tree.class >= tree.of_record);
        for (at, placed) in tree.items.iter().enumerate() {
            let above = tree.parent_of(at).map_or(tree.class, |parent| parent.class);
            prop_assert!(placed.class <= above);
            prop_assert_eq!(placed.above, above);
            prop_assert!(placed.class >= placed.item.required().unwrap_or(A));
            prop_assert!(placed.class == above || placed.item.is_segregated);
        }
    }

    #[test]
    fn every_list_gives_a_tree_that_holds_each_item_once(class in any_class(), items in any_items()) {
        let numbers: std::collections::BTreeSet<i32> = items.iter().map(|item| item.number).collect();
        let tree = Tree::of(class, items);
        let placed: Vec<i32> = tree.items.iter().map(|placed| placed.item.number).collect();
        prop_assert_eq!(placed.len(), numbers.len());
        prop_assert_eq!(placed.into_iter().collect::<std::collections::BTreeSet<_>>(), numbers);
        let direct: usize = tree.items.iter().map(|placed| placed.children).sum();
        let top = tree.items.iter().filter(|placed| placed.depth == 0).count();
        prop_assert_eq!(direct + top, tree.items.len());
    }

    #[test]
    fn the_order_of_the_list_does_not_matter(class in any_class(), items in any_items()) {
        let mut seen = std::collections::BTreeSet::new();
        let items: Vec<Item> = items.into_iter().filter(|item| seen.insert(item.number)).collect();
        let turned: Vec<Item> = items.iter().rev().cloned().collect();
        prop_assert_eq!(Tree::of(class, items), Tree::of(class, turned));
    }

    #[test]
    fn a_tree_without_findings_is_held_to_exactly_what_is_written(class in any_class(), items in any_items()) {
        let tree = Tree::of(class, items);
        if tree.findings().is_empty() {
            prop_assert_eq!(tree.class, tree.of_record);
            for placed in &tree.items {
                prop_assert_eq!(placed.class, placed.granted);
            }
        }
    }

    #[test]
    fn a_heavier_class_of_record_never_lowers_an_item(items in any_items()) {
        let of = |class| Tree::of(class, items.clone());
        let (light, middle, heavy) = (of(A), of(B), of(C));
        for (one, other) in [(&light, &middle), (&middle, &heavy)] {
            for (light, heavy) in one.items.iter().zip(&other.items) {
                prop_assert!(light.class <= heavy.class);
            }
        }
    }

    #[test]
    fn what_the_checks_let_through_stays_a_tree_within_its_limits(class in any_class(), items in any_items(), number in 1_i32..14, to in proptest::option::of(1_i32..14)) {
        // Only trees that the checks could have let grow.
        let mut grown: Vec<Item> = Vec::new();
        for item in items {
            let tree = Tree::of(class, grown.clone());
            if tree.find(item.number).is_none() && tree.check_place(item.parent).is_ok() {
                grown.push(item);
            }
        }
        let tree = Tree::of(class, grown.clone());
        if tree.find(number).is_some() && tree.check_move(number, to).is_ok() {
            for item in grown.iter_mut().filter(|item| item.number == number) {
                item.parent = to;
            }
            let moved = Tree::of(class, grown.clone());
            for placed in &moved.items {
                prop_assert!(placed.depth < DEEPEST);
                // Each stands where its record says: no circle was opened.
                prop_assert_eq!(moved.above(placed.item.number).last().map(|above| above.item.number), placed.item.parent);
                prop_assert_eq!(moved.above(placed.item.number).len(), placed.depth);
            }
        }
    }
}
