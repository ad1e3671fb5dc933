//! Words about the trail: what was done, to what, old and new.
//!
//! Entries outlive the program that wrote them, so unknown names are no error: they are shown as they are written,
//! with the underscores taken out. What this build writes is all known; a test reads the sources and proves it.

use std::collections::BTreeSet;

use domain::answer::{Given, Key};
use domain::assessment::Classification;
use domain::control::{ControlOption, Outcome, Place};
use domain::feature;
use domain::hazard::{CauseKind, HazardSource};
use domain::product::{Lifecycle, Market};
use domain::risk::{CareAnswer, Probability, shown_number};
use domain::scheme;
use domain::triage::{self, Fact, Level};
use serde_json::{Map, Value};
use service::trail::{Entry, Known, Story};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::{features, hazards, product};
use crate::parts::time::{day, instant};

/// Every action, its area first, and what the page says was done.
pub const DEEDS: &[(&str, &str)] = &[
    ("access.denied", "Was refused"),
    ("assessment.answered", "Answered a question"),
    ("assessment.approved", "Approved the assessment"),
    ("assessment.returned", "Returned the assessment"),
    ("assessment.started", "Started an assessment"),
    ("assessment.submitted", "Handed the assessment over"),
    ("assessment.taken_back", "Took the assessment back"),
    ("backup.made", "Made a backup"),
    ("backup.restored", "Restored a backup"),
    ("deliverable.record_set", "Set a deliverable's record"),
    ("demonstration.asked_for", "Asked for the demonstration"),
    ("demonstration.loaded", "Loaded the demonstration"),
    ("feature.added", "Added a feature"),
    ("feature.answered", "Answered a question of the triage"),
    ("feature.approved", "Approved the triage of a feature"),
    ("feature.assessed", "Turned a feature into an assessment"),
    ("feature.described", "Changed what is said about a feature"),
    ("feature.handed_over", "Handed a feature over"),
    ("feature.rationale_renewed", "Wrote the reasons anew from the answers"),
    ("feature.rationale_written", "Edited the reasons of a triage"),
    ("feature.returned", "Returned a feature"),
    ("feature.taken_back", "Took a feature back"),
    ("feature.withdrawn", "Withdrew a feature"),
    ("hazard_analysis.declared_complete", "Declared the analysis complete"),
    ("hazard_analysis.reopened", "Reopened the analysis"),
    ("item.added", "Added a software item"),
    ("item.classed", "Classed a software item"),
    ("item.described", "Renamed or described a software item"),
    ("item.group_classed", "Classed work for a group of items"),
    ("item.moved", "Moved a software item"),
    ("item.taken_back", "Took a software item back"),
    ("item.withdrawn", "Withdrew a software item"),
    ("items.exported", "Exported the software items"),
    ("legacy_route.answered", "Answered the questions on legacy software"),
    ("legacy_route.left", "Left the route for legacy software"),
    ("legacy_route.taken", "Took the route for legacy software"),
    ("membership.ended", "Took a role away"),
    ("membership.given", "Gave a role"),
    ("migration.applied", "Applied a migration"),
    ("migration.finished", "Brought the schema up to date"),
    ("migration.started", "Began to change the schema"),
    ("password.changed", "Changed the own password"),
    ("password.chosen", "Chose a first password"),
    ("password.link_made", "Made a link to choose a password"),
    ("password.reset", "Set a new password"),
    ("person.added", "Added a person"),
    ("person.administrator_made", "Made a site administrator"),
    ("person.administrator_set_up", "Set up the first administrator"),
    ("person.administrator_unmade", "Took the administration away"),
    ("person.described", "Changed a person"),
    ("person.disabled", "Disabled an account"),
    ("person.enabled", "Enabled an account"),
    ("product.archived", "Archived the product"),
    ("product.created", "Started a product"),
    ("product.edited", "Changed the product"),
    ("product.unarchived", "Took the product back from the archive"),
    ("record.exported", "Exported the classification record"),
    ("register.exported", "Exported the register"),
    ("register.imported", "Imported rows into the register"),
    ("rerun.kept", "Kept a re-run under other rule packs"),
    ("risk.added", "Added a risk"),
    ("risk.chain_edited", "Changed the chain"),
    ("risk.estimated", "Estimated a risk"),
    ("risk.trial_saved", "Saved what was tried with a risk"),
    ("risk.taken_back", "Took a risk back"),
    ("risk.withdrawn", "Withdrew a risk"),
    ("risk_control.added", "Added a control"),
    ("risk_control.edited", "Changed a control"),
    ("risk_control.use_ended", "Ended the use of a control"),
    ("risk_control.used", "Used a control"),
    ("risk_plan.replaced", "Replaced the risk plan"),
    ("server.started", "Started the server"),
    ("server.stopped", "Stopped the server"),
    ("session.others_revoked", "Ended all other sessions"),
    ("session.reauthenticated", "Gave the password again"),
    ("session.reauthentication_refused", "Gave a wrong password"),
    ("session.revoked", "Ended a session"),
    ("session.sign_in_refused", "Was refused at signing in"),
    ("session.signed_in", "Signed in"),
    ("session.signed_out", "Signed out"),
    ("session.workstation_named", "Named a workstation"),
    ("software_system.group_classed", "Classed work for the whole system"),
    ("trail.exported", "Exported the trail"),
    ("verification.recorded", "Recorded a verification"),
];

/// The kinds of record: the table's name, the word, and the letters before its number.
pub const KINDS: &[(&str, &str, &str)] = &[
    ("answer", "answer", ""),
    ("assessment", "assessment", ""),
    ("assessment_step", "step of an assessment", ""),
    ("backup", "backup", ""),
    ("completeness_declaration", "declaration of completeness", ""),
    ("deliverable_record", "deliverable", ""),
    ("demonstration", "demonstration", ""),
    ("feature", "feature", ""),
    ("feature_answer", "answer of a triage", ""),
    ("feature_step", "step of a feature", ""),
    ("harm", "harm", "HM"),
    ("hazard", "hazard", "HZ"),
    ("hazardous_situation", "hazardous situation", "HS"),
    ("items", "software items", ""),
    ("legacy_route", "route for legacy software", ""),
    ("membership", "role of a person", ""),
    ("migration", "migration", ""),
    ("person", "person", ""),
    ("product", "product", ""),
    ("register", "hazard register", ""),
    ("rerun", "re-run", ""),
    ("risk", "risk", "R"),
    ("risk_control", "risk control", "RC"),
    ("risk_control_use", "use of a risk control", ""),
    ("risk_plan", "risk plan", ""),
    ("sequence_of_events", "sequence of events", "SQ"),
    ("server", "server", ""),
    ("session", "session", ""),
    ("software_item", "software item", "SI"),
    ("software_system", "software system", ""),
    ("trail", "trail", ""),
    ("verification", "verification", "VR"),
];

/// The system actors: what the database calls them, who they are, and how they came to act.
pub const SYSTEM_ACTORS: &[(&str, &str, &str)] = &[
    ("set_up", "Set-up", "one-time link"),
    ("sign_in", "Nobody yet", "before signing in"),
    ("command_line", "Command line", "shell on the server"),
    ("migration", "Migration", "change of the schema"),
    ("demonstration", "Demonstration", "made-up content"),
];

/// Fields whose values are names from a list, with underscores; other texts are people's own.
const LISTED: &[&str] = &[
    "account",
    "care",
    "cause",
    "class",
    "evidence_lacking",
    "format",
    "given",
    "initial_evaluation",
    "external_evaluation",
    "kind",
    "left_evaluation",
    "level",
    "lifecycle",
    "marketed",
    "markets",
    "only_action",
    "option",
    "outcome",
    "place",
    "placed",
    "purpose",
    "question",
    "role",
    "scheme",
    "source",
    "state",
    "status",
    "step",
    "verdict",
];

/// Fields that the program derives from others, or that say nothing to a reader.
const UNSAID: &[&str] = &[
    "changed_at",
    "created_at",
    "external_cell",
    "initial_cell",
    "initial_worst_first",
    "left_cell",
    "left_worst_first",
    "number",
    "product_id",
    "record",
    "record_text",
    "revision",
];

/// Fields that say what a new record is; they come first, in this order.
const LEADING: &[&str] = &[
    "name",
    "title",
    "what",
    "description",
    "events",
    "question",
    "given",
    "rationale",
    "hazard_id",
    "sequence_of_events_id",
    "hazardous_situation_id",
    "harm_id",
    "risk_id",
    "risk_control_id",
    "person_id",
    "role",
    "parent_id",
    "class",
    "step",
    "comment",
    "status",
    "state",
    "outcome",
    "initial_severity",
    "initial_p1",
    "initial_p2",
    "residual_severity",
    "residual_p1",
    "residual_p2",
];

/// Fields whose names need other words than their own.
const FIELDS: &[(&str, &str)] = &[
    ("archived_at", "archived"),
    ("archived_reason", "reason of the archive"),
    ("brought_by", "brought by"),
    ("care", "care needed to prevent permanent impairment"),
    ("answered_by", "answered by"),
    ("assessment_id", "assessment"),
    ("client", "address"),
    ("ddl_guard", "schema guard"),
    ("declared_rows", "rows in the register"),
    ("disabled_at", "disabled"),
    ("due", "due"),
    ("email", "e-mail address"),
    ("ended_at", "ended"),
    ("external_basis", "basis, external controls only"),
    ("external_evaluation", "evaluation, external controls only"),
    ("external_not_estimable", "why not estimable, external controls only"),
    ("external_p1", "P1, external controls only"),
    ("external_p2", "P2, external controls only"),
    ("external_severity", "severity, external controls only"),
    ("harm_id", "harm"),
    ("hazard_id", "hazard"),
    ("hazardous_situation_id", "hazardous situation"),
    ("ddl_guard", "guard of the schema"),
    ("evidence_lacking", "evidence of conformity lacking"),
    ("group_class", "class of work for the group"),
    ("group_rationale", "rationale of that class"),
    ("initial_basis", "basis, before control"),
    ("initial_evaluation", "evaluation, before control"),
    ("initial_not_estimable", "why not estimable, before control"),
    ("initial_p1", "P1, before control"),
    ("initial_p2", "P2, before control"),
    ("initial_severity", "severity, before control"),
    ("kept_effective", "where it is kept effective"),
    ("left_evaluation", "evaluation of what is left"),
    ("lowers_p1", "lowers P1"),
    ("lowers_p2", "lowers P2"),
    ("lowers_severity", "lowers the severity"),
    ("marketed", "still marketed"),
    ("only_action", "only this action"),
    ("parent_id", "stands in"),
    ("person_id", "person"),
    ("placed", "legally placed on the market"),
    ("residual_basis", "basis, after control"),
    ("residual_not_estimable", "why not estimable, after control"),
    ("residual_p1", "P1, after control"),
    ("residual_p2", "P2, after control"),
    ("residual_severity", "severity, after control"),
    ("risk_control_id", "risk control"),
    ("segregation", "segregation rationale"),
    ("software_item_id", "software item"),
    ("taken_because", "taken because"),
    ("risk_controls", "risk controls that are touched"),
    ("risk_id", "risk"),
    ("sequence_of_events_id", "sequence of events"),
    ("site_administrator", "site administrator"),
    ("soup", "SOUP"),
    ("superseded_at", "superseded"),
    ("ticket", "link to the ticket"),
    ("use_environment", "environment of use"),
    ("what", "what it does"),
    ("withdrawn_at", "withdrawn"),
    ("withdrawn_reason", "reason of the withdrawal"),
];

/// What was done, in a few words: `Signed in`.
#[must_use]
pub fn deed(action: &str) -> String {
    match DEEDS.iter().find(|(name, _)| *name == action) {
        Some((_, words)) => (*words).to_owned(),
        None => capital(&plain(action.split_once('.').map_or(action, |(_, verb)| verb))),
    }
}

/// What was done to the record of an entry: an operation touches several records, each in its own way.
#[must_use]
pub fn change(entry: &Entry) -> &'static str {
    match entry.change.as_str() {
        "insert" => "created",
        "update" => "changed",
        _ => "",
    }
}

/// The word for a kind of record.
#[must_use]
pub fn kind(kind: &str) -> String {
    match KINDS.iter().find(|(name, ..)| *name == kind) {
        Some((_, word, _)) => (*word).to_owned(),
        None => plain(kind),
    }
}

/// The name of a field.
#[must_use]
pub fn field(name: &str) -> String {
    match FIELDS.iter().find(|(known, _)| *known == name) {
        Some((_, words)) => (*words).to_owned(),
        None => plain(name.strip_suffix("_id").unwrap_or(name)),
    }
}

/// Who made an entry, and how they proved it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// The name at the time.
    pub name: String,
    /// How the name was proved.
    pub proof: String,
    /// Whether no person did it.
    pub system: bool,
}

/// Who made an entry.
#[must_use]
pub fn author(entry: &Entry) -> Author {
    match entry.system_actor.as_deref() {
        None => Author {
            name: entry.actor_name.clone().unwrap_or_else(|| "A person without a name".to_owned()),
            proof: "password".to_owned(),
            system: false,
        },
        Some(system) => match SYSTEM_ACTORS.iter().find(|(name, ..)| *name == system) {
            Some((_, name, proof)) => {
                Author { name: (*name).to_owned(), proof: (*proof).to_owned(), system: true }
            }
            None => Author { name: capital(&plain(system)), proof: String::new(), system: true },
        },
    }
}

/// The name of whoever wrote last: a person's own, or the words for a system actor.
#[must_use]
pub fn name_of(actor: &str) -> String {
    SYSTEM_ACTORS.iter().find(|(name, ..)| *name == actor).map_or(actor, |(_, name, _)| name).to_owned()
}

/// How a record is called: its number, its name, or its kind and the beginning of its key.
#[must_use]
pub fn record_name(known: &Known) -> String {
    let text = |field: &str| known.body.get(field).and_then(Value::as_str).map(str::to_owned);
    let number =
        known.body.get("number").and_then(Value::as_i64).and_then(|number| i32::try_from(number).ok());
    let letters = KINDS.iter().find(|(name, ..)| *name == known.kind).map_or("", |(.., letters)| letters);
    if let (Some(number), false) = (number, letters.is_empty()) {
        return shown_number(letters, number);
    }
    match known.kind.as_str() {
        "risk_plan" => match known.body.get("version").and_then(Value::as_i64) {
            Some(version) => format!("version {version}"),
            None => kind(&known.kind),
        },
        "assessment" => number.map_or_else(|| kind(&known.kind), |number| format!("A-{number}")),
        "feature" => number.map_or_else(|| kind(&known.kind), feature::shown),
        "answer" => text("question").map_or_else(|| kind(&known.kind), |question| term(&question)),
        "feature_answer" => text("question")
            .and_then(|question| Some(triage::question(Fact::named(&question)?).short.clone()))
            .unwrap_or_else(|| kind(&known.kind)),
        "deliverable_record" => text("deliverable").unwrap_or_else(|| kind(&known.kind)),
        _ => text("name").or_else(|| text("title")).unwrap_or_else(|| kind(&known.kind)),
    }
}

/// What a question is about, by the term of the rules.
fn term(question: &str) -> String {
    let asked = Key::named(question).and_then(scheme::question);
    asked.map_or_else(|| plain(question), |question| question.term.clone())
}

/// How a record is called where another one refers to it: its number and what it is about.
fn record_words(known: &Known) -> String {
    const LONGEST: usize = 100;
    let name = record_name(known);
    let about = ["name", "description", "events", "title"]
        .iter()
        .find_map(|field| known.body.get(*field).and_then(Value::as_str))
        .map(|about| about.replace('\n', "; "))
        .filter(|about| *about != name);
    match about {
        None => name,
        Some(about) if about.chars().count() <= LONGEST => format!("{name} {about}"),
        Some(about) => format!("{name} {}…", about.chars().take(LONGEST).collect::<String>().trim_end()),
    }
}

/// The page of a record, where it has one.
#[must_use]
pub fn record_page(known: &Known) -> Option<String> {
    let of_product = |rest: &str| {
        let product = known.body.get("product_id").and_then(Value::as_str)?;
        Some(format!("/products/{product}{rest}"))
    };
    match known.kind.as_str() {
        "person" => Some(format!("/people/{}", known.record)),
        "product" => of_product(""),
        "risk" => of_product(&format!("/hazards/{}", known.record)),
        "assessment" => of_product(&format!("/classification/{}/review", known.record)),
        "answer" | "assessment_step" => {
            let assessment = known.body.get("assessment_id").and_then(Value::as_str)?;
            of_product(&format!("/classification/{assessment}/review"))
        }
        "rerun" => of_product("/classification#reruns"),
        "feature" => of_product(&format!("/features/{}/result", known.record)),
        "feature_answer" | "feature_step" => {
            let feature = known.body.get("feature_id").and_then(Value::as_str)?;
            of_product(&format!("/features/{feature}/result"))
        }
        "risk_plan" => of_product("/risk-plan"),
        "software_item" => of_product(&format!("/items/{}", known.record)),
        "software_system" => of_product("/items"),
        "legacy_route" => of_product("/legacy"),
        "membership" => of_product("/members"),
        "deliverable_record" => of_product("/deliverables"),
        "completeness_declaration" => of_product("/hazards"),
        _ => None,
    }
}

/// One field of an entry: what it was and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The field, in words.
    pub field: String,
    /// The old value; `None` for new records and events.
    pub old: Option<String>,
    /// The new value.
    pub new: String,
}

/// What an entry changed, field by field, in words.
#[must_use]
pub fn changes(entry: &Entry, story: &Story) -> Vec<Change> {
    let empty = Map::new();
    let new = entry.body.as_object().unwrap_or(&empty);
    let about = About { kind: &entry.kind, body: new, story };
    let old = entry.old_body.as_ref().and_then(Value::as_object);
    let key = format!("{}_id", entry.kind);
    let said = |name: &str| name != key && !UNSAID.contains(&name);
    let mut changes = Vec::new();
    match old {
        Some(old) => {
            let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for name in names.into_iter().filter(|name| said(name)) {
                let (before, after) = (old.get(name), new.get(name));
                if before.unwrap_or(&Value::Null) != after.unwrap_or(&Value::Null) {
                    differ(&field(name), name, before, after, &about, &mut changes);
                }
            }
        }
        None => {
            let mut fields: Vec<(&String, &Value)> =
                new.iter().filter(|(name, value)| said(name) && !is_empty(value)).collect();
            let place =
                |name: &str| LEADING.iter().position(|leading| *leading == name).unwrap_or(LEADING.len());
            fields.sort_by_key(|(name, _)| place(name));
            for (name, value) in fields {
                changes.push(Change { field: field(name), old: None, new: value_words(name, value, &about) });
            }
        }
    }
    changes
}

/// The changes between two values; inside objects only the members that differ.
fn differ(
    words: &str,
    name: &str,
    before: Option<&Value>,
    after: Option<&Value>,
    about: &About<'_>,
    changes: &mut Vec<Change>,
) {
    if let (Some(Value::Object(before)), Some(Value::Object(after))) = (before, after) {
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for inner in names {
            let (before, after) = (before.get(inner), after.get(inner));
            if before != after {
                differ(&format!("{words}, {}", field(inner)), inner, before, after, about, changes);
            }
        }
        return;
    }
    changes.push(Change {
        field: words.to_owned(),
        old: Some(value_words(name, before.unwrap_or(&Value::Null), about)),
        new: value_words(name, after.unwrap_or(&Value::Null), about),
    });
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// The record that a value belongs to, and what else is known.
struct About<'a> {
    kind: &'a str,
    body: &'a Map<String, Value>,
    story: &'a Story,
}

/// A value in words.
fn value_words(name: &str, value: &Value, about: &About<'_>) -> String {
    match value {
        Value::Null => nothing(name).to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) if is_probability(name) => {
            number.to_string().parse().map_or_else(|_| number.to_string(), Probability::shown)
        }
        Value::Number(number) => number.to_string(),
        Value::String(text) => text_words(name, text, about),
        Value::Array(items) if items.is_empty() => "nothing".to_owned(),
        Value::Array(items) => {
            items.iter().map(|item| value_words(name, item, about)).collect::<Vec<_>>().join(", ")
        }
        Value::Object(fields) => fields
            .iter()
            .filter(|(_, value)| !is_empty(value))
            .map(|(name, value)| format!("{}: {}", field(name), value_words(name, value, about)))
            .collect::<Vec<_>>()
            .join("; "),
    }
}

fn is_probability(name: &str) -> bool {
    name.ends_with("_p1") || name.ends_with("_p2")
}

/// What a field says by saying nothing.
fn nothing(name: &str) -> &'static str {
    match name {
        "parent_id" => "the software system",
        "class" => "inherited",
        _ => "nothing",
    }
}

fn text_words(name: &str, text: &str, about: &About<'_>) -> String {
    if LISTED.contains(&name) {
        return listed(name, text, about).unwrap_or_else(|| plain(text));
    }
    if is_probability(name)
        && let Ok(probability) = text.parse::<Probability>()
    {
        return probability.shown();
    }
    if let Ok(record) = text.parse::<Uuid>() {
        return match about.story.known.get(&record) {
            Some(known) => record_words(known),
            None => format!("record {}", &text[..8.min(text.len())]),
        };
    }
    if name.ends_with("_at")
        && let Ok(at) = OffsetDateTime::parse(text, &Rfc3339)
    {
        return format!("{} UTC", instant(at));
    }
    if text.len() == 10
        && let Some(date) = domain::text::calendar_date(text)
    {
        return day(date);
    }
    text.to_owned()
}

/// A name from a list in the words that the pages use for it, where they have any.
fn listed(name: &str, text: &str, about: &About<'_>) -> Option<String> {
    let words = match (about.kind, name) {
        ("answer", "question") => return Some(scheme::question(Key::named(text)?)?.ask.clone()),
        ("answer", "given") => {
            let key = Key::named(about.body.get("question")?.as_str()?)?;
            return Some(scheme::question(key)?.words_of(Given::named(key, text)?).to_owned());
        }
        ("feature_answer", "question") => return Some(triage::question(Fact::named(text)?).ask.clone()),
        ("feature_answer", "given") => {
            let question = triage::question(Fact::named(about.body.get("question")?.as_str()?)?);
            return Some(question.words_of(question.pick(text)?).to_owned());
        }
        ("feature", "level") => return Some(Level::named(text)?.words().title.clone()),
        ("feature", "state") => {
            return Some(features::state_word(feature::State::named(text)?).to_lowercase());
        }
        ("feature_step", "step") => {
            return Some(features::step_words(feature::Step::named(text)?).to_lowercase());
        }
        ("assessment", "outcome") => {
            return Some(match Classification::named(text)? {
                Classification::NotADevice => "not a medical device".to_owned(),
                Classification::Class(class) => format!("class {class}"),
            });
        }
        ("assessment_step", "step") => match text {
            "submit" => "handed over",
            "take_back" => "taken back",
            "return" => "returned",
            "approve" => "approved",
            _ => return None,
        },
        ("risk_control", "option") => hazards::option(ControlOption::named(text)?),
        ("risk_control", "place") => hazards::place(Place::named(text)?),
        ("sequence_of_events", "cause") => hazards::cause(CauseKind::named(text)?),
        ("hazard", "source") => hazards::source(HazardSource::named(text)?),
        ("risk", "care") => hazards::care(CareAnswer::named(text)?),
        ("verification", "outcome") => hazards::outcome(Outcome::named(text)?),
        ("product", "lifecycle") => product::lifecycle(Lifecycle::from_key(text)?),
        ("product", "markets") => product::market(Market::from_key(text)?),
        _ => return None,
    };
    Some(words.to_owned())
}

/// The whole of an entry as one line of text: for files.
#[must_use]
pub fn line(entry: &Entry, story: &Story) -> String {
    changes(entry, story)
        .into_iter()
        .map(|change| match change.old {
            Some(old) => format!("{}: {old} → {}", change.field, change.new),
            None => format!("{}: {}", change.field, change.new),
        })
        .collect::<Vec<_>>()
        .join("\n")
}

fn plain(name: &str) -> String {
    name.replace(['_', '.'], " ")
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::{Path, PathBuf};

    use serde_json::json;

    use super::*;

    fn entry(change: &str, body: Value, old_body: Option<Value>) -> Entry {
        Entry {
            number: 7,
            at: OffsetDateTime::UNIX_EPOCH,
            action: "product.edited".to_owned(),
            change: change.to_owned(),
            kind: "product".to_owned(),
            product: None,
            record: None,
            version: Some(2),
            actor: None,
            actor_name: None,
            system_actor: None,
            request: String::new(),
            reason: None,
            workstation: None,
            client: None,
            app_build: None,
            body,
            old_body,
        }
    }

    #[test]
    fn only_what_differs_is_said_and_derived_fields_are_not() {
        let old = json!({ "name": "Old", "lifecycle": "in_development", "revision": 1, "markets": ["gulf"] });
        let new = json!({ "name": "New", "lifecycle": "on_market", "revision": 2, "markets": ["gulf"] });
        let changes = changes(&entry("update", new, Some(old)), &Story::default());
        let expected = |field: &str, old: &str, new: &str| Change {
            field: field.to_owned(),
            old: Some(old.to_owned()),
            new: new.to_owned(),
        };
        assert_eq!(
            changes,
            [expected("lifecycle", "in development", "on the market"), expected("name", "Old", "New")]
        );
    }

    #[test]
    fn references_are_called_by_their_names() {
        let person = Uuid::from_u128(1);
        let known = Known { record: person, kind: "person".to_owned(), body: json!({ "name": "Ada" }) };
        let story = Story { entries: Vec::new(), known: BTreeMap::from([(person, known)]) };
        let body =
            json!({ "person_id": person.to_string(), "role": "product_administrator", "ended_at": null });
        assert_eq!(line(&entry("insert", body, None), &story), "person: Ada\nrole: product administrator");
    }

    #[test]
    fn names_from_lists_are_said_as_the_pages_say_them() {
        let told = |kind: &str, body: Value| {
            let entry = Entry { kind: kind.to_owned(), ..entry("insert", body, None) };
            line(&entry, &Story::default())
        };
        let answer = told("answer", json!({ "question": "worst_harm", "given": "serious" }));
        let question = scheme::question(Key::WorstHarm).unwrap();
        let option = &question.option("serious").unwrap().words;
        assert_eq!(answer, format!("question: {}\ngiven: {option}", question.ask));
        assert_eq!(told("answer", json!({ "given": "gone" })), "given: gone");
        assert_eq!(told("assessment", json!({ "outcome": "not_a_device" })), "outcome: not a medical device");
        assert_eq!(told("assessment_step", json!({ "step": "take_back" })), "step: taken back");
        assert_eq!(told("risk_control", json!({ "option": "protective" })), "option: protective measure");
        assert_eq!(told("risk", json!({ "initial_p1": "1e-4" })), "P1, before control: 1 × 10⁻⁴");
    }

    #[test]
    fn inside_objects_only_members_that_differ_are_said() {
        let old = json!({ "answers": { "a": true, "b": "x" } });
        let new = json!({ "answers": { "a": false, "b": "x" } });
        assert_eq!(line(&entry("update", new, Some(old)), &Story::default()), "answers, a: yes → no");
    }

    #[test]
    fn every_action_in_the_sources_has_words() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_path_buf();
        let mut actions = BTreeSet::new();
        for folder in ["app/store/src", "app/service/src", "app/src", "server/src"] {
            collect_actions(&root.join(folder), &mut actions);
        }
        assert!(actions.len() > 3, "the sources were read");
        let known: BTreeSet<String> = DEEDS.iter().map(|(action, _)| (*action).to_owned()).collect();
        let unsaid: Vec<_> = actions.difference(&known).collect();
        assert!(unsaid.is_empty(), "actions without words: {unsaid:?}");
    }

    fn collect_actions(folder: &PathBuf, actions: &mut BTreeSet<String>) {
        for found in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = found.path();
            if path.is_dir() {
                collect_actions(&path, actions);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let source = std::fs::read_to_string(&path).expect("a source");
                let literals = source.split('"').skip(1).step_by(2);
                let of_hosting = literals.filter(|text| {
                    text.split_once('.').is_some_and(|(area, verb)| {
                        ["server", "migration"].contains(&area)
                            && verb.bytes().all(|letter| letter.is_ascii_lowercase() || letter == b'_')
                            && verb.ends_with("ed")
                    })
                });
                actions.extend(of_hosting.map(str::to_owned));
                for piece in source.split("Action(\"").skip(1) {
                    let name = piece.split('"').next().unwrap_or_default();
                    if name.contains('.') && !name.contains(' ') {
                        actions.insert(name.to_owned());
                    }
                }
            }
        }
    }

    #[test]
    fn every_table_on_the_trail_has_a_word() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_path_buf();
        let mut tables = BTreeSet::new();
        for found in std::fs::read_dir(root.join("migrations/app")).expect("the migrations").flatten() {
            let sql = std::fs::read_to_string(found.path()).expect("a migration");
            for piece in sql.split("audit.capture('app.").skip(1) {
                tables.insert(piece.split('\'').next().unwrap_or_default().to_owned());
            }
        }
        let known: BTreeSet<String> = KINDS.iter().map(|(kind, ..)| (*kind).to_owned()).collect();
        let unsaid: Vec<_> = tables.difference(&known).collect();
        assert!(unsaid.is_empty(), "tables without words: {unsaid:?}");
    }
}
