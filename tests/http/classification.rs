//! Classification: answers, review, approval, and what stands because of them.

use domain::access::Role;
use domain::ids::ProductId;
use tests::{Page, Person, TestApp};

use crate::answering::{self, CLASS_B};

/// Answers that end outside of the regulation.
const NO_DEVICE: [(&str, &str); 4] = [
    ("is_software", "yes"),
    ("accessory_or_component", "no"),
    ("drives_influences_hw", "no"),
    ("action_beyond_storage", "no"),
];

struct Team {
    app: TestApp,
    author: Person,
    reviewer: Person,
    product: ProductId,
}

impl Team {
    async fn gather() -> Self {
        let app = TestApp::start().await;
        let author = app.administrator().await;
        let product = app.product(&author, "Wound care").await;
        let reviewer = answering::reviewer(&app, &author, product).await;
        Self { app, author, reviewer, product }
    }

    fn room(&self) -> String {
        format!("/products/{}/classification", self.product)
    }

    /// Starts an assessment and answers; the page after the last answer.
    async fn answer(&self, answers: &[(&str, &str)]) -> Page {
        answering::answer(&self.author, self.product, answers).await
    }

    /// Answers, hands over, approves; the room afterwards.
    async fn approve(&self, answers: &[(&str, &str)]) -> Page {
        let document = self.answer(answers).await;
        answering::approve(&self.author, &self.reviewer, &document).await
    }
}

#[tokio::test]
async fn a_class_is_of_record_only_after_a_second_person_approved_it() {
    let team = Team::gather().await;
    team.author.get(&team.room()).await.expect(200).says("Class C applies");
    let document = team.answer(&CLASS_B).await;
    document.says("Software safety class B");
    document.says("Class III");
    document.says("Category II");
    document.says("draft, not of record");
    let handed = team.author.submit(document.form("classification/submit")).await.expect(200);
    assert!(handed.forms("classification/approve").is_empty(), "the author has no such form");
    team.author.get(&team.room()).await.says("Class C applies");

    let mark = team.app.trail_mark().await;
    let document = team.reviewer.get(&handed.path).await.expect(200);
    let form = document.form("classification/approve").with("password", Person::PASSWORD);
    let room = team.reviewer.submit(form).await.expect(200);
    room.says("Class B is of record now");
    room.does_not_say("Class C applies");
    let entries = team.app.trail_since(mark).await;
    let approvals: Vec<&str> =
        entries.iter().filter(|it| it.action == "assessment.approved").map(|it| it.kind.as_str()).collect();
    assert_eq!(approvals, ["assessment", "assessment_step"], "one entry for each record that changed");
    assert!(entries.iter().all(|entry| entry.actor == Some(team.reviewer.id.uuid())));
    team.author
        .get(&format!("/products/{}/deliverables", team.product))
        .await
        .says("Deliverables for class B");
}

#[tokio::test]
async fn whoever_changed_an_answer_does_not_approve_it() {
    let team = Team::gather().await;
    team.app.give_roles(&team.author, team.product, &team.author, &[Role::Reviewer]).await;
    let document = team.answer(&CLASS_B).await;
    let handed = team.author.submit(document.form("classification/submit")).await.expect(200);
    handed.says("another reviewer has to decide");
    // The form of somebody else, sent by the one who answered.
    let form = team.reviewer.get(&handed.path).await.form("classification/approve");
    let refused = team.author.submit(form.with("password", Person::PASSWORD)).await.expect(200);
    refused.says("somebody else has to approve it");
    team.author.get(&team.room()).await.says("Class C applies");
}

#[tokio::test]
async fn an_approval_needs_the_password_and_keeps_the_comment_when_it_is_wrong() {
    let team = Team::gather().await;
    let document = team.answer(&CLASS_B).await;
    let handed = team.author.submit(document.form("classification/submit")).await.expect(200);
    let form = team.reviewer.get(&handed.path).await.form("classification/approve");
    let form = form.with("password", "not the password at all").with("comment", "Looks right to me.");
    let back = team.reviewer.submit(form).await.expect(200);
    assert_eq!(back.form("classification/approve").value("comment"), Some("Looks right to me."));
    team.author.get(&team.room()).await.says("Class C applies");
}

#[tokio::test]
async fn an_answer_without_a_reason_comes_back_with_everything_that_was_picked() {
    let team = Team::gather().await;
    let room = team.author.get(&team.room()).await;
    let page = team.author.submit(room.form("classification/start")).await.expect(200);
    let back =
        team.author.submit(page.form("classification/save_answer").with("given", "yes")).await.expect(200);
    assert_eq!(back.form("classification/save_answer").value("given"), Some("yes"));
    back.says("Please fill this in");
}

#[tokio::test]
async fn markup_in_a_reason_stays_text() {
    let team = Team::gather().await;
    let room = team.author.get(&team.room()).await;
    let page = team.author.submit(room.form("classification/start")).await.expect(200);
    let markup = "</textarea><script>alert(1)</script>";
    let form = page.form("classification/save_answer").with("given", "yes").with("rationale", markup);
    let next = team.author.submit(form).await.expect(200);
    assert!(!next.body.contains("<script>alert"), "{}", next.path);
    let place = next.path.split('?').next().unwrap_or_default();
    let again = team.author.get(&format!("{place}?question=is_software")).await.expect(200);
    assert_eq!(again.form("classification/save_answer").value("rationale"), Some(markup));
    assert!(!again.body.contains("<script>alert"));
}

#[tokio::test]
async fn the_second_of_two_writers_sees_both_answers() {
    let team = Team::gather().await;
    let second = team.app.person(&team.author, "Sami Second").await;
    team.app.give_roles(&team.author, team.product, &second, &[Role::Author]).await;
    let room = team.author.get(&team.room()).await;
    let page = team.author.submit(room.form("classification/start")).await.expect(200);
    let first_form =
        page.form("classification/save_answer").with("given", "yes").with("rationale", "It works out doses.");
    let same_page = second.get(&page.path).await.expect(200);
    let second_form = same_page
        .form("classification/save_answer")
        .with("given", "no")
        .with("rationale", "It only shows a leaflet.");
    let _ = team.author.submit(first_form).await.expect(200);
    let both = second.submit(second_form).await.expect(200);
    both.says("It works out doses.");
    both.says("It only shows a leaflet.");
    let saved = second.submit(both.form("classification/save_answer")).await.expect(200);
    saved.says("Answer saved");
}

#[tokio::test]
async fn a_returned_assessment_comes_back_with_its_comment_and_can_be_handed_over_again() {
    let team = Team::gather().await;
    let document = team.answer(&CLASS_B).await;
    let handed = team.author.submit(document.form("classification/submit")).await.expect(200);
    let form = team.reviewer.get(&handed.path).await.form("classification/return");
    let back = team.reviewer.submit(form.clone()).await.expect(200);
    back.says("Please fill this in");
    let _ = team.reviewer.submit(form.with("comment", "Which procedure protects?")).await.expect(200);
    let returned = team.author.get(&handed.path).await.expect(200);
    returned.says("Which procedure protects?");
    let _ = team.author.submit(returned.form("classification/submit")).await.expect(200);
    // What was looked at before is not what stands now.
    let stale = handed.form("classification/take_back");
    team.author.submit(stale).await.expect(200).says("has changed since you opened it");
}

#[tokio::test]
async fn a_change_after_approval_is_a_new_draft_and_the_record_stays() {
    let team = Team::gather().await;
    let room = team.approve(&CLASS_B).await;
    room.says("Class B is of record now");
    let room = team.author.get(&team.room()).await;
    let page = team.author.submit(room.form("classification/start")).await.expect(200);
    let place = page.path.split('?').next().unwrap_or_default().to_owned();
    let page = team.author.get(&format!("{place}?question=worst_harm")).await.expect(200);
    let form = page
        .form("classification/save_answer")
        .with("given", "serious")
        .with("rationale", "A coma is possible.");
    team.author.submit(form).await.expect(200).says("Software safety class C");
    let room = team.author.get(&team.room()).await;
    room.says("Approved; the deliverables follow it.");
    team.author.get(&format!("/products/{}/deliverables", team.product)).await.says("class B");
    // Not even the database changes what was approved.
    let changed = sqlx::query(
        "update app.assessment set record_text = 'x', revision = revision + 1 where state = 'approved'",
    )
    .execute(team.app.superuser())
    .await;
    assert!(changed.unwrap_err().to_string().contains("stays as it was approved"));
}

#[tokio::test]
async fn the_record_is_taken_out_as_a_file_that_stays_the_same_for_ever() {
    let team = Team::gather().await;
    let _ = team.approve(&CLASS_B).await;
    let room = team.author.get(&team.room()).await.expect(200);
    let review = team.author.get(&room.link("The record")).await.expect(200);
    let mut files = Vec::new();
    for (word, starts, content_type) in [
        ("PDF/A", "%PDF-1.7", "application/pdf"),
        ("DOCX", "PK", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("JSON", "{", "application/json"),
    ] {
        let address = review.link(word);
        let mark = team.app.trail_mark().await;
        let file = team.author.get(&address).await.expect(200);
        assert!(file.body.starts_with(starts), "{word}");
        assert_eq!(file.headers["content-type"], content_type);
        assert!(file.headers["content-disposition"].to_str().unwrap().starts_with("attachment; filename="));
        let entries = team.app.trail_since(mark).await;
        assert_eq!(entries.iter().map(|it| it.action.as_str()).collect::<Vec<_>>(), ["record.exported"]);
        files.push((address, file.body));
    }
    let data: serde_json::Value = serde_json::from_str(&files[2].1).unwrap();
    assert_eq!(data["content"]["outcome"], "B");
    assert_eq!(data["content"]["subject"]["name"], "Wound care");
    assert_eq!(data["content"]["steps"].as_array().unwrap().len(), 2);
    // A later record changes nothing in it.
    let later = team.author.submit(room.form("classification/start")).await.expect(200);
    let place = later.path.split('?').next().unwrap_or_default();
    let handed = team.author.get(&format!("{place}/review")).await.expect(200);
    let handed = team.author.submit(handed.form("classification/submit")).await.expect(200);
    let form = team.reviewer.get(&handed.path).await.form("classification/approve");
    let _ = team.reviewer.submit(form.with("password", Person::PASSWORD)).await.expect(200);
    // Nor does a new name of those who signed: they signed by the old one.
    for person in [&team.author, &team.reviewer] {
        let form = team.author.get(&format!("/people/{}", person.id)).await.form("people/describe");
        let _ = team.author.submit(form.with("name", "Renamed Later")).await.expect(200);
    }
    let again = team.author.get(&review.path).await.expect(200);
    again.says("Approved by Rania Reviewer");
    again.does_not_say("by Renamed Later");
    for (address, before) in files {
        let again = team.author.get(&address).await.expect(200);
        assert!(again.body == before, "{address} stays the same, byte for byte");
    }
    let _ = team.author.get(&review.link("JSON").replace(".json", ".exe")).await.expect(404);
}

#[tokio::test]
async fn old_answers_run_again_under_a_draft_are_a_record_of_their_own() {
    let team = Team::gather().await;
    let _ = team.approve(&CLASS_B).await;
    let before: (String, i32) = sqlx::query_as(
        "select record::text || record_text || packs::text, revision from app.assessment where state = 'approved'",
    )
    .fetch_one(team.app.superuser())
    .await
    .unwrap();
    // Nothing moves under the packs that it was approved by.
    team.author.get("/packs/rerun").await.expect(200).says("Would stay 1 product");
    // The proposal looks at the situation, no more at the impact of the decision.
    let page = team.author.get("/packs/rerun?under=eu-mdr-class-proposal").await.expect(200);
    page.says("Would change 1 product");
    page.says("EU MDR class");
    page.says("Class III → becomes Class IIa, Class IIb or Class III");
    page.says("questions that the record does not answer");
    page.says("It is no law");
    let mark = team.app.trail_mark().await;
    let kept = team.author.submit(page.form("packs/keep_rerun")).await.expect(200);
    kept.says("Kept as a record of one product");
    let entries = team.app.trail_since(mark).await;
    assert_eq!(entries.iter().map(|it| it.action.as_str()).collect::<Vec<_>>(), ["rerun.kept"]);
    let room = team.author.get(&team.room()).await.expect(200);
    room.says("eu-mdr-class-proposal 2025-12.1");
    room.says("draft, a trial");
    room.says("Approved; the deliverables follow it.");
    let after: (String, i32) = sqlx::query_as(
        "select record::text || record_text || packs::text, revision from app.assessment where state = 'approved'",
    )
    .fetch_one(team.app.superuser())
    .await
    .unwrap();
    assert_eq!(before, after, "the assessment stays as it was approved");
    let changed = sqlx::query("update app.rerun set moves = false").execute(team.app.superuser()).await;
    assert!(changed.unwrap_err().to_string().contains("stays as it was kept"));
    // Who only reviews looks and keeps nothing.
    let looked = team.reviewer.get("/packs/rerun?under=iec-62304-edition-2").await.expect(200);
    assert!(looked.forms("packs/keep_rerun").is_empty());
    looked.says("IEC 62304 safety class: Class B stays as Level II");
    let _ = team.author.get("/packs/rerun?under=nothing").await.expect(404);
}

#[tokio::test]
async fn every_pack_shows_its_rules_its_sources_and_its_changes() {
    let team = Team::gather().await;
    let packs = team.author.get("/packs").await.expect(200);
    packs.says("never used for a verdict of record");
    for pack in domain::scheme::packs() {
        let page = team.author.get(&format!("/packs/{}", pack.id)).await.expect(200);
        page.says(&pack.edition_name());
        for rule in &pack.rules {
            page.says(&rule.sentence);
        }
        for words in pack.sources.iter().chain(pack.changelog.iter().map(|change| &change.words)) {
            page.says(words);
        }
    }
    for draft in domain::scheme::draft::drafts() {
        let page = team.author.get(&format!("/packs/{}", draft.id)).await.expect(200);
        page.says(&draft.standing);
        page.says("never used for a verdict of record");
    }
    let _ = team.author.get("/packs/nothing").await.expect(404);
}

#[tokio::test]
async fn a_market_without_a_scheme_has_its_note_in_the_room_and_on_the_record() {
    let team = Team::gather().await;
    let edit = team.author.get(&format!("/products/{}/edit", team.product)).await.expect(200);
    let form =
        edit.form("products/edit").without("european_union").with("morocco", "yes").with("gulf", "yes");
    let _ = team.author.submit(form).await.expect(200);
    let room = team.author.get(&team.room()).await.expect(200);
    room.says("Hazel gives no Moroccan class");
    room.says("Hazel gives no Gulf class");
    room.says("typically held to the MDR");
    let document = team.answer(&CLASS_B).await;
    document.says("Hazel gives no Moroccan class");
    document.says("Intended purpose");
    document.says("EU MDR class: Class III");
}

#[tokio::test]
async fn what_is_no_device_owes_no_set_and_is_told_so_kindly() {
    let team = Team::gather().await;
    let room = team.approve(&NO_DEVICE).await;
    room.says("Not a medical device");
    room.says("That is a result, not a failing");
    let page = team.author.get(&format!("/products/{}/deliverables", team.product)).await.expect(200);
    page.does_not_say("D10");
}

#[tokio::test]
async fn a_draft_is_kept_while_it_is_typed() {
    let team = Team::gather().await;
    let room = team.author.get(&team.room()).await;
    let page = team.author.submit(room.form("classification/start")).await.expect(200);
    let form = page.form("classification/save_answer");
    let value = |name| form.value(name).unwrap_or_default().to_owned();
    let (product, assessment) = (value("product"), value("assessment"));
    let fields = [
        ("product", product.as_str()),
        ("assessment", assessment.as_str()),
        ("question", "is_software"),
        ("given", "no"),
        ("rationale", "Half a sen"),
    ];
    let kept = team.author.call("classification/keep_draft", &fields).await.expect(200);
    assert_eq!(kept.body.trim_matches('"').split(':').count(), 3, "{}", kept.body);
    let again = team.author.get(&page.path).await.expect(200);
    assert_eq!(again.form("classification/save_answer").value("rationale"), Some("Half a sen"));
    again.says("Draft kept");
    // A draft is nobody else's, and no record.
    team.reviewer.get(&page.path).await.expect(200).does_not_say("Half a sen");
}
