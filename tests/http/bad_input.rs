//! What bad input gets, tried on every form of every page that links lead to.

use reqwest::{Method, StatusCode};
use tests::{Form, Kind, Page, Person, TestApp};

use crate::rooms::{kind, reachable};

/// Operations that would end the very session the test works in.
const LAST: [&str; 5] = [
    "/api/account/sign_out",
    "/api/account/revoke_session",
    "/api/account/revoke_other_sessions",
    "/api/account/change_password",
    "/api/demonstration/load",
];

/// Every form of every page, one of each kind of page, with what the page put into it.
pub async fn forms(person: &Person, start: &str) -> Vec<Form> {
    let mut known = std::collections::BTreeSet::new();
    let mut all = Vec::new();
    for page in reachable(person, start).await {
        for action in page.operations() {
            for form in page.forms(&action) {
                let what = format!("{} on {} with {:?}", form.action, kind(&page.path), form.controls);
                if !LAST.contains(&form.action.as_str()) && known.insert(what) {
                    all.push(form);
                }
            }
        }
    }
    all
}

/// The form with something sound in everything that can be typed.
pub fn sound(form: &Form) -> Form {
    let mut filled = form.clone();
    for (number, name) in form.texts().into_iter().enumerate() {
        filled = filled.with(&name, format!("Sound text {number}"));
    }
    for (name, kind) in &form.kinds {
        if let Kind::Choice(offered) = kind
            && form.value(name).unwrap_or_default().is_empty()
            && let Some(choice) = offered.iter().find(|choice| !choice.is_empty())
        {
            filled = filled.forced(name, choice.clone());
        }
    }
    filled
}

async fn rows_on_trail(app: &TestApp) -> i64 {
    sqlx::query_scalar("select count(*) from audit.entry where change <> 'event'")
        .fetch_one(app.superuser())
        .await
        .unwrap()
}

/// An installation with something on every page, its administrator, and the page of a product that has it all.
pub async fn filled_installation() -> (TestApp, Person, String) {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let checklist = app.demonstration(&ada, "Surgical checklist").await;
    let _ = app.product(&ada, "Dressing planner").await;
    let _ = app.person(&ada, "Rita Reader").await;
    (app, ada, format!("/products/{checklist}"))
}

fn complains(page: &Page, name: &str) -> bool {
    page.count(&format!("[aria-invalid=true][name='{name}']")) > 0
        || (page.status.is_client_error() && page.status != StatusCode::NOT_FOUND)
}

#[tokio::test]
async fn a_request_that_can_not_be_read_is_the_senders_fault() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let fields: [&[(&str, &str)]; 3] = [&[], &[("name", "Half a form")], &[("name", "a"), ("name", "b")]];
    for fields in fields {
        let answer = ada.browser.call("products/create", fields).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{fields:?} {}", answer.body);
    }
}

#[tokio::test]
async fn text_that_is_too_long_or_holds_control_characters_is_refused_and_nothing_typed_is_lost() {
    let (app, ada, start) = filled_installation().await;
    let mut tried = 0;
    let mut failures = Vec::new();
    for form in forms(&ada, &start).await {
        for name in form.texts() {
            let longest = form.longest.get(&name).copied();
            if longest.is_none() {
                failures.push(format!("{}: {name} does not say how long it may be", form.action));
            }
            let bad = [format!("{}x", "x".repeat(longest.unwrap_or(5_000))), "bell\u{7}bell".to_owned()];
            for text in bad {
                let before = rows_on_trail(&app).await;
                let sent = sound(&form).with(&name, text.clone());
                let page = ada.submit(sent.clone()).await;
                tried += 1;
                let what = format!("{} on {}, {name} = {:.12}…", form.action, form.page, text);
                if page.status.is_server_error() || !complains(&page, &name) {
                    failures.push(format!("{what}: {} {}", page.status, page.summary()));
                }
                if rows_on_trail(&app).await != before {
                    failures.push(format!("{what}: something was written"));
                }
                let shown = page.forms(&form.action);
                for other in form.texts() {
                    let typed = sent.value(&other);
                    if !shown.iter().any(|form| form.value(&other) == typed) {
                        failures.push(format!("{what}: {other} is not shown again"));
                    }
                }
            }
        }
    }
    assert!(failures.is_empty(), "{tried} tried, {} wrong:\n{}", failures.len(), failures.join("\n"));
    assert!(tried > 20, "only {tried} fields were found");
}

#[tokio::test]
async fn markup_stays_text_on_every_page() {
    const TRAP: &str =
        "</textarea></title><script class=trap>trap()</script><b class=trap>\"'><i class=trap>";
    let (_app, ada, start) = filled_installation().await;
    let mut echoed = 0;
    let check = |page: &Page| {
        assert_eq!(page.count(".trap"), 0, "{} lets markup through", page.path);
        assert!(!page.status.is_server_error(), "{}: {}", page.path, page.summary());
        usize::from(page.reading().contains("<script class=trap>") || page.body.contains("&lt;/textarea&gt;"))
    };
    for form in forms(&ada, &start).await {
        let mut trapped = sound(&form);
        for name in form.texts() {
            let longest = form.longest.get(&name).copied().unwrap_or(usize::MAX);
            trapped = trapped.with(&name, TRAP.chars().take(longest).collect::<String>());
        }
        echoed += check(&ada.submit(trapped).await);
    }
    for page in reachable(&ada, &start).await {
        echoed += check(&page);
    }
    assert!(echoed > 10, "the trap was shown on {echoed} pages only, so this proves little");
}

#[tokio::test]
async fn what_does_not_exist_is_not_found_and_says_where_to_go() {
    let (_app, ada, start) = filled_installation().await;
    let stranger = uuid::Uuid::now_v7();
    let paths: std::collections::BTreeSet<String> = reachable(&ada, &start)
        .await
        .iter()
        .map(|page| page.path.split('?').next().unwrap_or_default().to_owned())
        .filter(|path| path.split('/').any(|part| part.parse::<uuid::Uuid>().is_ok()))
        .map(|path| {
            let parts = path.split('/').map(|part| match part.parse::<uuid::Uuid>() {
                Ok(_) => stranger.to_string(),
                Err(_) => part.to_owned(),
            });
            parts.collect::<Vec<_>>().join("/")
        })
        .collect();
    assert!(paths.len() >= 5, "{paths:?}");
    for path in paths {
        let page = ada.get(&path).await.expect(404);
        assert!(page.count("main a[href]") > 0, "{path} says where to go");
    }
    let page = ada.get("/no/such/page").await.expect(404);
    assert!(page.count("main a[href]") > 0);
    for form in forms(&ada, &start).await {
        for (name, value) in form.fields.clone() {
            // What a form says it was filled with refers to nothing, and its own key is made up for it and may be any.
            let refers =
                name != "_key" && !name.starts_with("was.") && form.kinds.get(&name) == Some(&Kind::Hidden);
            if refers && value.parse::<uuid::Uuid>().is_ok() {
                let page = ada.submit(sound(&form).forced(&name, stranger.to_string())).await;
                let answered = page.status == StatusCode::NOT_FOUND || page.count("[role=alert]") > 0;
                assert!(
                    answered,
                    "{} with an unknown {name}: {} at {} {}",
                    form.action,
                    page.status,
                    page.path,
                    page.reading()
                );
            }
        }
    }
}

#[tokio::test]
async fn people_without_a_role_in_a_product_find_nothing_of_it() {
    let (app, ada, start) = filled_installation().await;
    let sam = app.person(&ada, "Sam Stranger").await;
    let mut pages = 0;
    for page in reachable(&ada, &start).await {
        let path = page.path.split('?').next().unwrap_or_default();
        if path.starts_with("/products/") && path != "/products/new" {
            let _ = sam.get(&page.path).await.expect(404);
            pages += 1;
        }
    }
    assert!(pages >= 10, "only {pages} pages were tried");
    let before = rows_on_trail(&app).await;
    let mut operations = 0;
    for form in forms(&ada, &start).await {
        if form.page.starts_with("/products/") && form.page != "/products/new" {
            let page = sam.submit_without_following(sound(&form)).await;
            let kept_away = page.status == StatusCode::NOT_FOUND
                || page.status == StatusCode::FORBIDDEN
                || page.status.is_redirection();
            assert!(kept_away, "{} for a stranger: {} {}", form.action, page.status, page.summary());
            operations += 1;
        }
    }
    assert!(operations >= 5, "only {operations} operations were tried");
    assert_eq!(rows_on_trail(&app).await, before, "a stranger wrote something");
}

#[tokio::test]
async fn too_much_and_the_wrong_way_are_refused_with_a_page_that_helps() {
    let (app, ada, _) = filled_installation().await;
    let form = ada.get("/products/new").await.expect(200).form("products/create");
    let page = ada.submit(form.clone().with("name", "x".repeat(4 << 20))).await.expect(413);
    assert!(page.count("h1") > 0);
    for (method, path) in [
        (Method::GET, "/api/products/create"),
        (Method::PUT, "/api/products/create"),
        (Method::POST, "/products/new"),
        (Method::DELETE, "/"),
    ] {
        let request = ada
            .bare(method.clone(), path)
            .header("accept", "text/html")
            .header("origin", &app.origin)
            .header("sec-fetch-site", "same-origin");
        let page = ada.send(path, request).await;
        assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}: {}", page.summary());
    }
}

#[tokio::test]
async fn a_session_that_ran_out_loses_nothing_that_was_typed() {
    let (_app, ada, _) = filled_installation().await;
    let form = ada.get("/products/new").await.expect(200).form("products/create");
    ada.forget();
    let typed = form.with("name", "Half-finished thought").with("intended_purpose", "Still being written.");
    let page = ada.submit(typed).await.expect(200);
    let sign_in =
        page.form("account/sign_in").with("email", ada.email.clone()).with("password", Person::PASSWORD);
    let page = ada.submit(sign_in).await.expect(200);
    let form = page.form("products/create");
    assert_eq!(form.value("name"), Some("Half-finished thought"));
    assert_eq!(form.value("intended_purpose"), Some("Still being written."));
    let page = ada.submit(form).await.expect(200);
    assert_eq!(page.text("h1"), "Half-finished thought");
}
