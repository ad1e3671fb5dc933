//! How a file is read: which sheet, where its head is, which column holds what, what its words mean. Guessed first,
//! changed by hand, and kept for the product's next file.

use std::collections::{BTreeMap, BTreeSet};

use documents::cells;
use documents::table::Sheet;
use domain::control::{ControlOption, Place};
use domain::hazard::HazardCode;
use domain::import::ImportCode;
use domain::plan::RiskPlan;
use domain::risk::Probability;
use domain::text::{Statement, TextCode, Title, optional};
use domain::violation::{Code, Violation, Violations};
use serde::{Deserialize, Serialize};

use super::columns::{FIELDS, Field, Holds, Key, Slot, layout};
use crate::typed::normal;

/// The head of a table stands within so many rows of the top.
const HEAD_WITHIN: usize = 40;
/// The most different words that one scale may have in a file.
pub const MOST_WORDS: usize = 60;

/// What a file can hold beside the fields of a row: its name, its head, what it is, what it is called elsewhere.
pub const EXTRAS: [(&str, &str, &str, &[&str]); 3] = [
    (
        "initial_probability",
        "Probability of harm before control",
        "One figure for the whole: taken as P1, with P2 = 1.",
        &[
            "probability",
            "initial probability",
            "occurrence",
            "occ",
            "o",
            "p",
            "likelihood",
            "frequency",
            "probability before",
            "wahrscheinlichkeit",
        ],
    ),
    (
        "residual_probability",
        "Probability of harm after control",
        "One figure for the whole: taken as P1, with P2 = 1.",
        &[
            "residual probability",
            "probability after",
            "residual occurrence",
            "final probability",
            "residual likelihood",
            "probability (residual)",
            "p'",
        ],
    ),
    (
        "controls",
        "Risk controls",
        "One control a line; each becomes a control of its own, used by every row that names it.",
        &[
            "risk control",
            "risk controls",
            "risk control measure",
            "risk control measures",
            "mitigation",
            "mitigations",
            "control",
            "controls",
            "control measure",
            "measures",
            "maßnahme",
            "maßnahmen",
        ],
    ),
];

/// Who wins where both sides changed a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// What the file says.
    File,
    /// What the register says.
    Register,
}

impl Side {
    /// The side of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "file" => Some(Self::File),
            "register" => Some(Self::Register),
            _ => None,
        }
    }

    /// Its name in forms.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Register => "register",
        }
    }
}

/// The words of a file by scale, each with what it means; a word is in lower case.
pub type Words = BTreeMap<String, BTreeMap<String, String>>;

/// How a file is read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Arrangement {
    /// The place of the sheet.
    pub sheet: usize,
    /// The number of the row in which the heads stand.
    pub head: u32,
    /// The column of each field, extra and key.
    pub columns: BTreeMap<String, u16>,
    /// What stands in a new row where its cell is empty.
    pub fills: BTreeMap<String, String>,
    /// What words mean.
    pub words: Words,
    /// Who wins where both sides changed a cell: by row and field.
    pub settled: BTreeMap<String, Side>,
    /// The kind of the file's controls.
    pub control_option: String,
    /// Where the file's controls are implemented.
    pub control_place: String,
    /// What the file's controls lower: `p1`, `p2` or `severity`.
    pub control_lowers: String,
}

/// What is kept of it for the next file: columns by their heads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Kept {
    columns: BTreeMap<String, String>,
    fills: BTreeMap<String, String>,
    words: Words,
    control_option: String,
    control_place: String,
    control_lowers: String,
}

/// A head as it is compared: in lower case, with single blanks, without marks around it.
fn plain(head: &str) -> String {
    let words: Vec<&str> = head.split_whitespace().collect();
    words.join(" ").to_lowercase().trim_matches(|letter: char| ":*.#".contains(letter)).trim().to_owned()
}

/// The word of a scale, as it is looked up.
#[must_use]
pub fn plain_word(word: &str) -> String {
    word.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

impl Arrangement {
    /// What the heads of a sheet let guess.
    #[must_use]
    pub fn guess(sheet: &Sheet, place: usize, head: Option<u32>, kept: Option<&Kept>) -> Self {
        let known = Known::new(kept);
        let row =
            head.and_then(|head| sheet.row_numbered(head)).or_else(|| known.head_of(sheet)).unwrap_or(0);
        let heads: BTreeMap<u16, String> =
            sheet.cells(row).map(|(column, head)| (column, plain(head))).collect();
        let columns = known.columns(&heads);
        // What words of another file mean says nothing about one that came from here.
        let kept =
            kept.filter(|_| !columns.contains_key(Key::Identifier.name())).cloned().unwrap_or_default();
        let or = |said: String, otherwise: &str| if said.is_empty() { otherwise.to_owned() } else { said };
        Self {
            sheet: place,
            head: sheet.number(row),
            columns,
            fills: kept.fills,
            words: kept.words,
            settled: BTreeMap::new(),
            control_option: or(kept.control_option, ControlOption::Protective.name()),
            control_place: or(kept.control_place, Place::SoftwareItem.name()),
            control_lowers: or(kept.control_lowers, "p1"),
        }
    }

    /// What is kept for the product's next file.
    #[must_use]
    pub fn kept(&self, sheet: &Sheet) -> Kept {
        let row = sheet.row_numbered(self.head).unwrap_or(0);
        let of_register = |name: &str| Key::ALL.iter().any(|key| key.name() == name);
        Kept {
            columns: self
                .columns
                .iter()
                .filter(|(name, _)| !of_register(name))
                .map(|(name, column)| (name.clone(), plain(sheet.text(row, *column))))
                .collect(),
            fills: self.fills.clone(),
            words: self.words.clone(),
            control_option: self.control_option.clone(),
            control_place: self.control_place.clone(),
            control_lowers: self.control_lowers.clone(),
        }
    }

    /// Takes what a form says, as far as it can be taken, and answers what is wrong with the rest.
    pub fn take(&mut self, form: &super::ArrangingForm, plan: &RiskPlan) -> Violations {
        let fields = &form.fields;
        let mut wrong = Violations::none();
        let names = FIELDS.iter().map(|field| field.name).chain(EXTRAS.iter().map(|(name, ..)| *name));
        for name in names.chain(Key::ALL.map(Key::name)) {
            match fields.get(&format!("column_{name}")).map(|text| text.trim()) {
                None => {}
                Some("") => {
                    self.columns.remove(name);
                }
                Some(text) => match text.parse() {
                    Ok(column) if column < documents::table::limits::COLUMNS => {
                        self.columns.insert(name.to_owned(), column);
                    }
                    _ => wrong
                        .push(Violation::error(&format!("column_{name}"), Code::Text(TextCode::NotAChoice))),
                },
            }
        }
        for name in super::columns::NEEDED {
            if let Some(fill) = fields.get(&format!("fill_{name}")) {
                let fill = normal(fill).trim().to_owned();
                let field = format!("fill_{name}");
                let taken = match name {
                    "hazard" | "harm" => optional::<Title>(&field, &fill).map(|_| ()),
                    _ => optional::<Statement>(&field, &fill).map(|_| ()),
                };
                match taken {
                    Ok(()) if fill.is_empty() => drop(self.fills.remove(name)),
                    Ok(()) => drop(self.fills.insert(name.to_owned(), fill)),
                    Err(violation) => wrong.push(violation),
                }
            }
        }
        self.take_words(fields, plan, &mut wrong);
        let mut choose = |name: &str, slot: &mut String, is_known: fn(&str) -> bool| match fields.get(name) {
            Some(value) if is_known(value) => slot.clone_from(value),
            Some(_) => wrong.push(Violation::error(name, Code::Text(TextCode::NotAChoice))),
            None => {}
        };
        choose("control_option", &mut self.control_option, |value| ControlOption::named(value).is_some());
        choose("control_place", &mut self.control_place, |value| Place::named(value).is_some());
        choose("control_lowers", &mut self.control_lowers, |value| ["p1", "p2", "severity"].contains(&value));
        for field in self.missing() {
            wrong.push(Violation::error(
                &format!("column_{}", field.name),
                Code::Import(ImportCode::NoColumn),
            ));
        }
        wrong
    }

    /// Each word of a scale comes with the place of what it means.
    fn take_words(&mut self, fields: &BTreeMap<String, String>, plan: &RiskPlan, wrong: &mut Violations) {
        for (name, word) in fields {
            let Some(place) = name.strip_prefix("word_") else { continue };
            let Some((scale, _)) = place.rsplit_once('_') else { continue };
            let known = [
                Holds::Severity,
                Holds::Probability,
                Holds::Source,
                Holds::Cause,
                Holds::YesOrNo,
                Holds::Care,
            ];
            let Some(holds) = known.into_iter().find(|holds| holds.scale() == Some(scale)) else { continue };
            let (key, field) = (plain_word(word), format!("means_{place}"));
            let means = fields.get(&field).map_or("", |means| means.trim());
            let of_scale = self.words.entry(scale.to_owned()).or_default();
            match means {
                "" => drop(of_scale.remove(&key)),
                "nothing" => drop(of_scale.insert(key, String::new())),
                means => match understood(holds, means, &plain_word(means), plan) {
                    Ok(value) => drop(of_scale.insert(key, value)),
                    Err(code) => wrong.push(Violation::error(&field, code)),
                },
            }
        }
    }

    /// Whether the rows know who they are: the file came from here.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        self.columns.contains_key(Key::Identifier.name())
    }

    /// The column of a field, extra or key.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<u16> {
        self.columns.get(name).copied()
    }

    /// What every new row needs and has neither a column nor a text for where there is none.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static Field> {
        let filled = |field: &Field| self.fills.get(field.name).is_some_and(|fill| !fill.trim().is_empty());
        FIELDS
            .iter()
            .filter(|field| field.is_needed() && self.column(field.name).is_none() && !filled(field))
            .collect()
    }

    /// The scales of the columns that are read, with what their cells hold.
    #[must_use]
    pub fn scales(&self) -> Vec<(Holds, Vec<u16>)> {
        let mut scales: Vec<(Holds, Vec<u16>)> = Vec::new();
        let fields = FIELDS.iter().map(|field| (field.name, field.holds));
        let extras = EXTRAS[..2].iter().map(|(name, ..)| (*name, Holds::Probability));
        for (name, holds) in fields.chain(extras).filter(|(_, holds)| *holds != Holds::Text) {
            let Some(column) = self.column(name) else { continue };
            match scales.iter_mut().find(|(known, _)| *known == holds) {
                Some((_, columns)) => columns.push(column),
                None => scales.push((holds, vec![column])),
            }
        }
        scales
    }

    /// The words of a scale that stand in the file, of those that are wanted: each as it first stands there. One more
    /// than a scale may have, at most.
    #[must_use]
    pub fn words_of(
        &self,
        sheet: &Sheet,
        columns: &[u16],
        wanted: impl Fn(&str) -> bool,
    ) -> BTreeMap<String, String> {
        let mut words = BTreeMap::new();
        for row in sheet.rows_after(self.head) {
            for column in columns {
                let text = cells::typed(sheet.text(row, *column)).trim().to_owned();
                if !text.is_empty() && words.len() <= MOST_WORDS && wanted(&text) {
                    words.entry(plain_word(&text)).or_insert(text);
                }
            }
        }
        words
    }

    /// What a cell means: the value that the field of a form would hold.
    ///
    /// # Errors
    /// A word that nobody has explained, or a number that is no probability.
    pub fn meaning(&self, holds: Holds, raw: &str, plan: &RiskPlan) -> Result<String, Code> {
        let text = cells::typed(raw);
        if holds == Holds::Text {
            return Ok(normal(&text.replace("\r\n", "\n").replace('\r', "\n")).trim().to_owned());
        }
        let text = text.trim();
        if text.is_empty() {
            return Ok(String::new());
        }
        let word = plain_word(text);
        let explained = holds.scale().and_then(|scale| self.words.get(scale)?.get(&word));
        if let Some(value) = explained {
            return Ok(value.clone());
        }
        understood(holds, text, &word, plan)
    }
}

/// What a word means by itself.
fn understood(holds: Holds, text: &str, word: &str, plan: &RiskPlan) -> Result<String, Code> {
    let unknown = Code::Import(ImportCode::UnknownWord);
    let value = match holds {
        Holds::Text => Some(text.to_owned()),
        Holds::Probability => return probability(text),
        Holds::Severity => severity(word, plan),
        Holds::YesOrNo => match word {
            "yes" | "y" | "true" | "1" | "x" | "ja" | "oui" => Some("yes".to_owned()),
            "no" | "n" | "false" | "0" | "nein" | "non" => Some("no".to_owned()),
            _ => None,
        },
        Holds::Source | Holds::Cause | Holds::Care => {
            let found = holds.values(plan).into_iter().find(|(name, shown)| word == name || word == shown);
            found.map(|(name, _)| name)
        }
    };
    value.ok_or(unknown)
}

/// A step: its number, its number and word, or its word alone.
fn severity(word: &str, plan: &RiskPlan) -> Option<String> {
    let first = word.trim_start_matches('s').split([' ', '-', ':', '.', '=']).next().unwrap_or_default();
    if let Ok(level @ 1..=5) = first.parse::<u8>() {
        // "3.5" is no step.
        let is_fraction = word.parse::<f64>().is_ok_and(|number| number.fract() != 0.0);
        return (!is_fraction).then(|| level.to_string());
    }
    let place = plan.severities.iter().position(|step| plain_word(&step.word) == word)?;
    Some((place + 1).to_string())
}

/// A number as it is kept. One with more than nine digits, as formulas make them, is rounded to nine.
fn probability(text: &str) -> Result<String, Code> {
    if let Ok(number) = text.parse::<Probability>() {
        return Ok(number.to_string());
    }
    let Ok(number) = text.parse::<f64>() else { return Err(Code::Import(ImportCode::UnknownWord)) };
    let rounded = format!("{number:.8e}");
    let number = if (0.0..=1.0).contains(&number) { rounded.parse::<Probability>().ok() } else { None };
    number.map(|number| number.to_string()).ok_or(Code::Hazard(HazardCode::NotAProbability))
}

/// What is called how.
struct Known {
    /// Heads of ours.
    ours: Vec<(String, &'static str)>,
    /// Heads that a person chose before.
    chosen: Vec<(String, &'static str)>,
    /// What people call it elsewhere: a guess, the better ones first.
    likely: Vec<(&'static str, &'static [&'static str])>,
}

impl Known {
    fn new(kept: Option<&Kept>) -> Self {
        let names: Vec<&'static str> =
            FIELDS.iter().map(|field| field.name).chain(EXTRAS.iter().map(|(name, ..)| *name)).collect();
        let chosen = kept.into_iter().flat_map(|kept| &kept.columns).filter_map(|(name, head)| {
            let name = names.iter().find(|known| *known == name)?;
            Some((head.clone(), *name))
        });
        let ours = layout().into_iter().filter_map(|slot| match slot {
            Slot::Change(field) => Some((plain(field.head), field.name)),
            Slot::Keep(key) => Some((plain(key.head()), key.name())),
            Slot::Read(_) => None,
        });
        let likely = FIELDS
            .iter()
            .map(|field| (field.name, field.elsewhere))
            .chain(EXTRAS.iter().map(|(name, _, _, elsewhere)| (*name, *elsewhere)))
            .collect();
        Self { ours: ours.collect(), chosen: chosen.collect(), likely }
    }

    /// The row that most looks like a head.
    fn head_of(&self, sheet: &Sheet) -> Option<usize> {
        let weight = |row: usize| -> usize {
            let known = |head: &str| {
                let head = plain(head);
                let sure = self.ours.iter().chain(&self.chosen).any(|(known, _)| *known == head);
                let likely = self.likely.iter().any(|(_, names)| names.contains(&head.as_str()));
                usize::from(sure) * 3 + usize::from(likely)
            };
            sheet.cells(row).map(|(_, head)| known(head)).sum()
        };
        let rows = 0..sheet.len().min(HEAD_WITHIN);
        let best = rows.clone().rev().max_by_key(|row| weight(*row)).filter(|row| weight(*row) > 0);
        // Without a known word, the head is the first row that is about as wide as the table.
        let widest = rows.clone().map(|row| sheet.cells(row).count()).max().unwrap_or_default();
        best.or_else(|| rows.into_iter().find(|row| sheet.cells(*row).count() * 2 > widest))
    }

    fn columns(&self, heads: &BTreeMap<u16, String>) -> BTreeMap<String, u16> {
        let mut columns = BTreeMap::new();
        let mut taken = BTreeSet::new();
        let has_identifier = heads.values().any(|head| *head == plain(Key::Identifier.head()));
        // In a file of ours, what has another head is none of its fields.
        let chosen = if has_identifier { &[][..] } else { &self.chosen };
        for (head, name) in chosen.iter().chain(&self.ours) {
            if let Some((column, _)) = heads.iter().find(|(_, known)| *known == head) {
                columns.entry((*name).to_owned()).or_insert(*column);
                taken.insert(*column);
            }
        }
        if has_identifier {
            return columns;
        }
        let best_first = (0..).take_while(|rank| self.likely.iter().any(|(_, names)| names.len() > *rank));
        for rank in best_first {
            for (name, names) in &self.likely {
                let Some(head) = names.get(rank).filter(|_| !columns.contains_key(*name)) else { continue };
                let found = heads.iter().find(|(column, known)| known == head && !taken.contains(*column));
                if let Some((column, _)) = found {
                    columns.insert((*name).to_owned(), *column);
                    taken.insert(*column);
                }
            }
        }
        columns
    }
}
