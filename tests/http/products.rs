//! Products: started, described, found again, archived and taken back; two people at once; what may not be.

use domain::access::Role;
use domain::ids::ProductId;
use tests::{Form, Person, TestApp};

const CREATE: &str = "products/create";
const EDIT: &str = "products/edit";

fn filled(form: Form, name: &str) -> Form {
    form.with("name", name)
        .with("intended_purpose", "Plans dressings for one ward.")
        .with("lifecycle", "planned")
}

async fn edit_form(person: &Person, product: ProductId) -> Form {
    person.get(&format!("/products/{product}/edit")).await.expect(200).form(EDIT)
}

#[tokio::test]
async fn a_product_is_started_and_its_overview_says_what_was_said_and_what_to_do() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    ada.get("/").await.expect(200).says("There is no product of yours yet.");
    let mark = app.trail_mark().await;
    let form = ada.get("/products/new").await.expect(200).form(CREATE);
    let page = ada
        .submit(filled(form, "Dressing planner").with("european_union", "yes").with("gulf", "yes"))
        .await
        .expect(200);
    page.says("The product is started, and you are its product administrator and author.");
    page.says("Plans dressings for one ward.");
    assert_eq!(page.texts(".market-name"), ["European Union", "Gulf states"]);
    page.says("Nothing is approved yet, so class C applies.");
    assert_eq!(page.texts(".todo a")[..2], ["Classify the product", "Add the first hazard"]);
    let kinds: Vec<String> = app.trail_since(mark).await.into_iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, ["product", "membership", "membership"]);

    let portfolio = ada.get("/").await.expect(200);
    assert_eq!(portfolio.texts(".product-name"), ["Dressing planner"]);
    portfolio.says("class C applies");
}

#[tokio::test]
async fn everything_that_is_wrong_is_said_at_once_and_nothing_typed_is_lost() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let form = ada.get("/products/new").await.expect(200).form(CREATE);
    let typed = "</textarea><script>alert(1)</script>";
    let page = ada
        .submit(
            form.forced("name", "")
                .with("intended_users", typed)
                .with("morocco", "yes")
                .with("lifecycle", "planned"),
        )
        .await
        .expect(200);
    page.says("Nothing was saved: 2 things need your attention.");
    assert_eq!(page.texts(".summary li a"), ["Name", "Intended purpose"]);
    let again = page.form(CREATE);
    assert_eq!(again.value("intended_users"), Some(typed));
    assert_eq!(again.value("morocco"), Some("yes"));
    assert_eq!(page.count("script:not([src])"), 0);
}

#[tokio::test]
async fn a_name_is_taken_only_as_long_as_its_product_is_in_work() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let first = app.product(&ada, "Dressing planner").await;
    let form = ada.get("/products/new").await.expect(200).form(CREATE);
    let page = ada.submit(filled(form, "dressing PLANNER")).await.expect(200);
    page.says("Another product in work has this name.");

    let archive = ada.get(&format!("/products/{first}/edit")).await.expect(200).form("products/archive");
    ada.submit(archive.with("reason", "Replaced.")).await.expect(200).says("The product is archived.");
    let form = ada.get("/products/new").await.expect(200).form(CREATE);
    ada.submit(filled(form, "Dressing planner")).await.expect(200).says("The product is started");

    let back = ada.get(&format!("/products/{first}/edit")).await.expect(200).form("products/unarchive");
    ada.submit(back.with("reason", "Needed again."))
        .await
        .expect(200)
        .says("Another product in work has this name.");
}

#[tokio::test]
async fn the_second_writer_sees_both_versions_and_chooses() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let product = app.product(&ada, "Dressing planner").await;
    let mine = edit_form(&ada, product).await;
    let theirs = edit_form(&ada, product).await;
    ada.submit(theirs.with("intended_purpose", "Their purpose.")).await.expect(200).says("Their purpose.");

    let page =
        ada.submit(mine.with("intended_purpose", "My purpose.").with("name", "My name")).await.expect(200);
    page.says("changed this record first");
    let sides = page.texts(".conflict-text");
    assert!(
        sides.iter().any(|text| text == "My purpose.") && sides.iter().any(|text| text == "Their purpose."),
        "{sides:?}"
    );
    let page = ada.submit(page.form(EDIT).with("intended_purpose", "Their purpose.")).await.expect(200);
    page.says("The description of the product is saved.");
    page.says("Their purpose.");
    assert_eq!(page.text("h1"), "My name");
}

#[tokio::test]
async fn a_change_that_the_second_writer_never_saw_is_not_undone() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let product = app.product(&ada, "Dressing planner").await;
    let mine = edit_form(&ada, product).await;
    let theirs = edit_form(&ada, product).await;
    ada.submit(
        theirs
            .with("intended_purpose", "Their purpose.")
            .with("lifecycle", "on_market")
            .with("united_states", "yes"),
    )
    .await
    .expect(200)
    .says("Their purpose.");

    let page = ada.submit(mine.with("name", "My name")).await.expect(200);
    page.says("changed this record first");
    page.says("As you found it");
    let page = ada.submit(page.form(EDIT)).await.expect(200);
    page.says("The description of the product is saved.");
    page.says("Their purpose.");
    assert_eq!(page.text("h1"), "My name");
    let edit = edit_form(&ada, product).await;
    assert_eq!(edit.value("lifecycle"), Some("on_market"));
    assert_eq!(edit.value("united_states"), Some("yes"));
}

#[tokio::test]
async fn an_archived_product_is_readable_and_unchangeable_until_it_is_taken_back() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let product = app.product(&ada, "Dressing planner").await;
    let stale = edit_form(&ada, product).await;
    let mark = app.trail_mark().await;
    let archive = ada.get(&format!("/products/{product}/edit")).await.expect(200).form("products/archive");
    let page = ada.submit(archive.clone().forced("reason", " ")).await.expect(200);
    page.says("Please fill this in.");
    ada.submit(archive.with("reason", "Nobody uses it.")).await.expect(200).says("Nobody uses it.");
    let actions: Vec<String> = app.trail_since(mark).await.into_iter().map(|entry| entry.action).collect();
    assert_eq!(actions, ["product.archived"]);
    ada.get(&format!("/products/{product}/trail")).await.expect(200).says("Nobody uses it.");

    ada.submit(stale.with("name", "Other"))
        .await
        .expect(200)
        .says("The product is archived, so nothing in it can be changed.");
    ada.get(&format!("/products/{product}"))
        .await
        .expect(200)
        .says("Archived. Nothing in it can be changed.");
    let back = ada.get(&format!("/products/{product}/edit")).await.expect(200).form("products/unarchive");
    ada.submit(back.with("reason", "A clinic asked.")).await.expect(200).says("The product is back in work.");
}

#[tokio::test]
async fn people_without_a_role_find_nothing_and_readers_change_nothing() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let ben = app.person(&ada, "Ben Brahim").await;
    let product = app.product(&ada, "Dressing planner").await;
    for page in ["", "/edit", "/hazards"] {
        ben.get(&format!("/products/{product}{page}")).await.expect(404).says("Not found");
    }
    app.give_roles(&ada, product, &ben, &[Role::Reader]).await;
    ben.get(&format!("/products/{product}")).await.expect(200).says("Overview");
    let page = ben.get(&format!("/products/{product}/edit")).await.expect(403);
    page.says("Not for your role");
    assert_eq!(page.link("The product's overview"), format!("/products/{product}"));
}

#[tokio::test]
async fn many_products_come_in_pages_and_are_found_by_name() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let token = service::account::token(&ada.cookies()["__Host-hazel"]).unwrap();
    let origin = service::Origin { request: "test".to_owned(), client: None };
    let service::account::Found::Live(who) =
        service::account::find(&app.service, &token, origin).await.unwrap()
    else {
        panic!("Ada is signed in")
    };
    for number in 1..=60 {
        let form = domain::product::ProfileForm {
            name: format!("Product {number:02}"),
            intended_purpose: "Counts pages.".to_owned(),
            lifecycle: "planned".to_owned(),
            ..Default::default()
        };
        service::products::create(&app.service, &who, &form).await.unwrap();
    }
    let first = ada.get("/").await.expect(200);
    assert_eq!(first.count(".product-name"), 50);
    first.says("Products 1 to 50 of 60");
    let next = first.attributes("nav.pager a[rel=next]", "href");
    let second = ada.get(&next[0]).await.expect(200);
    assert_eq!(second.count(".product-name"), 10);
    assert_eq!(second.texts(".product-name")[0], "Product 51");
    assert_eq!(second.count("nav.pager a[rel=next]"), 0);
    let found = ada.get("/?name=product+5").await.expect(200);
    assert_eq!(found.count(".product-name"), 10);
    found.says("Products 1 to 10 of 10 found, 60 in all");
    ada.get("/?name=%3Cscript%3E").await.expect(200).says("None of your 60 products has that in its name.");
}
