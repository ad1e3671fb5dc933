//! Keys: `?` lists them, `g` and a letter changes the room, `/` goes to the search of the page, and a digit picks the
//! answer of that number, where it has them.
//!
//! Single keys can be in the way of people who speak to their computer, so they can be switched off; the browser
//! remembers that.

#![allow(missing_docs, reason = "the macro of islands writes items without documentation")]

use leptos::html;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::handed::{Handed, handed};

/// A room and the key that opens it after `g`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomKey {
    /// The key.
    pub key: char,
    /// The room's name.
    pub word: String,
    /// Its address.
    pub href: String,
}

/// The rooms of this page's rail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomKeys(pub Vec<RoomKey>);

impl Handed for RoomKeys {
    const ID: &'static str = "handed-room-keys";
}

/// The list of keys, closed at first, and the ear for them.
#[island]
pub fn Shortcuts() -> impl IntoView {
    let RoomKeys(rooms) = handed();
    let dialog: NodeRef<html::Dialog> = NodeRef::new();
    let are_on: NodeRef<html::Input> = NodeRef::new();
    let lines: Vec<_> = rooms
        .iter()
        .map(|room| view! { <li><kbd class="key">"g"</kbd>" "<kbd class="key">{room.key.to_string()}</kbd><span>{room.word.clone()}</span></li> })
        .collect();
    Effect::new(move |_| listen(rooms.clone(), dialog, are_on));
    view! {
        <dialog class="shortcuts" node_ref=dialog aria-labelledby="shortcuts-title">
            <h2 class="section-title" id="shortcuts-title">"Keys"</h2>
            <ul class="shortcut-list">
                <li><kbd class="key">"?"</kbd><span>"This list"</span></li>
                <li><kbd class="key">"/"</kbd><span>"Search or filter, where the page has one"</span></li>
                <li><kbd class="key">"1"</kbd><span>"The answer of that number, where the page numbers them"</span></li>
                {lines}
                <li><kbd class="key">"Esc"</kbd><span>"Close"</span></li>
            </ul>
            <label class="choice">
                <input type="checkbox" checked=true node_ref=are_on on:change=move |event| remember(event_target_checked(&event)) />
                <span class="choice-words">"Use single keys on this computer"</span>
            </label>
            <form method="dialog"><button type="submit" class="button">"Close"</button></form>
        </dialog>
    }
}

#[cfg(feature = "hydrate")]
const MEMORY: &str = "hazel-keys";

#[cfg(feature = "hydrate")]
fn listen(rooms: Vec<RoomKey>, dialog: NodeRef<html::Dialog>, are_on: NodeRef<html::Input>) {
    use std::cell::Cell;
    use std::rc::Rc;
    if let Some(input) = are_on.get_untracked() {
        input.set_checked(remembered());
    }
    let after_g = Rc::new(Cell::new(false));
    let handle = window_event_listener(leptos::ev::keydown, move |event| {
        let pressed = event.key();
        let was_g = after_g.replace(false);
        if event.ctrl_key()
            || event.alt_key()
            || event.meta_key()
            || event.default_prevented()
            || types(&event)
        {
            return;
        }
        let open = dialog.get_untracked().is_some_and(|dialog| dialog.open());
        // The list itself can always be asked for: it is where the keys are switched on again.
        if pressed == "?" && !open {
            event.prevent_default();
            if let Some(dialog) = dialog.get_untracked() {
                let _ = dialog.show_modal();
            }
            return;
        }
        if open || !remembered() {
            return;
        }
        match pressed.as_str() {
            "g" if !was_g => after_g.set(true),
            "/" => focus_search(&event),
            digit if !was_g && digit.parse::<u8>().is_ok() => pick_answer(&event, digit),
            letter if was_g => {
                if let Some(room) = rooms.iter().find(|room| room.key.to_string() == letter) {
                    event.prevent_default();
                    let _ = window().location().set_href(&room.href);
                }
            }
            _ => {}
        }
    });
    on_cleanup(move || handle.remove());
}

#[cfg(not(feature = "hydrate"))]
fn listen(_rooms: Vec<RoomKey>, _dialog: NodeRef<html::Dialog>, _are_on: NodeRef<html::Input>) {}

/// Picks the answer of that number, where the page numbers its answers.
#[cfg(feature = "hydrate")]
fn pick_answer(event: &web_sys::KeyboardEvent, digit: &str) {
    use wasm_bindgen::JsCast;
    let found = document().query_selector(&format!("input[data-pick=\"{digit}\"]")).ok().flatten();
    if let Some(radio) = found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        event.prevent_default();
        radio.click();
        let _ = radio.focus();
    }
}

/// Whether the person is typing somewhere.
#[cfg(feature = "hydrate")]
fn types(event: &web_sys::KeyboardEvent) -> bool {
    use wasm_bindgen::JsCast;
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|element| {
        matches!(element.tag_name().as_str(), "TEXTAREA" | "SELECT")
            || (element.tag_name() == "INPUT"
                && !matches!(element.get_attribute("type").as_deref(), Some("radio" | "checkbox" | "submit")))
    })
}

#[cfg(feature = "hydrate")]
fn focus_search(event: &web_sys::KeyboardEvent) {
    use wasm_bindgen::JsCast;
    let found =
        document().query_selector("[role=search] :is(input:not([type=hidden]), select)").ok().flatten();
    if let Some(field) = found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        event.prevent_default();
        let _ = field.focus();
    }
}

#[cfg(feature = "hydrate")]
fn remembered() -> bool {
    let storage = window().local_storage().ok().flatten();
    storage.and_then(|storage| storage.get_item(MEMORY).ok().flatten()).as_deref() != Some("off")
}

#[cfg(feature = "hydrate")]
fn remember(on: bool) {
    if let Some(storage) = window().local_storage().ok().flatten() {
        let _ = storage.set_item(MEMORY, if on { "on" } else { "off" });
    }
}

#[cfg(not(feature = "hydrate"))]
fn remember(_on: bool) {}
