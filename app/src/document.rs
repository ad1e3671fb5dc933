//! A page as an answer: what a handler returns, and how it becomes HTML.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use domain::assessment::Classification;
use domain::ids::ProductId;
use leptos::prelude::*;
use leptos::reactive::owner::Owner;

use crate::error::AppError;
use crate::request::RequestContext;
use crate::shell::Shell;

/// How many other products the menu of the bar offers; all of them are in the portfolio.
const SWITCHABLE: usize = 30;

/// What a page handler answers.
pub type Page = Result<Document, AppError>;

/// A page, ready to be drawn.
pub struct Document {
    /// The title, without the product's and Hazel's name.
    pub title: String,
    /// The frame around the page.
    pub frame: Frame,
    /// The status; 200 unless the page is about something that is missing.
    pub status: u16,
    body: Box<dyn FnOnce() -> AnyView + Send>,
}

/// The frame around a page.
#[derive(Clone, Debug)]
pub enum Frame {
    /// No rail and no person: signing in, setting up.
    Bare,
    /// The installation's pages.
    Site {
        /// The current place in the rail.
        room: SiteRoom,
    },
    /// A product's rooms.
    Product(Box<ProductFrame>),
}

/// What the frame of a product's pages shows.
#[derive(Clone, Debug)]
pub struct ProductFrame {
    /// The product.
    pub product: ProductId,
    /// Its name.
    pub name: String,
    /// Whether it is a demonstration.
    pub demonstration: bool,
    /// Why it is archived, when it is.
    pub archived: Option<String>,
    /// The current room.
    pub room: Room,
    /// Its classification of record, and whether one was ever approved.
    pub of_record: (Classification, bool),
    /// The products in work that the person can go to.
    pub others: Vec<(ProductId, String)>,
}

/// The rooms of a product, in the order of the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// The product at a glance.
    Overview,
    /// What it is and why.
    Classification,
    /// Proposed changes and their triage.
    Features,
    /// What it is built of.
    Items,
    /// The hazard register.
    Hazards,
    /// The shape of the risk.
    RiskMatrix,
    /// The risk plan.
    RiskPlan,
    /// What is owed.
    Deliverables,
    /// Who did what.
    Trail,
    /// Who has which role.
    Members,
}

/// The places of the installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SiteRoom {
    /// All products.
    Portfolio,
    /// All people.
    People,
    /// The trail of the installation.
    Trail,
    /// The rule packs.
    Packs,
    /// The person's own account.
    Account,
    /// None of them.
    Elsewhere,
}

impl Frame {
    /// The frame of one of the installation's pages.
    #[must_use]
    pub const fn site(room: SiteRoom) -> Self {
        Self::Site { room }
    }

    /// The frame of a room of a product, loaded for the signed-in person.
    ///
    /// # Errors
    /// Signed out; not found without a role in the product.
    pub async fn product(context: &RequestContext, product: ProductId, room: Room) -> Result<Self, AppError> {
        let who = context.actor()?;
        let framed = service::products::frame(&context.service, who, product)
            .await
            .map_err(|failure| context.face(failure))?;
        let standing = service::classification::standing(&context.service, who, product)
            .await
            .map_err(|failure| context.face(failure))?;
        let others =
            framed.others.into_iter().take(SWITCHABLE).map(|listed| (listed.id, listed.name)).collect();
        Ok(Self::Product(Box::new(ProductFrame {
            product,
            name: framed.product.name,
            demonstration: framed.product.demonstration,
            archived: framed.product.archived,
            room,
            of_record: (standing.of_record, standing.approved.is_some()),
            others,
        })))
    }
}

impl Document {
    /// A page with `title` in `frame`, drawn by `body`.
    pub fn new<V: IntoView + 'static>(
        title: impl Into<String>,
        frame: Frame,
        body: impl FnOnce() -> V + Send + 'static,
    ) -> Self {
        Self { title: title.into(), frame, status: 200, body: Box::new(move || body().into_any()) }
    }

    /// The same page with another status.
    #[must_use]
    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// Draws the page.
    #[must_use]
    pub fn render(self, context: &RequestContext) -> String {
        let owner = Owner::new_root(Some(Arc::new(hydration_context::SsrSharedContext::new_islands())));
        let html = owner.with(|| {
            provide_context(context.clone());
            let Self { title, frame, body, .. } = self;
            view! { <Shell title frame>{body()}</Shell> }.to_html()
        });
        owner.cleanup();
        format!("<!DOCTYPE html>{}", without_markers(&html))
    }
}

/// Takes out the `<!>` marks that only islands need to find their places again. Outside of islands nothing is
/// hydrated, and inside `<title>` or `<textarea>` a mark would be text.
///
/// Text of people can not hold a mark: `<` is escaped there.
fn without_markers(html: &str) -> String {
    const OPEN: &str = "<leptos-island";
    const CLOSE: &str = "</leptos-island>";
    let mut kept = String::with_capacity(html.len());
    let mut depth = 0_u32;
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let (text, tag) = rest.split_at(start);
        kept.push_str(text);
        let taken = if tag.starts_with(OPEN) {
            depth += 1;
            OPEN
        } else if tag.starts_with(CLOSE) {
            depth = depth.saturating_sub(1);
            CLOSE
        } else if let (0, Some(after)) = (depth, tag.strip_prefix("<!>")) {
            rest = after;
            continue;
        } else {
            "<"
        };
        kept.push_str(taken);
        rest = &tag[taken.len()..];
    }
    kept.push_str(rest);
    kept
}

/// Handed to the render layer of the server, which knows the request.
#[derive(Clone)]
pub struct Drawn(Arc<std::sync::Mutex<Option<Document>>>);

impl Drawn {
    /// Takes the page out of an answer.
    #[must_use]
    pub fn take(&self) -> Option<Document> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take()
    }
}

impl IntoResponse for Document {
    fn into_response(self) -> Response {
        let mut response = Response::default();
        *response.status_mut() = http::StatusCode::from_u16(self.status).unwrap_or(http::StatusCode::OK);
        response.extensions_mut().insert(Drawn(Arc::new(std::sync::Mutex::new(Some(self)))));
        response
    }
}

/// An error of a page is drawn by the render layer too: it finds the error in the answer.
impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let mut response = Response::default();
        *response.status_mut() =
            http::StatusCode::from_u16(self.status()).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::without_markers;

    #[test]
    fn marks_stay_only_inside_islands() {
        let html = "<title>a<!></title><leptos-island data-x>b<!><i>c<!></i></leptos-island><p>d<!> &lt;!&gt;</p><!>";
        let kept = "<title>a</title><leptos-island data-x>b<!><i>c<!></i></leptos-island><p>d &lt;!&gt;</p>";
        assert_eq!(without_markers(html), kept);
    }
}
