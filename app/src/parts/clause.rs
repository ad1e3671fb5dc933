//! A clause reference: small capitals, and always a link to what it means.

use domain::clause::Citation;
use leptos::prelude::*;

/// The address that explains a citation.
#[must_use]
pub fn clause_address(citation: &Citation) -> String {
    format!("/clauses#{}", clause_anchor(citation))
}

/// The anchor of a citation on the page of clauses: `iec-62304-4.3-a`.
#[must_use]
pub fn clause_anchor(citation: &Citation) -> String {
    citation
        .to_string()
        .chars()
        .filter_map(|character| match character {
            'A'..='Z' => Some(character.to_ascii_lowercase()),
            'a'..='z' | '0'..='9' | '.' => Some(character),
            ' ' | '-' | '–' | '_' => Some('-'),
            _ => None,
        })
        .collect()
}

/// `IEC 62304 4.3 a`, in small capitals but for the letter of the item. `short` leaves the document's name out
/// where a column or a heading already says it.
#[component]
pub fn Clause(
    /// The place.
    citation: Citation,
    /// Only the place, without the document.
    #[prop(optional)]
    short: bool,
) -> impl IntoView {
    let href = clause_address(&citation);
    let document = (!short).then(|| format!("{} ", citation.document.short_name()));
    view! {
        <a class="clause" href=href title=citation.to_string()>
            {document}
            {capitals(&citation.place)}
        </a>
    }
}

/// Words in capitals, the letter of an item in lower case: `4.3 a`, `FIG. 3`.
fn capitals(place: &str) -> String {
    let words = place
        .split(' ')
        .map(|word| if word.chars().count() > 1 { word.to_uppercase() } else { word.to_owned() });
    words.collect::<Vec<_>>().join(" ")
}

/// Several clauses with spaces between them.
#[component]
pub fn Clauses(
    /// The places, in order.
    citations: Vec<Citation>,
    /// Only the places.
    #[prop(optional)]
    short: bool,
) -> impl IntoView {
    let links: Vec<_> =
        citations.into_iter().map(|citation| view! { <Clause citation short />" " }).collect();
    view! { <span class="clauses">{links}</span> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_is_lower_case_without_spaces() {
        let citation = Citation::new(domain::clause::Document::Iec62304, "4.3 a");
        assert_eq!(clause_anchor(&citation), "iec-62304-4.3-a");
    }
}
