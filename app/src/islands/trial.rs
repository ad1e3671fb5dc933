//! Trying: fields are changed, and what would follow stands beside them before anything is saved. It is worked out in
//! the browser by the rules that judge what is saved.
//!
//! The fields are a plain form outside of these islands, which only listen to it. Without script the form leads to the
//! same page with its fields in the address, and the server draws the same panel. What is tried lies in the hidden
//! field [`TRIED`] of the form that saves.

#![allow(missing_docs, reason = "the macro of islands writes items without documentation")]

use domain::answer::{Answers, Given, Key};
use domain::assessment::{Judgement, QuestionStanding};
use domain::contradiction::{Contradiction, Said};
use domain::finding::{Check, Finding};
use domain::ids::{AssessmentId, ProductId};
use domain::product::Market;
use domain::register::ImpliedClass;
use domain::risk::{Evaluation, Evaluations};
use domain::scheme::question;
use domain::what_if::{
    Approvals, Contradictions, Inputs, Owing, TriedItem, TriedRow, Trying, TryingItem, tried_answers,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::handed::{Handed, handed};
use super::verdict::plate;
use crate::parts::contradiction::{ContradictionList, Ways};
use crate::parts::what_if::{
    ContradictionChange, Effects, OwedChange, SchemeMoves, WhatChanges, becomes, classification_words,
};
use crate::parts::{Badge, ClassPlate, Clause, FindingMark, Plate, RiskCell, RiskLevel, Weight};
use crate::words::hazards as words;

/// The id of the form whose fields are tried.
pub const FORM: &str = "trial";
/// The id and name of the field that carries what is tried to the form that saves it.
pub const TRIED: &str = "tried";
/// The id of the form that saves.
pub const SAVING: &str = "save-trial";

/// Fields that differ from what is saved: name and value.
pub type Tried = Vec<(String, String)>;

/// Written like the query of an address. Names and values of trials hold only letters, digits and few marks; whatever
/// else a person typed is written in hexadecimal.
#[must_use]
pub fn query(tried: &Tried) -> String {
    let written = |text: &str| -> String {
        let mut all = String::new();
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() || b"_-.".contains(&byte) {
                all.push(char::from(byte));
            } else {
                all.push('%');
                for half in [byte >> 4, byte & 15] {
                    all.push(char::from(b"0123456789ABCDEF"[usize::from(half)]));
                }
            }
        }
        all
    };
    let pairs: Vec<String> =
        tried.iter().map(|(name, value)| format!("{}={}", written(name), written(value))).collect();
    pairs.join("&")
}

/// What is needed to try answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TryingAnswers {
    /// The product.
    pub product: ProductId,
    /// The assessment.
    pub assessment: AssessmentId,
    /// The saved answers.
    pub answers: Answers,
    /// The markets of the product.
    pub markets: Vec<Market>,
    /// What the register and the items say.
    pub beside: Inputs,
    /// What was approved or declared.
    pub approvals: Approvals,
    /// What is tried when the page is drawn.
    pub tried: Tried,
}

impl Handed for TryingAnswers {
    const ID: &'static str = "handed-answers";
}

/// What is drawn of a trial.
struct Drawn {
    panel: AnyView,
    /// The class now and then, for the foot of narrow screens, where the panel is far from the fields.
    plates: [Plate; 2],
    /// Whether anything would change.
    moved: bool,
}

/// The panel beside the fields, drawn anew whenever something else is tried.
fn beside_fields(tried: Tried, draw: impl Fn(&Tried) -> Drawn + Send + 'static) -> impl IntoView {
    let tried = RwSignal::new(tried);
    #[cfg(feature = "hydrate")]
    live::listen(tried);
    view! { {move || beside(tried.with(&draw))} }
}

fn beside(Drawn { panel, plates: [before, after], moved }: Drawn) -> AnyView {
    let words = if moved { "More stands below." } else { "Nothing is tried yet." };
    view! {
        <aside class="verdict panel" data-words="" aria-label="What would change">{panel}</aside>
        <div class="verdict-strip" aria-hidden="true">
            <span class="line">
                <ClassPlate plate=before draft=true />
                {becomes()}
                <ClassPlate plate=after draft=true />
            </span>
            <span class="line"><span class="strip-words">{words}</span></span>
        </div>
    }
    .into_any()
}

/// What other answers would change.
#[island]
pub fn AnswersTrial() -> impl IntoView {
    let state: TryingAnswers = handed();
    let saved = Judgement::of(&state.answers, &state.markets);
    let now = Inputs { said: Said::of_judgement(&saved), ..state.beside.clone() };
    beside_fields(state.tried.clone(), move |tried| answers_panel(&state, &saved, &now, tried))
}

fn answers_panel(state: &TryingAnswers, saved: &Judgement, now: &Inputs, tried: &Tried) -> Drawn {
    let given: Vec<(Key, Given)> = tried
        .iter()
        .filter_map(|(name, value)| {
            let key = Key::named(name)?;
            Some((key, Given::named(key, value)?))
        })
        .filter(|(key, given)| state.answers.given(*key) != Some(*given))
        .collect();
    let ways = Ways { product: state.product, assessment: Some(state.assessment) };
    let before = now.said.classification();
    if given.is_empty() {
        #[cfg(feature = "hydrate")]
        live::set_aside(saved);
        let contradictions = now.contradictions();
        let panel = view! {
            <div class="panel-part">
                <p class="quiet">"Nothing is tried yet, so this is what the saved answers come to."</p>
                <div class="verdict-class">
                    <ClassPlate plate=plate(before) large=true draft=true />
                    <p class="verdict-word" aria-live="polite">{classification_words(before)}</p>
                </div>
                <SchemeMoves moves=domain::what_if::moves(&now.said, &now.said) />
            </div>
            {(!contradictions.is_empty()).then(|| view! {
                <div class="panel-part">
                    <h2>"What does not go together"</h2>
                    <ContradictionList contradictions ways />
                </div>
            })}
        }
        .into_any();
        return Drawn { panel, plates: [plate(before), plate(before)], moved: false };
    }
    let judgement = Judgement::of(&tried_answers(&state.answers, &given), &state.markets);
    #[cfg(feature = "hydrate")]
    live::set_aside(&judgement);
    let then = Inputs { said: Said::of_judgement(&judgement), ..now.clone() };
    let after = then.said.classification();
    let lines: Vec<_> = given
        .iter()
        .filter_map(|(key, given)| {
            let question = question(*key)?;
            let was = state.answers.given(*key).map_or("open", |was| question.words_of(was)).to_owned();
            let now = question.words_of(*given).to_owned();
            Some(view! { <li><span>{question.ask.clone()}</span><span>{was}" "{becomes()}" "<strong>{now}</strong></span></li> })
        })
        .collect();
    let effects = state.approvals.under_answers(after);
    let open = opened(saved, &judgement);
    let panel = view! {
        <div class="panel-part preview">
            <h2 class="preview-title">"If this is saved "<Badge word="preview" /></h2>
            <p class="preview-move" aria-live="polite">
                <ClassPlate plate=plate(before) draft=true />
                {becomes()}
                <ClassPlate plate=plate(after) draft=true />
                <span>{classification_words(after)}</span>
            </p>
            <ul class="preview-list tried">{lines}</ul>
            {open}
            <WhatChanges before=now.clone() after=then effects ways />
        </div>
    }
    .into_any();
    Drawn { panel, plates: [plate(before), plate(after)], moved: true }
}

/// How many questions would be asked that are not asked now, the first of them with the way to their fields.
fn opened(now: &Judgement, then: &Judgement) -> Option<AnyView> {
    const NAMED: usize = 5;
    let now = now.open();
    let new = then
        .questions()
        .into_iter()
        .filter(|asked| asked.standing == QuestionStanding::Open && !now.contains(&asked.question.key));
    let new: Vec<_> = new.map(|asked| asked.question).collect();
    let words = match new.len() {
        0 => return None,
        1 => "One more question would be asked:".to_owned(),
        count if count <= NAMED => format!("{count} more questions would be asked:"),
        count => format!("{count} more questions would be asked, these first:"),
    };
    let lines: Vec<_> = new
        .into_iter()
        .take(NAMED)
        .map(
            |question| view! { <li><a href=format!("#try-{}", question.key)>{question.ask.clone()}</a></li> },
        )
        .collect();
    Some(view! { <h3>{words}</h3><ul class="preview-list opened">{lines}</ul> }.into_any())
}

/// What is needed to try a row of the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TryingRow {
    /// The row and what stands beside it.
    pub trying: Trying,
    /// Where the ways out of contradictions begin.
    pub ways: Ways,
    /// What is tried when the page is drawn.
    pub tried: Tried,
}

impl Handed for TryingRow {
    const ID: &'static str = "handed-row";
}

/// What another estimate or another control would change.
#[island]
pub fn RowTrial() -> impl IntoView {
    let state: TryingRow = handed();
    let now = state.trying.saved();
    beside_fields(state.tried.clone(), move |tried| row_panel(&state, &now, tried))
}

/// The row with what is tried.
#[must_use]
pub fn try_row(trying: &Trying, tried: &Tried) -> TriedRow {
    trying.with(|name| tried.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()))
}

fn row_panel(state: &TryingRow, now: &TriedRow, tried: &Tried) -> Drawn {
    let then = try_row(&state.trying, tried);
    let (before, after) = (implied(now), implied(&then));
    let moved = then.row != now.row || then.inputs != now.inputs;
    let title = if moved { "If this is saved" } else { "As it is saved" };
    let class = if moved { "panel-part preview" } else { "panel-part" };
    let contradictions = Contradictions::between(&now.inputs.contradictions(), then.inputs.contradictions());
    let some = !contradictions.is_empty();
    let effects = if moved { state.trying.approvals.under_register() } else { Vec::new() };
    let unreadable = (!then.unreadable.is_empty()).then(|| {
        let names: Vec<String> = then.unreadable.iter().filter_map(|name| words::field_name(name)).collect();
        let sentence = format!(
            "Can not be read, so what is saved counts: {}. A severity is 1 to 5, a probability a number from 0 to 1.",
            names.join(", ")
        );
        view! { <p class="fault" role="alert">{sentence}</p> }
    });
    let owing = Owing { before: Some(before.0), after: Some(after.0) };
    let declared = if state.trying.approvals.declared {
        "Once the analysis is declared complete again."
    } else {
        "Once the analysis is declared complete; nobody has declared it."
    };
    let panel = view! {
        <div class=class>
            <h2 class="preview-title">{title}" "{moved.then(|| view! { <Badge word="preview" /> })}</h2>
            {unreadable}
            <table class="preview-table trial-cells">
                <thead><tr><td></td><th scope="col">"now"</th><th scope="col">"then"</th></tr></thead>
                <tbody>{cells(now.evaluations, then.evaluations)}</tbody>
            </table>
            <h3>"Class"</h3>
            <table class="preview-table">
                <thead><tr><td></td><th scope="col">"now"</th><th scope="col">"then"</th></tr></thead>
                <tbody>
                    {class_line("This row needs", (now.share.class, now.share.is_provisional()), (then.share.class, then.share.is_provisional()))}
                    {class_line("The register implies", before, after)}
                </tbody>
            </table>
            <p class="quiet" aria-live="polite">{declared}</p>
            {(before != after).then(|| view! {
                <h3>"Deliverables, were the class of record to follow"</h3>
                <OwedChange owing />
            })}
            {finding_changes("Findings of this row", &now.findings, &then.findings)}
            {some.then(|| view! {
                <h3>"What does not go together"</h3>
                <ContradictionChange contradictions ways=state.ways />
            })}
            <h3>"Approvals"</h3>
            <Effects effects />
        </div>
    }
    .into_any();
    Drawn { panel, plates: [Plate::of_class(before.0), Plate::of_class(after.0)], moved }
}

/// What another estimate changes, in a few lines: for the editor of a cell.
#[must_use]
pub fn row_brief(state: &TryingRow, tried: &Tried) -> AnyView {
    let (now, then) = (state.trying.saved(), try_row(&state.trying, tried));
    let (before, after) = (implied(&now), implied(&then));
    let Contradictions { appear, go, .. } =
        Contradictions::between(&now.inputs.contradictions(), then.inputs.contradictions());
    let codes = |head: &'static str, found: Vec<Contradiction>| {
        let lines: Vec<_> = found
            .into_iter()
            .map(|it| {
                let title = it.wording().title.clone();
                view! { <li><FindingMark weight=Weight::from(it.level) code=it.code />" "{title}</li> }
            })
            .collect();
        (!lines.is_empty())
            .then(|| view! { <p class="preview-head">{head}</p><ul class="resolved">{lines}</ul> })
    };
    view! {
        <div class="cell-editor-note cell-editor-preview">
            <table class="preview-table trial-cells">
                <thead><tr><td></td><th scope="col">"now"</th><th scope="col">"then"</th></tr></thead>
                <tbody>
                    {cells(now.evaluations, then.evaluations)}
                    {class_line("This row needs", (now.share.class, now.share.is_provisional()), (then.share.class, then.share.is_provisional()))}
                    {class_line("The register implies", before, after)}
                </tbody>
            </table>
            {codes("+ contradictions that appear", appear)}
            {codes("− contradictions that go", go)}
            {(then.row != now.row && state.trying.approvals.declared).then(|| view! {
                <p>"Saving opens the analysis again; until it is declared complete, class C applies."</p>
            })}
        </div>
    }
    .into_any()
}

/// The class that the register implies, and whether it is provisional.
fn implied(tried: &TriedRow) -> (domain::scheme::iec62304::SafetyClass, bool) {
    match tried.inputs.register.map(|says| says.implied) {
        Some(ImpliedClass::Determined { class, provisional }) => (class, provisional),
        _ => (ImpliedClass::NotDetermined.applies(), false),
    }
}

fn class_line(
    name: impl Into<String>,
    before: (domain::scheme::iec62304::SafetyClass, bool),
    after: (domain::scheme::iec62304::SafetyClass, bool),
) -> impl IntoView {
    let (name, class) = (name.into(), if before == after { "" } else { "scheme-moves" });
    let cell = |(class, provisional): (domain::scheme::iec62304::SafetyClass, bool)| {
        view! { <ClassPlate plate=Plate::of_class(class) draft=true />{provisional.then_some(" provisional")} }
    };
    view! {
        <tr class=class>
            <th scope="row">{name}</th>
            <td>{cell(before)}</td>
            <td class="then">{(before != after).then(|| view! { {becomes()}" " })}{cell(after)}</td>
        </tr>
    }
}

/// The three estimates in the matrix, now and then.
fn cells(before: Evaluations, after: Evaluations) -> AnyView {
    [
        ("Before control", before.initial, after.initial),
        ("External controls only", before.external, after.external),
        ("After control", before.left, after.left),
    ]
    .into_iter()
    .map(|(name, before, after)| {
        let class = if before == after { "" } else { "scheme-moves" };
        view! {
            <tr class=class>
                <th scope="row">{name}</th>
                <td>{cell(before)}</td>
                <td class="then">{cell(after)}</td>
            </tr>
        }
    })
    .collect_view()
    .into_any()
}

fn cell(evaluation: Evaluation) -> impl IntoView {
    let level = evaluation.acceptance().map(RiskLevel::from);
    let pair = evaluation
        .cell()
        .map(|cell| format!("S{} × P{}", cell.severity.level(), cell.band.level()))
        .unwrap_or_default();
    view! { <RiskCell level pair /> }
}

/// The findings that come and go.
fn finding_changes(title: &'static str, before: &[Finding], after: &[Finding]) -> AnyView {
    let missing = |from: &[Finding], of: &[Finding]| -> Vec<Finding> {
        of.iter().filter(|finding| !from.contains(finding)).cloned().collect()
    };
    let (appear, go) = (missing(before, after), missing(after, before));
    if appear.is_empty() && go.is_empty() {
        return ().into_any();
    }
    view! {
        <h3>{title}</h3>
        {finding_list("+ appear", appear)}
        {finding_list("− go", go)}
    }
    .into_any()
}

fn finding_list(head: &'static str, findings: Vec<Finding>) -> Option<AnyView> {
    if findings.is_empty() {
        return None;
    }
    let lines: Vec<_> = findings
        .into_iter()
        .map(|finding| {
            let clause = Check::clause(finding.check);
            view! {
                <li>
                    <span><FindingMark weight=Weight::from(finding.level) code=finding.check.id() />" "{words::finding(&finding)}</span>
                    <Clause citation=clause />
                </li>
            }
        })
        .collect();
    Some(view! { <ul class="preview-list"><li class="preview-head">{head}</li>{lines}</ul> }.into_any())
}

/// What is needed to try the class of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TryingOneItem {
    /// The item in its tree.
    pub trying: TryingItem,
    /// Where the ways out of contradictions begin.
    pub ways: Ways,
    /// What is tried when the page is drawn.
    pub tried: Tried,
}

impl Handed for TryingOneItem {
    const ID: &'static str = "handed-item";
}

/// What another class of an item would change.
#[island]
pub fn ItemTrial() -> impl IntoView {
    let state: TryingOneItem = handed();
    let now = state.trying.saved();
    beside_fields(state.tried.clone(), move |tried| item_panel(&state, &now, tried))
}

fn item_panel(state: &TryingOneItem, now: &TriedItem, tried: &Tried) -> Drawn {
    let then = state
        .trying
        .with(|name| tried.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()));
    let moved = then != *now;
    let title = if moved { "If this is saved" } else { "As it is saved" };
    let class = if moved { "panel-part preview" } else { "panel-part" };
    let class_of = |tried: &TriedItem, number: i32| tried.tree.find(number).map(|placed| placed.class);
    let own = state.trying.number;
    let mut lines = vec![
        class_line("The software system".to_owned(), (now.tree.class, false), (then.tree.class, false))
            .into_any(),
    ];
    for placed in &then.tree.items {
        let number = placed.item.number;
        let Some(before) = class_of(now, number) else { continue };
        if number == own || before != placed.class {
            let name = format!("{} {}", crate::words::items::number(number), state.trying.name(number));
            lines.push(class_line(name, (before, false), (placed.class, false)).into_any());
        }
    }
    let owing = Owing { before: class_of(now, own), after: class_of(&then, own) };
    let counted = [now, &then].map(|tried| class_of(tried, own).map_or(Plate::Open, Plate::of_class));
    // Why another class than the one that is written counts.
    let because = then.tree.find(own).map(|placed| {
        let (number, ground) = (crate::words::items::number(own), crate::words::items::ground(placed.ground));
        format!("{number} counts as class {} then: {ground}.", placed.class)
    });
    let contradictions = Contradictions::between(&now.inputs.contradictions(), then.inputs.contradictions());
    let some = !contradictions.is_empty();
    let panel = view! {
        <div class=class>
            <h2 class="preview-title">{title}" "{moved.then(|| view! { <Badge word="preview" /> })}</h2>
            <table class="preview-table">
                <thead><tr><td></td><th scope="col">"now"</th><th scope="col">"then"</th></tr></thead>
                <tbody>{lines}</tbody>
            </table>
            {because.map(|because| view! { <p class="quiet">{because}</p> })}
            <h3>"Deliverables of this item"</h3>
            <OwedChange owing />
            {finding_changes("Findings of the tree", &now.tree.findings(), &then.tree.findings())}
            {some.then(|| view! {
                <h3>"What does not go together"</h3>
                <ContradictionChange contradictions ways=state.ways />
            })}
            <h3>"Approvals"</h3>
            <Effects effects=Vec::new() />
        </div>
    }
    .into_any();
    Drawn { panel, plates: counted, moved }
}

/// What only the browser does.
#[cfg(feature = "hydrate")]
mod live {
    use domain::assessment::Judgement;
    use leptos::ev;
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use web_sys::{Element, HtmlInputElement, HtmlSelectElement};

    use super::{FORM, SAVING, TRIED, Tried, query};

    pub(super) fn listen(tried: RwSignal<Tried>) {
        let handle = window_event_listener(ev::input, move |event| {
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let form = target.and_then(|element| element.closest(&format!("#{FORM}")).ok().flatten());
            let Some(form) = form else { return };
            let now = read(&form);
            if tried.with_untracked(|known| *known != now) {
                carry(&now);
                follow(&form);
                tried.set(now);
            }
        });
        on_cleanup(move || handle.remove());
    }

    /// Fields of questions that do not matter with what is tried stand back, as they do when the page is drawn.
    pub(super) fn set_aside(judgement: &Judgement) {
        for asked in judgement.questions() {
            let field = document().get_element_by_id(&format!("try-{}", asked.question.key));
            let row = field.and_then(|field| field.closest(".trial-row").ok().flatten());
            if let Some(row) = row {
                let _ = row.class_list().toggle_with_force("is-aside", asked.standing.is_aside());
            }
        }
    }

    /// The fields that differ from what is saved.
    fn read(form: &Element) -> Tried {
        let Ok(fields) = form.query_selector_all("[data-saved]") else { return Tried::new() };
        (0..fields.length())
            .filter_map(|place| fields.get(place)?.dyn_into::<Element>().ok())
            .filter_map(|field| {
                let value = match field.dyn_ref::<HtmlSelectElement>() {
                    Some(select) => select.value(),
                    None => field.dyn_ref::<HtmlInputElement>()?.value(),
                };
                let is_saved = field.get_attribute("data-saved").as_deref() == Some(value.trim());
                (!is_saved).then(|| Some((field.get_attribute("name")?, value.trim().to_owned())))?
            })
            .collect()
    }

    /// Fields of the form that saves which hold what stands in a field that is tried, saved or not.
    fn follow(form: &Element) {
        let Ok(fields) = document().query_selector_all(&format!("#{SAVING} [data-follows]")) else { return };
        for place in 0..fields.length() {
            let field = fields.get(place).and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
            let Some(field) = field else { continue };
            let name = field.get_attribute("data-follows").unwrap_or_default();
            let tried = form.query_selector(&format!("[name={name}]")).ok().flatten();
            if let Some(select) = tried.and_then(|tried| tried.dyn_into::<HtmlSelectElement>().ok()) {
                field.set_value(&select.value());
            }
        }
    }

    /// Hands what is tried to the form that saves, and to the page that it would come back to.
    fn carry(tried: &Tried) {
        let query = query(tried);
        let set = |selector: &str, value: &str| {
            let field = document().query_selector(selector).ok().flatten();
            if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlInputElement>().ok()) {
                field.set_value(value);
            }
        };
        set(&format!("#{TRIED}"), &query);
        let path = window().location().pathname().unwrap_or_default();
        set(&format!("#{SAVING} [name=_page]"), &format!("{path}?{query}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_written_so_that_an_address_can_hold_it() {
        let tried =
            vec![("initial_p1".to_owned(), "2×10⁻²".to_owned()), ("care".to_owned(), "no".to_owned())];
        assert_eq!(query(&tried), "initial_p1=2%C3%9710%E2%81%BB%C2%B2&care=no");
        assert_eq!(crate::request::pairs(&query(&tried)), tried);
    }
}
