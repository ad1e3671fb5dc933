//! Features: their triage, what it comes to, the hand-over to regulatory, and what regulatory says.

use domain::access::Role;
use domain::ids::ProductId;
use tests::{Form, Page, Person, TestApp};

struct Team {
    app: TestApp,
    author: Person,
    reviewer: Person,
    product: ProductId,
}

impl Team {
    /// The author of the demonstration's insulin controller, of class C, and somebody who reviews there.
    async fn of_the_insulin_controller() -> Self {
        Self::of("Closed-loop insulin controller").await
    }

    /// The same for the surgical checklist, of class A as its questionnaire stands.
    async fn of_the_checklist() -> Self {
        Self::of("Surgical checklist").await
    }

    async fn of(name: &str) -> Self {
        let app = TestApp::start().await;
        let author = app.administrator().await;
        let product = app.demonstration(&author, name).await;
        let reviewer = app.person(&author, "Rania Reviewer").await;
        app.give_roles(&author, product, &reviewer, &[Role::Reviewer]).await;
        Self { app, author, reviewer, product }
    }

    fn room(&self) -> String {
        format!("/products/{}/features", self.product)
    }

    /// Adds a feature; the page with its first question.
    async fn add(&self, name: &str) -> Page {
        let page = self.author.get(&format!("{}/new", self.room())).await.expect(200);
        let form = page.form("features/add").with("name", name).with("what", "It does one thing more.");
        self.author.submit(form).await.expect(200)
    }

    /// Answers questions as they come.
    async fn answer(&self, mut page: Page, answers: &[(&str, &str)]) -> Page {
        for (question, given) in answers {
            let form = page.form("features/answer");
            assert_eq!(form.value("question"), Some(*question), "the next question");
            page = self.author.submit(form.with("given", *given)).await.expect(200);
        }
        page
    }

    /// A harmless feature, handed over.
    async fn hand_over_harmless(&self) -> Page {
        let result = self.answer(self.add("Dark colours").await, &HARMLESS).await;
        self.author.submit(result.form("features/hand_over")).await.expect(200)
    }
}

/// What changes nothing.
const HARMLESS: [(&str, &str); 2] = [("purpose", "none"), ("touches", "looks")];

/// A new part of the checklist by which people can die.
const HEAVY: [(&str, &str); 6] = [
    ("purpose", "none"),
    ("touches", "part"),
    ("drives", "none"),
    ("harm", "serious"),
    ("decision", "death_irreversible"),
    ("significance", "unknown"),
];

fn password(form: Form) -> Form {
    form.with("password", Person::PASSWORD)
}

#[tokio::test]
async fn a_harmless_feature_takes_two_answers_and_says_that_nothing_moves() {
    let team = Team::of_the_insulin_controller().await;
    let first = team.add("Dark colours").await;
    first.says("Adjusts the insulin delivery of a paired pump");
    first.says("Question 1 of");
    let result = team.answer(first, &HARMLESS).await;
    assert!(result.path.ends_with("/result"), "{}", result.path);
    result.says("No new classification");
    result.says("Neither has to be looked at again for this.");
    result.says("None.");
    let form = result.form("features/hand_over");
    let reasons = form.value("rationale").unwrap_or_default().trim();
    assert!(reasons.starts_with("No new classification."), "{reasons}");
}

#[tokio::test]
async fn the_products_answers_are_filled_in_and_only_what_is_worse_is_offered() {
    let team = Team::of_the_checklist().await;
    let plain = [("purpose", "none"), ("touches", "items"), ("drives", "none")];
    let harm = team.answer(team.add("Night mode").await, &plain).await;
    assert_eq!(
        harm.attributes("#triage input[name=given]", "value"),
        ["controlled", "non_serious", "serious", "unknown"]
    );
    assert_eq!(harm.attributes("#triage input[name=given][checked]", "value"), ["controlled"]);
    assert_eq!(harm.text("#triage .answer .badge"), "from the product");
    harm.says("I don’t know Counts as the worst.");
    // What each of the four answers would come to is drawn with the question; one of them is shown.
    assert_eq!(harm.texts(".triage-results .verdict .triage-level").len(), 4);
    assert_eq!(harm.texts(".triage-results > [data-now] .triage-level"), ["An ordinary change"]);
    // Taking over every answer of the product leaves every verdict as it is.
    let mut page = harm;
    while page.path.contains("question=") {
        page = team.author.submit(page.form("features/answer")).await.expect(200);
    }
    page.says("An ordinary change");
    page.says("as the product has it");
}

#[tokio::test]
async fn a_feature_that_can_kill_moves_schemes_and_names_what_comes_with_it() {
    let team = Team::of_the_checklist().await;
    let page = team.answer(team.add("Let callers wait").await, &HEAVY).await;
    let place = page.path.split('?').next().unwrap().to_owned();
    let result = team.author.get(&format!("{place}/result")).await.expect(200);
    for words in [
        "A full assessment is needed",
        "IEC 62304 safety class Class A → becomes Class C",
        "EU MDR class Class IIa → becomes Class III",
        "Appear 13",
        "D10 Coding standards, methods and tools",
        "Hazards: yes.",
        "Software items: yes.",
        "This stands between the draft and the hand-over:",
    ] {
        result.says(words);
    }
    assert!(result.forms("features/hand_over").is_empty(), "questions are open");
}

#[tokio::test]
async fn the_controls_that_are_touched_lead_to_the_hazards_that_rest_on_them() {
    let team = Team::of_the_checklist().await;
    let touches = team.answer(team.add("Fewer eyes").await, &[("purpose", "none")]).await;
    let form = touches.form("features/answer").with("given", "control").with("RC-001", "yes");
    let page = team.author.submit(form).await.expect(200);
    let place = page.path.split('?').next().unwrap().to_owned();
    let result = team.author.get(&format!("{place}/result")).await.expect(200);
    result.says("Look at the hazards");
    let link = result.link("of the register");
    assert!(link.ends_with("/hazards?control=RC-001"), "{link}");
    team.author.get(&link).await.expect(200).says("RC-001");
    // A control that is not in the register is refused, and what was picked stays.
    let again = team.author.get(&format!("{place}?question=touches")).await.expect(200);
    let form = again.form("features/answer");
    assert_eq!(form.value("RC-001"), Some("yes"));
    let refused = team.author.submit(form.forced("RC-999", "yes")).await.expect(200);
    refused.says("not in the register any more");
    assert_eq!(refused.form("features/answer").value("given"), Some("control"));
}

#[tokio::test]
async fn nothing_picked_and_unknown_values_come_back_beside_the_question() {
    let team = Team::of_the_insulin_controller().await;
    let first = team.add("Dark colours").await;
    let back = team.author.submit(first.form("features/answer").without("given")).await.expect(200);
    back.says("Pick one of the answers");
    let back = team.author.submit(first.form("features/answer").forced("given", "maybe")).await.expect(200);
    back.says("There is no such question, or not such an answer to it.");
}

#[tokio::test]
async fn a_ticket_is_a_link_of_the_web_and_what_was_typed_comes_back() {
    let team = Team::of_the_insulin_controller().await;
    let page = team.author.get(&format!("{}/new", team.room())).await.expect(200);
    let form = page
        .form("features/add")
        .with("name", "Export")
        .with("what", "</textarea><script>alert(1)</script>")
        .with("ticket", "javascript:alert(1)");
    let back = team.author.submit(form).await.expect(200);
    back.says("This is not a link.");
    assert!(!back.body.contains("<script>alert"));
    let again = back.form("features/add");
    assert_eq!(again.value("what").map(str::trim), Some("</textarea><script>alert(1)</script>"));
    let added = team.author.submit(again.with("ticket", "https://tickets.test/7?a=b")).await.expect(200);
    assert!(!added.body.contains("<script>alert"));
    let place = added.path.split('?').next().unwrap().to_owned();
    let result = team.author.get(&format!("{place}/result")).await.expect(200);
    assert_eq!(result.link("https://tickets.test/7?a=b"), "https://tickets.test/7?a=b");
}

#[tokio::test]
async fn one_press_hands_over_and_somebody_else_approves_exactly_that() {
    let team = Team::of_the_insulin_controller().await;
    let mark = team.app.trail_mark().await;
    let handed = team.hand_over_harmless().await;
    handed.says("Handed over to regulatory");
    assert!(handed.forms("features/hand_over").is_empty());
    for page in [
        "/".to_owned(),
        format!("/products/{}", team.product),
        format!("/products/{}/classification", team.product),
    ] {
        let page = team.reviewer.get(&page).await.expect(200);
        let reading = page.reading();
        let told = ["features wait for review", "Decide on 2 features", "Features that wait for review"];
        assert!(told.iter().any(|words| reading.contains(words)), "{}: {reading}", page.path);
    }
    let page = team.reviewer.get(&handed.path).await.expect(200);
    let wrong = page.form("features/approve").with("password", "not it").with("comment", "Agreed.");
    let back = team.reviewer.submit(wrong).await.expect(200);
    assert_eq!(back.form("features/approve").value("comment").map(str::trim), Some("Agreed."));
    let approved = team.reviewer.submit(password(back.form("features/approve"))).await.expect(200);
    approved.says("It is the record of the change now.");
    let entries = team.app.trail_since(mark).await;
    let told: Vec<_> = entries
        .iter()
        .filter(|entry| entry.action.starts_with("feature."))
        .map(|entry| (entry.action.as_str(), entry.kind.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("feature.added", "feature"),
            ("feature.answered", "feature_answer"),
            ("feature.answered", "feature_answer"),
            ("feature.handed_over", "feature"),
            ("feature.handed_over", "feature_step"),
            ("feature.approved", "feature"),
            ("feature.approved", "feature_step"),
        ]
    );
    // Not even the database changes what was approved.
    let changed =
        sqlx::query("update app.feature set name = 'x', revision = revision + 1 where state = 'approved'")
            .execute(team.app.superuser())
            .await;
    assert!(changed.unwrap_err().to_string().contains("stays as it was decided"));
    team.author
        .get(&format!("/products/{}/trail", team.product))
        .await
        .expect(200)
        .says("Approved the triage of a feature");
}

#[tokio::test]
async fn nobody_decides_on_what_they_worked_on() {
    let team = Team::of_the_insulin_controller().await;
    let handed = team.hand_over_harmless().await;
    // The one who loaded the demonstration has every role in it.
    handed.says("another reviewer has to approve it");
    let page = team.reviewer.get(&handed.path).await.expect(200);
    for form in [password(page.form("features/approve")), page.form("features/assess")] {
        let refused = team.author.submit(form).await.expect(200);
        refused.says("You worked on this feature yourself");
    }
    team.author.get(&handed.path).await.expect(200).says("Handed over");
}

#[tokio::test]
async fn a_decision_is_bound_to_what_was_read() {
    let team = Team::of_the_insulin_controller().await;
    let handed = team.hand_over_harmless().await;
    let page = team.reviewer.get(&handed.path).await.expect(200);
    // Taken back and handed over again: another revision.
    let _ = team.author.submit(handed.form("features/take_back")).await.expect(200);
    let again = team.author.get(&handed.path).await.expect(200);
    let _ = team.author.submit(again.form("features/hand_over")).await.expect(200);
    let refused = team.reviewer.submit(password(page.form("features/approve"))).await.expect(200);
    refused.says("has changed since you opened it");
    // The product's own answers moved on meanwhile: the same revision, another text.
    let page = team.reviewer.get(&handed.path).await.expect(200);
    let form = password(page.form("features/approve"));
    let edit = team.author.get(&format!("/products/{}/edit", team.product)).await.expect(200);
    let _ = team.author.submit(edit.form("products/edit").without("united_states")).await.expect(200);
    team.reviewer.submit(form).await.expect(200).says("has changed since you opened it");
}

#[tokio::test]
async fn what_is_returned_is_answered_again_and_keeps_the_comment() {
    let team = Team::of_the_insulin_controller().await;
    let handed = team.hand_over_harmless().await;
    let page = team.reviewer.get(&handed.path).await.expect(200);
    team.reviewer.submit(page.form("features/return")).await.expect(200).says("Please fill this in");
    let form = page.form("features/return").with("comment", "Do alarm colours stay?");
    let _ = team.reviewer.submit(form).await.expect(200);
    let returned = team.author.get(&handed.path).await.expect(200);
    returned.says("Do alarm colours stay?");
    team.author
        .get(&format!("/products/{}", team.product))
        .await
        .expect(200)
        .says("It came back from regulatory");
    team.author
        .submit(returned.form("features/hand_over"))
        .await
        .expect(200)
        .says("Handed over to regulatory");
}

#[tokio::test]
async fn edited_reasons_stay_until_somebody_asks_for_new_ones() {
    let team = Team::of_the_insulin_controller().await;
    let result = team.answer(team.add("Dark colours").await, &HARMLESS).await;
    let mut form = result.form("features/hand_over").with("rationale", "Colours only; no alarm changes.");
    "/api/features/write_rationale".clone_into(&mut form.action);
    let kept = team.author.submit(form).await.expect(200);
    kept.says("kept as you wrote them");
    // Another answer does not touch them.
    let place = kept.path.trim_end_matches("/result").to_owned();
    let touches = team.author.get(&format!("{place}?question=touches")).await.expect(200);
    let _ = team.author.submit(touches.form("features/answer").with("given", "items")).await.expect(200);
    let reasons = |page: &Page| {
        page.form("features/hand_over").value("rationale").unwrap_or_default().trim().to_owned()
    };
    let touches = team.author.get(&format!("{place}?question=touches")).await.expect(200);
    let _ = team.author.submit(touches.form("features/answer").with("given", "looks")).await.expect(200);
    let result = team.author.get(&kept.path).await.expect(200);
    assert_eq!(reasons(&result), "Colours only; no alarm changes.");
    let renewed = team.author.submit(result.form("features/renew_rationale")).await.expect(200);
    assert!(reasons(&renewed).starts_with("No new classification."), "{}", reasons(&renewed));
}

#[tokio::test]
async fn two_who_write_at_once_see_both_versions_field_by_field() {
    let team = Team::of_the_insulin_controller().await;
    let second = team.app.person(&team.author, "Sami Second").await;
    team.app.give_roles(&team.author, team.product, &second, &[Role::Author]).await;
    // The same question, first answered by one, then by the other.
    let first = team.add("Dark colours").await;
    let other = second.get(&first.path).await.expect(200).form("features/answer").with("given", "other");
    let _ = team.author.submit(first.form("features/answer").with("given", "none")).await.expect(200);
    let both = second.submit(other).await.expect(200);
    both.says("Ada Adler changed this record first");
    both.says("One that is not medical");
    both.says("No new one");
    second.submit(both.form("features/answer")).await.expect(200).says("Answer saved.");
    // The description.
    let place = first.path.split('?').next().unwrap().to_owned();
    let edit = team.author.get(&format!("{place}/edit")).await.expect(200);
    let theirs = second.get(&format!("{place}/edit")).await.expect(200).form("features/describe");
    let _ = team
        .author
        .submit(edit.form("features/describe").with("what", "Colours at night."))
        .await
        .expect(200);
    let both = second.submit(theirs.with("what", "Colours, and larger letters.")).await.expect(200);
    both.says("Colours at night.");
    both.says("Colours, and larger letters.");
}

#[tokio::test]
async fn a_feature_becomes_an_assessment_with_its_answers_over_those_of_the_product() {
    let app = TestApp::start().await;
    let author = app.administrator().await;
    let product = app.product(&author, "Wound care").await;
    let reviewer = app.person(&author, "Rania Reviewer").await;
    app.give_roles(&author, product, &reviewer, &[Role::Reviewer]).await;
    let team = Team { app, author, reviewer, product };
    // The product was never answered: everything can still matter.
    let mut page = team.add("Warn of infection").await;
    page.says("The product has no answers yet");
    let picks = |question: &str| match question {
        "purpose" => "medical",
        "touches" => "part",
        "harm" => "serious",
        "decision" => "serious_surgical",
        "drives" | "monitors" => "none",
        "significance" => "drive",
        "situation" => "unknown",
        other => panic!("the test knows no answer to {other}"),
    };
    let mut asked = 0;
    while page.path.contains("question=") || !page.path.ends_with("/result") {
        let form = page.form("features/answer");
        let given = picks(form.value("question").unwrap());
        page = team.author.submit(form.with("given", given)).await.expect(200);
        asked += 1;
    }
    assert!(asked <= 9, "{asked} questions");
    page.says("A full assessment is needed");
    page.says("Not known, counted as the worst");
    let handed = team.author.submit(page.form("features/hand_over")).await.expect(200);
    let page = team.reviewer.get(&handed.path).await.expect(200);
    let wizard =
        team.reviewer.submit(page.form("features/assess").with("comment", "Assess it.")).await.expect(200);
    wizard.says("Started from feature F-1");
    assert!(wizard.path.contains("/classification/"), "{}", wizard.path);
    let place = wizard.path.split('?').next().unwrap().to_owned();
    let review = team.author.get(&format!("{place}/review")).await.expect(200);
    review.says("From feature F-1 “Warn of infection”: If it fails, what is the worst that can happen to a person? Death or a serious injury.");
    review.says("Started from feature F-1");
    let result = team.author.get(&handed.path).await.expect(200);
    assert_eq!(result.link("Go to the assessment"), place);
    // The authors of the feature answered what is in it; the reviewer who turned it did not.
    let answered: Vec<uuid::Uuid> =
        sqlx::query_scalar("select distinct unnest(answered_by) from app.answer where product_id = $1")
            .bind(team.product.uuid())
            .fetch_all(team.app.superuser())
            .await
            .unwrap();
    assert_eq!(answered, [team.author.id.uuid()]);
    // A second one waits until this assessment is through.
    let second = team.add("Something else").await;
    let mut page = second;
    while !page.path.ends_with("/result") {
        let form = page.form("features/answer");
        let given = form
            .value("given")
            .map_or_else(|| picks(form.value("question").unwrap()).to_owned(), str::to_owned);
        page = team.author.submit(form.with("given", given)).await.expect(200);
    }
    let handed = team.author.submit(page.form("features/hand_over")).await.expect(200);
    let page = team.reviewer.get(&handed.path).await.expect(200);
    team.reviewer
        .submit(page.form("features/assess"))
        .await
        .expect(200)
        .says("Another assessment of this product is already in work");
}

#[tokio::test]
async fn what_is_not_pursued_is_withdrawn_with_a_reason_and_stays_in_the_list() {
    let team = Team::of_the_insulin_controller().await;
    let first = team.add("Dark colours").await;
    let place = first.path.split('?').next().unwrap().to_owned();
    let edit = team.author.get(&format!("{place}/edit")).await.expect(200);
    team.author.submit(edit.form("features/withdraw")).await.expect(200).says("Please fill this in");
    let form = edit.form("features/withdraw").with("reason", "Nobody asked for it.");
    team.author.submit(form).await.expect(200).says("Nobody asked for it.");
    let room = team.author.get(&format!("{}?state=withdrawn", team.room())).await.expect(200);
    room.says("Dark colours");
    room.does_not_say("Darker colours at night");
    // Late answers are refused.
    team.author
        .submit(first.form("features/answer").with("given", "none"))
        .await
        .expect(200)
        .says("The feature is withdrawn");
}

#[tokio::test]
async fn the_list_is_filtered_by_its_address() {
    let team = Team::of_the_insulin_controller().await;
    let _ = team.answer(team.add("A new sensor").await, &[("purpose", "medical")]).await;
    let names = async |query: &str| {
        let page = team.author.get(&format!("{}{query}", team.room())).await.expect(200);
        page.texts("table.features tbody th a")
    };
    assert_eq!(names("").await, ["F-2 A new sensor", "F-1 Darker colours at night"]);
    assert_eq!(names("?state=draft").await, ["F-2 A new sensor"]);
    assert_eq!(names("?level=note").await, ["F-1 Darker colours at night"]);
    assert_eq!(names("?level=assessment&state=draft").await, ["F-2 A new sensor"]);
    assert!(names("?level=items").await.is_empty());
    assert_eq!(names("?state=nonsense").await.len(), 2);
}

#[tokio::test]
async fn nothing_changes_in_an_archived_product() {
    let team = Team::of_the_insulin_controller().await;
    let first = team.add("Dark colours").await;
    let edit = team.author.get(&format!("/products/{}/edit", team.product)).await.expect(200);
    let _ = team.author.submit(edit.form("products/archive").with("reason", "Sold.")).await.expect(200);
    team.author
        .submit(first.form("features/answer").with("given", "none"))
        .await
        .expect(200)
        .says("The product is archived");
}
