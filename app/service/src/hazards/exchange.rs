//! The register as a file, out and in again: lossless both ways, and the way in for a register that was kept elsewhere.
//!
//! A file that is brought lies in `run` until it is imported or thrown away. Each page reads it anew and compares it with
//! the register as it is at that moment; the import itself compares once more within its transaction, and writes only what
//! the person saw. All of it or nothing, as one change with one reason.

pub mod arrangement;
pub mod columns;
pub mod comparing;
pub mod out;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};

use documents::table::{Kind, Sheet, csv, xlsx};
use domain::access::Permission;
use domain::control::{ControlDescription, Lowers};
use domain::hazard::{Harm, Hazard, HazardousSituation, SequenceOfEvents};
use domain::ids::{ImportDraftId, ProductId};
use domain::import::ImportCode;
use domain::plan::RiskPlan;
use domain::revision::Revision;
use domain::risk::{Evaluations, Risk};
use domain::text::Reason;
use domain::violation::{Code, Violation};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use store::import_drafts::{self, ImportDraft};
use store::risk_plans::PlanInForce;
use store::{Action, Event, StoreError, WriteTx};
use time::OffsetDateTime;
use tokio::sync::Semaphore;
use uuid::Uuid;

use self::arrangement::{Arrangement, Side, plain_word};
use self::comparing::{Compared, Stored};
use super::editing::chain_exists;
use super::importing::{ImportedControl, ImportedRow, put_controls, put_rows};
use super::reassess;
use crate::products::require_in_work;
use crate::typed::normal;
use crate::{Actor, Failure, Service, fresh};

pub use documents::table::limits;

/// How many files are taken apart at once: each may need as much memory as the largest file.
static READING: Semaphore = Semaphore::const_new(2);
/// How many sheets of a workbook are looked at to find the one with the register.
const SHEETS_LOOKED_AT: usize = 5;
/// How many rows go into one statement.
const STEP: usize = 1_000;

fn refusal(code: ImportCode) -> Failure {
    Violation::error("file", Code::Import(code)).into()
}

/// A file, taken apart.
#[derive(Debug)]
pub struct Parsed {
    /// The names of its sheets; of a text, none.
    pub sheets: Vec<String>,
    /// The sheet that is read.
    pub sheet: Sheet,
}

/// Takes a file apart beside the requests, because it may take a while.
async fn parse(file: Vec<u8>, place: usize) -> Result<Parsed, Failure> {
    apart(move || parse_now(&file, place)).await
}

async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ImportCode> + Send + 'static,
) -> Result<T, Failure> {
    let _turn = READING.acquire().await.map_err(|closed| Failure::Internal(closed.into()))?;
    let done = tokio::task::spawn_blocking(work).await.map_err(|ended| Failure::Internal(ended.into()))?;
    done.map_err(refusal)
}

fn parse_now(file: &[u8], place: usize) -> Result<Parsed, ImportCode> {
    match Kind::of(file)? {
        Kind::Csv => Ok(Parsed { sheets: Vec::new(), sheet: csv::read(file)? }),
        Kind::Xlsx => {
            let workbook = xlsx::Workbook::open(file)?;
            Ok(Parsed { sheets: workbook.sheets(), sheet: workbook.read(place)? })
        }
    }
}

/// Finds the sheet that most looks like a register, and guesses how it is read.
fn guess_now(file: &[u8], kept: Option<&arrangement::Kept>) -> Result<Arrangement, ImportCode> {
    if Kind::of(file)? == Kind::Csv {
        let sheet = csv::read(file)?;
        return if sheet.is_empty() {
            Err(ImportCode::NoRows)
        } else {
            Ok(Arrangement::guess(&sheet, 0, None, kept))
        };
    }
    let workbook = xlsx::Workbook::open(file)?;
    let mut best: Option<Arrangement> = None;
    let mut is_empty = true;
    for place in 0..workbook.sheets().len().min(SHEETS_LOOKED_AT) {
        let sheet = workbook.read(place)?;
        is_empty &= sheet.is_empty();
        let guess = Arrangement::guess(&sheet, place, None, kept);
        let is_sure = guess.is_ours();
        if best.as_ref().is_none_or(|best| guess.columns.len() > best.columns.len()) {
            best = Some(guess);
        }
        if is_sure {
            break;
        }
    }
    if is_empty { Err(ImportCode::NoRows) } else { best.ok_or(ImportCode::NoSheet) }
}

/// Keeps a file and guesses how it is read. Permission: edit hazards.
///
/// # Errors
/// Rejected when it can not be read, with the place of what is wrong where there is one.
pub async fn bring(
    service: &Service,
    who: &Actor,
    product: ProductId,
    file_name: &str,
    file: Vec<u8>,
) -> Result<ImportDraftId, Failure> {
    who.require(Permission::EditHazards, product)?;
    require_in_work(service, product).await?;
    if file.len() > limits::FILE {
        return Err(refusal(ImportCode::FileTooLarge {
            most: u32::try_from(limits::FILE / limits::MIB).unwrap_or(0),
        }));
    }
    let kept = import_drafts::kept_arrangement(service.store(), product).await?;
    let kept = kept.and_then(|kept| serde_json::from_value(kept).ok());
    let (file, guess) = apart(move || {
        let guess = guess_now(&file, kept.as_ref())?;
        Ok((file, guess))
    })
    .await?;
    let draft = ImportDraft {
        id: fresh::id(),
        product,
        person: who.person(),
        file_name: shown_name(file_name),
        digest: Sha256::digest(&file).to_vec(),
        file,
        arrangement: serde_json::to_value(&guess).map_err(|fault| Failure::Internal(fault.into()))?,
        outcome: None,
    };
    import_drafts::keep(service.store(), &draft).await?;
    Ok(draft.id)
}

/// The name of a file without the folders that some browsers send along, and without what can not be seen.
fn shown_name(name: &str) -> String {
    let last = normal(name).rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    let seen: String = last.chars().filter(|letter| !letter.is_control()).take(200).collect();
    if seen.trim().is_empty() { "file".to_owned() } else { seen.trim().to_owned() }
}

/// The files that wait for this person in this product. Permission: edit hazards.
///
/// # Errors
/// Not found without a role in the product.
pub async fn waiting(
    service: &Service,
    who: &Actor,
    product: ProductId,
) -> Result<Vec<(ImportDraftId, String, OffsetDateTime)>, Failure> {
    who.require(Permission::EditHazards, product)?;
    Ok(import_drafts::waiting(service.store(), product, who.person()).await?)
}

async fn find(
    service: &Service,
    who: &Actor,
    product: ProductId,
    draft: ImportDraftId,
) -> Result<(ImportDraft, Arrangement), Failure> {
    who.require(Permission::EditHazards, product)?;
    let draft = import_drafts::find(service.store(), product, who.person(), draft).await?;
    let arrangement = serde_json::from_value(draft.arrangement.clone()).unwrap_or_default();
    Ok((draft, arrangement))
}

/// A scale of a file: the words that stand in it, and what each is taken for.
#[derive(Clone, Debug)]
pub struct ScaleWords {
    /// What its cells hold.
    pub holds: columns::Holds,
    /// Each word as it first stands in the file, its key, and its meaning so far; none when nobody has said.
    pub words: Vec<(String, String, Option<String>)>,
    /// Whether there are more than a scale has.
    pub too_many: bool,
}

/// What the page needs on which a person says how a file is read.
#[derive(Debug)]
pub struct Arranging {
    /// The name of the file.
    pub file_name: String,
    /// The names of its sheets.
    pub sheets: Vec<String>,
    /// The first rows, to tell which of them is the head: number and texts.
    pub top: Vec<(u32, Vec<String>)>,
    /// The columns: place, head, and the first text under it.
    pub heads: Vec<(u16, String, String)>,
    /// How it is read so far.
    pub arrangement: Arrangement,
    /// The words of its scales.
    pub scales: Vec<ScaleWords>,
    /// The plan that gives the words their meaning.
    pub plan: PlanInForce,
}

impl Arranging {
    /// What a person still has to say.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let unknown = |scale: &ScaleWords| {
            scale.too_many || scale.words.iter().any(|(_, _, meaning)| meaning.is_none())
        };
        self.arrangement.is_ours()
            || (self.arrangement.missing().is_empty() && !self.scales.iter().any(unknown))
    }
}

/// A file with how it is read so far. Permission: edit hazards.
///
/// # Errors
/// Not found when there is no such file for this person.
pub async fn arranging(
    service: &Service,
    who: &Actor,
    product: ProductId,
    draft: ImportDraftId,
) -> Result<Arranging, Failure> {
    let (draft, arrangement) = find(service, who, product, draft).await?;
    if draft.outcome.is_some() {
        return Err(Failure::NotFound);
    }
    let plan = store::risk_plans::in_force(service.store(), product).await?;
    let Parsed { sheets, sheet } = parse(draft.file, arrangement.sheet).await?;
    let short = |text: &str| text.chars().take(60).collect::<String>();
    let width = sheet.width();
    let head = sheet.row_numbered(arrangement.head);
    let first = sheet.rows_after(arrangement.head).next();
    let heads = (0..width)
        .map(|column| {
            let text = |row: Option<usize>| row.map_or(String::new(), |row| short(sheet.text(row, column)));
            (column, text(head), text(first))
        })
        .filter(|(_, head, first)| !head.is_empty() || !first.is_empty())
        .collect();
    let top = (0..sheet.len().min(12))
        .map(|row| (sheet.number(row), sheet.cells(row).take(6).map(|(_, text)| short(text)).collect()))
        .collect();
    let scales = arrangement
        .scales()
        .into_iter()
        .map(|(holds, columns)| scale_words(&sheet, &arrangement, holds, &columns, &plan.plan))
        .collect();
    Ok(Arranging { file_name: draft.file_name, sheets, top, heads, arrangement, scales, plan })
}

fn scale_words(
    sheet: &Sheet,
    arrangement: &Arrangement,
    holds: columns::Holds,
    columns: &[u16],
    plan: &RiskPlan,
) -> ScaleWords {
    let is_explained = |word: &str| {
        let words = holds.scale().and_then(|scale| arrangement.words.get(scale));
        words.is_some_and(|words| words.contains_key(&plain_word(word)))
    };
    // Figures speak for themselves; of the steps of a scale a person may want to see each.
    let wanted = |word: &str| {
        holds != columns::Holds::Probability
            || is_explained(word)
            || arrangement.meaning(holds, word, plan) == Err(Code::Import(ImportCode::UnknownWord))
    };
    let words: Vec<_> = arrangement
        .words_of(sheet, columns, wanted)
        .into_iter()
        .map(|(key, word)| {
            let meaning = arrangement.meaning(holds, &word, plan).ok();
            (word, key, meaning)
        })
        .collect();
    let too_many = words.len() > arrangement::MOST_WORDS;
    ScaleWords { holds, words, too_many }
}

/// What a person says about how a file is read.
#[derive(Clone, Debug, Default)]
pub struct ArrangingForm {
    /// The fields of the form: `column_<field>`, `fill_<field>`, `word_<scale>_<place>`, `means_<scale>_<place>`,
    /// `control_option`, `control_place`, `control_lowers`, `sheet`, `head`.
    pub fields: BTreeMap<String, String>,
}

/// Says which sheet is read and where its head stands; the columns are guessed anew. Permission: edit hazards.
///
/// # Errors
/// Not found when there is no such file; rejected when there is no such sheet.
pub async fn choose_sheet(
    service: &Service,
    who: &Actor,
    product: ProductId,
    draft: ImportDraftId,
    form: &ArrangingForm,
) -> Result<(), Failure> {
    let (draft, arrangement) = find(service, who, product, draft).await?;
    let number = |name: &str| form.fields.get(name).and_then(|text| text.trim().parse::<u32>().ok());
    let place =
        number("sheet").map_or(arrangement.sheet, |place| usize::try_from(place).unwrap_or(usize::MAX));
    let is_other_sheet = place != arrangement.sheet;
    let Parsed { sheet, .. } = parse(draft.file, place).await?;
    if sheet.is_empty() {
        return Err(Violation::error("sheet", Code::Import(ImportCode::NoRows)).into());
    }
    let head = number("head").filter(|head| !is_other_sheet && sheet.row_numbered(*head).is_some());
    let kept = import_drafts::kept_arrangement(service.store(), product).await?;
    let kept = kept.and_then(|kept| serde_json::from_value(kept).ok());
    let guess = Arrangement::guess(&sheet, place, head, kept.as_ref());
    save(service, draft.id, &guess).await
}

async fn save(service: &Service, draft: ImportDraftId, arrangement: &Arrangement) -> Result<(), Failure> {
    let value = serde_json::to_value(arrangement).map_err(|fault| Failure::Internal(fault.into()))?;
    Ok(import_drafts::arrange(service.store(), draft, &value).await?)
}

/// Says which column holds what and what its words mean, and keeps that for the product's next file.
/// Permission: edit hazards.
///
/// # Errors
/// Not found when there is no such file; rejected when a column is missing that every new row needs, or a meaning can not
/// be taken. What could be taken is kept all the same.
pub async fn arrange(
    service: &Service,
    who: &Actor,
    product: ProductId,
    draft: ImportDraftId,
    form: &ArrangingForm,
) -> Result<(), Failure> {
    let (draft, mut arrangement) = find(service, who, product, draft).await?;
    let plan = store::risk_plans::in_force(service.store(), product).await?.plan;
    let wrong = arrangement.take(form, &plan);
    let kept = {
        let Parsed { sheet, .. } = parse(draft.file, arrangement.sheet).await?;
        serde_json::to_value(arrangement.kept(&sheet)).map_err(|fault| Failure::Internal(fault.into()))?
    };
    save(service, draft.id, &arrangement).await?;
    wrong.into_result()?;
    import_drafts::keep_arrangement(service.store(), product, &kept).await?;
    Ok(())
}

/// What an import would do.
#[derive(Debug)]
pub struct Preview {
    /// The name of the file.
    pub file_name: String,
    /// How it is read.
    pub arrangement: Arrangement,
    /// What it would change.
    pub compared: Compared,
    /// How many rows the register has.
    pub rows: i64,
    /// The plan that judges the rows.
    pub plan: PlanInForce,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// How many rows were added.
    pub added: usize,
    /// In how many rows cells were changed.
    pub changed_rows: usize,
    /// How many cells were changed.
    pub changed_cells: usize,
}

/// A file on its way in.
#[derive(Debug)]
pub enum Incoming {
    /// Somebody has to say first how it is read.
    Unarranged,
    /// This is what it would do.
    Ready(Box<Preview>),
    /// It was imported.
    Done(String, Outcome),
}

/// What a file would change, or did. Permission: edit hazards.
///
/// # Errors
/// Not found when there is no such file for this person.
pub async fn preview(
    service: &Service,
    who: &Actor,
    product: ProductId,
    draft: ImportDraftId,
) -> Result<Incoming, Failure> {
    let (draft, arrangement) = find(service, who, product, draft).await?;
    if let Some(outcome) = draft.outcome {
        let outcome = serde_json::from_value(outcome).map_err(|fault| Failure::Internal(fault.into()))?;
        return Ok(Incoming::Done(draft.file_name, outcome));
    }
    let store = service.store();
    let plan = store::risk_plans::in_force(store, product).await?;
    let Parsed { sheet, .. } = parse(draft.file, arrangement.sheet).await?;
    if !arrangement.is_ours() && !arrangement.missing().is_empty() {
        return Ok(Incoming::Unarranged);
    }
    let mut stored = Stored::default();
    for some in comparing::identifiers(&sheet, &arrangement).chunks(STEP) {
        let records = store::risks::of_product(store, product, some).await?;
        stored.rows.extend(records.into_iter().map(|record| (record.risk.id.uuid(), record)));
    }
    let chains = comparing::new_chains(&sheet, &arrangement, &plan.plan);
    for some in chains.chunks(STEP) {
        let standing = store::risks::chains_that_stand(store, product, some).await?;
        stored.chains.extend(
            standing.into_iter().filter_map(|(place, number)| Some((some.get(place)?.clone(), number))),
        );
    }
    let rows = store::risks::tally(store, product).await?.counts.rows();
    let judging = plan.plan.clone();
    let (compared, arrangement) = apart(move || {
        let compared = comparing::compare(&sheet, &arrangement, &stored, &judging);
        Ok((compared, arrangement))
    })
    .await?;
    let unknown = Code::Import(ImportCode::UnknownWord);
    if !arrangement.is_ours() && compared.faults.iter().any(|fault| fault.violation.code == unknown) {
        return Ok(Incoming::Unarranged);
    }
    Ok(Incoming::Ready(Box::new(Preview { file_name: draft.file_name, arrangement, compared, rows, plan })))
}

/// Says who wins where both sides changed cells: by the key of the cell. Permission: edit hazards.
///
/// # Errors
/// Not found when there is no such file for this person.
pub async fn settle(
    service: &Service,
    who: &Actor,
    product: ProductId,
    draft: ImportDraftId,
    sides: &BTreeMap<String, Side>,
    all: Option<Side>,
) -> Result<(), Failure> {
    let (draft_found, mut arrangement) = find(service, who, product, draft).await?;
    arrangement.settled.extend(sides.iter().map(|(key, side)| (key.clone(), *side)));
    if let Some(side) = all
        && let Incoming::Ready(preview) = preview(service, who, product, draft).await?
    {
        arrangement.settled.extend(preview.compared.disputed.into_iter().map(|cell| (cell.key, side)));
    }
    save(service, draft_found.id, &arrangement).await
}

/// Throws a file away. Permission: edit hazards.
///
/// # Errors
/// Not found when there is no such file for this person.
pub async fn discard(
    service: &Service,
    who: &Actor,
    product: ProductId,
    draft: ImportDraftId,
) -> Result<(), Failure> {
    let (draft, _) = find(service, who, product, draft).await?;
    Ok(import_drafts::discard(service.store(), draft.id).await?)
}

/// Imports a file: all that the person saw, or nothing. `seen` is the digest of what they saw.
/// Permission: edit hazards.
///
/// # Errors
/// Rejected without a reason, while rows are refused or cells not settled, and when the register moved since the preview.
pub async fn take_in(
    service: &Service,
    who: &Actor,
    product: ProductId,
    draft: ImportDraftId,
    seen: &str,
    reason: &str,
) -> Result<Outcome, Failure> {
    let grant = who.require(Permission::EditHazards, product)?;
    let reason = Reason::parse("reason", &normal(reason))?;
    require_in_work(service, product).await?;
    let (found, arrangement) = find(service, who, product, draft).await?;
    if found.outcome.is_some() {
        return Err(refusal(ImportCode::ChangesNothing));
    }
    let Parsed { sheet, .. } = parse(found.file, arrangement.sheet).await?;
    let (digest, seen) = (found.digest, seen.to_owned());
    let written = service
        .store()
        .write(&grant, Action("register.imported"), Some(reason.as_str()), move |tx| {
            Box::pin(async move {
                let plan = store::risk_plans::hold_alone(tx, product).await?.plan;
                let stored = stored_within(tx, product, &sheet, &arrangement, &plan).await?;
                let compared = comparing::compare(&sheet, &arrangement, &stored, &plan);
                let is_blocked =
                    !compared.faults.is_empty() || compared.is_unsettled() || compared.changes_nothing();
                if is_blocked || compared.digest() != seen {
                    return Err(StoreError::Stale);
                }
                let outcome = Outcome {
                    added: compared.added.len(),
                    changed_rows: compared.changed.len(),
                    changed_cells: compared.changed_cells(),
                };
                write_changes(tx, product, &plan, &compared).await?;
                write_additions(tx, product, &plan, compared, lowers(&arrangement)).await?;
                let imported =
                    format!("{} rows were imported and {} changed", outcome.added, outcome.changed_rows);
                store::declarations::reopen(tx, product, &imported).await?;
                let said = json!({
                    "file_digest": hexadecimal(&digest),
                    "rows_added": outcome.added,
                    "rows_changed": outcome.changed_rows,
                });
                let event = Event::new(Action("register.imported"), "register").within(product).saying(said);
                tx.event(&event).await?;
                let value = serde_json::to_value(outcome).unwrap_or_default();
                import_drafts::note_outcome(tx, draft, &value).await?;
                Ok(outcome)
            })
        })
        .await;
    match written {
        Err(StoreError::Stale) => Err(refusal(why_not(service, who, product, draft).await?)),
        other => other.map_err(chain_exists),
    }
}

/// Why an import did not go through.
async fn why_not(
    service: &Service,
    who: &Actor,
    product: ProductId,
    draft: ImportDraftId,
) -> Result<ImportCode, Failure> {
    let Incoming::Ready(preview) = preview(service, who, product, draft).await? else {
        return Ok(ImportCode::Moved);
    };
    let compared = preview.compared;
    Ok(if !compared.faults.is_empty() {
        ImportCode::HasFaults
    } else if compared.is_unsettled() {
        ImportCode::Unsettled
    } else if compared.changes_nothing() {
        ImportCode::ChangesNothing
    } else {
        ImportCode::Moved
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn lowers(arrangement: &Arrangement) -> Lowers {
    let word = arrangement.control_lowers.as_str();
    Lowers { p1: !["p2", "severity"].contains(&word), p2: word == "p2", severity: word == "severity" }
}

async fn stored_within(
    tx: &mut WriteTx,
    product: ProductId,
    sheet: &Sheet,
    arrangement: &Arrangement,
    plan: &RiskPlan,
) -> Result<Stored, StoreError> {
    let mut stored = Stored::default();
    for some in comparing::identifiers(sheet, arrangement).chunks(STEP) {
        let records = store::risks::of_product_within(tx, product, some).await?;
        stored.rows.extend(records.into_iter().map(|record| (record.risk.id.uuid(), record)));
    }
    for some in comparing::new_chains(sheet, arrangement, plan).chunks(STEP) {
        let standing = store::risks::chains_that_stand_within(tx, product, some).await?;
        stored.chains.extend(
            standing.into_iter().filter_map(|(place, number)| Some((some.get(place)?.clone(), number))),
        );
    }
    Ok(stored)
}

/// Writes the cells that changed: each record once, however many rows it stands in.
async fn write_changes(
    tx: &mut WriteTx,
    product: ProductId,
    plan: &RiskPlan,
    compared: &Compared,
) -> Result<(), StoreError> {
    let mut hazards: HashMap<Uuid, Hazard> = HashMap::new();
    let mut sequences: HashMap<Uuid, SequenceOfEvents> = HashMap::new();
    let mut situations: HashMap<Uuid, HazardousSituation> = HashMap::new();
    let mut harms: HashMap<Uuid, Harm> = HashMap::new();
    let mut risks: Vec<(Risk, Revision, Evaluations)> = Vec::new();
    for row in &compared.changed {
        let (old, new) = (&row.old, &row.new);
        if new.hazard != old.hazard {
            hazards.insert(new.hazard.id.uuid(), new.hazard.clone());
        }
        if new.sequence != old.sequence {
            sequences.insert(new.sequence.id.uuid(), new.sequence.clone());
        }
        if new.situation != old.situation {
            situations.insert(new.situation.id.uuid(), new.situation.clone());
        }
        if new.harm != old.harm {
            harms.insert(new.harm.id.uuid(), new.harm.clone());
        }
        if new.risk != old.risk {
            risks.push((new.risk.clone(), old.revision, new.risk.estimates.evaluations(plan)));
        }
    }
    let objects: Vec<Uuid> = [
        hazards.keys().copied().collect::<Vec<_>>(),
        sequences.keys().copied().collect(),
        situations.keys().copied().collect(),
        harms.keys().copied().collect(),
    ]
    .concat();
    store::hazards::update_hazards(tx, &hazards.into_values().collect::<Vec<_>>()).await?;
    store::hazards::update_sequences(tx, &sequences.into_values().collect::<Vec<_>>()).await?;
    store::hazards::update_situations(tx, &situations.into_values().collect::<Vec<_>>()).await?;
    store::hazards::update_harms(tx, &harms.into_values().collect::<Vec<_>>()).await?;
    for some in risks.chunks(STEP) {
        store::risks::update_many(tx, some).await?;
    }
    let mut touched: HashSet<Uuid> = risks.iter().map(|(risk, ..)| risk.id.uuid()).collect();
    if !objects.is_empty() {
        touched.extend(store::risks::with_objects_within(tx, &objects).await?);
    }
    reassess(tx, product, plan, &touched.into_iter().collect::<Vec<_>>()).await
}

/// Adds the rows that are new, with the controls that they name: one control a text.
async fn write_additions(
    tx: &mut WriteTx,
    product: ProductId,
    plan: &RiskPlan,
    compared: Compared,
    lowers: Lowers,
) -> Result<(), StoreError> {
    let mut controls: Vec<ImportedControl> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut place_of = |description: ControlDescription| {
        let words = description.description.as_ref().map_or(description.title.as_str(), |text| text.as_str());
        *places.entry(plain_word(words)).or_insert_with(|| {
            controls.push(ImportedControl { description: description.clone(), verifications: Vec::new() });
            controls.len() - 1
        })
    };
    let rows: Vec<ImportedRow> = compared
        .added
        .into_iter()
        .map(|added| ImportedRow {
            row: added.new,
            uses: added.controls.into_iter().map(|control| (place_of(control), lowers)).collect(),
        })
        .collect();
    let controls = put_controls(tx, product, &controls).await?;
    for some in rows.chunks(STEP) {
        put_rows(tx, product, plan, some, &controls).await?;
    }
    Ok(())
}
