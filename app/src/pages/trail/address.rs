//! The address of a view of the trail: filters in, filters out, and the form that sets them.

use domain::ids::PersonId;
use leptos::prelude::*;
use service::trail::Wanted;
use time::Date;

use crate::parts::FilterForm;
use crate::place;
use crate::words::trail::{DEEDS, KINDS, SYSTEM_ACTORS};

/// What the address asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The filters that were understood.
    pub wanted: Wanted,
    /// Whether one was not.
    pub misunderstood: bool,
}

/// Before the name of a system actor in the filter "person".
const SYSTEM: &str = "system:";

/// The longest text of a filter.
const LONGEST: usize = 120;

impl Asked {
    /// Reads the query of an address. What can not be read filters nothing, and is told.
    pub fn read(query: Option<&str>) -> Self {
        let mut asked = Self::default();
        for (name, value) in pairs(query.unwrap_or_default()) {
            if value.is_empty() {
                continue;
            }
            let understood = asked.take(&name, &value);
            asked.misunderstood |= !understood;
        }
        asked
    }

    fn take(&mut self, name: &str, value: &str) -> bool {
        let wanted = &mut self.wanted;
        match name {
            "person" => match value.strip_prefix(SYSTEM) {
                Some(system) if system.len() <= LONGEST => wanted.system_actor = Some(system.to_owned()),
                Some(_) => return false,
                None => wanted.person = value.parse().ok(),
            },
            "record" => wanted.record = value.parse().ok(),
            "kind" => wanted.kind = text(value),
            "action" => wanted.action = text(value),
            "from" => wanted.from = date(value),
            "to" => wanted.to = date(value),
            "workstation" => wanted.workstation = text(value),
            "before" => wanted.before = value.parse().ok(),
            // Other names belong to other layers.
            _ => return true,
        }
        match name {
            "person" => wanted.person.is_some() || wanted.system_actor.is_some(),
            "record" => wanted.record.is_some(),
            "kind" => wanted.kind.is_some(),
            "action" => wanted.action.is_some(),
            "from" => wanted.from.is_some(),
            "to" => wanted.to.is_some(),
            "workstation" => wanted.workstation.is_some(),
            _ => wanted.before.is_some(),
        }
    }

    /// The address of the same view with something changed.
    pub fn address(&self, base: &str, change: impl FnOnce(&mut Wanted)) -> String {
        let mut wanted = self.wanted.clone();
        change(&mut wanted);
        let mut query: Vec<String> = Vec::new();
        let mut put = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                query.push(format!("{name}={}", place::escaped(&value)));
            }
        };
        put("person", person_value(wanted.person, wanted.system_actor.as_deref()));
        put("record", wanted.record.map(|record| record.to_string()));
        put("kind", wanted.kind);
        put("action", wanted.action);
        put("workstation", wanted.workstation);
        put("from", wanted.from.map(|day| day.to_string()));
        put("to", wanted.to.map(|day| day.to_string()));
        put("before", wanted.before.map(|number| number.to_string()));
        if query.is_empty() { base.to_owned() } else { format!("{base}?{}", query.join("&")) }
    }

    /// Whether anything is filtered.
    pub fn filters(&self) -> bool {
        Wanted { before: None, ..self.wanted.clone() } != Wanted::default()
    }
}

fn person_value(person: Option<PersonId>, system: Option<&str>) -> Option<String> {
    person.map(|person| person.to_string()).or_else(|| system.map(|system| format!("{SYSTEM}{system}")))
}

fn text(value: &str) -> Option<String> {
    let value = value.trim();
    (!value.is_empty() && value.chars().count() <= LONGEST && !value.contains('\0')).then(|| value.to_owned())
}

fn date(value: &str) -> Option<Date> {
    let day = domain::text::calendar_date(value)?;
    // What the database can hold and a calendar on a desk shows.
    (1970..=9000).contains(&day.year()).then_some(day)
}

/// The names and values of a query.
fn pairs(query: &str) -> impl Iterator<Item = (String, String)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    })
}

/// A name or value as a form wrote it, with plus signs for spaces.
fn decode(text: &str) -> String {
    place::unescaped(&text.replace('+', " "))
}

/// The form of the filters.
#[component]
pub fn FilterFields(asked: Asked, base: String, people: Vec<(PersonId, String)>) -> impl IntoView {
    let wanted = asked.wanted.clone();
    let person = person_value(wanted.person, wanted.system_actor.as_deref()).unwrap_or_default();
    let people: Vec<(String, String)> = people
        .into_iter()
        .map(|(person, name)| (person.to_string(), name))
        .chain(
            SYSTEM_ACTORS.iter().map(|(key, name, _)| (format!("{SYSTEM}{key}"), format!("Hazel: {name}"))),
        )
        .collect();
    let kinds = KINDS.iter().map(|(kind, word, _)| ((*kind).to_owned(), (*word).to_owned())).collect();
    let deeds = DEEDS.iter().map(|(action, words)| ((*action).to_owned(), (*words).to_owned())).collect();
    view! {
        {asked.misunderstood.then(|| view! { <p class="fault" role="status">"One filter in the address was not understood and is left out."</p> })}
        <FilterForm action=base.clone()>
            {wanted.record.map(|record| view! { <input type="hidden" name="record" value=record.to_string()/> })}
            <Chooser name="person" label="Person" none="Everyone" options=people value=person />
            <Chooser name="kind" label="Record" none="All records" options=kinds value=wanted.kind.unwrap_or_default() />
            <Chooser name="action" label="Action" none="All actions" options=deeds value=wanted.action.unwrap_or_default() />
            <Typed name="workstation" label="Place" kind="text" value=wanted.workstation.unwrap_or_default() />
            <Typed name="from" label="From" kind="date" value=wanted.from.map(|day| day.to_string()).unwrap_or_default() />
            <Typed name="to" label="To" kind="date" value=wanted.to.map(|day| day.to_string()).unwrap_or_default() />
        </FilterForm>
        {asked.filters().then(|| view! {
            <p class="trail-filtered">
                {wanted.record.is_some().then_some("Only entries about one record. ")}
                <a href=base>"Show everything"</a>
            </p>
        })}
    }
}

/// A list to choose one filter from. Filters may always stay empty, so nothing says "optional".
#[component]
fn Chooser(
    name: &'static str,
    label: &'static str,
    none: &'static str,
    mut options: Vec<(String, String)>,
    value: String,
) -> impl IntoView {
    options.sort_by_key(|(_, words)| words.to_lowercase());
    let unknown = (!value.is_empty() && !options.iter().any(|(known, _)| *known == value))
        .then(|| view! { <option value=value.clone() selected=true>{value.clone()}</option> });
    let options: Vec<_> = options
        .into_iter()
        .map(|(option, words)| {
            let chosen = option == value;
            view! { <option value=option selected=chosen>{words}</option> }
        })
        .collect();
    let id = format!("filter-{name}");
    view! {
        <div class="field">
            <label class="label" for=id.clone()>{label}</label>
            <select class="input input-select" id=id name=name>
                <option value="">{none}</option>
                {unknown}
                {options}
            </select>
        </div>
    }
}

#[component]
fn Typed(name: &'static str, label: &'static str, kind: &'static str, value: String) -> impl IntoView {
    let id = format!("filter-{name}");
    let longest = (kind == "text").then_some("120");
    view! {
        <div class="field">
            <label class="label" for=id.clone()>{label}</label>
            <input class="input" id=id name=name type=kind value=value maxlength=longest/>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_as_it_was_written() {
        let query = "person=system:demonstration&kind=risk&action=hazard.severity_set&workstation=cubicle%207\
                     &from=2026-10-21&to=2026-11-17&before=77";
        let asked = Asked::read(Some(query));
        assert!(!asked.misunderstood);
        assert_eq!(asked.address("/trail", |_| {}), format!("/trail?{query}"));
        assert_eq!(asked.wanted.workstation.as_deref(), Some("cubicle 7"));
    }

    #[test]
    fn what_is_not_understood_filters_nothing_and_is_told() {
        for query in
            ["person=nobody", "record=7", "from=yesterday", "before=x", "workstation=%00", "from=99999-01-01"]
        {
            let asked = Asked::read(Some(query));
            assert!(asked.misunderstood, "{query}");
            assert!(!asked.filters(), "{query}");
        }
    }

    #[test]
    fn odd_escapes_are_taken_as_they_stand() {
        assert_eq!(decode("a%2"), "a%2");
        assert_eq!(decode("%zz+b"), "%zz b");
        assert_eq!(decode("%C3%BC"), "ü");
        assert_eq!(decode("é"), "é");
    }
}
