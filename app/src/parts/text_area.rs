//! Several lines of text. **The only place that writes the element.**
//!
//! The renderer does not escape the children of this element (tachys 0.2 declares it so), so text of a person that
//! holds its closing tag would become markup for the next reader. Here the value is escaped before it is written,
//! behind one line break, because the parser drops the first one. In the browser the raw value is passed: children
//! of this element are not compared when an island wakes. To be removed with Leptos 0.9, which escapes them.

use leptos::prelude::*;

use super::conflict::ConflictChoice;
use super::field::{Faults, FieldLabel, Hint};
use super::kept::{KeptField, Was, described_by, element_id};

/// A labelled field for several lines. Refills itself with what was typed and shows its own faults.
///
/// ```text
/// <TextArea name="reason" label="Why" max=1000 required=true rows=3 />
/// ```
#[component]
pub fn TextArea(
    /// The field's name in the form; violations carry it.
    #[prop(into)]
    name: String,
    /// The label.
    #[prop(into)]
    label: String,
    /// What is stored; empty for a new record.
    #[prop(optional, into)]
    value: String,
    /// One short sentence under the label.
    #[prop(optional, into)]
    hint: String,
    /// The most characters it takes.
    #[prop(optional_no_strip, into)]
    max: Option<usize>,
    /// Whether it must be filled.
    #[prop(optional)]
    required: bool,
    /// The lines that are visible at first.
    #[prop(default = 3)]
    rows: u8,
    /// A class beside `field`.
    #[prop(optional, into)]
    class: String,
    /// What is stored, where `value` is something else, such as a draft.
    #[prop(optional_no_strip, into)]
    stored: Option<String>,
    /// Called with the text at each change, in islands.
    #[prop(optional_no_strip, into)]
    on_input: Option<Callback<String>>,
) -> impl IntoView {
    let kept = KeptField::named(&name);
    if let Some(conflict) = kept.conflict {
        return view! { <ConflictChoice label conflict /> }.into_any();
    }
    let id = element_id(&name);
    let described = described_by(&id, !hint.is_empty(), !kept.wrong.is_empty());
    let invalid = (!kept.wrong.is_empty()).then_some("true");
    let was = kept.was(stored.as_ref().unwrap_or(&value));
    let value = kept.value(value);
    view! {
        <div class=format!("field {class}")>
            <FieldLabel id=id.clone() label required />
            <Hint id=id.clone() hint />
            <Faults id=id.clone() wrong=kept.wrong />
            <textarea
                id=id
                class="input input-area"
                name=name.clone()
                rows=rows.to_string()
                maxlength=max.map(|max| max.to_string())
                required=required
                aria-describedby=described
                aria-invalid=invalid
                on:input=move |event| {
                    if let Some(on_input) = on_input {
                        on_input.run(event_target_value(&event));
                    }
                }
            >
                {written(value)}
            </textarea>
            <Was name value=was />
        </div>
    }
    .into_any()
}

#[cfg(feature = "ssr")]
fn written(value: String) -> String {
    let mut text = String::with_capacity(value.len() + 16);
    text.push('\n');
    for character in value.chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            other => text.push(other),
        }
    }
    text
}

#[cfg(not(feature = "ssr"))]
fn written(value: String) -> String {
    value
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn text_that_closes_the_element_stays_text() {
        let owner = Owner::new();
        let html = owner.with(|| {
            view! { <TextArea name="t" label="T" value="</textarea><script>alert(1)</script> &amp;" /> }
                .to_html()
        });
        assert_eq!(html.matches("</textarea>").count(), 1, "{html}");
        assert!(!html.contains("<script>"), "{html}");
        assert!(html.contains("\n&lt;/textarea&gt;&lt;script&gt;"), "{html}");
        assert!(html.contains("&amp;amp;"), "{html}");
    }
}
