//! How a file is read: sheet and head, then columns, then words.

use domain::control::{ControlOption, Place};
use domain::ids::{ImportDraftId, ProductId};
use domain::import::column_letters;
use leptos::prelude::*;
use service::hazards::exchange::arrangement::{Arrangement, EXTRAS};
use service::hazards::exchange::columns::{FIELDS, Field as RowField, Holds, NEEDED};
use service::hazards::exchange::{Arranging, ScaleWords};

use super::{Discard, crumbs, place};
use crate::parts::{Actions, Choosable, Field, Form, Hidden, PageHead, Section, Select};
use crate::words::hazards as words;

#[component]
pub fn ArrangingPage(product: ProductId, draft: ImportDraftId, arranging: Arranging) -> impl IntoView {
    let lead = format!(
        "{}: nothing is written yet. Hazel has guessed from the heads and from the last file of this product.",
        arranging.file_name
    );
    let mut crumbs = crumbs(product);
    crumbs.push((place(product), "Import".to_owned()));
    let actions = view! { <Discard product draft spoken="Throw away this file" /> }.into_any();
    let complete = arranging.is_complete();
    let Arranging { sheets, top, heads, arrangement, scales, plan, file_name: _ } = arranging;
    let choices = Chosen { heads, arrangement: arrangement.clone() };
    let has_controls = arrangement.column("controls").is_some();
    let needed = NEEDED
        .iter()
        .filter_map(|name| RowField::named(name))
        .map(|field| view! { <Needed field choices=choices.clone() /> })
        .collect_view();
    let risk = columns_of(&choices, is_of_risk);
    let others = columns_of(&choices, |name| !NEEDED.contains(&name) && !is_of_risk(name));
    let scales = scales
        .into_iter()
        .filter(|scale| !scale.words.is_empty())
        .map(|scale| view! { <Scale scale plan=plan.plan.clone() /> })
        .collect_view();
    view! {
        <PageHead title="How the file is read" crumbs lead actions />
        <SheetForm product draft sheets top arrangement=arrangement.clone() />
        <Form action="/api/hazards/arrange_import" id="arrange" class="form-wide">
            <Hidden name="product" value=product.to_string() />
            <Hidden name="draft" value=draft.to_string() />
            <Section title="What every row needs" remark="Choose its column, or write what stands in the row where there is none. Several may use one column.">
                {needed}
            </Section>
            <Section title="Risk before and after control" remark="Leave out what the file does not have.">
                <div class="fields-import">{risk}</div>
            </Section>
            <Section title="Everything else" remark="Leave out what the file does not have.">
                <div class="fields-import">{others}</div>
            </Section>
            <Controls arrangement has_controls />
            {scales}
            <Section title="Go on" remark=if complete { "Everything is said." } else { "Hazel asks again where something is still open." }>
                <Actions submit="Look at what it would change"><a href=place(product)>"Leave without importing"</a></Actions>
            </Section>
        </Form>
    }
}

fn is_of_risk(name: &str) -> bool {
    name.starts_with("initial_") || name.starts_with("residual_")
}

/// The columns to choose from, and which are chosen.
#[derive(Clone)]
struct Chosen {
    heads: Vec<(u16, String, String)>,
    arrangement: Arrangement,
}

impl Chosen {
    fn options(&self) -> Vec<Choosable> {
        self.heads
            .iter()
            .map(|(column, head, first)| {
                let name = if head.is_empty() { "no head" } else { head };
                let letters = column_letters(*column);
                let label = if first.is_empty() {
                    format!("{letters}: {name}")
                } else {
                    format!("{letters}: {name} (“{first}”)")
                };
                Choosable::new(column.to_string(), label)
            })
            .collect()
    }

    fn of(&self, name: &str) -> String {
        self.arrangement.column(name).map(|column| column.to_string()).unwrap_or_default()
    }
}

#[component]
fn SheetForm(
    product: ProductId,
    draft: ImportDraftId,
    sheets: Vec<String>,
    top: Vec<(u32, Vec<String>)>,
    arrangement: Arrangement,
) -> impl IntoView {
    let sheets: Vec<Choosable> =
        sheets.into_iter().enumerate().map(|(place, name)| Choosable::new(place.to_string(), name)).collect();
    let mut rows: Vec<Choosable> = top
        .into_iter()
        .map(|(number, texts)| {
            let texts: Vec<&str> = texts.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
            Choosable::new(number.to_string(), format!("Row {number}: {}", texts.join(" | ")))
        })
        .collect();
    if rows.iter().all(|row| row.value != arrangement.head.to_string()) {
        let head = arrangement.head.to_string();
        rows.push(Choosable::new(head.clone(), format!("Row {head}")));
    }
    view! {
        <Section title="The table">
            <Form action="/api/hazards/choose_import_sheet" id="sheet" class="form-inline">
                <Hidden name="product" value=product.to_string() />
                <Hidden name="draft" value=draft.to_string() />
                {(sheets.len() > 1).then(|| view! { <Select name="sheet" label="Sheet" options=sheets value=arrangement.sheet.to_string() /> })}
                <Select name="head" label="Heads stand in" options=rows value=arrangement.head.to_string() class="field-wide" />
                <Actions submit="Read it like this" />
            </Form>
        </Section>
    }
}

/// A field that every row needs: its column, and what stands where there is none.
#[component]
fn Needed(field: &'static RowField, choices: Chosen) -> impl IntoView {
    let fill = choices.arrangement.fills.get(field.name).cloned().unwrap_or_default();
    view! {
        <div class="fields-pair">
            <Select name=format!("column_{}", field.name) label=field.head options=choices.options() value=choices.of(field.name) none="Not in the file" hint=field.about />
            <Field name=format!("fill_{}", field.name) label="Where it is empty, write" value=fill max=Some(200) />
        </div>
    }
}

fn columns_of(choices: &Chosen, wanted: impl Fn(&str) -> bool) -> AnyView {
    let fields = FIELDS.iter().map(|field| (field.name, field.head, ""));
    let extras = EXTRAS.iter().map(|(name, head, about, _)| (*name, *head, *about));
    fields
        .chain(extras)
        .filter(|(name, ..)| wanted(name))
        .map(|(name, head, about)| {
            let (options, value) = (choices.options(), choices.of(name));
            view! { <Select name=format!("column_{name}") label=head options value none="Not in the file" hint=about /> }
        })
        .collect_view()
        .into_any()
}

/// What the controls of the file are taken for. Each can be changed later.
#[component]
fn Controls(arrangement: Arrangement, has_controls: bool) -> impl IntoView {
    has_controls.then(|| {
        let kinds = ControlOption::ALL.iter().map(|it| Choosable::new(it.name(), words::option(*it))).collect();
        let places = Place::ALL.iter().map(|it| Choosable::new(it.name(), words::place(*it))).collect();
        let lowers = [("p1", "P1"), ("p2", "P2"), ("severity", "The severity")];
        let lowers = lowers.into_iter().map(|(value, label)| Choosable::new(value, label)).collect();
        view! {
            <Section title="Risk controls of the file" remark="Taken for all of them; change single ones in the register. None counts as verified, and none as outside the software.">
                <div class="fields-import">
                    <Select name="control_option" label="Kind" options=kinds value=arrangement.control_option />
                    <Select name="control_place" label="Implemented in" options=places value=arrangement.control_place />
                    <Select name="control_lowers" label="What they lower" options=lowers value=arrangement.control_lowers />
                </div>
            </Section>
        }
    })
}

/// The words of a scale, each with what it means.
#[component]
fn Scale(scale: ScaleWords, plan: domain::plan::RiskPlan) -> impl IntoView {
    let name = scale.holds.scale().unwrap_or_default();
    let values: Vec<Choosable> = scale
        .holds
        .values(&plan)
        .into_iter()
        .map(|(value, word)| Choosable::new(value, word))
        .chain([Choosable::new("nothing", "Leave it empty")])
        .collect();
    let is_number = scale.holds == Holds::Probability;
    let remark = if is_number {
        let bands = super::super::hazards::bands_in_words(&plan);
        format!("Write the number that each word stands for, per {}. {bands}", plan.unit)
    } else {
        "Choose what each word of the file means.".to_owned()
    };
    let title = match scale.holds {
        Holds::Severity => "Words for severity",
        Holds::Probability => "Words for probability",
        Holds::Source => "Words for how a hazard was found",
        Holds::Cause => "Words for the kind of cause",
        Holds::YesOrNo => "Words for yes and no",
        Holds::Care | Holds::Text => "Words for the care that was needed",
    };
    let too_many = scale.too_many;
    let fields: Vec<_> = scale
        .words
        .into_iter()
        .enumerate()
        .map(|(place, (word, _, meaning))| {
            let field = format!("means_{name}_{place}");
            let label = format!("“{word}”");
            let value = match meaning {
                Some(meaning) if meaning.is_empty() => "nothing".to_owned(),
                Some(meaning) => meaning,
                None => String::new(),
            };
            let options = values.clone();
            view! {
                <div>
                    <Hidden name=format!("word_{name}_{place}") value=word />
                    {if is_number {
                        view! { <Field name=field label value max=Some(40) required=true class="field-short" /> }.into_any()
                    } else {
                        view! { <Select name=field label options value none="Not said yet" required=true /> }.into_any()
                    }}
                </div>
            }
        })
        .collect();
    view! {
        <Section title remark>
            {too_many.then(|| view! { <p class="fault" role="status">"This column holds more different words than a scale has. Please choose another column."</p> })}
            {(!too_many).then(|| view! { <div class="fields-import">{fields}</div> })}
        </Section>
    }
}
