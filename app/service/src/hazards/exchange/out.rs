//! The register on its way out: the cells of a row, for text and workbook alike.

use documents::workbook::{Cell, Column, Line, Use, Workbook};
use domain::control::Proof;
use domain::plan::RiskPlan;
use domain::risk::{Evaluation, shown_number};
use sha2::{Digest as _, Sha256};

use super::columns::{FIELDS, Field, Holds, Key, Shown, Slot, layout};
use crate::Failure;
use crate::Service;
use crate::hazards::{Export, RegisterRow, RowForm};

/// The name of the sheet with the rows.
pub const ROWS_SHEET: &str = "Register";
/// The name of the sheet that explains them.
const EXPLANATIONS_SHEET: &str = "Explanations";
/// What the check values begin with: which fields they are of.
const CHECK_VERSION: &str = "h1:";

/// The heads of the columns.
#[must_use]
pub fn heads() -> Vec<&'static str> {
    layout().into_iter().map(Slot::head).collect()
}

/// The cells of a row, as texts.
#[must_use]
pub fn cells(row: &RegisterRow, plan: &RiskPlan) -> Vec<String> {
    let form = RowForm::of_record(&row.record).into_fields();
    layout()
        .into_iter()
        .map(|slot| match slot {
            Slot::Change(field) => word(field, form.get(field.name).map_or("", String::as_str), plan),
            Slot::Read(shown) => read_only(row, shown),
            Slot::Keep(Key::Identifier) => row.record.risk.id.to_string(),
            Slot::Keep(Key::Revision) => row.record.row_revision().to_string(),
            Slot::Keep(Key::Check) => check(&form),
        })
        .collect()
}

/// A value as a file shows it.
#[must_use]
pub fn word(field: &Field, value: &str, plan: &RiskPlan) -> String {
    let known = field.holds.values(plan).into_iter().find(|(name, _)| name == value);
    known.map_or_else(|| value.to_owned(), |(_, word)| word)
}

/// What each field held, in four letters each: enough to tell a cell that somebody changed from one that nobody did.
#[must_use]
pub fn check(form: &std::collections::BTreeMap<&'static str, String>) -> String {
    let codes = FIELDS.iter().map(|field| code(form.get(field.name).map_or("", String::as_str)));
    format!("{CHECK_VERSION}{}", codes.collect::<String>())
}

/// Twenty-four bits of the digest of a value.
#[must_use]
pub fn code(value: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let digest = Sha256::digest(value.as_bytes());
    let bits = u32::from_be_bytes([0, digest[0], digest[1], digest[2]]);
    (0..4)
        .rev()
        .map(|place| char::from(LETTERS[usize::try_from((bits >> (6 * place)) & 63).unwrap_or_default()]))
        .collect()
}

/// The check value of a field among those of a row; none where they are not ours, or were damaged.
#[must_use]
pub fn check_of<'a>(check: &'a str, field: &str) -> Option<&'a str> {
    let codes = check.trim().strip_prefix(CHECK_VERSION).filter(|codes| codes.len() == FIELDS.len() * 4)?;
    let place = FIELDS.iter().position(|known| known.name == field)?;
    codes.get(place * 4..place * 4 + 4)
}

fn read_only(row: &RegisterRow, shown: Shown) -> String {
    let RegisterRow { record, evaluations, share, findings, counted_outside: _ } = row;
    let judged = |evaluation: Evaluation| evaluation.name().replace('_', " ");
    match shown {
        Shown::Number => shown_number("R", record.risk.number),
        Shown::Hazard => shown_number("HZ", record.hazard.number),
        Shown::Sequence => shown_number("SQ", record.sequence.number),
        Shown::Situation => shown_number("HS", record.situation.number),
        Shown::Harm => shown_number("HM", record.harm.number),
        Shown::Before => judged(evaluations.initial),
        Shown::ExternalOnly => judged(evaluations.external),
        Shown::After => judged(evaluations.left),
        Shown::Controls => {
            let controls = record.uses.iter().map(|used| {
                let option = used.control.description.option.name();
                format!(
                    "{} {} ({option})",
                    shown_number("RC", used.control.number),
                    used.control.description.title
                )
            });
            controls.collect::<Vec<_>>().join("\n")
        }
        Shown::Verified => {
            let seen = record.seen_by_rules();
            let proofs =
                seen.controls.iter().flat_map(|control| [control.implementation, control.effectiveness]);
            let passed = proofs.filter(|proof| *proof == Proof::Shown).count();
            format!("{passed} of {}", seen.controls.len() * 2)
        }
        Shown::Class => share.class.to_string(),
        Shown::Findings => findings.iter().map(|finding| finding.check.id()).collect::<Vec<_>>().join(" "),
        Shown::Withdrawn => record.withdrawn.as_ref().map(|(_, reason)| reason.clone()).unwrap_or_default(),
    }
}

/// The whole of an export as a workbook.
///
/// # Errors
/// When the database does not answer.
pub async fn workbook(service: &Service, mut export: Export) -> Result<Vec<u8>, Failure> {
    let plan = export.plan().clone();
    let (columns, explanations) = frame(&plan.plan, plan.version);
    let mut workbook = Workbook::new(ROWS_SHEET, EXPLANATIONS_SHEET, columns);
    while let Some(rows) = export.step(service).await? {
        for row in &rows {
            workbook.row(
                cells(row, &plan.plan)
                    .into_iter()
                    .zip(layout())
                    .map(|(text, slot)| as_cell(text, slot))
                    .collect(),
            );
        }
    }
    Ok(workbook.finish(&explanations))
}

/// The columns of the workbook, and the lines of the sheet that explains them.
pub(super) fn frame(plan: &RiskPlan, version: i32) -> (Vec<Column>, Vec<Line>) {
    let (lines, lists) = explanations(plan, version);
    let columns = layout()
        .into_iter()
        .map(|slot| Column {
            head: slot.head().to_owned(),
            width: slot.width(),
            usage: if matches!(slot, Slot::Change(_)) { Use::Change } else { Use::Read },
            list: match slot {
                Slot::Change(field) => {
                    lists.iter().find(|(holds, _)| *holds == field.holds).map(|(_, list)| *list)
                }
                Slot::Read(_) | Slot::Keep(_) => None,
            },
        })
        .collect();
    (columns, lines)
}

/// Probabilities go as numbers, so that a spreadsheet can calculate with them. Nine digits survive that.
pub(super) fn as_cell(text: String, slot: Slot) -> Cell {
    let is_number = match slot {
        Slot::Change(field) => field.holds == Holds::Probability,
        Slot::Keep(Key::Revision) => true,
        Slot::Read(_) | Slot::Keep(_) => false,
    };
    if is_number && !text.is_empty() { Cell::Number(text) } else { Cell::Text(text) }
}

type Lists = Vec<(Holds, (u32, u32))>;

/// The sheet that explains columns and scales, and where in it the words of each scale stand.
fn explanations(plan: &RiskPlan, version: i32) -> (Vec<Line>, Lists) {
    let cells = |cells: &[&str]| Line::Cells(cells.iter().map(|cell| (*cell).to_owned()).collect());
    let mut lines = vec![
        Line::Head("How to use this file".to_owned()),
        cells(&[
            "Change",
            "The columns with a coloured head. Save the file and import it; Hazel shows each change before it writes anything.",
        ]),
        cells(&[
            "Leave as they are",
            "The grey columns are for reading. The last three find each row again.",
        ]),
        cells(&["New rows", "Write them below, and leave the grey columns empty."]),
        cells(&[
            "Rows that are taken out of the file",
            "stay in the register. Withdraw them there, with a reason.",
        ]),
    ];
    let mut lists = Lists::new();
    let scales = [
        ("Severity", Holds::Severity),
        ("Found by", Holds::Source),
        ("Kind of cause", Holds::Cause),
        ("Yes or no", Holds::YesOrNo),
        ("Care prevented permanent impairment", Holds::Care),
    ];
    for (title, holds) in scales {
        lines.push(cells(&[]));
        let remark = if holds == Holds::Severity {
            format!("{title}, by version {version} of the risk plan")
        } else {
            title.to_owned()
        };
        lines.push(Line::Head(remark));
        let first = line_number(&lines) + 1;
        for (place, (_, word)) in holds.values(plan).into_iter().enumerate() {
            let meaning = match holds {
                Holds::Severity => plan.severities[place].meaning.to_string(),
                _ => String::new(),
            };
            lines.push(Line::Cells(vec![word, meaning]));
        }
        lists.push((holds, (first, line_number(&lines))));
    }
    lines.push(cells(&[]));
    lines.push(Line::Head(format!("Probability of harm, P1 × P2 per {}", plan.unit)));
    let limits = plan.limits.values();
    for (place, band) in plan.bands.iter().enumerate() {
        let from =
            if place == 0 { format!("below {}", limits[0]) } else { format!("from {}", limits[place - 1]) };
        lines.push(Line::Cells(vec![format!("{} {}", place + 1, band.word), band.meaning.to_string(), from]));
    }
    lines.push(cells(&[]));
    lines.push(Line::Head("Columns".to_owned()));
    for slot in layout() {
        let may = match slot {
            Slot::Change(_) => "May be changed.",
            Slot::Read(_) => "Only for reading.",
            Slot::Keep(_) => "Do not change.",
        };
        lines.push(cells(&[slot.head(), slot.about(), may]));
    }
    (lines, lists)
}

fn line_number(lines: &[Line]) -> u32 {
    u32::try_from(lines.len()).unwrap_or(u32::MAX)
}
