//! What a file would change: cell by cell, against the register as it is now. Pure, so that the preview and the import
//! itself come to the same result.
//!
//! A cell of a row that came from here is one of four: as it is in the register; left alone in the file while somebody
//! changed it here (it stays); changed in the file alone (it is taken); changed on both sides (a person decides). Which,
//! is told by the check values that went out with the row, and where they are gone by its revision.
//!
//! Hazards, sequences, situations and harms stand in many rows. A change in one row is a change of the record, as it is
//! when somebody edits it here; two rows that give one record different texts are refused.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use documents::cells;
use documents::table::{CellFault, Sheet};
use domain::control::{ControlDescription, ControlOption, Place};
use domain::import::ImportCode;
use domain::plan::RiskPlan;
use domain::text::{Statement, TextCode, Title};
use domain::violation::{Code, Violation};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use store::risks::RiskRecord;
use uuid::Uuid;

use super::arrangement::{Arrangement, EXTRAS, Side, plain_word};
use super::columns::{FIELDS, Field, Holds, Key};
use super::out;
use crate::hazards::RowForm;
use crate::hazards::editing::{Change, NewRow};
use crate::typed::normal;

/// A row that the file adds.
#[derive(Clone, Debug)]
pub struct Added {
    /// Its number in the file.
    pub row: u32,
    /// What it holds.
    pub new: NewRow,
    /// The controls that it names.
    pub controls: Vec<ControlDescription>,
}

/// A cell that the file changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CellChange {
    /// The field.
    pub field: &'static str,
    /// What the register holds.
    pub old: String,
    /// What the file holds.
    pub new: String,
    /// In how many other rows the record stands.
    pub shared: i64,
}

/// A row of the register that the file changes.
#[derive(Clone, Debug)]
pub struct ChangedRow {
    /// Its number in the file.
    pub row: u32,
    /// Its number in the register.
    pub number: i32,
    /// The cells.
    pub cells: Vec<CellChange>,
    /// As it is.
    pub old: RiskRecord,
    /// As it would be.
    pub new: RiskRecord,
}

/// A cell that both sides changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disputed {
    /// The row's number in the file.
    pub row: u32,
    /// Its number in the register.
    pub number: i32,
    /// The key under which the choice is kept.
    pub key: String,
    /// The field.
    pub field: &'static str,
    /// What the file says.
    pub file: String,
    /// What the register says.
    pub register: String,
    /// Who wins, once somebody has said.
    pub side: Option<Side>,
}

/// A cell or row that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The row's number in the file.
    pub row: u32,
    /// The column, where one cell is to blame.
    pub column: Option<u16>,
    /// What stands there.
    pub text: String,
    /// What is wrong.
    pub violation: Violation,
}

/// What a file would change.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// Rows that are new.
    pub added: Vec<Added>,
    /// Rows that change.
    pub changed: Vec<ChangedRow>,
    /// Cells that both sides changed.
    pub disputed: Vec<Disputed>,
    /// What is refused.
    pub faults: Vec<Fault>,
    /// Rows that are as they are in the register.
    pub unchanged: usize,
    /// Cells that others changed in the register and the file left alone.
    pub left_alone: usize,
}

/// What the register holds, as far as a file speaks of it.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// Rows by their identifiers.
    pub rows: HashMap<Uuid, RiskRecord>,
    /// Chains that stand already, in words, with the number of their row.
    pub chains: HashMap<Chain, i32>,
}

/// Hazard, events, situation and harm, in words.
pub type Chain = [String; 4];

impl Compared {
    /// Whether cells wait for somebody to say who wins.
    #[must_use]
    pub fn is_unsettled(&self) -> bool {
        self.disputed.iter().any(|cell| cell.side.is_none())
    }

    /// Whether nothing would be written.
    #[must_use]
    pub const fn changes_nothing(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty()
    }

    /// How many cells of rows that are there would change.
    #[must_use]
    pub fn changed_cells(&self) -> usize {
        self.changed.iter().map(|row| row.cells.len()).sum()
    }

    /// A digest of all that would be written, so that what is written is what was seen.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut digest = Sha256::new();
        for row in &self.changed {
            let cells = serde_json::to_vec(&row.cells).unwrap_or_default();
            digest.update(row.old.risk.id.uuid().as_bytes());
            digest.update(row.old.row_revision().0.to_be_bytes());
            digest.update(cells);
        }
        for row in &self.added {
            digest.update(format!("{:?}{:?}", row.new, row.controls));
        }
        digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    fn refuse(&mut self, sheet: &Sheet, place: usize, column: Option<u16>, violation: Violation) {
        let text =
            column.map(|column| sheet.text(place, column).chars().take(200).collect()).unwrap_or_default();
        self.faults.push(Fault { row: sheet.number(place), column, text, violation });
    }
}

/// The identifiers that stand in a file. What can not be read as one is none.
#[must_use]
pub fn identifiers(sheet: &Sheet, arrangement: &Arrangement) -> Vec<Uuid> {
    let Some(column) = arrangement.column(Key::Identifier.name()) else { return Vec::new() };
    sheet.rows_after(arrangement.head).filter_map(|row| sheet.text(row, column).trim().parse().ok()).collect()
}

/// The chains of the rows that a file would add.
#[must_use]
pub fn new_chains(sheet: &Sheet, arrangement: &Arrangement, plan: &RiskPlan) -> Vec<Chain> {
    let identifier = arrangement.column(Key::Identifier.name());
    sheet
        .rows_after(arrangement.head)
        .filter(|row| identifier.is_none_or(|column| sheet.text(*row, column).trim().is_empty()))
        .map(|row| chain(&read_new(sheet, row, arrangement, plan).0))
        .filter(|chain| chain.iter().all(|words| !words.is_empty()))
        .collect()
}

fn chain(values: &BTreeMap<&'static str, String>) -> Chain {
    super::columns::NEEDED.map(|name| values.get(name).cloned().unwrap_or_default())
}

/// What the file would change.
#[must_use]
pub fn compare(sheet: &Sheet, arrangement: &Arrangement, stored: &Stored, plan: &RiskPlan) -> Compared {
    let mut compared = Compared::default();
    let identifier = arrangement.column(Key::Identifier.name());
    let mut seen: HashMap<Uuid, u32> = HashMap::new();
    let mut chains: HashMap<Chain, u32> = HashMap::new();
    let mut touched: Vec<Touched<'_>> = Vec::new();
    for row in sheet.rows_after(arrangement.head) {
        if arrangement.columns.values().all(|column| sheet.text(row, *column).trim().is_empty()) {
            continue;
        }
        let said = identifier.map_or("", |column| sheet.text(row, column).trim());
        if said.is_empty() {
            add(&mut compared, sheet, row, arrangement, stored, plan, &mut chains);
            continue;
        }
        let wrong = |code| Violation::error(Key::Identifier.name(), Code::Import(code));
        let Ok(id) = said.parse::<Uuid>() else {
            compared.refuse(sheet, row, identifier, wrong(ImportCode::BrokenIdentifier));
            continue;
        };
        let Some(record) = stored.rows.get(&id) else {
            compared.refuse(sheet, row, identifier, wrong(ImportCode::OtherRegister));
            continue;
        };
        if let Some(before) = seen.insert(id, sheet.number(row)) {
            compared.refuse(sheet, row, identifier, wrong(ImportCode::RowTwice { row: before }));
            continue;
        }
        touched.extend(touch(&mut compared, sheet, row, arrangement, record, plan));
    }
    gather(&mut compared, sheet, arrangement, &touched);
    compared
}

/// The values of a row by field, and what can not be taken.
fn read(
    sheet: &Sheet,
    row: usize,
    arrangement: &Arrangement,
    plan: &RiskPlan,
) -> (BTreeMap<&'static str, String>, Vec<(u16, Violation)>) {
    let (mut values, mut wrong) = (BTreeMap::new(), Vec::new());
    let mut take = |name: &'static str, holds: Holds| {
        let column = arrangement.column(name)?;
        if let Some(fault) = sheet.fault(row, column) {
            let code = match fault {
                CellFault::Error => ImportCode::ErrorValue,
                CellFault::NoResult => ImportCode::NoResult,
            };
            wrong.push((column, Violation::error(name, Code::Import(code))));
            return None;
        }
        match arrangement.meaning(holds, sheet.text(row, column), plan) {
            Ok(value) => Some(value),
            Err(code) => {
                wrong.push((column, Violation::error(name, code)));
                None
            }
        }
    };
    for field in FIELDS {
        if let Some(value) = take(field.name, field.holds) {
            values.insert(field.name, if value.is_empty() { unsaid(field).to_owned() } else { value });
        }
    }
    for ((extra, ..), [p1, p2]) in
        EXTRAS[..2].iter().zip([["initial_p1", "initial_p2"], ["residual_p1", "residual_p2"]])
    {
        if let Some(value) = take(extra, Holds::Probability).filter(|value| !value.is_empty()) {
            values.insert(p1, value);
            values.insert(p2, "1".to_owned());
        }
    }
    (values, wrong)
}

/// The values of a row that is new: what it needs and does not say is as the arrangement says.
fn read_new(
    sheet: &Sheet,
    row: usize,
    arrangement: &Arrangement,
    plan: &RiskPlan,
) -> (BTreeMap<&'static str, String>, Vec<(u16, Violation)>) {
    let (mut values, wrong) = read(sheet, row, arrangement, plan);
    for (name, fill) in &arrangement.fills {
        if let Some(field) = Field::named(name).filter(|field| field.is_needed()) {
            let value = values.entry(field.name).or_default();
            if value.is_empty() {
                fill.trim().clone_into(value);
            }
        }
    }
    (values, wrong)
}

/// What an empty cell says.
fn unsaid(field: &Field) -> &'static str {
    match field.holds {
        Holds::Source | Holds::Cause => "not_stated",
        Holds::Care => "unanswered",
        Holds::YesOrNo if field.name == "contributes" => "yes",
        Holds::Text | Holds::Severity | Holds::Probability | Holds::YesOrNo => "",
    }
}

/// Takes a row that is new.
fn add(
    compared: &mut Compared,
    sheet: &Sheet,
    row: usize,
    arrangement: &Arrangement,
    stored: &Stored,
    plan: &RiskPlan,
    chains: &mut HashMap<Chain, u32>,
) {
    let (values, wrong) = read_new(sheet, row, arrangement, plan);
    let faulty: BTreeSet<String> = wrong.iter().map(|(_, violation)| violation.field.clone()).collect();
    for (column, violation) in wrong {
        compared.refuse(sheet, row, Some(column), violation);
    }
    let parsed = NewRow::parse(&RowForm::of_fields(&values));
    let new = match parsed {
        Ok(new) => new,
        Err(violations) => {
            for violation in violations.0.into_iter().filter(|violation| !faulty.contains(&violation.field)) {
                let column = arrangement.column(&violation.field);
                compared.refuse(sheet, row, column, violation);
            }
            return;
        }
    };
    let controls = match controls(sheet, row, arrangement) {
        Ok(controls) => controls,
        Err(violation) => return compared.refuse(sheet, row, arrangement.column("controls"), violation),
    };
    let words =
        [new.hazard.to_string(), new.events.to_string(), new.situation.to_string(), new.harm.to_string()];
    if stored.chains.contains_key(&words) {
        let violation = Violation::error("harm", Code::Hazard(domain::hazard::HazardCode::ChainExists));
        return compared.refuse(sheet, row, arrangement.column("harm"), violation);
    }
    if let Some(before) = chains.insert(words, sheet.number(row)) {
        let violation = Violation::error("harm", Code::Import(ImportCode::RowTwice { row: before }));
        return compared.refuse(sheet, row, arrangement.column("harm"), violation);
    }
    if faulty.is_empty() {
        compared.added.push(Added { row: sheet.number(row), new, controls });
    }
}

/// The controls that a row names, one a line.
fn controls(
    sheet: &Sheet,
    row: usize,
    arrangement: &Arrangement,
) -> Result<Vec<ControlDescription>, Violation> {
    let Some(column) = arrangement.column("controls").filter(|_| !arrangement.is_ours()) else {
        return Ok(Vec::new());
    };
    let text = normal(&cells::typed(sheet.text(row, column)));
    let mut seen = HashSet::new();
    text.lines()
        .map(|line| line.trim().trim_start_matches(['-', '•', '*', '–']).trim())
        .filter(|line| !line.is_empty() && !["none", "n/a", "-"].contains(&plain_word(line).as_str()))
        .filter(|line| seen.insert(plain_word(line)))
        .map(|line| described(line, arrangement))
        .collect()
}

/// A control of these words. A long text is its description; its title is how it begins.
fn described(words: &str, arrangement: &Arrangement) -> Result<ControlDescription, Violation> {
    let is_long = words.chars().count() > Title::LONGEST;
    let title = if is_long {
        let begins: String = words.chars().take(Title::LONGEST - 1).collect();
        format!("{}…", begins.trim_end())
    } else {
        words.to_owned()
    };
    let control = ControlDescription {
        title: Title::parse("controls", &title)?,
        description: if is_long { Some(Statement::parse("controls", words)?) } else { None },
        option: ControlOption::named(&arrangement.control_option).unwrap_or(ControlOption::Protective),
        lower_option_reason: None,
        place: Place::named(&arrangement.control_place).unwrap_or(Place::SoftwareItem),
        item: None,
        place_detail: None,
        external: false,
        requirement: None,
        owner: None,
    };
    match control.check() {
        Ok(()) => Ok(control),
        Err(violations) => Err(violations.0.into_iter().next().map_or_else(
            || Violation::error("controls", Code::Text(TextCode::NotAChoice)),
            |violation| Violation { field: "controls".to_owned(), ..violation },
        )),
    }
}

/// A row of the register with the cells that the file changes in it.
struct Touched<'stored> {
    place: usize,
    record: &'stored RiskRecord,
    before: BTreeMap<&'static str, String>,
    cells: Vec<(&'static str, String)>,
}

/// Takes a row that is there: none when the file changes nothing of it.
fn touch<'stored>(
    compared: &mut Compared,
    sheet: &Sheet,
    row: usize,
    arrangement: &Arrangement,
    record: &'stored RiskRecord,
    plan: &RiskPlan,
) -> Option<Touched<'stored>> {
    let (values, wrong) = read(sheet, row, arrangement, plan);
    let is_right = wrong.is_empty();
    for (column, violation) in wrong {
        compared.refuse(sheet, row, Some(column), violation);
    }
    let before = RowForm::of_record(record).into_fields();
    let text = |key: Key| arrangement.column(key.name()).map_or("", |column| sheet.text(row, column));
    let check = text(Key::Check);
    let has_moved = text(Key::Revision).trim() != record.row_revision().to_string();
    let mut cells = Vec::new();
    for field in FIELDS {
        let Some(value) = values.get(field.name) else { continue };
        let old = before.get(field.name).map_or("", String::as_str);
        if value == old {
            continue;
        }
        let went_out = out::check_of(check, field.name);
        let (file_changed, register_changed) = match went_out {
            _ if !has_moved => (true, false),
            Some(code) => (out::code(value) != code, out::code(old) != code),
            None => (true, true),
        };
        match (file_changed, register_changed) {
            (false, _) => compared.left_alone += 1,
            (true, false) => cells.push((field.name, value.clone())),
            (true, true) => {
                let key = format!("{} {}", record.risk.id, field.name);
                let side = arrangement.settled.get(&key).copied();
                if side == Some(Side::File) {
                    cells.push((field.name, value.clone()));
                }
                compared.disputed.push(Disputed {
                    row: sheet.number(row),
                    number: record.risk.number,
                    key,
                    field: field.name,
                    file: value.clone(),
                    register: old.to_owned(),
                    side,
                });
            }
        }
    }
    if cells.is_empty() {
        compared.unchanged += usize::from(is_right);
        return None;
    }
    if record.withdrawn.is_some() {
        let column = arrangement.column(cells[0].0);
        compared.refuse(
            sheet,
            row,
            column,
            Violation::error(cells[0].0, Code::Import(ImportCode::RowWithdrawn)),
        );
        return None;
    }
    Some(Touched { place: row, record, before, cells })
}

/// The record that a field belongs to, where it is not the row's own, and in how many other rows it stands.
fn shared_record(record: &RiskRecord, field: &str) -> Option<(Uuid, i64)> {
    let [hazard, sequence, situation, harm] = record.shared;
    match field {
        "hazard" | "category" | "source" => Some((record.hazard.id.uuid(), hazard)),
        "events" | "cause" | "item" | "contributes" | "no_contribution_reason" => {
            Some((record.sequence.id.uuid(), sequence))
        }
        "situation" | "exposed" => Some((record.situation.id.uuid(), situation)),
        "harm" => Some((record.harm.id.uuid(), harm)),
        _ => None,
    }
}

/// Puts the cells of all rows together, so that records that several rows share change once.
fn gather(compared: &mut Compared, sheet: &Sheet, arrangement: &Arrangement, touched: &[Touched<'_>]) {
    let mut given: HashMap<(Uuid, &'static str), (String, u32)> = HashMap::new();
    let mut torn: HashSet<usize> = HashSet::new();
    for row in touched {
        for (field, value) in &row.cells {
            let Some((id, _)) = shared_record(row.record, field) else { continue };
            let here = sheet.number(row.place);
            let (known, other) = given.entry((id, *field)).or_insert_with(|| (value.clone(), here));
            if known != value {
                let code = Code::Import(ImportCode::SharedTwice { row: *other });
                compared.refuse(sheet, row.place, arrangement.column(field), Violation::error(field, code));
                torn.insert(row.place);
            }
        }
    }
    for row in touched.iter().filter(|row| !torn.contains(&row.place)) {
        let mut values = row.before.clone();
        for field in FIELDS {
            let Some((id, _)) = shared_record(row.record, field.name) else { continue };
            if let Some((value, _)) = given.get(&(id, field.name)) {
                values.insert(field.name, value.clone());
            }
        }
        values.extend(row.cells.iter().cloned());
        let change = match Change::parse(&RowForm::of_fields(&values)) {
            Ok(change) => change,
            Err(violations) => {
                for violation in violations.0 {
                    let column = arrangement.column(&violation.field);
                    compared.refuse(sheet, row.place, column, violation);
                }
                continue;
            }
        };
        let new = change.onto(row.record);
        let after = RowForm::of_record(&new).into_fields();
        let cells: Vec<CellChange> = row
            .cells
            .iter()
            .map(|(field, _)| CellChange {
                field,
                old: row.before.get(field).cloned().unwrap_or_default(),
                new: after.get(field).cloned().unwrap_or_default(),
                shared: shared_record(row.record, field).map_or(0, |(_, rows)| rows),
            })
            .filter(|cell| cell.old != cell.new)
            .collect();
        if cells.is_empty() {
            compared.unchanged += 1;
            continue;
        }
        let (row_number, number) = (sheet.number(row.place), row.record.risk.number);
        compared.changed.push(ChangedRow { row: row_number, number, cells, old: row.record.clone(), new });
    }
    compared.faults.sort_by_key(|fault| (fault.row, fault.column));
}
