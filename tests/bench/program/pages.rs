//! Pages under load, their bytes on the wire, and the memory that the server takes for them.

use std::time::Duration;

use bench::installation::{Problem, READER, sign_in};
use service::account;

use crate::hosted::{Hosted, Serving, get};
use crate::report::{Goal, Report, number};
use crate::{Asked, load, process, tell};

/// A page, and what shows that it is the right one.
struct Page {
    name: &'static str,
    path: String,
    shows: &'static str,
}

fn pages(hosted: &Hosted, rows: usize) -> Vec<Page> {
    let product = format!("/products/{}", hosted.made.product);
    let page = |name, path: String, shows| Page { name, path, shows };
    vec![
        page("portfolio", "/".to_owned(), "Closed-loop insulin controller"),
        page("overview", product.clone(), "Closed-loop insulin controller"),
        page("register", format!("{product}/hazards"), "data-risk=\"R-050\""),
        page("register, worst first", format!("{product}/hazards?sort=left"), "data-risk="),
        page("hazard page", format!("{product}/hazards/R-{:03}", rows / 2), "Hazardous situation"),
        page("wizard", format!("{product}/classification/{}", hosted.made.assessment), "rationale"),
        page("deliverables", format!("{product}/deliverables"), "D05"),
        page("trail of the product", format!("{product}/trail"), "id=\"entry-"),
        page("trail of the installation", "/trail".to_owned(), "id=\"entry-"),
    ]
}

/// Measures all pages, and the memory before and after.
///
/// # Errors
/// When a page is not what it must be, or the load generator fails.
pub async fn measure(asked: &Asked, hosted: &Hosted, report: &mut Report) -> Result<(), Problem> {
    let serving = Serving::start(asked, hosted)?;
    let service = hosted.service();
    let session = account::spelled(&sign_in(&service, READER).await?.token);
    service.store().close().await;
    let headers = vec![
        format!("Cookie: {}={session}", "__Host-hazel"),
        "Accept: text/html".to_owned(),
        "Accept-Encoding: br, gzip".to_owned(),
    ];
    // The first page after a start finds nothing warm; that is no idle server yet.
    get(&serving.address, "/", &headers)?;
    std::thread::sleep(Duration::from_secs(2));
    let idle = process::memory_now(serving.process())?;
    let seconds = if asked.quick { 1 } else { 5 };
    for page in pages(hosted, asked.size().rows) {
        let url = format!("http://{}{}", serving.address, page.path);
        check(&serving, &page, &headers)?;
        if asked.wants("pages") {
            load::round(&asked.folder, &url, &headers, 50, 1)?;
            for (connections, limit) in [(50, 50.0), (300, 200.0)] {
                let round = load::round(&asked.folder, &url, &headers, connections, seconds)?;
                if round.refused + round.not_answered > 0 {
                    tell(&format!("{}: not every answer was a page", page.name));
                }
                let what = format!("{}, {connections} connections", page.name);
                report.add("pages", what, round.p95(), "ms", Some(Goal::AtMost(limit)), round.in_words());
                report.also(round.numbers());
            }
        } else if page.name == "register" {
            load::round(&asked.folder, &url, &headers, 300, seconds)?;
        }
    }
    if asked.wants("memory") {
        process::report_memory(&serving, idle, report)?;
    }
    if asked.wants("pages") {
        for page in pages(hosted, asked.size().rows) {
            wire(&serving, &page, &headers, report)?;
        }
    }
    Ok(())
}

fn check(serving: &Serving, page: &Page, headers: &[String]) -> Result<(), Problem> {
    let plain: Vec<String> =
        headers.iter().filter(|header| !header.starts_with("Accept-Encoding")).cloned().collect();
    let mut answer = get(&serving.address, &page.path, &plain)?;
    // A server that has just started may have to ask to come back.
    for _ in 0..60 {
        if answer.status != 503 {
            break;
        }
        std::thread::sleep(Duration::from_secs(1));
        answer = get(&serving.address, &page.path, &plain)?;
    }
    let text = String::from_utf8_lossy(&answer.body);
    if answer.status != 200 || !text.contains(page.shows) {
        return Err(format!(
            "{} ({}) is not the page it must be: status {}",
            page.name, page.path, answer.status
        )
        .into());
    }
    Ok(())
}

/// How large a page is on the wire.
fn wire(serving: &Serving, page: &Page, headers: &[String], report: &mut Report) -> Result<(), Problem> {
    let kilobytes = |bytes: usize| f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) / 1000.0;
    let plain: Vec<String> =
        headers.iter().filter(|header| !header.starts_with("Accept-Encoding")).cloned().collect();
    let plain = kilobytes(get(&serving.address, &page.path, &plain)?.body.len());
    let compressed = kilobytes(get(&serving.address, &page.path, headers)?.body.len());
    let goal = page.name.starts_with("register").then_some(Goal::AtMost(60.0));
    let words = format!("{} kB compressed, {} kB before", number(compressed), number(plain));
    report.add("pages", format!("{} on the wire", page.name), compressed, "kB", goal, words);
    Ok(())
}
