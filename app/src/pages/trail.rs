//! The trail: who did what, when, why and where; of a product and of the installation.

mod address;
mod bars;
mod entries;
mod export;
mod history;

use axum::Extension;
use axum::extract::RawQuery;
use domain::ids::ProductId;
use leptos::prelude::*;
use service::trail::{self, COUNTED, Listing, Scope};

use super::At;
use crate::document::{Document, Frame, Page, Room, SiteRoom};
use crate::parts::time::day;
use crate::parts::{Empty, PageHead, Pager, Pair, Pairs, Panel};
use crate::request::RequestContext;
use crate::words;

pub use export::{product_csv, product_json_lines, site_csv, site_json_lines};
pub use history::History;

use address::Asked;
use bars::Bars;
use entries::Entries;

/// `GET /products/{product}/trail`: everybody with a role in the product.
///
/// # Errors
/// Signed out; not found without a role in the product.
pub async fn of_product(
    Extension(context): Extension<RequestContext>,
    At(product): At<ProductId>,
    RawQuery(query): RawQuery,
) -> Page {
    let who = context.actor()?;
    let frame = Frame::product(&context, product, Room::Trail).await?;
    let asked = Asked::read(query.as_deref());
    let scope = Scope::Product(product);
    let listing = trail::list(&context.service, who, scope, &asked.wanted)
        .await
        .map_err(|failure| context.face(failure))?;
    let base = format!("/products/{product}/trail");
    Ok(Document::new("Trail", frame, move || view! { <TrailPage listing asked base site=false /> }))
}

/// `GET /trail`: site administrators.
///
/// # Errors
/// Signed out; forbidden for everybody else.
pub async fn of_site(Extension(context): Extension<RequestContext>, RawQuery(query): RawQuery) -> Page {
    let who = context.actor()?;
    let asked = Asked::read(query.as_deref());
    let listing = trail::list(&context.service, who, Scope::Site, &asked.wanted)
        .await
        .map_err(|failure| context.face(failure))?;
    let frame = Frame::Site { room: SiteRoom::Trail };
    Ok(Document::new("Trail of the installation", frame, move || {
        view! { <TrailPage listing asked base="/trail".to_owned() site=true /> }
    }))
}

#[component]
fn TrailPage(listing: Listing, asked: Asked, base: String, site: bool) -> impl IntoView {
    let title = if site { "Trail of the installation" } else { "Trail" };
    let actions = listing.exportable.then(|| {
        let csv = asked.address(&format!("{base}.csv"), |wanted| wanted.before = None);
        let lines = asked.address(&format!("{base}.jsonl"), |wanted| wanted.before = None);
        view! {
            <a class="button" href=csv download="">"CSV"</a>
            <a class="button" href=lines download="">"JSON Lines"</a>
        }
        .into_any()
    });
    let shown = listing.story.entries.len();
    let older = listing.older.map(|number| asked.address(&base, |wanted| wanted.before = Some(number)));
    let newest = asked.wanted.before.is_some().then(|| asked.address(&base, |wanted| wanted.before = None));
    let pager = format!("Showing {shown} of {}", counted(listing.found));
    let guard = listing.schema_guard_present;
    view! {
        <PageHead title lead=lead(&listing) actions />
        <div class="trail">
            <div class="trail-list">
                <address::FilterFields asked=asked.clone() base=base.clone() people=listing.people />
                <Bars days=listing.days period=listing.period asked=asked.clone() base=base.clone() />
                {if shown == 0 {
                    view! {
                        <Empty title="No entry fits" words="Nothing on this trail fits all of these filters.">
                            <a class="button" href=base.clone()>"Show everything"</a>
                        </Empty>
                    }.into_any()
                } else {
                    view! { <Entries story=listing.story asked base=base.clone() site /> }.into_any()
                }}
                <Pager shown=pager previous=newest previous_word="Newest entries" next=older next_word="Older entries" />
            </div>
            <Integrity guard site />
        </div>
    }
}

fn lead(listing: &Listing) -> String {
    let entries = if listing.all == 1 { "entry" } else { "entries" };
    let since = match (listing.since, listing.all > COUNTED) {
        (Some(at), false) => format!(" since {}", day(at.date())),
        _ => String::new(),
    };
    format!("{} {entries}{since}. Entries are added, never edited and never removed.", counted(listing.all))
}

/// A count with its thousands set apart, or the limit up to which was counted.
fn counted(entries: i64) -> String {
    if entries > COUNTED { format!("more than {}", words::grouped(COUNTED)) } else { words::grouped(entries) }
}

/// What protects this trail, and what it does not protect from.
#[component]
fn Integrity(guard: bool, site: bool) -> impl IntoView {
    let (mark, schema) = if guard {
        ("in place", "The database refuses to change the trail's tables and to take a table off it.")
    } else {
        ("absent", "The database was installed without a superuser, so its schema is not guarded.")
    };
    let clock = match expect_context::<RequestContext>().clock_synchronised {
        Some(true) => "The clock of this server follows a time source.",
        Some(false) => "The clock of this server follows no time source now: times may be off.",
        None => "This server does not say whether its clock follows a time source.",
    };
    view! {
        <Panel title="Integrity">
            <p>
                "Each entry was written by the database in the same transaction as the change it tells of. "
                "A change without a proved actor does not happen."
            </p>
            <Pairs>
                <Pair name="Entries"><strong>"add only"</strong><br/>"Changing and removing are refused to every role."</Pair>
                <Pair name="Actors"><strong>"proved"</strong><br/>"A person by a live session, which the database checks itself. What no person did carries the name of a system actor."</Pair>
                <Pair name="Clock"><strong>"the database's"</strong><br/>"In UTC, to the microsecond. "{clock}</Pair>
                <Pair name="Schema guard"><strong>{mark}</strong><br/>{schema}</Pair>
                <Pair name="Not yet"><strong>"signed checkpoints"</strong><br/>"Who administers the database server itself could still rewrite entries. Keep exports elsewhere."</Pair>
                {site.then(|| view! { <Pair name="Shown here"><strong>"your products"</strong><br/>"What belongs to no product, and the products in which you have a role."</Pair> })}
            </Pairs>
        </Panel>
    }
}
