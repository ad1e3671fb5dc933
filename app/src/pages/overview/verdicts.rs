//! The verdicts, line by line: scheme, plate, reason, clause, where it stands.

use domain::assessment::{Classification, State};
use domain::ids::ProductId;
use domain::register::ImpliedClass;
use domain::scheme::Telling;
use leptos::prelude::*;
use service::classification::Standing;
use service::hazards::RegisterSummary;
use service::overview::Verdicts;

use crate::pages::classification::before_words;
use crate::parts::{ClassPlate, Clauses, Column, DataTable, Plate, Progress, ProgressMark};

/// How many clauses of a verdict are shown here; the rest stands on its own page.
const CLAUSES: usize = 2;

/// The table.
#[component]
pub fn VerdictTable(
    /// The product.
    id: ProductId,
    /// The verdicts.
    verdicts: Verdicts,
    /// What stands.
    standing: Standing,
    /// The register, which implies a class of its own.
    register: RegisterSummary,
) -> impl IntoView {
    let columns = vec![
        Column::new("Scheme"),
        Column::new("Verdict"),
        Column::new("Because"),
        Column::new("Clause"),
        Column::new("Stands as"),
    ];
    let (told, is_draft) = match verdicts {
        Verdicts::None => (Vec::new(), true),
        Verdicts::OfRecord(told) => (told, false),
        Verdicts::Draft(told) => (told, true),
    };
    let rows: Vec<_> =
        told.into_iter().map(|told| view! { <Told told is_draft standing=standing.clone() /> }).collect();
    view! {
        <DataTable caption="Verdicts" columns class="table-plain verdicts table-blocks">
            {rows}
            {standing.approved.is_none().then(|| view! { <Unclassified id /> })}
            <Implied id standing=standing.clone() register />
        </DataTable>
    }
}

#[component]
fn Told(told: Telling, is_draft: bool, standing: Standing) -> impl IntoView {
    let plate = Plate::of_telling(&told);
    let shown = match plate {
        Some(plate) => view! { <ClassPlate plate draft=is_draft /> }.into_any(),
        None => view! { <span>{told.title.clone()}</span> }.into_any(),
    };
    let mut citations = told.citations;
    citations.truncate(CLAUSES);
    // A change of the class of record stands beside the class that it led to.
    let is_class = matches!(plate, Some(Plate::SafetyA | Plate::SafetyB | Plate::SafetyC));
    let before = if is_class && !is_draft { before_words(&standing) } else { String::new() };
    let (progress, word) = if is_draft {
        match standing.draft.map(|draft| draft.state) {
            Some(State::InReview) => (Progress::InReview, "draft, in review"),
            _ => (Progress::Draft, "draft, not of record"),
        }
    } else {
        (Progress::Approved, "of record")
    };
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">{told.subject}<small>{told.edition}</small></th>
            <td role="cell">{shown}</td>
            <td role="cell" class="verdict-because">{told.sentence}{before}</td>
            <td role="cell"><Clauses citations /></td>
            <td role="cell"><ProgressMark progress word /></td>
        </tr>
    }
}

/// While nothing is approved, class C applies.
#[component]
fn Unclassified(id: ProductId) -> impl IntoView {
    let citations = vec![domain::clause::Citation::new(domain::clause::Document::Iec62304, "4.3 g")];
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">"Class of record"</th>
            <td role="cell"><ClassPlate plate=Plate::SafetyC /></td>
            <td role="cell" class="verdict-because">
                "Nothing is approved yet, so class C applies. "
                <a href=format!("/products/{id}/classification")>"Classify the product"</a>
            </td>
            <td role="cell"><Clauses citations /></td>
            <td role="cell"><ProgressMark progress=Progress::Missing word="no approved assessment" /></td>
        </tr>
    }
}

/// What the hazard register says about the class, beside what the questionnaire says.
#[component]
fn Implied(id: ProductId, standing: Standing, register: RegisterSummary) -> impl IntoView {
    if standing.of_record.class().is_none() && register.rows == 0 {
        return ().into_any();
    }
    let (plate, because) = match register.implied.class {
        ImpliedClass::NotDetermined if register.rows == 0 => {
            (Plate::Open, "The register is empty. Until its analysis is declared complete, class C applies.".to_owned())
        }
        ImpliedClass::NotDetermined => (
            Plate::Open,
            "Not determined: nobody has declared the analysis complete, or it was changed since. Class C applies."
                .to_owned(),
        ),
        ImpliedClass::Determined { class, provisional } => {
            let plate = Plate::of_class(class);
            let agreement = match standing.of_record {
                Classification::NotADevice => "No class is owed for what is no medical device.",
                Classification::Class(of_record) if of_record == class => "It agrees with the class of record.",
                Classification::Class(_) => "It does not agree with the class of record.",
            };
            let rests = if provisional { " It rests on external controls that are not verified yet." } else { "" };
            (plate, format!("The rows of the register need this class. {agreement}{rests}"))
        }
    };
    let citations = vec![domain::clause::Citation::new(domain::clause::Document::Iec62304, "4.3 a")];
    let (progress, word) = if register.implied.completeness.is_declared() {
        (Progress::Approved, "declared complete")
    } else {
        (Progress::Draft, "not declared complete")
    };
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">"Class by the hazard register"</th>
            <td role="cell"><ClassPlate plate /></td>
            <td role="cell" class="verdict-because">{because} " " <a href=format!("/products/{id}/hazards")>"Register"</a></td>
            <td role="cell"><Clauses citations /></td>
            <td role="cell"><ProgressMark progress word /></td>
        </tr>
    }
    .into_any()
}
