//! The tree of software items: what grows, what moves, what is refused, what everybody sees.

use domain::access::Role;
use domain::ids::ProductId;
use tests::{Form, Page, Person, TestApp};

fn room(product: ProductId) -> String {
    format!("/products/{product}/items")
}

async fn started() -> (TestApp, Person, ProductId) {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let product = app.product(&ada, "Dressing planner").await;
    (app, ada, product)
}

/// Adds an item below another one, or directly into the system.
async fn add(person: &Person, product: ProductId, name: &str, parent: &str) -> Page {
    let page = person.get(&room(product)).await.expect(200);
    let form = page.form("items/add").with("name", name).with("parent", parent);
    person.submit(form).await.expect(200)
}

/// A form of an item's page, as the person sees it.
async fn form(person: &Person, product: ProductId, item: &str, operation: &str) -> Form {
    person.get(&format!("{}/{item}", room(product))).await.expect(200).form(operation)
}

/// The letter of the class of an item in the table.
fn class(page: &Page, item: &str) -> String {
    page.text(&format!("tr#{item} .plate-letter"))
}

async fn set_class(person: &Person, product: ProductId, item: &str, class: &str, why: [&str; 2]) -> Page {
    let form = form(person, product, item, "items/set_class").await;
    let form = form.with("class", class).with("segregation", why[0]).with("kept_effective", why[1]);
    person.submit(form).await
}

const WHY: [&str; 2] = ["A process of its own.", "Architecture 6.2, test ST-7."];

#[tokio::test]
async fn the_published_partition_has_its_published_classes() {
    let (_app, ada, product) = started().await;
    let page = ada.get(&room(product)).await.expect(200);
    page.says("No software item is named yet.");
    for (name, parent) in [("X", ""), ("Y", ""), ("W", "SI-002"), ("Z", "SI-002")] {
        add(&ada, product, name, parent).await.says("stands in the tree");
    }
    // Nothing is approved, so the system is class C, and Y and Z inherit it.
    let _ = set_class(&ada, product, "SI-001", "A", WHY).await.expect(200);
    let _ = set_class(&ada, product, "SI-003", "B", WHY).await.expect(200);
    let page = ada.get(&room(product)).await.expect(200);
    let classes = ["SI-001", "SI-002", "SI-003", "SI-004"].map(|item| class(&page, item));
    assert_eq!(classes, ["A", "C", "B", "C"]);
    page.does_not_say("What is wrong");
    // The picture says the same, and names itself for those who do not see it.
    assert_eq!(page.count("svg.tree-picture[role=img] .tree-box"), 5);
    assert_eq!(page.texts("svg .tree-letter"), ["C", "A", "C", "B", "C"]);
    assert_eq!(page.count("svg .tree-box.is-segregated"), 2);
    assert_eq!(page.attributes("svg.tree-picture", "aria-labelledby"), ["tree-title"]);

    let page = ada.get(&format!("/products/{product}/deliverables?by=item")).await.expect(200);
    assert_eq!(class(&page, "SI-001"), "A");
    assert!(page.text("tr#SI-001 .col-count").contains("54 of 95"));
    assert!(page.text("tr#SI-003 .col-less").contains("5.1.4"));
    assert!(page.text("tr#SI-003 .col-less").contains("Does without D10, D18."));
    assert_eq!(page.text("tr#SI-004 .col-less"), "");
    assert!(page.text("tr#SI-002 .col-group").contains("the highest in it"));
}

#[tokio::test]
async fn a_lower_class_is_refused_without_its_rationale_and_nothing_typed_is_lost() {
    let (app, ada, product) = started().await;
    add(&ada, product, "Logger", "").await;
    let mark = app.trail_mark().await;
    let page = set_class(&ada, product, "SI-001", "A", ["", "Chapter 6.2"]).await;
    page.says("What holds this item is class C.");
    let refused = page.form("items/set_class");
    assert_eq!((refused.value("class"), refused.value("kept_effective")), (Some("A"), Some("Chapter 6.2")));
    let page = ada.submit(refused.with("segregation", "Own process").with("kept_effective", "")).await;
    page.says("Inside class C, please also say where the segregation is described");
    assert!(app.trail_since(mark).await.is_empty());
    let page =
        ada.submit(page.form("items/set_class").with("kept_effective", "Chapter 6.2")).await.expect(200);
    page.says("its own");
    page.says("Own process");
}

#[tokio::test]
async fn an_item_takes_at_least_the_class_of_the_risk_that_it_controls() {
    let (_app, ada, product) = started().await;
    add(&ada, product, "Dose limiter", "").await;
    add(&ada, product, "Rest", "").await;
    let page = ada.get(&format!("/products/{product}/hazards/new")).await.expect(200);
    let row = page
        .form("hazards/add_risk")
        .with("hazard", "Overdose")
        .with("events", "The wrong dose is asked for")
        .with("situation", "Patient receives ten times the dose")
        .with("harm", "Death")
        .with("initial_severity", "5")
        .with("initial_p1", "0.02")
        .with("initial_p2", "0.5")
        .with("external_as_initial", "yes");
    let _ = ada.submit(row).await.expect(200);
    let page = ada.get(&format!("/products/{product}/hazards/R-001")).await.expect(200);
    let control = page
        .form("hazards/add_control")
        .with("title", "Upper limit of a dose")
        .with("item", "SI-001")
        .with("lowers_p1", "yes");
    // A control that is implemented in hardware is in no item of the software.
    let elsewhere = ada.submit(control.clone().with("place", "hardware")).await;
    elsewhere.says("An item of the tree is chosen, and the control is implemented somewhere else.");
    let page = ada.submit(control).await.expect(200);
    page.says("in SI-001 Dose limiter");

    let page = set_class(&ada, product, "SI-001", "B", WHY).await;
    page.says("This item implements a control of a risk of class C, so it has at least class C.");
    let page = ada.get(&format!("{}/SI-001", room(product))).await.expect(200);
    page.says("Upper limit of a dose");
    page.says("The heaviest risk that it controls");
    // It is not withdrawn while a control stands in it.
    let form = page.form("items/withdraw").with("reason", "No longer needed");
    ada.submit(form).await.says("RC-001 is implemented in this item.");

    // The other way round: first the lower class, then the control.
    let _ = set_class(&ada, product, "SI-002", "A", WHY).await.expect(200);
    let page = ada.get(&format!("/products/{product}/hazards/R-001")).await.expect(200);
    let moved = page.form("hazards/edit_control").with("item", "SI-002");
    let _ = ada.submit(moved).await.expect(200);
    let page = ada.get(&room(product)).await.expect(200);
    page.says("SI-002 implements RC-001, and its class is below that of the risk controlled.");
    assert_eq!(class(&page, "SI-002"), "C", "the stricter class counts until it is mended");
    let overview = ada.get(&format!("/products/{product}")).await.expect(200);
    overview.says("C29");
}

#[tokio::test]
async fn items_move_within_limits_and_never_into_themselves() {
    let (_app, ada, product) = started().await;
    for (name, parent) in [("One", ""), ("Two", "SI-001"), ("Three", "SI-002"), ("Four", "")] {
        add(&ada, product, name, parent).await;
    }
    let moving = form(&ada, product, "SI-001", "items/move").await;
    // The page offers no place inside itself; what is sent all the same is refused.
    assert!(moving.value("parent").unwrap_or_default().is_empty());
    ada.submit(moving.forced("parent", "SI-003")).await.says("An item can not stand inside itself.");
    let moving = form(&ada, product, "SI-002", "items/move").await.with("parent", "SI-004");
    let page = ada.submit(moving).await.expect(200);
    page.says("The item stands at its new place.");
    assert!(page.text(".crumbs").contains("SI-004 Four"));
    let moving = form(&ada, product, "SI-002", "items/move").await.forced("parent", "SI-099");
    ada.submit(moving).await.says("There is no such item in this product any more.");

    // Ten below each other, and no eleventh.
    let mut parent = "SI-003".to_owned();
    for number in 5..=11 {
        let page = add(&ada, product, &format!("Level {number}"), &parent).await;
        page.says("stands in the tree");
        parent = format!("SI-{number:03}");
    }
    let page = ada.get(&room(product)).await.expect(200);
    let form = page.form("items/add").with("name", "Too deep").with("parent", parent);
    ada.submit(form).await.says("At most 10 items stand inside each other.");
}

#[tokio::test]
async fn what_is_withdrawn_stays_readable_and_comes_back() {
    let (app, ada, product) = started().await;
    let mark = app.trail_mark().await;
    add(&ada, product, "Outer", "").await;
    add(&ada, product, "Inner", "SI-001").await;
    let outer = form(&ada, product, "SI-001", "items/withdraw").await.with("reason", "Split up");
    ada.submit(outer).await.says("This item still holds others.");
    let inner = form(&ada, product, "SI-002", "items/withdraw").await;
    ada.submit(inner.clone()).await.says("Please fill this in.");
    let page = ada.submit(inner.with("reason", "Merged into Outer")).await.expect(200);
    page.says("SI-002 is withdrawn. Its number stays taken.");
    page.says("Merged into Outer");
    assert_eq!(page.count("tr#SI-002"), 0);
    // Its name is free again, its number is not.
    add(&ada, product, "Inner", "SI-001").await.says("SI-003 stands in the tree.");
    let page = ada.get(&format!("{}/SI-002", room(product))).await.expect(200);
    page.says("withdrawn");
    let back = page.form("items/restore");
    ada.submit(back.clone()).await.says("Another item has this name.");
    let other = form(&ada, product, "SI-003", "items/describe").await.with("name", "Inner, second");
    let _ = ada.submit(other).await.expect(200);
    let page = ada.submit(back).await.expect(200);
    page.says("The item stands in the tree again.");
    assert!(page.text(".crumbs").contains("SI-001 Outer"));

    let told: Vec<String> = app.trail_since(mark).await.into_iter().map(|entry| entry.action).collect();
    for action in ["item.added", "item.withdrawn", "item.described", "item.taken_back"] {
        assert!(told.iter().any(|told| told == action), "{action} in {told:?}");
    }
    let trail = ada.get(&format!("/products/{product}/trail")).await.expect(200);
    trail.says("Withdrew a software item");
    trail.says("Merged into Outer");
}

#[tokio::test]
async fn the_second_of_two_writers_sees_both_versions_field_by_field() {
    let (app, ada, product) = started().await;
    let ben = app.person(&ada, "Ben Author").await;
    app.give_roles(&ada, product, &ben, &[Role::Author]).await;
    add(&ada, product, "Logger", "").await;
    let (first, second) = (
        form(&ada, product, "SI-001", "items/set_class").await,
        form(&ben, product, "SI-001", "items/set_class").await,
    );
    let ada_says = first.with("class", "A").with("segregation", "Ada's wall").with("kept_effective", "Here");
    let _ = ada.submit(ada_says).await.expect(200);
    let ben_says = second.with("class", "B").with("segregation", "Ben's wall").with("kept_effective", "Here");
    let page = ben.submit(ben_says).await;
    for words in ["Ada Adler", "Ada's wall", "Ben's wall", "Class A", "Class B"] {
        page.says(words);
    }
    let settled = page.form("items/set_class").forced("class", "B").forced("segregation", "Ben's wall");
    let page = ben.submit(settled).await.expect(200);
    page.says("Ben's wall");

    // Two that move at once can not make a circle together.
    add(&ada, product, "Other", "").await;
    let (one, other) = (
        form(&ada, product, "SI-001", "items/move").await.with("parent", "SI-002"),
        form(&ben, product, "SI-002", "items/move").await.with("parent", "SI-001"),
    );
    let _ = tokio::join!(ada.submit(one), ben.submit(other));
    let inside: i64 =
        sqlx::query_scalar("select count(*) from app.software_item where parent_id is not null")
            .fetch_one(app.superuser())
            .await
            .unwrap();
    assert_eq!(inside, 1, "one of the two moved, the other was refused");
}

#[tokio::test]
async fn the_file_of_the_tree_holds_a_line_an_item_and_is_on_the_trail() {
    let (app, ada, product) = started().await;
    add(&ada, product, "=Sum of \"doses\"", "").await;
    add(&ada, product, "Inner", "SI-001").await;
    let mark = app.trail_mark().await;
    let page = ada.get(&format!("{}.csv", room(product))).await.expect(200);
    let lines: Vec<&str> = page.body.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), 3, "{}", page.body);
    assert!(lines[0].starts_with("Item,Revision,Level,Stands in,Name"));
    assert!(!lines[1].contains(",=Sum"), "a spreadsheet must not run it: {}", lines[1]);
    assert!(lines[2].starts_with("SI-002,1,2,SI-001,Inner"), "{}", lines[2]);
    let told: Vec<String> = app.trail_since(mark).await.into_iter().map(|entry| entry.action).collect();
    assert_eq!(told, ["items.exported"]);
}

#[tokio::test]
async fn work_for_a_group_is_classed_lower_only_with_a_rationale() {
    let (_app, ada, product) = started().await;
    add(&ada, product, "Outer", "").await;
    add(&ada, product, "Inner", "SI-001").await;
    let group = form(&ada, product, "SI-001", "items/set_group").await.with("group_class", "B");
    let page = ada.submit(group).await;
    page.says("A lower class for the group needs its rationale");
    let page =
        ada.submit(page.form("items/set_group").with("group_rationale", "Risk file 9.3")).await.expect(200);
    page.says("Because: Risk file 9.3");
    let page = ada.get(&room(product)).await.expect(200);
    let whole =
        page.form("items/set_group").with("group_class", "A").with("group_rationale", "Risk file 9.4");
    ada.submit(whole).await.expect(200).says("Because: Risk file 9.4");
    let page = ada.get(&format!("/products/{product}/deliverables?by=item")).await.expect(200);
    assert!(page.text("tr#SI-001 .col-group").contains("by the rationale written"));
}

#[tokio::test]
async fn only_authors_change_items_and_strangers_see_none() {
    let (app, ada, product) = started().await;
    add(&ada, product, "Logger", "").await;
    let rita = app.person(&ada, "Rita Reader").await;
    let olga = app.person(&ada, "Olga Outside").await;
    app.give_roles(&ada, product, &rita, &[Role::Reader]).await;
    let page = rita.get(&format!("{}/SI-001", room(product))).await.expect(200);
    assert!(page.operations().iter().all(|action| !action.contains("/items/")));
    let _ = olga.get(&room(product)).await.expect(404);
    let _ = ada.get(&format!("{}/SI-002", room(product))).await.expect(404);
    let other = app.product(&ada, "Another planner").await;
    let _ = ada.get(&format!("{}/SI-001", room(other))).await.expect(404);
}

#[tokio::test]
async fn the_route_for_legacy_software_is_offered_only_after_three_times_yes() {
    let (app, ada, product) = started().await;
    let page_of = format!("/products/{product}/legacy");
    let page = ada.get(&page_of).await.expect(200);
    page.says("not asked yet");
    let offered = |page: &Page, operation: &str| {
        page.operations().iter().any(|action| action.ends_with(&format!("legacy_route/{operation}")))
    };
    assert!(offered(&page, "answer") && !offered(&page, "take") && !offered(&page, "leave"));
    let answers = page
        .form("legacy_route/answer")
        .with("placed", "yes")
        .with("marketed", "yes")
        .with("evidence_lacking", "no")
        .with("basis", "Certificate of 2009; the development file is complete.");
    let page = ada.submit(answers).await.expect(200);
    page.says("The route is closed");
    assert!(!offered(&page, "take"));
    // What the page does not offer, the operation refuses.
    let id = product.to_string();
    let forced = [("product", id.as_str()), ("revision", "1"), ("reason", "I want it")];
    assert_eq!(ada.call("/api/legacy_route/take", &forced).await.status.as_u16(), 422);
    let d04 = [("product", id.as_str()), ("deliverable", "D04"), ("revision", "0"), ("status", "draft")];
    assert_eq!(ada.call("/api/deliverables/set_record", &d04).await.status.as_u16(), 422);

    let again = page.form("legacy_route/answer").with("evidence_lacking", "yes");
    let page = ada.submit(again).await.expect(200);
    page.says("The answers open the route.");
    assert!(offered(&page, "take") && !offered(&page, "leave"));
    let mark = app.trail_mark().await;
    let take = page.form("legacy_route/take");
    ada.submit(take.clone()).await.says("Please fill this in.");
    let page =
        ada.submit(take.with("reason", "Eleven years in use without a serious event.")).await.expect(200);
    page.says("Eleven years in use without a serious event.");
    let room = format!("/products/{product}/deliverables");
    let page = ada.get(&room).await.expect(200);
    page.says("41 of 41 deliverables");
    assert!(page.text("#D04 .col-status").starts_with("missing"));
    let written = ada.get(&format!("{room}?edit=D04")).await.form("deliverables/set_record");
    let _ = ada.submit(written.with("status", "draft")).await.expect(200);

    // Another answer than yes ends it, and the file counts no more.
    let page = ada.get(&page_of).await.expect(200);
    let ended = page.form("legacy_route/answer").with("marketed", "unknown");
    ada.submit(ended).await.expect(200).says("The route is closed");
    ada.get(&room).await.expect(200).says("40 of 41 deliverables");
    let told: Vec<String> = app.trail_since(mark).await.into_iter().map(|entry| entry.action).collect();
    assert_eq!(told, ["legacy_route.taken", "deliverable.record_set", "legacy_route.answered"]);
}

#[tokio::test]
async fn the_demonstration_shows_a_segregated_item() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let product = app.demonstration(&ada, "Closed-loop insulin controller").await;
    let page = ada.get(&room(product)).await.expect(200);
    page.does_not_say("What is wrong");
    assert_eq!(page.count("svg .tree-box.is-segregated"), 1);
    assert!(page.reading().contains("Dose calculator"));
    let risk = ada.get(&format!("/products/{product}/hazards/R-001")).await.expect(200);
    assert!(risk.attributes(".step-meta a", "href").iter().any(|href| href.contains("/items/SI-")));
}
