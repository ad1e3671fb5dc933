//! A questionnaire that is answered to its end, and approved: what other tests begin with.

use domain::access::Role;
use domain::ids::ProductId;
use tests::{Page, Person, TestApp};

/// Answers that end in class B: a device whose failure can hurt, though not seriously.
pub const CLASS_B: [(&str, &str); 15] = [
    ("is_software", "yes"),
    ("accessory_or_component", "no"),
    ("drives_influences_hw", "no"),
    ("action_beyond_storage", "yes"),
    ("individual_benefit", "yes"),
    ("medical_purpose", "yes"),
    ("ivd_scope", "no"),
    ("contributes_to_hazardous_situation", "yes"),
    ("external_control", "none"),
    ("risk_acceptable_after_external_controls", "no"),
    ("worst_harm", "non_serious"),
    ("info_for_dx_tx_decisions", "yes"),
    ("decision_impact", "death_irreversible"),
    ("imdrf_significance", "drive"),
    ("imdrf_situation", "serious"),
];

/// Starts an assessment and answers, each question when it is asked; the page after the last answer.
pub async fn answer(author: &Person, product: ProductId, answers: &[(&str, &str)]) -> Page {
    let room = author.get(&format!("/products/{product}/classification")).await.expect(200);
    let mut page = author.submit(room.form("classification/start")).await.expect(200);
    for (question, given) in answers {
        let form = page.form("classification/save_answer");
        assert_eq!(form.value("question"), Some(*question), "the next question");
        let form = form.with("given", *given).with("rationale", format!("The reason for {question}."));
        page = author.submit(form).await.expect(200);
    }
    page
}

/// Somebody who may review the product.
pub async fn reviewer(app: &TestApp, author: &Person, product: ProductId) -> Person {
    let reviewer = app.person(author, "Rania Reviewer").await;
    app.give_roles(author, product, &reviewer, &[Role::Reviewer]).await;
    reviewer
}

/// Hands the assessment of that document over and approves it; the room afterwards.
pub async fn approve(author: &Person, reviewer: &Person, document: &Page) -> Page {
    let handed = author.submit(document.form("classification/submit")).await.expect(200);
    let document = reviewer.get(&handed.path).await.expect(200);
    let form = document.form("classification/approve").with("password", Person::PASSWORD);
    reviewer.submit(form).await.expect(200)
}
