//! The fields of a product, for a new one and for a change.

use domain::product::{Lifecycle, Market, Profile};
use domain::text::{Name, Statement};
use leptos::prelude::*;

use crate::parts::{Choice, Choices, Choosable, Field, TextArea};
use crate::words;

/// Everything that people say about a product.
#[component]
pub fn ProductFields(
    /// What is stored; none for a new product.
    profile: Option<Profile>,
) -> impl IntoView {
    let text = |value: Option<Statement>| value.map(String::from).unwrap_or_default();
    let (name, purpose, users, environment, markets, state) = match profile {
        Some(profile) => (
            profile.name.into(),
            profile.intended_purpose.into(),
            text(profile.intended_users),
            text(profile.use_environment),
            profile.markets,
            profile.lifecycle,
        ),
        None => {
            (String::new(), String::new(), String::new(), String::new(), Vec::new(), Lifecycle::InDevelopment)
        }
    };
    let offered: Vec<_> = Market::ALL
        .into_iter()
        .map(|market| {
            Choosable::new(market.key(), words::product::market(market))
                .with_hint(words::product::market_frame(market))
        })
        .collect();
    let states: Vec<_> = Lifecycle::ALL
        .into_iter()
        .map(|state| {
            Choosable::new(state.key(), words::product::lifecycle(state))
                .with_hint(words::product::lifecycle_hint(state))
        })
        .collect();
    let checked: Vec<String> = markets.iter().map(|market| market.key().to_owned()).collect();
    let longest = Some(Statement::LONGEST);
    view! {
        <Field name="name" label="Name" value=name max=Some(Name::LONGEST) required=true hint="As people call it, and as it stands on its label." />
        <TextArea
            name="intended_purpose"
            label="Intended purpose"
            value=purpose
            max=longest
            rows=4
            required=true
            hint="What it is meant to do, for whom, and what people do with its result. Every classification rests on this text."
        />
        <TextArea name="intended_users" label="Users" value=users max=longest rows=2 hint="Who uses it, and what they know and can do." />
        <TextArea name="use_environment" label="Environment of use" value=environment max=longest rows=2 hint="Where, on what, alone or under supervision." />
        <Choices name="markets" label="Markets" options=offered values=checked hint="Each market asks its own questions." />
        <Choice name="lifecycle" label="State" options=states value=state.key() required=true />
    }
}
