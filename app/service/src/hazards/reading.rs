//! Reading the register: pages of it, one row, the matrix, the summary, the way out.

use std::collections::BTreeMap;

use domain::access::Permission;
use domain::contradiction::RegisterSays;
use domain::finding::{Check, Finding, Level};
use domain::ids::ProductId;
use domain::plan::{Band, Cell};
use domain::register::{ClassShare, Completeness, Ground, ImpliedClass};
use domain::risk::{Acceptance, Estimate, Evaluation, Evaluations, Severity};
use serde_json::json;
use store::risk_plans::PlanInForce;
use store::risks::{Counts, Filter, Place, RiskRecord, Sort, Tally, Words};
use store::{Action, Event};

use crate::typed::normal;
use crate::{Actor, Failure, Service};

/// How many rows a page of the register shows.
pub const PAGE: i64 = 50;

/// How many rows an export reads at a time.
const EXPORT_STEP: i64 = 500;

/// What a person asked the register for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Which rows.
    pub filter: Filter,
    /// Only those that hold these words, as they were typed; empty: all.
    pub words: String,
    /// In which order.
    pub sort: Sort,
    /// After which row.
    pub after: Place,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { filter: Filter::All, words: String::new(), sort: Sort::Number, after: Place::START }
    }
}

impl Wanted {
    async fn page(
        &self,
        service: &Service,
        product: ProductId,
        limit: i64,
    ) -> Result<(Vec<RiskRecord>, Option<Place>), Failure> {
        let words = Words::of(&normal(&self.words));
        let store = service.store();
        Ok(store::risks::page(store, product, self.filter, &words, self.sort, self.after, limit).await?)
    }
}

/// A row, judged.
#[derive(Clone, Debug)]
pub struct RegisterRow {
    /// The row.
    pub record: RiskRecord,
    /// Its three estimates, judged.
    pub evaluations: Evaluations,
    /// The estimate with external controls only as it counts for the class, where less counts than it claims.
    pub counted_outside: Option<Estimate>,
    /// What it contributes to the class.
    pub share: ClassShare,
    /// What is wrong with it, blocking findings first.
    pub findings: Vec<Finding>,
}

impl RegisterRow {
    fn judged(record: RiskRecord, plan: &PlanInForce) -> Self {
        let row = record.seen_by_rules();
        Self {
            evaluations: record.risk.estimates.evaluations(&plan.plan),
            counted_outside: row.counted_outside(),
            share: row.class_share(&plan.plan),
            findings: row.findings(&plan.plan),
            record,
        }
    }
}

/// One page of the register.
#[derive(Clone, Debug)]
pub struct Register {
    /// The rows.
    pub rows: Vec<RegisterRow>,
    /// Where the next page begins, when there is one.
    pub next: Option<Place>,
    /// How many rows stand where.
    pub counts: Counts,
    /// The plan that judges them.
    pub plan: PlanInForce,
    /// What they imply.
    pub implied: Implied,
    /// Whether the person may change rows.
    pub editable: bool,
    /// Whether the person may declare the analysis complete.
    pub declarable: bool,
}

/// What the register implies.
#[derive(Clone, Debug)]
pub struct Implied {
    /// The class, or that none is determined.
    pub class: ImpliedClass,
    /// The class that the rows would give if they were declared complete now.
    pub if_complete: ImpliedClass,
    /// The first rows that need that class, and why.
    pub because: Vec<(i32, Ground)>,
    /// Whether any row holds a harm of severity 3 or more.
    pub any_severe: bool,
    /// The worst severity of any row before control.
    pub worst_before: Option<Severity>,
    /// How far the analysis is.
    pub completeness: Completeness,
}

impl Implied {
    /// What the register says beside the answers and the items.
    #[must_use]
    pub const fn says(&self) -> RegisterSays {
        RegisterSays { implied: self.class, any_severe: self.any_severe, worst_before: self.worst_before }
    }

    /// What it would say, were the analysis declared complete now.
    #[must_use]
    pub const fn would_say(&self) -> RegisterSays {
        RegisterSays { implied: self.if_complete, ..self.says() }
    }
}

/// Counts by severity (first) and band (second), both from the mildest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MatrixCounts {
    /// The cells.
    pub cells: [[i64; 5]; 5],
    /// Rows that stand in no cell.
    pub not_estimated: i64,
}

impl MatrixCounts {
    fn of(counts: &[(Option<Cell>, i64)]) -> Self {
        let mut matrix = Self::default();
        for (cell, count) in counts {
            match cell {
                None => matrix.not_estimated += count,
                Some(cell) => *matrix.at_mut(*cell) += count,
            }
        }
        matrix
    }

    fn at_mut(&mut self, cell: Cell) -> &mut i64 {
        &mut self.cells[usize::from(cell.severity.level() - 1)][usize::from(cell.band.level() - 1)]
    }

    /// How many rows stand in a cell.
    #[must_use]
    pub fn at(&self, severity: Severity, band: Band) -> i64 {
        self.cells[usize::from(severity.level() - 1)][usize::from(band.level() - 1)]
    }
}

/// The worst risk that is left.
#[derive(Clone, Debug)]
pub struct Worst {
    /// Its number: 21 is R-021.
    pub number: i32,
    /// Its hazard and situation.
    pub words: String,
    /// Where it stands.
    pub evaluation: Evaluation,
}

/// A product's register in a few figures.
#[derive(Clone, Debug)]
pub struct RegisterSummary {
    /// How many rows there are.
    pub rows: i64,
    /// The worst risk that is left.
    pub worst: Option<Worst>,
    /// The matrix before control.
    pub before: MatrixCounts,
    /// The matrix after control.
    pub after: MatrixCounts,
    /// Rows by what is left; none means not estimated.
    pub left: Vec<(Option<Acceptance>, i64)>,
    /// What the register implies.
    pub implied: Implied,
    /// How many findings block.
    pub blocks: i64,
    /// How many findings warn.
    pub warns: i64,
    /// The first findings, blocking ones first.
    pub findings: Vec<Finding>,
    /// The plan that judges the rows.
    pub plan: PlanInForce,
}

impl RegisterSummary {
    /// The same with what was found elsewhere, blocking findings first.
    #[must_use]
    pub fn and(mut self, found: Vec<Finding>) -> Self {
        let count = |level| found.iter().filter(|finding| finding.level == level).count();
        self.blocks += i64::try_from(count(Level::Blocks)).unwrap_or(i64::MAX);
        self.warns += i64::try_from(count(Level::Warns)).unwrap_or(i64::MAX);
        self.findings.extend(found);
        self.findings.sort_by_key(|finding| finding.level);
        self
    }
}

/// One page of the register. Permission: view the product.
///
/// # Errors
/// Not found without a role in the product.
pub async fn register(
    service: &Service,
    who: &Actor,
    product: ProductId,
    wanted: &Wanted,
) -> Result<Register, Failure> {
    who.require(Permission::ViewProduct, product)?;
    let store = service.store();
    let plan = store::risk_plans::in_force(store, product).await?;
    let (records, next) = wanted.page(service, product, PAGE).await?;
    let rows = records.into_iter().map(|record| RegisterRow::judged(record, &plan)).collect();
    let tally = store::risks::tally(store, product).await?;
    Ok(Register {
        rows,
        next,
        implied: imply(service, product, &tally).await?,
        counts: tally.counts,
        plan,
        editable: who.may(Permission::EditHazards, product),
        declarable: who.may(Permission::DeclareComplete, product),
    })
}

/// One risk with everything about it.
#[derive(Clone, Debug)]
pub struct Story {
    /// The row.
    pub row: RegisterRow,
    /// The plan that judges it.
    pub plan: PlanInForce,
    /// The rows before and after it.
    pub neighbours: (Option<i32>, Option<i32>),
    /// Controls of the product that could be used: number, title, uses.
    pub controls: Vec<(i32, String, i64)>,
    /// The software items of the product: number and name.
    pub items: Vec<(i32, String)>,
    /// Whether the person may change it.
    pub editable: bool,
    /// Whether a declaration of completeness stands, so that a change reopens the analysis.
    pub declared: bool,
}

/// One risk. Permission: view the product.
///
/// # Errors
/// Not found without a role in the product, or when there is no such number.
pub async fn risk(service: &Service, who: &Actor, product: ProductId, number: i32) -> Result<Story, Failure> {
    who.require(Permission::ViewProduct, product)?;
    let store = service.store();
    let plan = store::risk_plans::in_force(store, product).await?;
    let record = store::risks::find(store, product, number).await?;
    Ok(Story {
        row: RegisterRow::judged(record, &plan),
        plan,
        neighbours: store::risks::neighbours(store, product, number).await?,
        controls: store::risk_controls::known(store, product).await?,
        items: store::items::of_product(store, product)
            .await?
            .into_iter()
            .map(|item| (item.number, item.description.name.to_string()))
            .collect(),
        editable: who.may(Permission::EditHazards, product),
        declared: store::declarations::completeness(store, product).await?.is_declared(),
    })
}

/// The plan in force. Permission: view the product.
///
/// # Errors
/// Not found without a role in the product.
pub async fn plan(service: &Service, who: &Actor, product: ProductId) -> Result<PlanInForce, Failure> {
    who.require(Permission::ViewProduct, product)?;
    Ok(store::risk_plans::in_force(service.store(), product).await?)
}

/// The matrix before and after control. Permission: view the product.
///
/// # Errors
/// Not found without a role in the product.
pub async fn matrix(
    service: &Service,
    who: &Actor,
    product: ProductId,
) -> Result<(MatrixCounts, MatrixCounts, PlanInForce), Failure> {
    who.require(Permission::ViewProduct, product)?;
    let counts = store::risks::tally(service.store(), product).await?.counts;
    let plan = store::risk_plans::in_force(service.store(), product).await?;
    Ok((MatrixCounts::of(&counts.initial), MatrixCounts::of(&counts.left), plan))
}

/// The class that the register implies. Permission: view the product.
///
/// # Errors
/// Not found without a role in the product.
pub async fn implied(service: &Service, who: &Actor, product: ProductId) -> Result<Implied, Failure> {
    who.require(Permission::ViewProduct, product)?;
    let tally = store::risks::tally(service.store(), product).await?;
    imply(service, product, &tally).await
}

async fn imply(service: &Service, product: ProductId, tally: &Tally) -> Result<Implied, Failure> {
    let completeness = store::declarations::completeness(service.store(), product).await?;
    let share = ClassShare {
        class: tally.class(),
        once_unverified_fall_away: tally.firm_class(),
        ground: Ground::Unknown,
    };
    let of = |declared| domain::register::implied_class(declared, [share]);
    let because = store::risks::because(service.store(), product, tally.class())
        .await?
        .iter()
        .filter_map(|(number, ground)| Some((*number, Ground::named(ground)?)))
        .collect();
    Ok(Implied {
        class: of(completeness.is_declared()),
        if_complete: of(true),
        because,
        any_severe: tally.any_severe(),
        worst_before: tally.worst_before(),
        completeness,
    })
}

/// The register in a few figures, for the overview and the portfolio. Permission: view the product.
///
/// # Errors
/// Not found without a role in the product.
pub async fn summary(service: &Service, who: &Actor, product: ProductId) -> Result<RegisterSummary, Failure> {
    who.require(Permission::ViewProduct, product)?;
    let store = service.store();
    let plan = store::risk_plans::in_force(store, product).await?;
    let tally = store::risks::tally(store, product).await?;
    let implied = imply(service, product, &tally).await?;
    let counts = tally.counts;
    let worst = store::risks::worst(store, product).await?.map(|record| Worst {
        number: record.risk.number,
        words: format!("{}: {}", record.hazard.description, record.situation.description),
        evaluation: record.risk.estimates.evaluations(&plan.plan).left,
    });
    let orphans = store::risk_controls::orphans(store, product).await?;
    let mut findings: Vec<Finding> = orphans
        .iter()
        .map(|number| Finding { control: Some(*number), ..Finding::about_register(Check::OrphanControl) })
        .collect();
    findings.extend(store::risks::first_findings(store, product).await?);
    let mut warns = tally.warns;
    if all_alike(&counts) {
        warns += 1;
        findings.push(Finding::about_register(Check::AllAlike));
    }
    findings.sort_by_key(|finding| finding.level);
    let blocks = tally.blocks + i64::try_from(orphans.len()).unwrap_or(i64::MAX);
    Ok(RegisterSummary {
        rows: counts.rows(),
        worst,
        before: MatrixCounts::of(&counts.initial),
        after: MatrixCounts::of(&counts.left),
        left: counts.left_by_evaluation.clone(),
        implied,
        blocks,
        warns,
        findings,
        plan,
    })
}

/// How many findings of the registers of several products block, and how many warn; of those that the person may see.
/// Permission: view each.
///
/// # Errors
/// When the database does not answer.
pub async fn weights(
    service: &Service,
    who: &Actor,
    products: &[ProductId],
) -> Result<BTreeMap<ProductId, (i64, i64)>, Failure> {
    let seen: Vec<ProductId> =
        products.iter().copied().filter(|product| who.may(Permission::ViewProduct, *product)).collect();
    let tallies = store::risks::tallies(service.store(), &seen).await?;
    let orphans = store::risk_controls::orphan_counts(service.store(), &seen).await?;
    let weigh = |product: ProductId| {
        let orphans = orphans.get(&product).copied().unwrap_or_default();
        let (blocks, warns) = tallies
            .get(&product)
            .map_or((0, 0), |tally| (tally.blocks, tally.warns + i64::from(all_alike(&tally.counts))));
        (product, (blocks + orphans, warns))
    };
    Ok(seen.into_iter().map(weigh).collect())
}

/// Whether five rows or more all stand in one cell: most likely filled in bulk.
fn all_alike(counts: &Counts) -> bool {
    counts.rows() >= 5 && counts.initial.len() == 1 && counts.initial[0].0.is_some()
}

/// An export of the register that was allowed and put on the trail; its rows are read step by step.
#[derive(Clone, Debug)]
pub struct Export {
    product: ProductId,
    wanted: Option<Wanted>,
    plan: PlanInForce,
}

/// Begins to take out what the filter shows, and puts that on the trail first. Permission: view the product.
///
/// # Errors
/// Not found without a role in the product.
pub async fn export(
    service: &Service,
    who: &Actor,
    product: ProductId,
    wanted: Wanted,
    filter_in_words: &str,
    format: &str,
) -> Result<Export, Failure> {
    let grant = who.require(Permission::ViewProduct, product)?;
    let event = Event::new(Action("register.exported"), "risk")
        .within(product)
        .saying(json!({ "format": format, "filter": filter_in_words }));
    service.store().event(&grant, event).await?;
    let plan = store::risk_plans::in_force(service.store(), product).await?;
    Ok(Export { product, wanted: Some(Wanted { after: Place::START, ..wanted }), plan })
}

impl Export {
    /// The plan that judges the rows.
    #[must_use]
    pub const fn plan(&self) -> &PlanInForce {
        &self.plan
    }

    /// The next rows; `None` when all were given.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn step(&mut self, service: &Service) -> Result<Option<Vec<RegisterRow>>, Failure> {
        let Some(wanted) = self.wanted.take() else { return Ok(None) };
        let (records, next) = wanted.page(service, self.product, EXPORT_STEP).await?;
        self.wanted = next.map(|after| Wanted { after, ..wanted });
        let rows: Vec<RegisterRow> =
            records.into_iter().map(|record| RegisterRow::judged(record, &self.plan)).collect();
        Ok(if rows.is_empty() { None } else { Some(rows) })
    }
}
