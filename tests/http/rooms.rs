//! Every kind of page that a person reaches by following links, once.

use std::collections::{BTreeSet, VecDeque};

use tests::{Browser, Page};

/// Follows links from `start` and from the portfolio on. Of pages that differ only in which record they show, the
/// first is taken.
pub async fn reachable(browser: &Browser, start: &str) -> Vec<Page> {
    let mut kinds = BTreeSet::from([kind(start), kind("/")]);
    let mut waiting = VecDeque::from([start.to_owned(), "/".to_owned()]);
    let mut pages = Vec::new();
    while let Some(path) = waiting.pop_front() {
        let page = browser.get(&path).await;
        let is_page =
            page.headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        if !is_page {
            continue;
        }
        for link in page.attributes("a[href]", "href") {
            let link = link.split('#').next().unwrap_or_default().to_owned();
            if link.starts_with('/') && !link.starts_with("//") && kinds.insert(kind(&link)) {
                waiting.push_back(link);
            }
        }
        pages.push(page);
    }
    assert!(pages.len() < 300, "links lead to ever new pages");
    pages
}

/// An address with the records taken out of it: `/products/…/hazards/…?left=`.
pub fn kind(link: &str) -> String {
    let (path, query) = link.split_once('?').unwrap_or((link, ""));
    let is_record = |part: &str| {
        part.parse::<uuid::Uuid>().is_ok()
            || part.chars().last().is_some_and(|letter| letter.is_ascii_digit())
    };
    let path: Vec<&str> = path.split('/').map(|part| if is_record(part) { "…" } else { part }).collect();
    let mut names: Vec<&str> = query.split('&').map(|pair| pair.split('=').next().unwrap_or(pair)).collect();
    names.sort_unstable();
    format!("{}?{}", path.join("/"), names.join("&"))
}
