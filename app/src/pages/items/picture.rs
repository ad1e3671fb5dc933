//! The tree as a picture: boxes from the system at the start edge to the smallest items, drawn by the server, the
//! same on screen and on paper.
//!
//! Classes are told by letter and by gauge fields, as on every plate; segregation by a broken outline. Nothing is told
//! by colour. The table of items says everything that the picture says.

use domain::item::{Placed, Tree};
use domain::scheme::iec62304::SafetyClass;
use leptos::prelude::*;
use service::items::Items;

use crate::words::items::number;

/// The size of a box, and the room between boxes.
const WIDTH: i32 = 176;
const HEIGHT: i32 = 48;
const ACROSS: i32 = 30;
const BETWEEN: i32 = 8;
/// The tallest picture that is still readable when it is shrunk to one sheet of paper.
const ONE_SHEET: i32 = 1500;
/// How many letters fit into a line of a box.
const LINE: usize = 25;

/// A box of the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Drawn {
    x: i32,
    y: i32,
    code: String,
    lines: Vec<String>,
    class: SafetyClass,
    is_segregated: bool,
    /// Where the line from what holds it begins.
    from: Option<(i32, i32)>,
}

/// Places the boxes: one column a depth, what holds others in the middle of them.
fn drawn(items: &Items, system: &str) -> (Vec<Drawn>, i32, i32) {
    let tree = &items.tree;
    let mut top = vec![0_i32; tree.items.len()];
    let mut next_row = 0;
    let below = |at: usize, depth: usize| children(tree, at, depth);
    // From the last to the first: what is held is placed before what holds it.
    for (at, placed) in tree.items.iter().enumerate() {
        if placed.children == 0 {
            top[at] = next_row * (HEIGHT + BETWEEN);
            next_row += 1;
        }
    }
    for (at, placed) in tree.items.iter().enumerate().rev() {
        let held = below(at + 1, placed.depth + 1);
        if let (Some(first), Some(last)) = (held.first(), held.last()) {
            top[at] = i32::midpoint(top[*first], top[*last]);
        }
    }
    let first_row = below(0, 0);
    let system_top = match (first_row.first(), first_row.last()) {
        (Some(first), Some(last)) => i32::midpoint(top[*first], top[*last]),
        _ => 0,
    };
    let mut boxes = vec![Drawn {
        x: 0,
        y: system_top,
        code: "software system".to_owned(),
        lines: wrapped(system),
        class: tree.class,
        is_segregated: false,
        from: None,
    }];
    let mut parents: Vec<i32> = Vec::new();
    let mut deepest = 0;
    for (at, placed) in tree.items.iter().enumerate() {
        parents.truncate(placed.depth);
        let parent_top = parents.last().copied().unwrap_or(system_top);
        parents.push(top[at]);
        deepest = deepest.max(placed.depth);
        let column = i32::try_from(placed.depth).unwrap_or(0);
        boxes.push(Drawn {
            x: (column + 1) * (WIDTH + ACROSS),
            y: top[at],
            code: number(placed.item.number),
            lines: wrapped(items.name(placed.item.number)),
            class: placed.class,
            is_segregated: placed.is_lower(),
            from: Some((column * (WIDTH + ACROSS) + WIDTH, parent_top + HEIGHT / 2)),
        });
    }
    let columns = if tree.items.is_empty() { 1 } else { i32::try_from(deepest).unwrap_or(0) + 2 };
    let width = columns * (WIDTH + ACROSS) - ACROSS;
    let height = next_row.max(1) * (HEIGHT + BETWEEN) - BETWEEN;
    (boxes, width, height)
}

/// Where the items of one depth stand, from `at` on, as long as nothing higher comes between.
fn children(tree: &Tree, at: usize, depth: usize) -> Vec<usize> {
    let rest = tree.items.iter().enumerate().skip(at);
    rest.take_while(|(_, placed)| placed.depth >= depth)
        .filter(|(_, placed)| placed.depth == depth)
        .map(|(at, _): (usize, &Placed)| at)
        .collect()
}

/// A name in two lines at most; what does not fit ends in dots, and stands whole in the box's title.
fn wrapped(name: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in name.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= LINE => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    let too_many = lines.len() > 2;
    lines.truncate(2);
    let last = lines.len().saturating_sub(1);
    for (at, line) in lines.iter_mut().enumerate() {
        let cut = line.chars().count() > LINE || (too_many && at == last);
        if cut {
            let kept: String = line.chars().take(LINE - 1).collect();
            *line = format!("{}…", kept.trim_end());
        }
    }
    lines
}

/// The picture with its key.
#[component]
pub(super) fn Picture(
    /// The items.
    items: Items,
    /// The name of the software system.
    system: String,
) -> impl IntoView {
    let (boxes, width, height) = drawn(&items, &system);
    let lines: Vec<_> = boxes
        .iter()
        .filter_map(|drawn| drawn.from.map(|from| (from, drawn.x, drawn.y + HEIGHT / 2)))
        .map(|((from_x, from_y), x, y)| {
            let middle = from_x + ACROSS / 2;
            view! { <path class="tree-line" d=format!("M{from_x} {from_y}H{middle}V{y}H{x}") /> }
        })
        .collect();
    let boxes: Vec<_> = boxes.into_iter().map(|drawn| view! { <Boxed drawn /> }).collect();
    // A tall picture is let run over several sheets; others are kept on one.
    let frame = if height <= ONE_SHEET { "tree-frame is-one-sheet" } else { "tree-frame" };
    let view_box = format!("-1 -1 {} {}", width + 2, height + 2);
    view! {
        <div class=frame tabindex="0" role="region" aria-label="Picture of the tree">
            <svg class="tree-picture" viewBox=view_box width=(width + 2).to_string() height=(height + 2).to_string()
                role="img" aria-labelledby="tree-title" aria-describedby="tree-about">
                <title id="tree-title">{format!("The software items of {system}")}</title>
                <desc id="tree-about">"Each box is an item with its class. Lines lead from what holds to what is held. The table of items says the same in words."</desc>
                {lines}
                {boxes}
            </svg>
        </div>
        <p class="tree-key">
            "Lines lead from what holds to what is held. A broken outline: segregated, and therefore lower than what holds it. \
             Class: no field filled is A, one is B, the whole plate is C."
        </p>
    }
}

#[component]
fn Boxed(drawn: Drawn) -> impl IntoView {
    let Drawn { x, y, code, lines, class, is_segregated, .. } = drawn;
    let outline = if is_segregated { "tree-box is-segregated" } else { "tree-box" };
    let names: Vec<_> = lines
        .into_iter()
        .zip([29, 42])
        .map(|(line, down)| view! { <text class="tree-name" x=(x + 10).to_string() y=(y + down).to_string()>{line}</text> })
        .collect();
    view! {
        <rect class=outline x=x.to_string() y=y.to_string() width=WIDTH.to_string() height=HEIGHT.to_string() rx="2" />
        <text class="tree-code" x=(x + 10).to_string() y=(y + 15).to_string()>{code}</text>
        {names}
        <Gauge x=x + WIDTH - 44 y=y + 4 class />
    }
}

/// A class plate, drawn: two gauge fields and the letter.
#[component]
fn Gauge(x: i32, y: i32, class: SafetyClass) -> impl IntoView {
    let whole = class == SafetyClass::C;
    let frame = if whole { "tree-plate is-whole" } else { "tree-plate" };
    let letter = if whole { "tree-letter is-whole" } else { "tree-letter" };
    let filled = (class == SafetyClass::B).then(|| {
        view! { <rect class="tree-field" x=x.to_string() y=y.to_string() width="6" height="16" /> }
    });
    let inner = (!whole).then(|| {
        view! { <path class="tree-plate" d=format!("M{} {y}v16M{} {y}v16", x + 6, x + 12) /> }
    });
    view! {
        <rect class=frame x=x.to_string() y=y.to_string() width="38" height="16" rx="2" />
        {filled}
        {inner}
        <text class=letter x=(x + 25).to_string() y=(y + 12).to_string()>{class.letter()}</text>
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::item::Item;
    use domain::revision::Revision;
    use service::items::SystemRecord;

    use super::*;

    fn items(parents: &[(i32, Option<i32>)]) -> Items {
        let items = parents.iter().map(|(number, parent)| Item {
            number: *number,
            parent: *parent,
            ..Item::default()
        });
        Items {
            held: service::deliverables::Held::Unclassified,
            tree: Tree::of(SafetyClass::C, items.collect()),
            records: BTreeMap::new(),
            implemented: Vec::new(),
            system: SystemRecord { id: None, group: None, revision: Revision(0) },
        }
    }

    #[test]
    fn no_two_boxes_overlap_and_all_stand_inside_the_picture() {
        let tree =
            items(&[(1, None), (2, Some(1)), (3, Some(1)), (4, Some(3)), (5, None), (6, Some(5)), (7, None)]);
        let (boxes, width, height) = drawn(&tree, "System");
        assert_eq!(boxes.len(), 8);
        for (at, one) in boxes.iter().enumerate() {
            assert!(
                one.x >= 0 && one.x + WIDTH <= width && one.y >= 0 && one.y + HEIGHT <= height,
                "{one:?}"
            );
            for other in &boxes[at + 1..] {
                let apart = (one.x - other.x).abs() >= WIDTH || (one.y - other.y).abs() >= HEIGHT + BETWEEN;
                assert!(apart, "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn what_holds_others_stands_in_the_middle_of_them() {
        let (boxes, ..) = drawn(&items(&[(1, None), (2, Some(1)), (3, Some(1)), (4, Some(1))]), "System");
        assert_eq!(boxes[1].y, boxes[3].y, "SI-001 stands level with the second of its three");
        assert_eq!(boxes[3].from, Some((2 * WIDTH + ACROSS, boxes[1].y + HEIGHT / 2)));
    }

    #[test]
    fn names_take_two_lines_at_most() {
        assert_eq!(wrapped("Dose calculator"), ["Dose calculator"]);
        assert_eq!(wrapped("Update service and start chain"), ["Update service and start", "chain"]);
        let long = wrapped("One name that goes on and on until nobody reads it any more at all");
        assert_eq!(long.len(), 2);
        assert!(long[1].ends_with('…') && long.iter().all(|line| line.chars().count() <= LINE));
        assert_eq!(wrapped(&"x".repeat(60)), [format!("{}…", "x".repeat(24))]);
    }
}
