//! The address of a view of the register: filter, order, place and the row that is being edited.

use domain::finding::Level;
use domain::plan::Cell;
use domain::risk::{Acceptance, read_number, shown_number};
use service::hazards::{Filter, Place, Sort, Wanted};

use crate::place::{escaped, unescaped};

/// The longest that is looked for, in characters.
pub const LONGEST: usize = 120;

/// What the address asks for. What can not be read asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Filter, order and place.
    pub wanted: Wanted,
    /// The number of the row that is shown as a form.
    pub edited: Option<i32>,
}

impl Asked {
    /// Reads the query of an address.
    pub fn read(query: Option<&str>) -> Self {
        let mut asked = Self::default();
        for pair in query.unwrap_or_default().split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            asked.take(name, value);
        }
        asked
    }

    fn take(&mut self, name: &str, value: &str) {
        let filter = match name {
            "show" => match value {
                "blocks" => Some(Filter::With(Level::Blocks)),
                "warns" => Some(Filter::With(Level::Warns)),
                "withdrawn" => Some(Filter::Withdrawn),
                "not-estimated" => Some(Filter::Left(None)),
                word => Acceptance::named(word).map(|acceptance| Filter::Left(Some(acceptance))),
            },
            "before" => Cell::named(value).map(Filter::InitialCell),
            "after" => Cell::named(value).map(Filter::LeftCell),
            "hazard" => read_number("HZ", value).map(Filter::Hazard),
            "situation" => read_number("HS", value).map(Filter::Situation),
            "control" => read_number("RC", value).map(Filter::Control),
            "words" => {
                self.wanted.words = words(value);
                None
            }
            "sort" => {
                self.wanted.sort = match value {
                    "before" => Sort::Initial,
                    "after" => Sort::Left,
                    _ => Sort::Number,
                };
                None
            }
            "from" => {
                self.wanted.after = place(value).unwrap_or(Place::START);
                None
            }
            "edit" => {
                self.edited = read_number("R", value);
                None
            }
            _ => None,
        };
        if let Some(filter) = filter {
            self.wanted.filter = filter;
        }
    }

    /// The address of the same view with something changed. The row that is edited is not part of it.
    pub fn address(&self, base: &str, change: impl FnOnce(&mut Self)) -> String {
        let mut asked = Self { edited: None, ..self.clone() };
        change(&mut asked);
        let mut query: Vec<String> = Vec::new();
        match asked.wanted.filter {
            Filter::All => {}
            Filter::Left(None) => query.push("show=not-estimated".to_owned()),
            Filter::Left(Some(acceptance)) => query.push(format!("show={}", acceptance.name())),
            Filter::With(Level::Blocks) => query.push("show=blocks".to_owned()),
            Filter::With(Level::Warns) => query.push("show=warns".to_owned()),
            Filter::Withdrawn => query.push("show=withdrawn".to_owned()),
            Filter::InitialCell(cell) => query.push(format!("before={cell}")),
            Filter::LeftCell(cell) => query.push(format!("after={cell}")),
            Filter::Hazard(number) => query.push(format!("hazard={}", shown_number("HZ", number))),
            Filter::Situation(number) => query.push(format!("situation={}", shown_number("HS", number))),
            Filter::Control(number) => query.push(format!("control={}", shown_number("RC", number))),
        }
        if asked.looks_for_words() {
            query.push(format!("words={}", escaped(&asked.wanted.words)));
        }
        match asked.wanted.sort {
            Sort::Number => {}
            Sort::Initial => query.push("sort=before".to_owned()),
            Sort::Left => query.push("sort=after".to_owned()),
        }
        if asked.is_further_on() {
            let place = asked.wanted.after;
            query.push(format!("from={}.{}", place.worst_first, place.number));
        }
        if let Some(number) = asked.edited {
            query.push(format!("edit={}", shown_number("R", number)));
        }
        if query.is_empty() { base.to_owned() } else { format!("{base}?{}", query.join("&")) }
    }

    /// Back to the first page.
    pub const fn restart(&mut self) {
        self.wanted.after = Place::START;
    }

    /// To the page after `place`.
    pub const fn begin_after(&mut self, place: Place) {
        self.wanted.after = place;
    }

    /// Whether this is not the first page.
    pub fn is_further_on(&self) -> bool {
        self.wanted.after != Place::START
    }

    /// Whether this view can be sorted otherwise than by number.
    pub const fn is_sortable(&self) -> bool {
        matches!(self.wanted.filter, Filter::All | Filter::Left(_) | Filter::With(_))
            && !self.looks_for_words()
    }

    /// Whether only rows that hold certain words are shown.
    pub const fn looks_for_words(&self) -> bool {
        !self.wanted.words.is_empty()
    }

    /// The words of a filter that has no place in the line of filters.
    pub fn special_filter(&self) -> Option<String> {
        match self.wanted.filter {
            Filter::InitialCell(cell) => Some(format!("{} before control", spaced(cell))),
            Filter::LeftCell(cell) => Some(format!("{} after control", spaced(cell))),
            Filter::Hazard(number) => Some(format!("With hazard {}", shown_number("HZ", number))),
            Filter::Situation(number) => Some(format!("With situation {}", shown_number("HS", number))),
            Filter::Control(number) => Some(format!("With control {}", shown_number("RC", number))),
            Filter::All | Filter::Left(_) | Filter::With(_) | Filter::Withdrawn => None,
        }
    }
}

/// `S5 × P4`.
pub fn spaced(cell: Cell) -> String {
    format!("S{} × P{}", cell.severity.level(), cell.band.level())
}

/// What was typed to look for, with single spaces.
fn words(value: &str) -> String {
    let typed: String = unescaped(&value.replace('+', " ")).chars().take(LONGEST).collect();
    typed.replace(char::is_control, " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn place(text: &str) -> Option<Place> {
    let (worst_first, number) = text.split_once('.')?;
    Some(Place { worst_first: worst_first.parse().ok()?, number: number.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_back_as_the_view_it_was_made_from() {
        for query in [
            "",
            "show=unacceptable&sort=before",
            "show=not-estimated",
            "show=withdrawn",
            "show=blocks&sort=after&from=145.12&edit=R-013",
            "before=S5P4",
            "after=S1P1&from=0.9",
            "hazard=HZ-003",
            "situation=HS-021",
            "control=RC-001",
            "words=wrong%20dose",
            "show=blocks&words=%C3%84rmel%20100%25%20a%2Bb&from=0.9",
        ] {
            let asked = Asked::read(Some(query));
            let edited = asked.edited;
            let address = asked.address("/r", |asked| asked.edited = edited);
            assert_eq!(address.trim_start_matches("/r").trim_start_matches('?'), query);
        }
    }

    #[test]
    fn what_can_not_be_read_asks_for_nothing() {
        for query in
            ["show=nonsense", "before=S9P9", "from=x.y", "edit=%00", "&&&=", "hazard=-1", "words=+%20%00"]
        {
            assert_eq!(Asked::read(Some(query)), Asked::default(), "{query}");
        }
    }
}
