//! The HTML document around every page.

use leptos::prelude::*;

use crate::document::Frame;
use crate::request::RequestContext;

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
    let _ = frame;
    view! {
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <title>{format!("{title} · Hazel")}</title>
                <link rel="stylesheet" href=assets.style.clone()/>
                {(!assets.script.is_empty())
                    .then(|| view! { <script type="module" src=assets.script.clone() nonce=context.nonce.clone()></script> })}
            </head>
            <body>
                <a class="skip" href="#main">"Skip to the page"</a>
                <main id="main">
                    {context.flash.clone().map(|said| view! { <p role="status">{said}</p> })}
                    {children()}
                </main>
            </body>
        </html>
    }
}
