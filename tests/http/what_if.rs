//! Contradictions, and trying answers and rows before they are saved; all of it without script.

use domain::access::Role;
use domain::ids::ProductId;
use tests::{Page, Person, TestApp};

use crate::answering::{self, CLASS_B};

struct Work {
    app: TestApp,
    author: Person,
    product: ProductId,
    /// The assessment's own address.
    assessment: String,
}

impl Work {
    async fn begun() -> Self {
        let app = TestApp::start().await;
        let author = app.administrator().await;
        let product = app.product(&author, "Wound care").await;
        let document = answering::answer(&author, product, &CLASS_B).await;
        let assessment =
            document.path.split('?').next().unwrap_or_default().trim_end_matches("/review").to_owned();
        Self { app, author, product, assessment }
    }

    async fn what_if(&self, tried: &str) -> Page {
        self.author.get(&format!("{}/what-if?{tried}", self.assessment)).await.expect(200)
    }

    fn hazards(&self) -> String {
        format!("/products/{}/hazards", self.product)
    }

    async fn add_row(&self, severity: &str) {
        let page = self.author.get(&format!("{}/new", self.hazards())).await.expect(200);
        let form = page
            .form("hazards/add_risk")
            .with("hazard", "Wrong dressing")
            .with("events", "List is stale")
            .with("situation", "Wound is dressed too late")
            .with("harm", "Infection")
            .with("initial_severity", severity)
            .with("initial_p1", "0.02")
            .with("initial_p2", "0.05")
            .with("external_as_initial", "yes");
        let _ = self.author.submit(form).await.expect(200);
    }

    async fn declare(&self) -> Page {
        let page = self.author.get(&self.hazards()).await.expect(200);
        let form = page.form("hazards/declare_complete").with("reason", "Gone through.");
        self.author.submit(form).await.expect(200)
    }
}

/// The schemes of a preview: name, now, then.
fn schemes(page: &Page) -> Vec<String> {
    page.texts(".scheme-table tbody tr")
}

/// The schemes as the saved answers stand: the last cell of each.
async fn saved_schemes(work: &Work) -> Vec<String> {
    work.what_if("").await.texts(".scheme-table tbody tr td:last-child")
}

#[tokio::test]
async fn an_answer_is_tried_saved_as_draft_and_then_is_what_the_preview_said() {
    let work = Work::begun().await;
    for tried in
        ["worst_harm=serious", "decision_impact=other", "imdrf_situation=unknown", "action_beyond_storage=no"]
    {
        let mark = work.app.trail_mark().await;
        let preview = work.what_if(tried).await;
        let then = preview.texts(".scheme-table tbody tr td.then");
        assert!(work.app.trail_since(mark).await.is_empty(), "trying writes nothing");
        let back = work.author.submit(preview.form("classification/save_tried")).await;
        back.says("Please fill this in");
        let form = back.form("classification/save_tried");
        assert_eq!(form.value("tried"), Some(tried), "what was tried is still there");
        work.author.submit(form.with("rationale", "Looked at again.")).await.expect(200).says("in the draft");
        let entries = work.app.trail_since(mark).await;
        assert!(entries.iter().all(|entry| entry.action == "assessment.answered"), "{tried}");
        let words = |cells: Vec<String>| -> Vec<String> {
            cells
                .into_iter()
                .map(|cell| cell.replace('→', "").replace("becomes", "").trim().to_owned())
                .collect()
        };
        let kept: Vec<String> = words(then).into_iter().filter(|cell| cell != "not asked").collect();
        assert_eq!(words(saved_schemes(&work).await), kept, "{tried}");
    }
}

#[tokio::test]
async fn several_answers_are_tried_together_and_saved_all_or_none() {
    let work = Work::begun().await;
    let preview = work.what_if("worst_harm=serious&imdrf_significance=inform").await;
    assert!(schemes(&preview).iter().any(|line| line.contains("IEC 62304") && line.contains('C')));
    preview.says("D10");
    // Somebody else answers one of the two first.
    let other = work.app.person(&work.author, "Olga Other").await;
    work.app.give_roles(&work.author, work.product, &other, &[Role::Author]).await;
    let page = other.get(&format!("{}?question=worst_harm", work.assessment)).await.expect(200);
    let form = page.form("classification/save_answer").with("given", "serious").with("rationale", "Sepsis.");
    let _ = other.submit(form).await.expect(200);
    let form = preview.form("classification/save_tried").with("rationale", "Both.");
    let refused = work.author.submit(form).await;
    refused.says("Olga Other");
    work.what_if("").await.does_not_say("It informs →");
    let questions = work.author.get(&format!("{}/review", work.assessment)).await;
    questions.says("It drives what is done next.");
}

#[tokio::test]
async fn a_reader_can_try_and_not_save() {
    let work = Work::begun().await;
    let reader = work.app.person(&work.author, "Rolf Reader").await;
    work.app.give_roles(&work.author, work.product, &reader, &[Role::Reader]).await;
    let page = reader.get(&format!("{}/what-if?worst_harm=serious", work.assessment)).await.expect(200);
    page.says("If this is saved");
    assert!(page.forms("classification/save_tried").is_empty());
}

#[tokio::test]
async fn nonsense_in_the_address_tries_nothing() {
    let work = Work::begun().await;
    work.what_if("worst_harm=grave&colour=blue&is_software=yes").await.says("Nothing is tried yet");
    let form = work.what_if("").await.form("classification/save_tried").with("rationale", "Why not.");
    work.author.submit(form).await.says("Pick one of the answers");
}

#[tokio::test]
async fn schemes_that_do_not_go_together_stand_side_by_side_everywhere() {
    let work = Work::begun().await;
    let product = work.product;
    for page in [
        format!("/products/{product}"),
        format!("/products/{product}/classification"),
        format!("{}?question=worst_harm", work.assessment),
        format!("{}/review", work.assessment),
    ] {
        let shown = work.author.get(&page).await.expect(200);
        let codes = shown.texts(".contradiction .code");
        assert!(codes.contains(&"X12".to_owned()), "{page}: {codes:?}");
        let sides = shown.texts(".sides dd");
        assert!(sides.contains(&"An injury, but not a serious one".to_owned()), "{page}: {sides:?}");
        let ways = shown.attributes(".ways a", "href");
        assert!(ways.iter().any(|way| way.ends_with("#question-worst_harm")), "{page}: {ways:?}");
    }
    let fixed = work.what_if("worst_harm=serious").await;
    assert!(fixed.text(".resolved").contains("X12"));
    // Beside its verdict, which tells it as a caveat, the comparison with the table is not told a second time.
    let review = work.author.get(&format!("{}/review", work.assessment)).await;
    assert!(review.texts(".document-remarks li").iter().any(|doubt| doubt.contains("Annex III")));
    assert!(!review.texts(".contradiction .code").contains(&"X21".to_owned()));
    let room = work.author.get(&format!("/products/{product}/classification")).await;
    assert!(room.texts(".contradiction .code").contains(&"X21".to_owned()));
}

#[tokio::test]
async fn a_register_that_says_more_than_the_answers_is_a_finding_on_both_sides() {
    let work = Work::begun().await;
    work.add_row("4").await;
    work.author.get(&work.hazards()).await.does_not_say("C22");
    let declared = work.declare().await;
    assert!(declared.texts(".contradiction .code").contains(&"C22".to_owned()));
    work.author
        .get(&format!("/products/{}/classification", work.product))
        .await
        .says("the register holds an unacceptable risk of death or serious injury");
    let preview = work.what_if("worst_harm=serious").await;
    assert!(preview.text(".resolved").contains("C22"));
}

#[tokio::test]
async fn a_row_is_tried_saved_and_then_is_what_the_preview_said() {
    let work = Work::begun().await;
    work.add_row("4").await;
    work.declare().await;
    let here = format!("{}/R-001/what-if", work.hazards());
    let mark = work.app.trail_mark().await;
    let preview =
        work.author.get(&format!("{here}?external_severity=2&initial_severity=2&initial_p1=often")).await;
    preview.says("Can not be read, so what is saved counts: P1 before control.");
    let preview =
        work.author.get(&format!("{here}?external_severity=2&initial_severity=2")).await.expect(200);
    preview.says("The declaration that the analysis is complete lapses");
    assert!(preview.text(".resolved").contains("C22"));
    let lines = preview.texts(".preview-table tr.scheme-moves");
    assert!(
        lines.iter().any(|line| line.contains("The register implies") && line.contains('B')),
        "{lines:?}"
    );
    assert!(work.app.trail_since(mark).await.is_empty(), "trying writes nothing");

    let late = work.author.get(&format!("{here}?external_severity=3")).await.expect(200);
    let saved = work.author.submit(preview.form("hazards/save_tried")).await.expect(200);
    saved.says("R-001 is saved as it was tried.");
    let entries = work.app.trail_since(mark).await;
    assert!(entries.iter().any(|entry| entry.action == "risk.trial_saved"));
    work.author.get(&work.hazards()).await.says("the register would imply class B");
    work.declare().await.does_not_say("C22");
    // The page that was filled before is stale now.
    let stale = work.author.submit(late.form("hazards/save_tried")).await;
    stale.says("Nothing was saved");
}

#[tokio::test]
async fn a_control_is_tried_outside_and_taken_away() {
    let work = Work::begun().await;
    work.add_row("4").await;
    let page = work.author.get(&format!("{}/R-001", work.hazards())).await.expect(200);
    let form = page
        .form("hazards/add_control")
        .with("title", "Ward round")
        .with("place", "procedure")
        .with("lowers_p1", "yes");
    let _ = work.author.submit(form).await.expect(200);
    let here = format!("{}/R-001/what-if", work.hazards());
    let now = work.author.get(&here).await.expect(200);
    assert!(now.text(".preview-title").contains("As it is saved"));
    let outside =
        work.author.get(&format!("{here}?external_1=yes&external_severity=4&external_p1=0.0000001")).await;
    let lines = outside.texts(".preview-table tr.scheme-moves");
    assert!(
        lines.iter().any(|line| line.contains("The register implies") && line.contains("provisional")),
        "{lines:?}"
    );
    let _ = work.author.submit(outside.form("hazards/save_tried")).await.expect(200);
    work.author.get(&format!("{}/R-001", work.hazards())).await.says("external to the software system");

    let gone = work.author.get(&format!("{here}?used_1=no")).await.expect(200);
    let refused = work.author.submit(gone.form("hazards/save_tried")).await;
    refused.says("Please fill this in");
    let form = refused.form("hazards/save_tried").with("reason", "The round is not held any more.");
    work.author.submit(form).await.expect(200).says("Nothing controls this risk yet.");
    let nothing = work.author.get(&here).await.form("hazards/save_tried");
    work.author.submit(nothing).await.says("Nothing is tried that can be saved");
}

#[tokio::test]
async fn a_draft_is_forgotten_when_asked() {
    let work = Work::begun().await;
    let (product, assessment) =
        (work.product.to_string(), work.assessment.rsplit('/').next().unwrap_or_default());
    let fields = [
        ("product", product.as_str()),
        ("assessment", assessment),
        ("question", "worst_harm"),
        ("given", "serious"),
        ("rationale", "Half a thought"),
    ];
    let _ = work.author.browser.call("classification/keep_draft", &fields).await.expect(200);
    let page = work.author.get(&format!("{}?question=worst_harm", work.assessment)).await.expect(200);
    page.says("Half a thought");
    page.says("If you save");
    let action = page.attributes("#forget-draft", "formaction").remove(0);
    let fields: Vec<(String, String)> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let _ = work.author.browser.post_from(&page.path, &action, &fields).await.expect(303);
    let page = work.author.get(&page.path).await.expect(200);
    page.does_not_say("Half a thought");
    page.does_not_say("If you save");
}

#[tokio::test]
async fn the_class_of_an_item_is_tried_saved_and_set_beside_the_answers() {
    let work = Work::begun().await;
    let room = format!("/products/{}/items", work.product);
    let page = work.author.get(&room).await.expect(200);
    let form = page.form("items/add").with("name", "Planner");
    let _ = work.author.submit(form).await.expect(200);
    let here = format!("{room}/SI-001/what-if");
    work.author.get(&here).await.expect(200).says("As it is saved");
    // The answers say class B; nothing is of record, so class C holds the system, and A needs its segregation.
    let preview = work.author.get(&format!("{here}?class=A&segregated=yes&kept=yes")).await.expect(200);
    preview.says("If this is saved");
    assert!(preview.texts(".contradiction .code").contains(&"X03".to_owned()));
    let lines = preview.texts(".preview-table tr.scheme-moves");
    assert!(lines.iter().any(|line| line.contains("SI-001") && line.contains('A')), "{lines:?}");
    let form = preview.form("items/set_class");
    assert_eq!(form.value("class"), Some("A"));
    let form =
        form.with("segregation", "Runs on a processor of its own.").with("kept_effective", "Chapter 4.");
    let _ = work.author.submit(form).await.expect(200);
    let listed = work.author.get(&room).await.expect(200);
    assert!(listed.texts(".contradiction .code").contains(&"X03".to_owned()));
    assert_eq!(listed.count(".finding"), 0, "what does not go together is not found a second time");
}

#[tokio::test]
async fn another_purpose_than_the_approved_one_is_a_finding_until_it_is_assessed_again() {
    let work = Work::begun().await;
    let reviewer = answering::reviewer(&work.app, &work.author, work.product).await;
    let review = work.author.get(&format!("{}/review", work.assessment)).await.expect(200);
    answering::approve(&work.author, &reviewer, &review).await;
    let overview = format!("/products/{}", work.product);
    work.author.get(&overview).await.does_not_say("X06");
    let edit = work.author.get(&format!("{overview}/edit")).await.expect(200);
    let form =
        edit.form("products/edit").with("intended_purpose", "Doses antibiotics by the look of a wound.");
    let _ = work.author.submit(form).await.expect(200);
    let codes = work.author.get(&overview).await.texts(".contradiction .code");
    assert!(codes.contains(&"X06".to_owned()), "{codes:?}");
}
