//! The room of deliverables: what is owed, who may say how far it is, and what becomes of it.

use domain::access::Role;
use domain::ids::ProductId;
use tests::{Form, Person, TestApp};

use crate::answering::{self, CLASS_B};

const SET: &str = "deliverables/set_record";

fn room(product: ProductId) -> String {
    format!("/products/{product}/deliverables")
}

/// The form of one deliverable, as the person sees it.
async fn form(person: &Person, product: ProductId, deliverable: &str) -> Form {
    person.get(&format!("{}?edit={deliverable}", room(product))).await.expect(200).form(SET)
}

#[tokio::test]
async fn without_an_approved_class_all_of_class_c_is_owed_and_the_room_says_why() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let product = app.product(&ada, "Dressing planner").await;
    let page = ada.get(&room(product)).await.expect(200);
    page.says("Deliverables for class C");
    page.says("No class is approved yet, so class C applies.");
    page.says("40 of 41 deliverables and 95 sub-clauses apply");
    assert_eq!(page.count("tr[id^=D]"), 41);
    assert_eq!(page.text("#D04 .col-status"), "not used Is it legacy software?");

    let page = ada.get(&format!("{}?compare=B", room(product))).await.expect(200);
    page.says("2 deliverables fewer (D10, D18) and 6 of 95 sub-clauses");
    page.says("5 get shorter, 33 stay as they are.");
    assert_eq!(page.texts("#D10 s, #D18 s").len(), 2);
    page.says("class B: without 5.1.4");

    let page = ada.get(&format!("{}?by=sub-clause", room(product))).await.expect(200);
    for clause in ["5.1.4", "4.3 a", "9.8"] {
        assert!(page.texts("th .clause").iter().any(|place| place == clause), "{clause} is listed");
    }
}

#[tokio::test]
async fn what_is_said_about_a_deliverable_is_kept_and_is_on_the_trail() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let product = app.product(&ada, "Dressing planner").await;
    let mark = app.trail_mark().await;
    let filled = form(&ada, product, "D05")
        .await
        .with("status", "in_review")
        .with("owner", ada.id.to_string())
        .with("due", "2020-02-29")
        .with("link", "https://files.example.org/plan?version=4")
        .with("note", "Plan 4, </textarea><script>alert(1)</script>");
    let page = ada.submit(filled).await.expect(200);
    page.says("D05 Software development plan is saved.");
    let row = page.text("#D05");
    for words in ["in review", "Ada Adler", "29 Feb 2020", "late", "</textarea><script>alert(1)</script>"] {
        assert!(row.contains(words), "{words} in {row}");
    }
    assert_eq!(page.attributes("#D05 .col-evidence a", "href"), ["https://files.example.org/plan?version=4"]);

    let again = form(&ada, product, "D05").await;
    assert_eq!(again.value("note"), Some("Plan 4, </textarea><script>alert(1)</script>"));
    let _ = ada.submit(again.with("status", "approved")).await.expect(200);
    let entries = app.trail_since(mark).await;
    let told: Vec<_> =
        entries.iter().map(|entry| (entry.action.as_str(), entry.kind.as_str(), entry.version)).collect();
    let kind = "deliverable_record";
    assert_eq!(told, [("deliverable.record_set", kind, Some(1)), ("deliverable.record_set", kind, Some(2))]);
    assert!(entries.iter().all(|entry| entry.actor == Some(ada.id.uuid())));
}

#[tokio::test]
async fn an_approved_assessment_is_the_record_of_the_class_until_the_team_says_otherwise() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let product = app.product(&ada, "Dressing planner").await;
    let row =
        |page: &tests::Page| (page.text("#D03 .col-status"), page.attributes("#D03 .col-evidence a", "href"));
    let before = ada.get(&room(product)).await.expect(200);
    assert_eq!(row(&before), ("missing Change".to_owned(), vec![]));

    let document = answering::answer(&ada, product, &CLASS_B).await;
    let reviewer = answering::reviewer(&app, &ada, product).await;
    answering::approve(&ada, &reviewer, &document).await;
    let record = document.path.split('?').next().unwrap_or_default().to_owned();
    let mark = app.trail_mark().await;
    let page = ada.get(&room(product)).await.expect(200);
    assert_eq!(row(&page), ("approved Change by its record".to_owned(), vec![record.clone()]));
    let gaps = ada.get(&format!("{}?show=gaps", room(product))).await.expect(200);
    assert_eq!(gaps.count("#D03"), 0);
    let _ = ada.get(&record).await.expect(200);
    assert!(app.trail_since(mark).await.is_empty(), "it is read off the record and stored nowhere");

    let said = form(&ada, product, "D03").await.with("status", "in_review");
    let page = ada.submit(said).await.expect(200);
    assert_eq!(row(&page), ("in review Change".to_owned(), vec![record]));
}

#[tokio::test]
async fn what_is_owed_is_set_aside_only_with_a_reason() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let product = app.product(&ada, "Dressing planner").await;
    let without =
        form(&ada, product, "D08").await.with("status", "not_applicable").with("note", "Kept typing");
    let page = ada.submit(without).await.expect(200);
    page.says("Say why it does not apply in this product.");
    let page_form = page.form(SET);
    assert_eq!(page_form.value("note"), Some("Kept typing"));
    let page = ada.submit(page_form.with("reason", "One plan covers the whole device.")).await.expect(200);
    assert!(page.text("#D08 .col-status").contains("not applicable"));
}

#[tokio::test]
async fn the_second_of_two_writers_sees_both_versions_and_loses_nothing() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let ben = app.person(&ada, "Ben Author").await;
    let product = app.product(&ada, "Dressing planner").await;
    app.give_roles(&ada, product, &ben, &[Role::Author]).await;
    let (first, second) = (form(&ada, product, "D12").await, form(&ben, product, "D12").await);
    let _ = ada.submit(first.with("status", "draft").with("note", "Ada's note")).await.expect(200);
    let page = ben.submit(second.with("status", "approved").with("note", "Ben's note")).await.expect(200);
    page.says("Ada Adler");
    page.says("Ada's note");
    page.says("Ben's note");
    let settled = page.form(SET).forced("note", "Ben's note").forced("status", "approved");
    let page = ben.submit(settled).await.expect(200);
    let row = page.text("#D12");
    assert!(row.contains("approved") && row.contains("Ben's note"), "{row}");
}

#[tokio::test]
async fn only_those_who_may_edit_deliverables_are_offered_it_and_can() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let rita = app.person(&ada, "Rita Reader").await;
    let olga = app.person(&ada, "Olga Outside").await;
    let product = app.product(&ada, "Dressing planner").await;
    app.give_roles(&ada, product, &rita, &[Role::Reader]).await;
    let page = rita.get(&format!("{}?edit=D05", room(product))).await.expect(200);
    assert!(page.operations().iter().all(|action| !action.contains(SET)));
    let fields = form(&ada, product, "D05").await.with("status", "draft");
    let mark = app.trail_mark().await;
    let fields: Vec<(&str, &str)> =
        fields.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(rita.call("/api/deliverables/set_record", &fields).await.status.as_u16(), 403);
    assert_eq!(olga.call("/api/deliverables/set_record", &fields).await.status.as_u16(), 404);
    let _ = olga.get(&room(product)).await.expect(404);
    assert!(app.trail_since(mark).await.iter().all(|entry| entry.kind != "deliverable_record"));
}

#[tokio::test]
async fn an_owner_has_a_role_in_the_product_and_unknown_deliverables_are_not_found() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let olga = app.person(&ada, "Olga Outside").await;
    let product = app.product(&ada, "Dressing planner").await;
    let foreign = form(&ada, product, "D05").await.forced("owner", olga.id.to_string());
    ada.submit(foreign).await.expect(200).says("This person has no role in the product.");
    let page = form(&ada, product, "D05").await.with("status", "draft").forced("deliverable", "D99");
    let fields: Vec<(&str, &str)> =
        page.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(ada.call("/api/deliverables/set_record", &fields).await.status.as_u16(), 404);
}
