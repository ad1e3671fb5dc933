//! The HTML document around every page: the bar on top, the rail beside, the page inside, the foot on paper.

use domain::ids::ProductId;
use leptos::prelude::*;
use service::Actor;

use crate::document::{Frame, ProductFrame, Room, SiteRoom};
use crate::islands::handed::hand;
use crate::islands::local_time::LocalTime;
use crate::islands::shortcuts::{RoomKey, RoomKeys, Shortcuts};
use crate::parts::{ClassPlate, Flash, Icon, Plate, Shape, Time};
use crate::request::RequestContext;

/// The mark in a browser's tab: a class plate. Written out, so that no page asks for a file that is not there.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='2' fill='%230a5a5f'/%3E%3Cpath d='M4 3v10M12 3v10M4 8h8' stroke='%23fff' stroke-width='2'/%3E%3C/svg%3E";

/// The document: head, bar, rail, and the page inside.
#[component]
pub fn Shell(
    /// The page's title.
    title: String,
    /// The frame around it.
    frame: Frame,
    /// The page.
    children: Children,
) -> impl IntoView {
    let context = expect_context::<RequestContext>();
    let assets = context.assets.clone();
    let place = match &frame {
        Frame::Product(frame) => format!("{} · ", frame.name),
        Frame::Bare | Frame::Site { .. } => String::new(),
    };
    let page = match (frame, context.actor.clone()) {
        (Frame::Bare, _) | (_, None) => bare(&context, children),
        (frame, Some(actor)) => framed(&frame, &actor, &context, children),
    };
    view! {
        <html lang="en" dir="ltr">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <title>{format!("{title} · {place}Hazel")}</title>
                <link rel="icon" type="image/svg+xml" href=ICON />
                <link rel="stylesheet" href=assets.style.clone() />
                {(!assets.script.is_empty())
                    .then(|| view! { <script type="module" src=assets.script.clone() nonce=context.nonce.clone()></script> })}
            </head>
            <body>
                <a class="skip" href="#main">"Skip to the page"</a>
                {page}
            </body>
        </html>
    }
}

/// A page without rail: signing in, setting up, errors for strangers.
fn bare(context: &RequestContext, children: Children) -> AnyView {
    view! {
        <main id="main" class="bare" tabindex="-1">
            <a class="brand" href="/">"Hazel"</a>
            {context.flash.clone().map(|said| view! { <Flash said /> })}
            {context.trouble.clone().map(|said| view! { <Flash said refused=true /> })}
            {children()}
        </main>
    }
    .into_any()
}

fn framed(frame: &Frame, actor: &Actor, context: &RequestContext, children: Children) -> AnyView {
    let links = links(frame, actor);
    let switcher = match frame {
        Frame::Product(frame) => Some(view! { <Switcher frame=frame.as_ref().clone() /> }),
        Frame::Bare | Frame::Site { .. } => None,
    };
    let banner = match frame {
        Frame::Product(frame) => banner(frame),
        Frame::Bare | Frame::Site { .. } => None,
    };
    let foot = match frame {
        Frame::Product(frame) => frame.name.clone(),
        Frame::Bare | Frame::Site { .. } => "Hazel".to_owned(),
    };
    let wide =
        matches!(frame, Frame::Product(frame) if matches!(frame.room, Room::Hazards | Room::Deliverables));
    let keys = links
        .iter()
        .map(|link| RoomKey { key: link.key, word: link.word.to_owned(), href: link.href.clone() })
        .collect::<Vec<_>>();
    let class = if wide { "page page-wide" } else { "page" };
    view! {
        <header class="bar">
            <a class="brand" href="/">"Hazel"</a>
            {switcher.map(|switcher| view! { <div class="bar-product">{switcher}</div> })}
            <Rooms links=links.clone() />
            <div class="bar-end"><PersonMenu actor=actor.clone() /></div>
        </header>
        <div class="frame">
            <nav class="rail" aria-label="Rooms">
                {links.iter().map(|link| link.drawn("rail-link")).collect::<Vec<_>>()}
            </nav>
            <div class="content">
                {banner}
                <main id="main" class=class tabindex="-1">
                    {context.flash.clone().map(|said| view! { <Flash said /> })}
                    {context.trouble.clone().map(|said| view! { <Flash said refused=true /> })}
                    {children()}
                </main>
            </div>
        </div>
        {hand(RoomKeys(keys))}
        <Shortcuts />
        <LocalTime />
        <footer class="print-foot" aria-hidden="true">
            {foot} " · printed for " {actor.name().to_owned()} " · " <Time at=time::OffsetDateTime::now_utc() />
        </footer>
    }
    .into_any()
}

/// One link of the rail. `key` opens the room after `g`.
#[derive(Clone, Debug)]
pub struct RoomLink {
    word: &'static str,
    href: String,
    current: bool,
    key: char,
    begins_group: bool,
}

impl RoomLink {
    fn drawn(&self, class: &'static str) -> AnyView {
        let current = self.current.then_some("page");
        view! {
            {self.begins_group.then(|| view! { <span class="rail-gap" aria-hidden="true"></span> })}
            <a class=class href=self.href.clone() aria-current=current data-go=self.key.to_string()>{self.word}</a>
        }
        .into_any()
    }
}

/// The rooms in the order of the work, the installation's places after them.
fn links(frame: &Frame, actor: &Actor) -> Vec<RoomLink> {
    let mut links = Vec::new();
    let site = match frame {
        Frame::Product(frame) => {
            links.extend(product_links(frame.product, frame.room));
            None
        }
        Frame::Site { room } => Some(*room),
        Frame::Bare => None,
    };
    let mut add = |word, href: &str, room, key| {
        links.push(RoomLink {
            word,
            href: href.to_owned(),
            current: site == Some(room),
            key,
            begins_group: false,
        });
    };
    if site.is_some() {
        add("Products", "/", SiteRoom::Portfolio, 'p');
        if actor.is_site_administrator() {
            add("People", "/people", SiteRoom::People, 'e');
            add("Trail", "/trail", SiteRoom::Trail, 't');
        }
        add("Rule packs", "/packs", SiteRoom::Packs, 'k');
        add("Your account", "/account", SiteRoom::Account, 'a');
    }
    links
}

fn product_links(product: ProductId, current: Room) -> impl Iterator<Item = RoomLink> {
    const ROOMS: [(Room, &str, &str, char); 10] = [
        (Room::Overview, "Overview", "", 'o'),
        (Room::Classification, "Classification", "/classification", 'c'),
        (Room::Features, "Features", "/features", 'f'),
        (Room::Items, "Items", "/items", 'i'),
        (Room::Hazards, "Hazards", "/hazards", 'h'),
        (Room::RiskMatrix, "Risk matrix", "/matrix", 'm'),
        (Room::RiskPlan, "Risk plan", "/risk-plan", 'r'),
        (Room::Deliverables, "Deliverables", "/deliverables", 'd'),
        (Room::Trail, "Trail", "/trail", 't'),
        (Room::Members, "Members", "/members", 'b'),
    ];
    ROOMS.into_iter().map(move |(room, word, path, key)| RoomLink {
        word,
        href: format!("/products/{product}{path}"),
        current: room == current,
        key,
        begins_group: room == Room::Trail,
    })
}

/// The rooms as one button, on narrow screens.
#[component]
fn Rooms(links: Vec<RoomLink>) -> impl IntoView {
    let current = links.iter().find(|link| link.current).map_or("Rooms", |link| link.word);
    view! {
        <details class="menu menu-rooms">
            <summary class="menu-label"><span class="spoken">"Rooms, now in "</span>{current}<Icon shape=Shape::Chevron /></summary>
            <nav class="menu-body" aria-label="Rooms">
                {links.iter().map(|link| link.drawn("menu-item")).collect::<Vec<_>>()}
            </nav>
        </details>
    }
}

/// The name of the product, which opens the way to the others.
#[component]
fn Switcher(frame: ProductFrame) -> impl IntoView {
    let here = frame.product;
    let plate = Plate::of_record(frame.of_record.0, frame.of_record.1);
    let others: Vec<_> = frame
        .others
        .into_iter()
        .map(|(product, name)| {
            let current = (product == here).then_some("true");
            view! { <a class="menu-item" href=format!("/products/{product}") aria-current=current>{name}</a> }
        })
        .collect();
    view! {
        <details class="menu">
            <summary class="menu-label">
                <span class="spoken">"Product: "</span>
                <span class="bar-name">{frame.name}</span>
                <span class="bar-plates"><ClassPlate plate /></span>
                <Icon shape=Shape::Chevron />
            </summary>
            <nav class="menu-body" aria-label="Products">
                {others}
                <div class="menu-rule"></div>
                <a class="menu-item" href="/">"All products"</a>
            </nav>
        </details>
    }
}

/// The person: account, the installation's places, signing out.
#[component]
fn PersonMenu(actor: Actor) -> impl IntoView {
    let administers = actor.is_site_administrator();
    let role = if administers { "Site administrator" } else { "Signed in" };
    view! {
        <details class="menu menu-end">
            <summary class="menu-label">
                <span class="menu-person">
                    <span class="menu-name">{actor.name().to_owned()}</span>
                    <span class="menu-role">{role}</span>
                </span>
                <Icon shape=Shape::Chevron />
            </summary>
            <div class="menu-body">
                <a class="menu-item" href="/">"All products"</a>
                <a class="menu-item" href="/account">"Your account"</a>
                {administers
                    .then(|| {
                        view! {
                            <a class="menu-item" href="/people">"People"</a>
                            <a class="menu-item" href="/trail">"Trail of the installation"</a>
                        }
                    })}
                <div class="menu-rule"></div>
                <form method="post" action="/api/account/sign_out">
                    <button type="submit" class="menu-item">"Sign out"</button>
                </form>
            </div>
        </details>
    }
}

/// A line over the page that must not be overlooked: the product is archived, or is only there to be looked at.
fn banner(frame: &ProductFrame) -> Option<AnyView> {
    if let Some(reason) = frame.archived.clone() {
        return Some(
            view! {
                <aside class="banner" aria-label="Archived">
                    <strong>"Archived. Nothing in it can be changed."</strong>
                    <span>{reason}</span>
                </aside>
            }
            .into_any(),
        );
    }
    frame.demonstration.then(|| {
        view! {
            <aside class="banner" aria-label="Demonstration">
                <strong>"Demonstration"</strong>
                <span>"An invented product, to look at and to try things out. It stays marked as such."</span>
            </aside>
        }
        .into_any()
    })
}
