//! What happens in the browser.

use domain::ids::ProductId;
use leptos::ev;
use leptos::mount::mount_to;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DomParser, Element, HtmlElement, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement, SupportedType,
};

use super::ROWS;
use crate::islands::handed::Handed;
use crate::islands::post::{Refusal, Theirs, post};
use crate::islands::trial::{Tried, TryingRow, row_brief};
use crate::parts::{Choosable, Field, Key, Select, TextArea};

/// What an open editor is about, and how to take it down.
struct Open {
    cell: Cell,
    close: Box<dyn FnOnce()>,
}

/// A cell that can be edited.
#[derive(Clone)]
struct Cell {
    element: HtmlElement,
    risk: String,
    field: String,
}

/// Where the focus goes after an editor was left.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Go {
    Stay,
    Next,
    Previous,
}

#[derive(Clone, Copy)]
struct Register {
    product: ProductId,
    said: RwSignal<String>,
    open: StoredValue<Option<Open>, LocalStorage>,
    fault: RwSignal<Refusal>,
    conflict: RwSignal<Option<Theirs>>,
    /// The row of the open editor, as far as an estimate of it can be tried.
    trying: RwSignal<Option<TryingRow>>,
    /// What is typed into the estimate.
    tried: RwSignal<Tried>,
}

pub(super) fn listen(product: ProductId, said: RwSignal<String>) {
    let register = Register {
        product,
        said,
        open: StoredValue::new_local(None),
        fault: RwSignal::new(Refusal::default()),
        conflict: RwSignal::new(None),
        trying: RwSignal::new(None),
        tried: RwSignal::new(Tried::new()),
    };
    register.make_reachable();
    let keys = window_event_listener(ev::keydown, move |event| register.pressed(&event));
    let clicks = window_event_listener(ev::dblclick, move |event| {
        if let Some(cell) = event.target().and_then(cell_around) {
            register.edit(cell);
        }
    });
    let typing = window_event_listener(ev::input, move |_| register.typed_on());
    on_cleanup(move || {
        keys.remove();
        clicks.remove();
        typing.remove();
    });
}

/// The cell that an element stands in, if it can be edited.
fn cell_around(target: web_sys::EventTarget) -> Option<Cell> {
    let element = target.dyn_into::<Element>().ok()?;
    if element.closest(".cell-editor").ok()?.is_some() {
        return None;
    }
    let cell = element.closest(&format!("#{ROWS} [data-edit]")).ok()??;
    Cell::of(cell)
}

impl Cell {
    fn of(element: Element) -> Option<Self> {
        let row = element.closest("[data-risk]").ok()??;
        Some(Self {
            risk: row.get_attribute("data-risk")?,
            field: element.get_attribute("data-edit")?,
            element: element.dyn_into().ok()?,
        })
    }

    fn attribute(&self, name: &str) -> String {
        self.element.get_attribute(name).unwrap_or_default()
    }

    fn revision(&self) -> String {
        let row = self.element.closest("[data-risk]").ok().flatten();
        row.and_then(|row| row.get_attribute("data-revision")).unwrap_or_default()
    }

    /// The same cell in the rows that were fetched anew.
    fn again(&self) -> Option<Self> {
        let selector = format!("#{} [data-edit={}]", self.risk, self.field);
        document().query_selector(&selector).ok().flatten().and_then(Self::of)
    }

    fn is_estimate(&self) -> bool {
        self.field == "initial" || self.field == "residual"
    }

    fn label(&self) -> String {
        let words = match self.field.as_str() {
            "hazard" => "Hazard",
            "events" => "Sequence of events, one a line",
            "situation" => "Hazardous situation",
            "harm" => "Harm",
            "initial" => "Before control",
            _ => "After control",
        };
        format!("{words}, {}", self.risk)
    }
}

/// All cells that can be edited, in reading order.
fn cells() -> Vec<HtmlElement> {
    let Ok(found) = document().query_selector_all(&format!("#{ROWS} [data-edit]")) else { return Vec::new() };
    (0..found.length()).filter_map(|place| found.get(place)?.dyn_into().ok()).collect()
}

impl Register {
    /// One cell can be reached by Tab; the arrows do the rest.
    fn make_reachable(self) {
        if let Some(first) = cells().first() {
            first.set_tab_index(0);
        }
    }

    fn pressed(self, event: &web_sys::KeyboardEvent) {
        let Some(target) = event.target() else { return };
        if let Some(cell) = cell_around(target.clone()) {
            if event.ctrl_key() || event.meta_key() || event.alt_key() {
                return;
            }
            match event.key().as_str() {
                "Enter" | "F2" => self.edit(cell),
                "ArrowRight" => step(&cell, 1),
                "ArrowLeft" => step(&cell, -1),
                "ArrowDown" => step_row(&cell, 1),
                "ArrowUp" => step_row(&cell, -1),
                _ => return,
            }
            event.prevent_default();
            return;
        }
        let inside = target
            .dyn_into::<Element>()
            .ok()
            .filter(|it| it.closest(".cell-editor").is_ok_and(|it| it.is_some()));
        let Some(element) = inside else { return };
        let is_button = element.tag_name() == "BUTTON";
        match event.key().as_str() {
            "Escape" => self.leave(),
            "Enter" if !event.shift_key() && !is_button => self.save(Go::Stay),
            "Tab"
                if self.conflict.get_untracked().is_none() && leaves_editor(&element, event.shift_key()) =>
            {
                self.save(if event.shift_key() { Go::Previous } else { Go::Next });
            }
            _ => return,
        }
        event.prevent_default();
    }

    fn edit(self, cell: Cell) {
        self.close();
        self.fault.set(Refusal::default());
        self.conflict.set(None);
        self.trying.set(None);
        self.tried.set(Tried::new());
        if cell.is_estimate() {
            self.fetch_trial(cell.risk.clone());
        }
        let (about, register) = (cell.clone(), self);
        let handle = mount_to(cell.element.clone(), move || register.editor(&about));
        self.open.set_value(Some(Open { cell: cell.clone(), close: Box::new(move || drop(handle)) }));
        if let Ok(Some(input)) = cell.element.query_selector(".cell-editor :is(textarea, input, select)")
            && let Ok(input) = input.dyn_into::<HtmlElement>()
        {
            let _ = input.focus();
        }
    }

    /// Fetches what is needed to try the row, once an estimate of it is opened; from then on nobody is asked.
    fn fetch_trial(self, risk: String) {
        spawn_local(async move {
            let address = format!("/products/{}/hazards/{risk}/what-if", self.product);
            let Some(page) = page_at(&address).await else { return };
            let carrier = page.get_element_by_id(TryingRow::ID);
            let lines = carrier.and_then(|element| element.get_attribute("data-handed"));
            let trying = lines.and_then(|lines| domain::lines::read::<TryingRow>(&lines).ok());
            let is_open =
                self.open.try_with_value(|open| open.as_ref().is_some_and(|it| it.cell.risk == risk));
            if is_open == Some(true) {
                self.trying.set(trying);
            }
        });
    }

    /// Notes what stands in the open estimate now.
    fn typed_on(self) {
        let cell = self.open.try_with_value(|open| open.as_ref().map(|open| open.cell.clone())).flatten();
        if let Some(cell) = cell.filter(Cell::is_estimate) {
            self.tried.set(estimate_typed(&cell));
        }
    }

    fn close(self) {
        if let Some(open) = self.open.try_update_value(Option::take).flatten() {
            (open.close)();
        }
    }

    /// Leaves without saving.
    fn leave(self) {
        let cell = self.open.try_with_value(|open| open.as_ref().map(|open| open.cell.clone())).flatten();
        self.close();
        if let Some(cell) = cell {
            let _ = cell.element.focus();
        }
    }

    fn save(self, go: Go) {
        let Some(cell) =
            self.open.try_with_value(|open| open.as_ref().map(|open| open.cell.clone())).flatten()
        else {
            return;
        };
        let product = self.product;
        spawn_local(async move {
            let product = product.to_string();
            let mut fields = vec![("product", product.as_str()), ("risk", &cell.risk)];
            let (revision, was) = (cell.revision(), cell.attribute("data-was"));
            let saved = if cell.is_estimate() {
                let typed = estimate_typed(&cell);
                fields.push(("revision", &revision));
                fields.extend(typed.iter().map(|(name, value)| (name.as_str(), value.as_str())));
                if typed.is_empty() { Ok(String::new()) } else { post("hazards/edit_row", &fields).await }
            } else {
                let value = typed(&cell, "cell");
                fields.extend([("field", cell.field.as_str()), ("was", &was), ("value", &value)]);
                if value == was { Ok(String::new()) } else { post("hazards/set_cell", &fields).await }
            };
            match saved {
                Ok(_) => self.saved(&cell, go).await,
                Err(Refusal { theirs: Some(theirs), .. }) => self.conflict.set(Some(theirs)),
                Err(refusal) => self.fault.set(refusal),
            }
        });
    }

    async fn saved(self, cell: &Cell, go: Go) {
        self.close();
        refresh().await;
        self.make_reachable();
        self.said.set(format!("{} is saved.", cell.label()));
        let Some(cell) = cell.again() else { return };
        match go {
            Go::Stay => drop(cell.element.focus()),
            Go::Next => self.edit_beside(&cell, 1),
            Go::Previous => self.edit_beside(&cell, -1),
        }
    }

    fn edit_beside(self, cell: &Cell, by: isize) {
        match beside(cell, by).and_then(|element| Cell::of(element.into())) {
            Some(next) => self.edit(next),
            None => drop(cell.element.focus()),
        }
    }

    /// Saves what was typed over what is stored now.
    fn keep_mine(self) {
        let Some(conflict) = self.conflict.get_untracked() else { return };
        let cell = self.open.try_with_value(|open| open.as_ref().map(|open| open.cell.clone())).flatten();
        let Some(cell) = cell else { return };
        if cell.is_estimate() {
            if let Ok(Some(row)) = cell.element.closest("[data-risk]") {
                let _ = row.set_attribute("data-revision", &conflict.revision);
            }
        } else if let Some(field) = conflict.fields.first() {
            let _ = cell.element.set_attribute("data-was", &field.1);
        }
        self.conflict.set(None);
        self.save(Go::Stay);
    }

    /// Leaves the editor and shows what is stored.
    fn take_theirs(self) {
        let cell = self.open.try_with_value(|open| open.as_ref().map(|open| open.cell.clone())).flatten();
        self.close();
        spawn_local(async move {
            refresh().await;
            self.make_reachable();
            if let Some(cell) = cell.and_then(|cell| cell.again()) {
                let _ = cell.element.focus();
            }
        });
    }

    fn editor(self, cell: &Cell) -> AnyView {
        let shared = match cell.attribute("data-shared").as_str() {
            "" => String::new(),
            "1" => "Shared: one other row shows the same text.".to_owned(),
            rows => format!("Shared: {rows} other rows show the same text."),
        };
        let fields = if cell.is_estimate() { estimate_fields(cell) } else { text_field(cell) };
        let (fault, conflict) = (self.fault, self.conflict);
        view! {
            <div class="cell-editor">
                {fields}
                {move || {
                    let Refusal { said, signed_out, .. } = fault.get();
                    // In another tab, so that what was typed stays here.
                    let sign_in = signed_out
                        .then(|| view! { " " <a href="/sign-in" target="_blank">"Sign in in a new tab"</a> });
                    (!said.is_empty()).then(|| view! { <p class="fault" role="alert">{said}{sign_in}</p> })
                }}
                {move || conflict.get().map(|conflict| self.both_versions(conflict))}
                {move || {
                    self.trying.with(|trying| {
                        trying.as_ref().map(|trying| self.tried.with(|tried| row_brief(trying, tried)))
                    })
                }}
                <p class="cell-editor-keys">
                    <span><Key name="Enter" />" saves"</span>
                    <span><Key name="Esc" />" leaves"</span>
                    <span><Key name="Tab" />" saves and goes on"</span>
                </p>
                {(!shared.is_empty()).then(|| view! { <p class="cell-editor-note">{shared}</p> })}
            </div>
        }
        .into_any()
    }

    /// What somebody else stored in the meantime; what was typed stays in the field above.
    fn both_versions(self, conflict: Theirs) -> AnyView {
        let theirs: Vec<_> = conflict
            .fields
            .into_iter()
            .map(|(label, stored)| {
                let value = if stored.is_empty() { "(empty)".to_owned() } else { stored };
                view! { <p><strong>{label}": "</strong>{value}</p> }
            })
            .collect();
        view! {
            <div class="cell-editor-note" role="alert">
                <p>{format!("Nothing was saved: {} changed this first. Stored now:", conflict.changed_by)}</p>
                {theirs}
                <p class="actions">
                    <button type="button" class="button button-small" on:click=move |_| self.keep_mine()>"Keep mine"</button>
                    <button type="button" class="button button-small" on:click=move |_| self.take_theirs()>"Take what is stored"</button>
                </p>
            </div>
        }
        .into_any()
    }
}

fn text_field(cell: &Cell) -> AnyView {
    let value = cell.attribute("data-was");
    if cell.field == "hazard" || cell.field == "harm" {
        return view! { <Field name="cell" label=cell.label() value required=true max=Some(200) /> }
            .into_any();
    }
    view! { <TextArea name="cell" label=cell.label() value required=true rows=3 max=Some(4000) /> }.into_any()
}

fn estimate_fields(cell: &Cell) -> AnyView {
    let severities =
        (1..=5).rev().map(|level| Choosable::new(level.to_string(), level.to_string())).collect::<Vec<_>>();
    view! {
        <p class="label">{cell.label()}</p>
        <div class="cell-editor-estimate">
            <Select name="severity" label="Severity" options=severities none="open" value=cell.attribute("data-severity") />
            <Field name="p1" label="P1" required=true value=cell.attribute("data-p1") />
            <Field name="p2" label="P2" required=true value=cell.attribute("data-p2") />
        </div>
    }
    .into_any()
}

/// What stands in a field of the open editor.
fn typed(cell: &Cell, name: &str) -> String {
    let found = cell.element.query_selector(&format!(".cell-editor [name={name}]")).ok().flatten();
    let Some(element) = found else { return String::new() };
    if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
        return area.value();
    }
    if let Some(select) = element.dyn_ref::<HtmlSelectElement>() {
        return select.value();
    }
    element.dyn_ref::<HtmlInputElement>().map(HtmlInputElement::value).unwrap_or_default()
}

/// The fields of an estimate that differ from what the cell held.
fn estimate_typed(cell: &Cell) -> Vec<(String, String)> {
    ["severity", "p1", "p2"]
        .into_iter()
        .filter_map(|name| {
            let value = typed(cell, name);
            (value != cell.attribute(&format!("data-{name}")))
                .then(|| (format!("{}_{name}", cell.field), value))
        })
        .collect()
}

/// Whether Tab would leave the editor: there is no further field of it in that direction.
fn leaves_editor(element: &Element, backwards: bool) -> bool {
    let Ok(Some(editor)) = element.closest(".cell-editor") else { return true };
    let Ok(fields) = editor.query_selector_all("input, select, textarea") else { return true };
    let edge = if backwards { 0 } else { fields.length().saturating_sub(1) };
    fields.get(edge).is_some_and(|field| field.is_same_node(Some(element)))
}

/// The cell before or after one, in reading order.
fn beside(cell: &Cell, by: isize) -> Option<HtmlElement> {
    let cells = cells();
    let here = cells.iter().position(|other| other.is_same_node(Some(&cell.element)))?;
    cells.get(here.checked_add_signed(by)?).cloned()
}

fn step(cell: &Cell, by: isize) {
    if let Some(next) = beside(cell, by) {
        let _ = next.focus();
    }
}

/// To the same column of the row above or below.
fn step_row(cell: &Cell, by: isize) {
    let cells: Vec<HtmlElement> = cells()
        .into_iter()
        .filter(|other| other.get_attribute("data-edit").as_deref() == Some(cell.field.as_str()))
        .collect();
    let here = cells.iter().position(|other| other.is_same_node(Some(&cell.element)));
    let there = here.and_then(|here| here.checked_add_signed(by)).and_then(|there| cells.get(there));
    if let Some(next) = there {
        let _ = next.focus();
        next.scroll_into_view_with_bool(by < 0);
    }
}

/// The page at an address, read.
async fn page_at(address: &str) -> Option<web_sys::Document> {
    let response = JsFuture::from(window().fetch_with_str(address)).await.ok()?;
    let response = response.dyn_into::<web_sys::Response>().ok()?;
    let text = JsFuture::from(response.text().ok()?).await.ok()?.as_string()?;
    DomParser::new().and_then(|parser| parser.parse_from_string(&text, SupportedType::TextHtml)).ok()
}

/// Fetches the page again and puts its rows, filters and standing in place of those that are shown.
async fn refresh() {
    let Ok(address) = window().location().href() else { return };
    let Some(page) = page_at(&address).await else { return };
    for selector in
        [format!("#{ROWS} tbody"), "#register-filters".to_owned(), "#register-standing".to_owned()]
    {
        let (Ok(Some(old)), Ok(Some(new))) =
            (document().query_selector(&selector), page.query_selector(&selector))
        else {
            continue;
        };
        let _ = old.replace_with_with_node_1(&new);
    }
}
