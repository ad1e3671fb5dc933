//! What if: the class of a software item, tried before it is saved.

use axum::Extension;
use axum::extract::Query;
use domain::ids::ProductId;
use domain::item::{LETTERS, OwnClass, SoftwareItem};
use domain::risk::{read_number, shown_number};
use domain::text::Statement;
use leptos::prelude::*;
use service::items::ClassForm;
use service::what_if::ItemTried;

use crate::document::{Document, Frame, Page, Room};
use crate::error::AppError;
use crate::islands::handed::hand;
use crate::islands::trial::{FORM, ItemTrial, SAVING, Tried, TryingOneItem};
use crate::pages::At;
use crate::pages::items::item_page;
use crate::parts::contradiction::Ways;
use crate::parts::{Actions, Form, Hidden, PageHead, TextArea};
use crate::request::RequestContext;

/// `GET /products/{product}/items/{item}/what-if`: view the product. What is tried stands in the address.
///
/// # Errors
/// Signed out; not found without a role in the product, or when there is no such item in use.
pub async fn show(
    Extension(context): Extension<RequestContext>,
    At((product, item)): At<(ProductId, String)>,
    Query(fields): Query<Tried>,
) -> Page {
    let who = context.actor()?;
    let number = read_number(LETTERS, &item).ok_or(AppError::NotFound)?;
    let frame = Frame::product(&context, product, Room::Items).await?;
    let item = service::what_if::item(&context.service, who, product, number)
        .await
        .map_err(|failure| context.face(failure))?;
    let title = format!("What if, {}", shown_number(LETTERS, number));
    Ok(Document::new(title, frame, move || view! { <WhatIf product item fields /> }))
}

#[component]
fn WhatIf(product: ProductId, item: ItemTried, fields: Tried) -> impl IntoView {
    let ItemTried { story, trying, in_work } = item;
    let record = story.item;
    let shown = shown_number(LETTERS, record.number);
    let page = item_page(product, record.number);
    let here = format!("{page}/what-if");
    let crumbs = vec![
        (format!("/products/{product}/items"), "Software items".to_owned()),
        (page.clone(), shown.clone()),
    ];
    let actions = view! { <a class="button" href=page>{format!("Back to {shown}")}</a> }.into_any();
    let saved = saved_fields(&record);
    let tried: Tried = fields
        .into_iter()
        .filter(|(name, value)| saved.iter().any(|(known, saved)| *known == name && saved != value))
        .collect();
    let state = TryingOneItem { trying, ways: Ways { product, assessment: in_work }, tried: tried.clone() };
    let drawn = |name: &'static str| -> (String, String) {
        let saved = saved.iter().find(|(known, _)| *known == name).map(|it| it.1.clone()).unwrap_or_default();
        let shown = tried.iter().find(|(known, _)| known == name).map_or(saved.clone(), |it| it.1.clone());
        (saved, shown)
    };
    let (class, segregated, kept) = (drawn("class"), drawn("segregated"), drawn("kept"));
    let class_tried = class.1.clone();
    view! {
        <PageHead
            title=format!("What if, {shown}")
            crumbs
            lead="Change the class of this item and see what counts in the whole tree then, and what is owed. Nothing is saved until you say so."
            actions
        />
        <div class="wizard trial">
            <form class="questions" id=FORM method="get" action=here.clone() autocomplete="off">
                <h2 class="question-group">{record.description.name.to_string()}</h2>
                {choice("class", "Class written on it", &CLASSES, class)}
                {choice("segregated", "A segregation rationale is written", &YES_OR_NO, segregated)}
                {choice("kept", "It says where the segregation is kept effective", &YES_OR_NO, kept)}
                <div class="actions without-script">
                    <button type="submit" class="button button-primary">"Show what would change"</button>
                </div>
            </form>
            <div class="trial-side">
                {hand(state)}
                <ItemTrial />
                <Saving product record here class=class_tried may=story.editable />
            </div>
        </div>
    }
}

const CLASSES: [(&str, &str); 4] =
    [("inherited", "none: it inherits"), ("A", "Class A"), ("B", "Class B"), ("C", "Class C")];
const YES_OR_NO: [(&str, &str); 2] = [("yes", "yes"), ("no", "no")];

/// The fields that can be tried, each with what is saved.
fn saved_fields(record: &SoftwareItem) -> [(&'static str, String); 3] {
    let yes = |said: bool| if said { "yes" } else { "no" }.to_owned();
    [
        ("class", OwnClass::of(record.class.own).name().to_owned()),
        ("segregated", yes(record.class.segregation.is_some())),
        ("kept", yes(record.class.kept_effective.is_some())),
    ]
}

fn choice(
    name: &'static str,
    label: &'static str,
    options: &[(&'static str, &'static str)],
    (saved, shown): (String, String),
) -> AnyView {
    let id = format!("try-{name}");
    let options: Vec<_> = options
        .iter()
        .map(|(value, words)| {
            let selected = *value == shown;
            view! { <option value=*value selected=selected>{*words}</option> }
        })
        .collect();
    view! {
        <div class="trial-row">
            <label for=id.clone()>{label}</label>
            <select class="input input-select" id=id name=name data-saved=saved>{options}</select>
        </div>
    }
    .into_any()
}

/// Saving the class that is tried, or forgetting it.
#[component]
fn Saving(product: ProductId, record: SoftwareItem, here: String, class: String, may: bool) -> impl IntoView {
    let forget = view! { <a class="button" href=here>"Forget"</a> };
    if !may {
        return view! {
            <div class="trial-save">
                <p class="quiet">"Your role only reads, so it can not be saved. Trying is free."</p>
                <div class="actions">{forget}</div>
            </div>
        }
        .into_any();
    }
    let stored = ClassForm::of(&record.class);
    view! {
        <Form action="/api/items/set_class" id=SAVING class="trial-save" revision=Some(record.revision)>
            <Hidden name="product" value=product.to_string() />
            <Hidden name="item" value=shown_number(LETTERS, record.number) />
            <input type="hidden" name="class" value=class data-follows="class" />
            <TextArea name="segregation" label="Segregation rationale" value=stored.segregation max=Some(Statement::LONGEST) rows=3
                hint="Needed for a class below that of what holds the item." />
            <TextArea name="kept_effective" label="Where it is kept effective" value=stored.kept_effective max=Some(Statement::LONGEST) rows=2
                hint="Needed inside class C." />
            <Actions submit="Save">{forget}</Actions>
        </Form>
    }
    .into_any()
}
