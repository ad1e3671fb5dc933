//! How many rows of a register stand where: read from the tally that the database keeps, so that it costs the same
//! however long the register.

use std::collections::BTreeMap;

use domain::finding::Finding;
use domain::ids::ProductId;
use domain::plan::Cell;
use domain::risk::{Acceptance, Severity};
use domain::scheme::iec62304::SafetyClass;
use domain::what_if::Beside;

use uuid::Uuid;

use crate::{Store, StoreError};

/// How many rows stand where.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Rows by cell before control; no cell means not estimated.
    pub initial: Vec<(Option<Cell>, i64)>,
    /// Rows by cell after control.
    pub left: Vec<(Option<Cell>, i64)>,
    /// Rows by evaluation after control.
    pub left_by_evaluation: Vec<(Option<Acceptance>, i64)>,
    /// Rows that were withdrawn.
    pub withdrawn: i64,
    /// Rows with findings that block.
    pub rows_with_blocks: i64,
    /// Rows with findings that warn.
    pub rows_with_warnings: i64,
}

impl Counts {
    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> i64 {
        self.left_by_evaluation.iter().map(|(_, count)| count).sum()
    }
}

/// What the rows of a product come to together.
#[derive(Clone, Debug)]
pub struct Tally {
    /// How many rows stand where.
    pub counts: Counts,
    /// Rows by the class that they need.
    classes: [i64; 3],
    /// The same once unverified external controls do not count.
    firm_classes: [i64; 3],
    /// Rows that hold a harm of severity 3 or more.
    severe: i64,
    /// How many findings block.
    pub blocks: i64,
    /// How many findings warn.
    pub warns: i64,
}

impl Tally {
    /// Of a register without rows.
    fn empty() -> Self {
        Self {
            counts: Counts::default(),
            classes: [0; 3],
            firm_classes: [0; 3],
            severe: 0,
            blocks: 0,
            warns: 0,
        }
    }

    /// The heaviest class that any row needs.
    #[must_use]
    pub fn class(&self) -> SafetyClass {
        heaviest(self.classes)
    }

    /// The same once unverified external controls do not count.
    #[must_use]
    pub fn firm_class(&self) -> SafetyClass {
        heaviest(self.firm_classes)
    }

    /// Whether any row holds a harm of severity 3 or more.
    #[must_use]
    pub const fn any_severe(&self) -> bool {
        self.severe > 0
    }

    /// The worst severity of any row before control, where one was estimated in full.
    #[must_use]
    pub fn worst_before(&self) -> Option<Severity> {
        worst(self.before())
    }

    /// Rows by their severity before control, mildest first.
    fn before(&self) -> [i64; 5] {
        let mut rows = [0; 5];
        for (cell, count) in &self.counts.initial {
            if let Some(cell) = cell {
                rows[usize::from(cell.severity.level() - 1)] += count;
            }
        }
        rows
    }

    fn note(&mut self, what: &str, place: i16, count: i64) {
        let counts = &mut self.counts;
        match what {
            "initial" => counts.initial.push((Cell::of_number(place), count)),
            "left" => counts.left.push((Cell::of_number(place), count)),
            "evaluation" => counts.left_by_evaluation.push((evaluation(place), count)),
            "withdrawn" => counts.withdrawn = count,
            "blocked" => counts.rows_with_blocks = count,
            "warned" => counts.rows_with_warnings = count,
            "class" => self.classes[class_place(place)] = count,
            "firm_class" => self.firm_classes[class_place(place)] = count,
            "severe" => self.severe = count,
            "blocks" => self.blocks = count,
            "warns" => self.warns = count,
            _ => {}
        }
    }
}

/// Counts a product's rows.
///
/// # Errors
/// When the database does not answer.
pub async fn tally(store: &Store, product: ProductId) -> Result<Tally, StoreError> {
    Ok(tallies(store, &[product]).await?.remove(&product).unwrap_or_else(Tally::empty))
}

/// Counts the rows of several products; those without any are left out.
///
/// # Errors
/// When the database does not answer.
pub async fn tallies(
    store: &Store,
    products: &[ProductId],
) -> Result<BTreeMap<ProductId, Tally>, StoreError> {
    let products: Vec<Uuid> = products.iter().map(|product| product.uuid()).collect();
    let rows = sqlx::query!(
        r#"select product_id, what, place, sum(moved) as "count!" from run.register_tally
            where product_id = any ($1) group by product_id, what, place having sum(moved) <> 0
            order by product_id, what, place"#,
        &products
    )
    .fetch_all(store.read())
    .await?;
    let mut tallies: BTreeMap<ProductId, Tally> = BTreeMap::new();
    for row in rows {
        let tally = tallies.entry(row.product_id.into()).or_insert_with(Tally::empty);
        tally.note(&row.what, row.place, row.count);
    }
    Ok(tallies)
}

/// What all rows but these need together.
///
/// # Errors
/// When the database does not answer.
pub async fn standing_beside(
    store: &Store,
    product: ProductId,
    without: &[i32],
) -> Result<Beside, StoreError> {
    let Tally { mut classes, mut firm_classes, mut severe, counts, .. } = tally(store, product).await?;
    let mut before = Tally { counts, ..Tally::empty() }.before();
    let rows = sqlx::query!(
        "select s.class, s.firm_class, s.severe, r.initial_cell
           from run.risk_standing s join app.risk r on r.risk_id = s.risk_id
          where r.product_id = $1 and r.number = any ($2)",
        product.uuid(),
        without
    )
    .fetch_all(store.read())
    .await?;
    for row in rows {
        classes[class_place(row.class)] -= 1;
        firm_classes[class_place(row.firm_class)] -= 1;
        severe -= i64::from(row.severe);
        if let Some(cell) = row.initial_cell.and_then(Cell::of_number) {
            before[usize::from(cell.severity.level() - 1)] -= 1;
        }
    }
    Ok(Beside {
        class: heaviest(classes),
        firm_class: heaviest(firm_classes),
        any_severe: severe > 0,
        worst_before: worst(before),
    })
}

/// The heaviest class that has rows.
fn heaviest(rows: [i64; 3]) -> SafetyClass {
    let found = SafetyClass::ALL.into_iter().zip(rows).rfind(|(_, rows)| *rows > 0);
    found.map_or(SafetyClass::A, |(class, _)| class)
}

/// The worst severity that has rows.
fn worst(rows: [i64; 5]) -> Option<Severity> {
    Severity::ALL.into_iter().zip(rows).rfind(|(_, rows)| *rows > 0).map(|(severity, _)| severity)
}

/// Where a class stands in a list of all, from its number in the database.
fn class_place(number: i16) -> usize {
    usize::try_from(number - 1).unwrap_or(0).min(2)
}

/// The evaluation that the tally keeps under this number.
const fn evaluation(place: i16) -> Option<Acceptance> {
    match place {
        1 => Some(Acceptance::Acceptable),
        2 => Some(Acceptance::Reduce),
        3 => Some(Acceptance::Unacceptable),
        _ => None,
    }
}

/// The first rows that need `class`: number and ground.
///
/// # Errors
/// When the database does not answer.
pub async fn because(
    store: &Store,
    product: ProductId,
    class: SafetyClass,
) -> Result<Vec<(i32, String)>, StoreError> {
    let rows = sqlx::query!(
        "select number, ground from run.risk_standing where product_id = $1 and class = $2 order by number limit 5",
        product.uuid(),
        class_number(class)
    )
    .fetch_all(store.read())
    .await?;
    Ok(rows.into_iter().map(|row| (row.number, row.ground)).collect())
}

/// The first findings about rows that block, then the first that warn: at most a dozen.
///
/// # Errors
/// When the database does not answer.
pub async fn first_findings(store: &Store, product: ProductId) -> Result<Vec<Finding>, StoreError> {
    let marked = sqlx::query!(
        "(select number, marks from run.risk_standing where product_id = $1 and blocks > 0 order by number limit 12)
          union all
         (select number, marks from run.risk_standing where product_id = $1 and blocks = 0 and warns > 0
           order by number limit 12)",
        product.uuid()
    )
    .fetch_all(store.read())
    .await?;
    let mut first: Vec<Finding> = marked
        .into_iter()
        .filter_map(|row| row.number.zip(row.marks))
        .flat_map(|(number, marks)| {
            marks.into_iter().filter_map(move |mark| Finding::of_mark(&mark, number)).collect::<Vec<_>>()
        })
        .collect();
    first.sort_by_key(|finding| finding.level);
    first.truncate(12);
    Ok(first)
}

pub(super) const fn class_number(class: SafetyClass) -> i16 {
    match class {
        SafetyClass::A => 1,
        SafetyClass::B => 2,
        SafetyClass::C => 3,
    }
}
