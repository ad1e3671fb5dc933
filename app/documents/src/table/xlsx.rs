//! Office Open XML workbooks in: the texts of one sheet, read as a stream.
//!
//! Numbers become their shortest decimal text, formulas their last result, cells that are merged downwards the text of
//! the first. Styles, dates, links, pictures and macros are not looked at; nothing is ever fetched or computed. A
//! document type declaration ends the reading: without one, XML has no entities that could grow.

use std::cell::Cell as Counter;
use std::collections::HashMap;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use domain::import::{CellPlace, ImportCode};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::unzip::Archive;
use super::{CellFault, Filling, Sheet, index, limits};

/// A workbook, open for reading.
pub struct Workbook<'file> {
    archive: Archive<'file>,
    sheets: Vec<(String, String)>,
    strings: Option<String>,
}

impl<'file> Workbook<'file> {
    /// Opens it and reads the names of its sheets.
    ///
    /// # Errors
    /// When it is damaged, locked or no workbook.
    pub fn open(bytes: &'file [u8]) -> Result<Self, ImportCode> {
        let archive = Archive::open(bytes)?;
        let links = links(&archive, "_rels/.rels")?;
        let book = links
            .values()
            .find(|link| link.kind.ends_with("/officeDocument"))
            .map(|link| resolved("", &link.target))
            .ok_or(ImportCode::NotATable)?;
        let (folder, name) = book.rsplit_once('/').unwrap_or(("", &book));
        let links = self::links(&archive, &format!("{folder}/_rels/{name}.rels"))?;
        let strings = links
            .values()
            .find(|link| link.kind.ends_with("/sharedStrings"))
            .map(|link| resolved(folder, &link.target));
        let part = archive.part(&book)?.ok_or(ImportCode::NotATable)?;
        let mut sheets = Vec::new();
        each(part, |event, _| {
            if let Event::Start(tag) | Event::Empty(tag) = event
                && tag.local_name().as_ref() == "sheet"
            {
                if sheets.len() == limits::SHEETS {
                    return Err(ImportCode::Damaged);
                }
                let link = attribute(tag, "id")?.and_then(|id| links.get(&id));
                // A sheet of charts or macros has no rows.
                if let Some(link) = link.filter(|link| link.kind.ends_with("/worksheet")) {
                    sheets
                        .push((attribute(tag, "name")?.unwrap_or_default(), resolved(folder, &link.target)));
                }
            }
            Ok(())
        })?;
        if sheets.is_empty() {
            return Err(ImportCode::NoSheet);
        }
        Ok(Self { archive, sheets, strings })
    }

    /// The names of its sheets, in their order.
    #[must_use]
    pub fn sheets(&self) -> Vec<String> {
        self.sheets.iter().map(|(name, _)| name.clone()).collect()
    }

    /// The rows of a sheet.
    ///
    /// # Errors
    /// When there is no such sheet, when it is damaged, or when it goes past a limit.
    pub fn read(&self, sheet: usize) -> Result<Sheet, ImportCode> {
        let (_, name) = self.sheets.get(sheet).ok_or(ImportCode::NoSheet)?;
        let mut filling = Filling::default();
        let strings = self.strings(&mut filling)?;
        let part = self.archive.part(name)?.ok_or(ImportCode::Damaged)?;
        let mut reading =
            Reading { filling, strings, row: 0, tags: 0, merged: Vec::new(), cell: None, next_column: 0 };
        each(part, |event, _| reading.take(event))?;
        let Reading { mut filling, merged, .. } = reading;
        filling.end_row();
        Ok(repeated(filling, &merged)?.done())
    }

    /// Where each shared text stands among the texts of the sheet.
    fn strings(&self, filling: &mut Filling) -> Result<Vec<(u32, u32)>, ImportCode> {
        let Some(name) = &self.strings else { return Ok(Vec::new()) };
        let Some(part) = self.archive.part(name)? else { return Ok(Vec::new()) };
        let (mut strings, mut text, mut inside, mut spoken) = (Vec::new(), String::new(), false, 0_u32);
        each(part, |event, _| {
            match event {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "si" => text.clear(),
                    "t" => inside = spoken == 0,
                    // How it is pronounced stands beside the text, and is none of it.
                    "rPh" => spoken += 1,
                    _ => {}
                },
                Event::Empty(tag) if tag.local_name().as_ref() == "si" => {
                    put_string(filling, &mut strings, "")?;
                }
                Event::End(tag) => match tag.local_name().as_ref() {
                    "si" => put_string(filling, &mut strings, &unmasked(&text))?,
                    "t" => inside = false,
                    "rPh" => spoken = spoken.saturating_sub(1),
                    _ => {}
                },
                other if inside => add_text(&mut text, other)?,
                _ => {}
            }
            if text.len() > 4 * limits::CELL { Err(ImportCode::Damaged) } else { Ok(()) }
        })?;
        Ok(strings)
    }
}

fn put_string(filling: &mut Filling, strings: &mut Vec<(u32, u32)>, text: &str) -> Result<(), ImportCode> {
    if strings.len() == limits::STRINGS {
        return Err(ImportCode::TooManyCells { most: index(limits::STRINGS) });
    }
    strings.push(filling.keep(text)?);
    Ok(())
}

/// What a relationship leads to.
struct Link {
    kind: String,
    target: String,
}

fn links(archive: &Archive<'_>, name: &str) -> Result<HashMap<String, Link>, ImportCode> {
    let part = archive.part(name)?.ok_or(ImportCode::NotATable)?;
    let mut links = HashMap::new();
    each(part, |event, _| {
        if let Event::Start(tag) | Event::Empty(tag) = event
            && tag.local_name().as_ref() == "Relationship"
        {
            if links.len() == limits::PARTS {
                return Err(ImportCode::Damaged);
            }
            let text = |name: &str| attribute(tag, name).map(Option::unwrap_or_default);
            links.insert(text("Id")?, Link { kind: text("Type")?, target: text("Target")? });
        }
        Ok(())
    })?;
    Ok(links)
}

/// The name of a part, from the folder that names it.
fn resolved(folder: &str, target: &str) -> String {
    if let Some(whole) = target.strip_prefix('/') {
        return whole.to_owned();
    }
    let mut path: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split('/') {
        match step {
            "." | "" => {}
            ".." => {
                path.pop();
            }
            step => path.push(step),
        }
    }
    path.join("/")
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>, ImportCode> {
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(|_| ImportCode::Damaged)?;
        if attribute.key.local_name().as_ref() == name {
            let value = quick_xml::escape::unescape(&attribute.value).map_err(|_| ImportCode::Damaged)?;
            return Ok(Some(value.into_owned()));
        }
    }
    Ok(None)
}

/// Reads a part step by step.
fn each(
    part: impl BufRead,
    mut take: impl FnMut(&Event<'_>, usize) -> Result<(), ImportCode>,
) -> Result<(), ImportCode> {
    let left = Rc::new(Counter::new(limits::XML_STEP));
    let mut reader = Reader::from_reader(Stepped { inner: part, left: Rc::clone(&left) });
    let (mut buffer, mut depth) = (Vec::new(), 0_usize);
    loop {
        buffer.clear();
        left.set(limits::XML_STEP);
        let event = reader.read_event_into(&mut buffer).map_err(|_| ImportCode::Damaged)?;
        match &event {
            Event::Eof if depth == 0 => return Ok(()),
            Event::Eof => return Err(ImportCode::Damaged),
            Event::DocType(_) => return Err(ImportCode::DeclaresType),
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > limits::DEPTH {
            return Err(ImportCode::Damaged);
        }
        take(&event, depth)?;
    }
}

/// Ends in an error where one tag or one text goes on and on.
struct Stepped<R> {
    inner: R,
    left: Rc<Counter<u64>>,
}

impl<R: BufRead> Read for Stepped<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer)
    }
}

impl<R: BufRead> BufRead for Stepped<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left.get() == 0 {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "a step is too long"));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, read: usize) {
        self.left.set(self.left.get().saturating_sub(read as u64));
        self.inner.consume(read);
    }
}

/// Adds what an event says to a text.
fn add_text(text: &mut String, event: &Event<'_>) -> Result<(), ImportCode> {
    match event {
        Event::Text(more) => text.push_str(&more.xml10_content()),
        Event::CData(more) => text.push_str(&more.xml10_content()),
        Event::GeneralRef(name) => match name.resolve_char_ref().map_err(|_| ImportCode::Damaged)? {
            Some(letter) => text.push(letter),
            None => {
                let letters = quick_xml::escape::resolve_xml_entity(name).ok_or(ImportCode::Damaged)?;
                text.push_str(letters);
            }
        },
        _ => {}
    }
    Ok(())
}

/// A text of a workbook writes letters that XML has not, and what looks like that, as `_x000D_`.
fn unmasked(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        whole.push_str(&rest[..at]);
        rest = &rest[at..];
        let letter = rest
            .get(2..7)
            .filter(|code| code.ends_with('_'))
            .and_then(|code| u32::from_str_radix(&code[..4], 16).ok())
            .and_then(char::from_u32);
        match letter {
            Some(letter) => {
                whole.push(letter);
                rest = &rest[7..];
            }
            None => {
                whole.push_str("_x");
                rest = &rest[2..];
            }
        }
    }
    whole.push_str(rest);
    whole
}

/// Cells that show one value: columns and rows, each from and to.
struct Merged {
    column: u16,
    first: u32,
    last: u32,
}

/// The cell that is being read.
#[derive(Default)]
struct Open {
    column: u16,
    kind: String,
    text: String,
    is_formula: bool,
    /// The element whose text is meant: the value, or the text of a cell that holds its own.
    inside: bool,
    has_value: bool,
}

struct Reading {
    filling: Filling,
    strings: Vec<(u32, u32)>,
    row: u32,
    tags: u32,
    merged: Vec<Merged>,
    cell: Option<Open>,
    next_column: u16,
}

impl Reading {
    fn take(&mut self, event: &Event<'_>) -> Result<(), ImportCode> {
        match event {
            Event::Start(tag) => self.begin(tag, false),
            Event::Empty(tag) => self.begin(tag, true),
            Event::End(tag) => self.end(tag.local_name().as_ref()),
            text => {
                let Some(cell) = self.cell.as_mut().filter(|cell| cell.inside) else { return Ok(()) };
                add_text(&mut cell.text, text)?;
                let at = CellPlace { row: self.row, column: cell.column };
                if cell.text.len() > 4 * limits::CELL { Err(ImportCode::CellTooLong { at }) } else { Ok(()) }
            }
        }
    }

    fn begin(&mut self, tag: &BytesStart<'_>, empty: bool) -> Result<(), ImportCode> {
        match tag.local_name().as_ref() {
            "row" => {
                self.count()?;
                let number = attribute(tag, "r")?.and_then(|number| number.parse().ok());
                self.row = number.unwrap_or(self.row.saturating_add(1));
                self.next_column = 0;
                self.filling.begin_row(self.row)?;
            }
            "c" => {
                self.count()?;
                let place = attribute(tag, "r")?;
                let column =
                    place.as_deref().map_or(Some(self.next_column), column_of).ok_or(ImportCode::Damaged)?;
                self.next_column = column.saturating_add(1);
                if !empty {
                    let kind = attribute(tag, "t")?.unwrap_or_default();
                    self.cell = Some(Open { column, kind, ..Open::default() });
                }
            }
            "f" => {
                if let Some(cell) = &mut self.cell {
                    cell.is_formula = true;
                }
            }
            "v" | "t" => {
                if let Some(cell) = self.cell.as_mut().filter(|_| !empty) {
                    cell.inside = true;
                    cell.has_value = true;
                }
            }
            "mergeCell" => self.merge(tag)?,
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), ImportCode> {
        match name {
            "c" => {
                if let Some(cell) = self.cell.take() {
                    self.put(&cell)?;
                }
            }
            "v" | "t" => {
                if let Some(cell) = &mut self.cell {
                    cell.inside = false;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Empty cells and rows are work, too.
    fn count(&mut self) -> Result<(), ImportCode> {
        self.tags += 1;
        if self.tags > limits::TAGS { Err(ImportCode::TooManyCells { most: limits::TAGS }) } else { Ok(()) }
    }

    fn put(&mut self, cell: &Open) -> Result<(), ImportCode> {
        let at = CellPlace { row: self.row, column: cell.column };
        if self.row == 0 {
            return Err(ImportCode::Damaged);
        }
        let bounded = |text: &str| {
            let long = text.len() > limits::CELL && text.chars().nth(limits::CELL).is_some();
            if long { Err(ImportCode::CellTooLong { at }) } else { Ok(()) }
        };
        if cell.is_formula && !cell.has_value {
            return self.filling.cell(at, "", Some(CellFault::NoResult));
        }
        match cell.kind.as_str() {
            "s" => {
                let place: usize = cell.text.trim().parse().map_err(|_| ImportCode::Damaged)?;
                let kept = *self.strings.get(place).ok_or(ImportCode::Damaged)?;
                self.filling.kept_cell(at, kept, None)
            }
            "e" => self.filling.cell(at, &cell.text, Some(CellFault::Error)),
            "b" => {
                let word = if cell.text.trim() == "1" || cell.text.trim() == "true" { "yes" } else { "no" };
                self.filling.cell(at, if cell.has_value { word } else { "" }, None)
            }
            "inlineStr" | "str" => {
                let text = unmasked(&cell.text);
                bounded(&text)?;
                self.filling.cell(at, &text, None)
            }
            _ => {
                bounded(&cell.text)?;
                self.filling.cell(at, &shortest(cell.text.trim()), None)
            }
        }
    }

    /// Cells that are merged downwards. A sheet may hold many; only as many count as there may be cells.
    fn merge(&mut self, tag: &BytesStart<'_>) -> Result<(), ImportCode> {
        self.count()?;
        let Some(range) = attribute(tag, "ref")? else { return Ok(()) };
        let Some((first, last)) = range.split_once(':') else { return Ok(()) };
        if let (Some(column), Some(first), Some(last)) = (column_of(first), row_of(first), row_of(last))
            && last > first
        {
            self.merged.push(Merged { column, first, last });
        }
        Ok(())
    }
}

/// The sheet with the texts of merged cells in each of their rows.
fn repeated(mut filling: Filling, merged: &[Merged]) -> Result<Filling, ImportCode> {
    if merged.is_empty() {
        return Ok(filling);
    }
    filling.sheet.rows.sort_by_key(|row| row.number);
    let numbers: Vec<u32> = filling.sheet.rows.iter().map(|row| row.number).collect();
    let mut given: HashMap<u32, Vec<super::Cell>> = HashMap::new();
    let mut left = limits::CELLS.saturating_sub(filling.sheet.cells.len());
    for Merged { column, first, last } in merged {
        let Ok(row) = numbers.binary_search(first) else { continue };
        let Some(cell) = filling.sheet.find(row, *column).copied() else { continue };
        let until = numbers.partition_point(|number| number <= last);
        for number in &numbers[row + 1..until] {
            left = left.checked_sub(1).ok_or(ImportCode::TooManyCells { most: index(limits::CELLS) })?;
            given.entry(*number).or_default().push(cell);
        }
    }
    let old = std::mem::take(&mut filling.sheet.cells);
    for row in &mut filling.sheet.rows {
        let own = &old[row.first as usize..row.end as usize];
        let first = filling.sheet.cells.len();
        filling.sheet.cells.extend_from_slice(own);
        for cell in given.remove(&row.number).unwrap_or_default() {
            // What a cell holds by itself stays.
            if own.binary_search_by_key(&cell.column, |own| own.column).is_err() {
                filling.sheet.cells.push(cell);
            }
        }
        filling.sheet.cells[first..].sort_by_key(|cell| cell.column);
        (row.first, row.end) = (index(first), index(filling.sheet.cells.len()));
    }
    Ok(filling)
}

/// The column that the name of a cell begins with.
fn column_of(place: &str) -> Option<u16> {
    let letters = place.bytes().take_while(u8::is_ascii_alphabetic);
    let mut column = 0_u16;
    for letter in letters {
        column = column.checked_mul(26)?.checked_add(u16::from(letter.to_ascii_uppercase() - b'A') + 1)?;
    }
    column.checked_sub(1)
}

fn row_of(place: &str) -> Option<u32> {
    place.trim_start_matches(|letter: char| letter.is_ascii_alphabetic()).parse().ok()
}

/// A number as people would write it: `0.05` for `5.0000000000000003E-2`. What is no number stays as it is.
fn shortest(text: &str) -> String {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => number.to_string(),
        _ => text.to_owned(),
    }
}
