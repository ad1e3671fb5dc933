//! Where a citation leads: what each clause that Hazel points at asks, in plain words, and what follows from it.

use std::collections::BTreeMap;

use axum::Extension;
use domain::clause::{Citation, Document as Source};
use domain::deliverable::clauses::{State, printed, table};
use domain::deliverable::{Clause, catalogue};
use domain::scheme::draft::drafts;
use domain::scheme::iec62304::SafetyClass;
use domain::scheme::packs;
use leptos::prelude::*;

use crate::document::{Document, Frame, Page, SiteRoom};
use crate::parts::clause::clause_anchor;
use crate::parts::{PageHead, Section};
use crate::request::RequestContext;
use crate::words::clauses::ISO_14971;

/// What is said about one place of a document.
struct Entry {
    citation: Citation,
    subject: String,
    remarks: Vec<String>,
}

/// `GET /clauses`: every signed-in person.
///
/// # Errors
/// Signed out.
pub async fn show(Extension(context): Extension<RequestContext>) -> Page {
    context.actor()?;
    Ok(Document::new("Clauses", Frame::Site { room: SiteRoom::Elsewhere }, || {
        let sections: Vec<_> = Source::ALL.into_iter().map(|source| view! { <Places source /> }).collect();
        view! {
            <PageHead
                title="Clauses"
                lead="What the places that Hazel points at ask for, told in our own words. The documents themselves \
                are the authority; keep them at hand."
            />
            {sections}
        }
    }))
}

#[component]
fn Places(source: Source) -> impl IntoView {
    let entries: Vec<_> = entries(source)
        .into_iter()
        .map(|entry| {
            let remarks: Vec<_> =
                entry.remarks.into_iter().map(|remark| view! { <p class="quiet">{remark}</p> }).collect();
            view! {
                <div class="pair" id=clause_anchor(&entry.citation)>
                    <dt class="clause">{entry.citation.place.clone()}</dt>
                    <dd><p>{entry.subject}</p>{remarks}</dd>
                </div>
            }
        })
        .collect();
    view! {
        <Section title=source.short_name() remark=source.edition()>
            <dl class="pairs pairs-wide">{entries}</dl>
        </Section>
    }
}

/// Every place of a document that Hazel cites, each once, in the order of the document.
fn entries(source: Source) -> Vec<Entry> {
    let mut places: BTreeMap<Vec<Part>, Entry> = BTreeMap::new();
    let mut note = |entry: Entry| {
        places
            .entry(parts(&entry.citation.place))
            .and_modify(|known| {
                let more = std::iter::once(&entry.subject).chain(&entry.remarks);
                let more: Vec<String> = more.filter(|text| !known.remarks.contains(text)).cloned().collect();
                known.remarks.extend(more);
            })
            .or_insert(entry);
    };
    match source {
        Source::Iec62304 => {
            for clause in table().clauses.iter().filter(|clause| clause.state == State::Live) {
                note(of_clause(clause));
            }
        }
        Source::Iso14971 => {
            for (place, subject) in ISO_14971 {
                note(Entry {
                    citation: Citation::new(source, place),
                    subject: (*subject).to_owned(),
                    remarks: vec![],
                });
            }
        }
        _ => {}
    }
    for pack in packs() {
        for rule in &pack.rules {
            for citation in rule.citations.iter().filter(|citation| citation.document == source) {
                let remarks = rule.caveat.iter().map(|caveat| format!("Not certain: {caveat}")).collect();
                note(Entry { citation: citation.clone(), subject: rule.sentence.clone(), remarks });
            }
        }
        for question in &pack.questions {
            for citation in question.citations.iter().filter(|citation| citation.document == source) {
                let subject = format!("{}: {}", question.term, question.ask);
                note(Entry { citation: citation.clone(), subject, remarks: vec![] });
            }
        }
    }
    // What only outcomes, premises and drafts cite has no other words here.
    for (citation, subject, remark) in further().filter(|(citation, ..)| citation.document == source) {
        places.entry(parts(&citation.place)).or_insert_with(|| Entry {
            citation: citation.clone(),
            subject: subject.to_owned(),
            remarks: vec![remark.to_owned()],
        });
    }
    // What only contradictions cite has no other words here.
    for wording in &domain::words::all().contradictions {
        for citation in wording.citations.iter().filter(|citation| citation.document == source) {
            places.entry(parts(&citation.place)).or_insert_with(|| Entry {
                citation: citation.clone(),
                subject: wording.title.clone(),
                remarks: vec![wording.sentence.clone()],
            });
        }
    }
    places.into_values().collect()
}

/// What outcomes, premises, comparisons and drafts cite, with what they say and what follows.
fn further() -> impl Iterator<Item = (&'static Citation, &'static str, &'static str)> {
    let results = packs()
        .iter()
        .flat_map(|pack| &pack.results)
        .chain(drafts().iter().flat_map(|draft| &draft.results))
        .map(|result| (&result.citations, result.title.as_str(), result.sentence.as_str()));
    let premises = packs()
        .iter()
        .flat_map(|pack| &pack.premises)
        .map(|premise| (&premise.citations, premise.statement.as_str(), premise.leads.as_str()));
    let compared = packs().iter().filter_map(|pack| pack.comparison.as_ref()).map(|words| {
        (&words.citations, "A comparison beside the rules", "It orients and overrides nothing.")
    });
    let drafted = drafts().iter().flat_map(|draft| {
        draft.rules.iter().map(|rule| (&rule.citations, rule.sentence.as_str(), draft.standing.as_str()))
    });
    drafted.chain(compared).chain(premises).chain(results).flat_map(|(citations, subject, remark)| {
        citations.iter().map(move |citation| (citation, subject, remark))
    })
}

fn of_clause(clause: &'static Clause) -> Entry {
    let classes: Vec<&str> = SafetyClass::ALL
        .into_iter()
        .filter(|class| clause.applies_to(*class))
        .map(SafetyClass::letter)
        .collect();
    let answers: Vec<String> = catalogue::all()
        .iter()
        .filter(|deliverable| deliverable.clauses().any(|answered| answered.place == clause.place))
        .map(|deliverable| format!("{} {}", deliverable.id, deliverable.name))
        .collect();
    let mut remarks = vec![format!("Class {}. Answered by {}.", classes.join(", "), answers.join("; "))];
    remarks.extend(clause.condition.map(|condition| condition.sentence().to_owned()));
    remarks.extend(clause.amendment.as_ref().map(|amendment| format!("Amendment 1: {amendment}")));
    Entry {
        citation: Citation::new(Source::Iec62304, &printed(&clause.place)),
        subject: clause.title.clone(),
        remarks,
    }
}

/// A piece of a place: numbers are ordered as numbers, `5.1.10` after `5.1.9`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Number(u32),
    Word(String),
}

fn parts(place: &str) -> Vec<Part> {
    place
        .split([' ', '.', ',', '(', ')'])
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().map_or_else(|_| Part::Word(part.to_owned()), Part::Number))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_stand_in_the_order_of_the_document() {
        let places: Vec<String> =
            entries(Source::Iec62304).into_iter().map(|entry| entry.citation.place).collect();
        let place_of = |wanted: &str| places.iter().position(|place| place == wanted).unwrap();
        assert!(place_of("4.3 a") < place_of("5.1.9") && place_of("5.1.9") < place_of("5.1.10"));
        let mut once = places.clone();
        once.dedup();
        assert_eq!(places, once);
    }

    #[test]
    fn whatever_a_question_a_clause_or_a_contradiction_cites_has_its_place() {
        let contradictions =
            domain::words::all().contradictions.iter().flat_map(|wording| &wording.citations);
        for citation in contradictions.chain(further().map(|(citation, ..)| citation)) {
            let anchor = clause_anchor(citation);
            let found =
                entries(citation.document).iter().any(|entry| clause_anchor(&entry.citation) == anchor);
            assert!(found, "{citation}");
        }
        for pack in packs() {
            let of_rules = pack.rules.iter().flat_map(|rule| &rule.citations);
            for question in &pack.questions {
                for citation in question.citations.iter().chain(of_rules.clone()) {
                    let anchor = clause_anchor(citation);
                    let found = entries(citation.document)
                        .iter()
                        .any(|entry| clause_anchor(&entry.citation) == anchor);
                    assert!(found, "{citation}");
                }
            }
        }
    }
}
