//! The features of a product: proposed changes, what each asks for, and where it stands.

use axum::Extension;
use axum::extract::Query;
use domain::access::Permission;
use domain::feature::{State, shown};
use domain::ids::ProductId;
use domain::triage::Level;
use leptos::prelude::*;
use serde::Deserialize;
use service::features::Listed;

use super::At;
use crate::document::{Document, Frame, Page, Room};
use crate::parts::{
    Column, Completeness, DataTable, Empty, Filter, FilterBar, PageHead, Progress, ProgressMark, Time,
};
use crate::request::RequestContext;
use crate::words::features::state_word;

/// Which features are shown. What can not be read asks for nothing.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Wanted {
    /// The name of a state.
    #[serde(default)]
    state: String,
    /// The name of a level.
    #[serde(default)]
    level: String,
}

impl Wanted {
    fn state(&self) -> Option<State> {
        State::named(&self.state)
    }

    fn level(&self) -> Option<Level> {
        Level::named(&self.level)
    }

    fn takes(&self, listed: &Listed) -> bool {
        self.state().is_none_or(|state| listed.feature.state == state)
            && self.level().is_none_or(|level| listed.level == level)
    }

    /// The address of a view.
    fn address(room: &str, state: Option<State>, level: Option<Level>) -> String {
        let pairs = [("state", state.map(State::name)), ("level", level.map(Level::name))];
        let query: Vec<String> =
            pairs.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?))).collect();
        if query.is_empty() { room.to_owned() } else { format!("{room}?{}", query.join("&")) }
    }
}

/// `GET /products/{product}/features`: view the product.
///
/// # Errors
/// Not found.
pub async fn show(
    Extension(context): Extension<RequestContext>,
    At(product): At<ProductId>,
    Query(wanted): Query<Wanted>,
) -> Page {
    let who = context.actor()?;
    let all = service::features::list(&context.service, who, product)
        .await
        .map_err(|failure| context.face(failure))?;
    let may_add = who.may(Permission::EditAssessment, product);
    let frame = Frame::product(&context, product, Room::Features).await?;
    Ok(Document::new("Features", frame, move || {
        let room = format!("/products/{product}/features");
        let new = may_add.then(|| {
            view! { <a class="button button-primary" href=format!("{room}/new")>"New feature"</a> }.into_any()
        });
        let lead = "Proposed changes of what the product does. Each is held against the product’s answers, so that everybody sees what it asks for before it is built.";
        if all.is_empty() {
            let words = "A name, a line on what it does, and nine plain questions at most: the answers of the product are filled in already. The result says what the feature costs.";
            return view! {
                <PageHead title="Features" lead />
                <Empty title="No feature yet" words>{new}</Empty>
            }
            .into_any();
        }
        view! {
            <PageHead title="Features" lead actions=new />
            <Filters all=all.clone() wanted=wanted.clone() room=room.clone() />
            <List all wanted room />
        }
        .into_any()
    }))
}

#[component]
fn Filters(all: Vec<Listed>, wanted: Wanted, room: String) -> impl IntoView {
    let (state, level) = (wanted.state(), wanted.level());
    let count = |wanted: Wanted| all.iter().filter(|listed| wanted.takes(listed)).count();
    let with_state = |state: Option<State>| {
        count(Wanted { state: state.map(State::name).unwrap_or_default().to_owned(), ..wanted.clone() })
    };
    let with_level = |level: Option<Level>| {
        count(Wanted { level: level.map(Level::name).unwrap_or_default().to_owned(), ..wanted.clone() })
    };
    let mut states = vec![
        Filter::new("All", Wanted::address(&room, None, level))
            .count(with_state(None))
            .current(state.is_none()),
    ];
    // What nothing is in is not offered, unless it is what is looked at.
    let states_in_use =
        State::ALL.into_iter().filter(|one| with_state(Some(*one)) > 0 || state == Some(*one));
    states.extend(states_in_use.map(|one| {
        Filter::new(state_word(one), Wanted::address(&room, Some(one), level))
            .count(with_state(Some(one)))
            .current(state == Some(one))
    }));
    let mut levels = vec![
        Filter::new("Every level", Wanted::address(&room, state, None))
            .count(with_level(None))
            .current(level.is_none()),
    ];
    let levels_in_use =
        Level::ALL.into_iter().filter(|one| with_level(Some(*one)) > 0 || level == Some(*one));
    levels.extend(levels_in_use.map(|one| {
        Filter::new(one.words().title.clone(), Wanted::address(&room, state, Some(one)))
            .count(with_level(Some(one)))
            .current(level == Some(one))
    }));
    view! {
        <FilterBar filters=states label="Filter by state" />
        <FilterBar filters=levels label="Filter by level" />
    }
}

#[component]
fn List(all: Vec<Listed>, wanted: Wanted, room: String) -> impl IntoView {
    let shown: Vec<Listed> = all.into_iter().filter(|listed| wanted.takes(listed)).collect();
    if shown.is_empty() {
        return view! { <p class="quiet">"No feature is in this view. "<a href=room>"Show all"</a></p> }
            .into_any();
    }
    let columns = vec![
        Column::new("Feature"),
        Column::new("State"),
        Column::new("What it asks for"),
        Column::new("Answers"),
        Column::new("Brought by"),
        Column::new("Last change"),
    ];
    let rows: Vec<_> = shown.into_iter().map(|listed| view! { <Row listed room=room.clone() /> }).collect();
    view! { <DataTable caption="Features, the newest first" columns class="table-blocks features">{rows}</DataTable> }
        .into_any()
}

#[component]
fn Row(listed: Listed, room: String) -> impl IntoView {
    let Listed { feature, level, answered, asked } = listed;
    let is_open = feature.state.is_open() && answered < asked;
    let href =
        if is_open { format!("{room}/{}", feature.id) } else { format!("{room}/{}/result", feature.id) };
    let title = level.words().title.clone();
    let level = if is_open { format!("{title}, so far") } else { title };
    let answers = if feature.state.is_open() {
        view! { <Completeness done=answered total=asked of="questions answered" /> }.into_any()
    } else {
        view! { <span class="quiet">"complete"</span> }.into_any()
    };
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                <a href=href>{shown(feature.number)}" "{feature.description.name.to_string()}</a>
            </th>
            <td role="cell" data-label="State"><StateMark state=feature.state /></td>
            <td role="cell" data-label="What it asks for">{level}</td>
            <td role="cell" data-label="Answers">{answers}</td>
            <td role="cell" data-label="Brought by">
                {feature.description.brought_by.map_or_else(|| "nobody named".to_owned(), String::from)}
            </td>
            <td role="cell" data-label="Last change" class="when"><Time at=feature.changed_at /></td>
        </tr>
    }
}

/// The mark of a state.
#[component]
pub fn StateMark(
    /// The state.
    state: State,
) -> impl IntoView {
    let progress = match state {
        State::Draft => Progress::Draft,
        State::HandedOver => Progress::InReview,
        State::Returned => Progress::Stale,
        State::Approved | State::Assessed => Progress::Approved,
        State::Withdrawn => Progress::NotUsed,
    };
    view! { <ProgressMark progress word=state_word(state) /> }
}
