//! The hazard register: rows, cells, controls, completeness, the plan, the file.

use domain::access::Role;
use domain::ids::ProductId;
use tests::{Browser, Page, Person, TestApp};

/// A product with one row, and the person who keeps it.
async fn started(app: &TestApp) -> (Person, ProductId) {
    let person = app.administrator().await;
    let product = app.product(&person, "Glucose watch").await;
    (person, product)
}

fn register(product: ProductId) -> String {
    format!("/products/{product}/hazards")
}

/// Adds a row with this situation and an estimate that is unacceptable.
async fn add_row(browser: &Browser, product: ProductId, situation: &str) -> Page {
    let page = browser.get(&format!("{}/new", register(product))).await.expect(200);
    let form = page
        .form("/api/hazards/add_risk")
        .with("hazard", "Wrong glucose value")
        .with("events", "Sensor drifts\nValue is shown as true")
        .with("situation", situation)
        .with("harm", "Severe hypoglycaemia")
        .with("initial_severity", "4")
        .with("initial_p1", "0.02")
        .with("initial_p2", "0.05")
        .with("external_as_initial", "yes");
    browser.submit(form).await.expect(200)
}

#[tokio::test]
async fn a_row_is_added_judged_and_found_by_every_filter_that_fits() {
    let app = TestApp::start().await;
    let (person, product) = started(&app).await;
    let page = add_row(&person.browser, product, "Alone at night").await;
    page.says("R-001 stands in the register.");
    page.says("1 × 10⁻³, 5 frequent");
    page.says("C07");

    for (query, found) in [
        ("", true),
        ("?show=unacceptable", true),
        ("?show=unacceptable&sort=before", true),
        ("?show=unacceptable&sort=after", true),
        ("?sort=before", true),
        ("?sort=after", true),
        ("?show=blocks", true),
        ("?show=blocks&sort=before", true),
        ("?show=blocks&sort=after", true),
        ("?before=S4P5", true),
        ("?after=S4P5", true),
        ("?hazard=HZ-001", true),
        ("?situation=HS-001", true),
        ("?show=acceptable", false),
        ("?show=acceptable&sort=before", false),
        ("?show=reduce&sort=after", false),
        ("?show=not-estimated", false),
        ("?show=warns", false),
        ("?show=warns&sort=before", false),
        ("?show=warns&sort=after", false),
        ("?show=withdrawn", false),
        ("?before=S1P1", false),
        ("?after=S5P5", false),
        ("?control=RC-001", false),
        ("?hazard=HZ-002", false),
        ("?from=0.1", false),
    ] {
        let page = person.browser.get(&format!("{}{query}", register(product))).await.expect(200);
        assert_eq!(page.count("tr#R-001") == 1, found, "{query}");
    }
}

#[tokio::test]
async fn rows_are_found_by_words_in_any_of_their_texts() {
    let app = TestApp::start().await;
    let (person, product) = started(&app).await;
    let browser = &person.browser;
    add_row(browser, product, "Alone at night").await;
    add_row(browser, product, "Driving on the 100% motor_way").await;
    let page = browser.get(&format!("{}/R-001", register(product))).await.expect(200);
    let control = page
        .form("/api/hazards/add_control")
        .with("title", "Alarm that can not be silenced")
        .with("place", "hardware")
        .with("lowers_p1", "yes");
    let _ = browser.submit(control).await.expect(200);
    let found = async |query: &str| {
        let page = browser.get(&format!("{}?{query}", register(product))).await.expect(200);
        page.attributes("tr[data-risk]", "data-risk")
    };
    for (query, rows) in [
        ("words=glucose", &["R-001", "R-002"][..]),
        ("words=NIGHT", &["R-001"]),
        ("words=drifts+motor", &["R-002"]),
        ("words=night+motor", &[]),
        ("words=silenc", &["R-001"]),
        ("words=r-002", &["R-002"]),
        ("words=severe+hypo", &["R-001", "R-002"]),
        // Marks of patterns are letters like any other.
        ("words=100%25", &["R-002"]),
        ("words=motor_way", &["R-002"]),
        ("words=motor%25way", &[]),
        ("words=n_ght", &[]),
        ("words=%5C", &[]),
        ("words=%27+or+1=1", &[]),
        ("words=%00", &["R-001", "R-002"]),
        ("words=glucose&show=unacceptable", &["R-001", "R-002"]),
        ("words=glucose&show=acceptable", &[]),
        ("words=glucose&show=not-estimated", &[]),
        ("words=glucose&show=blocks&sort=after", &["R-001", "R-002"]),
        ("words=glucose&show=warns", &[]),
        ("words=glucose&show=withdrawn", &[]),
        ("words=glucose&before=S4P5", &["R-001", "R-002"]),
        ("words=night&after=S4P5", &["R-001"]),
        ("words=night&after=S1P1", &[]),
        ("words=night&hazard=HZ-001", &["R-001"]),
        ("words=glucose&hazard=HZ-007", &[]),
        ("words=glucose&situation=HS-002", &["R-002"]),
        ("words=glucose&control=RC-001", &["R-001"]),
        ("words=glucose&from=0.1", &["R-002"]),
    ] {
        assert_eq!(found(query).await, rows, "{query}");
    }
    let page = browser.get(&format!("{}?words=glucose&show=blocks", register(product))).await.expect(200);
    let form = page.form(&register(product));
    assert_eq!(
        (form.value("words"), form.value("show")),
        (Some("glucose"), Some("blocks")),
        "it stays in its view"
    );
    page.says("2 rows with “glucose”, R-001 to R-002");
    let file = page.attributes("a[download][href*='.csv']", "href").remove(0);
    let lines = browser.get(&file.replace("glucose", "motor")).await.expect(200).body;
    assert_eq!(lines.matches("Wrong glucose value").count(), 1, "{lines}");
    browser.get(&format!("{}?words=nowhere", register(product))).await.says("No row holds these words");
}

#[tokio::test]
async fn the_register_implies_a_class_only_while_it_is_declared_complete() {
    let app = TestApp::start().await;
    let (person, product) = started(&app).await;
    add_row(&person.browser, product, "Alone at night").await;
    let page = person.browser.get(&register(product)).await;
    page.says("Not determined, class C applies.");

    let declare = page.form("/api/hazards/declare_complete");
    let refused = person.browser.submit(declare.with("reason", " ")).await;
    refused.says("Please fill this in.");
    let declare = refused.form("/api/hazards/declare_complete");
    let declared = person.browser.submit(declare.with("reason", "Prompt list gone through.")).await;
    declared.says("Prompt list gone through.");
    declared.says("Because of R-001");

    let edited = person.browser.get(&format!("{}?edit=R-001", register(product))).await;
    let saved = person.browser.submit(edited.form("/api/hazards/edit_row").with("initial_p1", "0.03")).await;
    saved.says("R-001 is saved.");
    saved.says("open again since");
    saved.says("R-001 was changed");
}

#[tokio::test]
async fn an_island_is_refused_in_sentences_with_the_version_that_is_stored() {
    let app = TestApp::start().await;
    let (person, product) = started(&app).await;
    add_row(&person.browser, product, "Alone at night").await;
    let product = product.to_string();
    let set = async |was: &str, value: &str| {
        let fields = [
            ("product", product.as_str()),
            ("risk", "R-001"),
            ("field", "harm"),
            ("was", was),
            ("value", value),
        ];
        person.browser.call("hazards/set_cell", &fields).await
    };
    let said = |page: &Page| {
        assert_eq!(page.headers["content-type"], app::islands::post::FORM);
        let pairs = reqwest::Url::parse(&format!("http://h/?{}", page.body)).unwrap();
        pairs.query_pairs().into_owned().collect::<Vec<(String, String)>>()
    };
    let _ = set("Severe hypoglycaemia", "Coma").await.expect(200);
    let stale = said(&set("Severe hypoglycaemia", "Seizure").await.expect(409));
    let value = |name: &str| stale.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str());
    assert!(value("changed_by").is_some_and(|name| !name.is_empty()));
    assert_eq!((value("field"), value("theirs")), (Some("Harm"), Some("Coma")));
    assert!(value("revision").is_some_and(|revision| revision.parse::<i32>().is_ok()));
    let empty = said(&set("Coma", " ").await.expect(422));
    assert_eq!(empty, [("said".to_owned(), "Please fill this in.".to_owned())]);
}

#[tokio::test]
async fn the_second_of_two_writers_sees_both_versions_and_loses_nothing() {
    let app = TestApp::start().await;
    let (person, product) = started(&app).await;
    add_row(&person.browser, product, "Alone at night").await;
    let address = format!("{}?edit=R-001", register(product));
    let first = person.browser.get(&address).await.form("/api/hazards/edit_row");
    let second = person.browser.get(&address).await.form("/api/hazards/edit_row");
    person.browser.submit(first.with("harm", "Coma")).await.says("Coma");

    let both = person.browser.submit(second.with("harm", "Seizure").with("hazard", "Stale value")).await;
    both.says("changed this record first");
    both.says("Seizure");
    both.says("Coma");
    both.says("Stale value");
    let saved = person.browser.submit(both.form("/api/hazards/edit_row").with("harm", "Seizure")).await;
    saved.says("R-001 is saved.");
    saved.says("Seizure");
    saved.says("Stale value");
}

#[tokio::test]
async fn a_control_is_added_verified_and_counts() {
    let app = TestApp::start().await;
    let (person, product) = started(&app).await;
    let browser = &person.browser;
    let page = add_row(browser, product, "Alone at night").await;

    let inside = page
        .form("/api/hazards/add_control")
        .with("title", "Unit test of the filter")
        .with("external", "yes")
        .with("place", "software_item");
    let refused = browser.submit(inside).await;
    refused.says("it is not outside");
    refused.says("A test shows that a control works");
    refused.says("Please say what the control lowers");

    let page = browser.get(&format!("{}/R-001", register(product))).await;
    let control = page
        .form("/api/hazards/add_control")
        .with("title", "Alarm of the receiver")
        .with("option", "protective")
        .with("lower_option_reason", "The sensor can not be changed.")
        .with("place", "other_system")
        .with("external", "yes")
        .with("lowers_p1", "yes");
    let mut page = browser.submit(control).await;
    page.says("RC-001 is added.");
    page.says("Nothing shows that RC-001 works.");
    for kind in ["implementation", "effectiveness"] {
        let form = page
            .forms("/api/hazards/record_verification")
            .into_iter()
            .find(|form| form.value("kind") == Some(kind))
            .expect("a form for each kind");
        let without_evidence = form.clone().with("method", "Bench test").with("outcome", "passed");
        browser.submit(without_evidence).await.says("A result needs its evidence");
        let shown = form
            .with("method", "Bench test")
            .with("outcome", "passed")
            .with("evidence", "TR-7")
            .with("performed_on", "2026-01-05");
        page = browser.submit(shown).await;
        page.says("is recorded.");
    }
    page.does_not_say("Nothing shows that RC-001");

    let estimate = page
        .forms("/api/hazards/edit_row")
        .into_iter()
        .find(|form| form.value("external_p1").is_some())
        .expect("the estimate with external controls only");
    let page = browser.submit(estimate.with("external_p1", "1e-6")).await;
    page.says("acceptable with external controls only");
    let register = browser.get(&register(product)).await;
    register.says("the register would imply class A");
}

#[tokio::test]
async fn a_withdrawn_row_stays_readable_and_can_come_back() {
    let app = TestApp::start().await;
    let (person, product) = started(&app).await;
    let page = add_row(&person.browser, product, "Alone at night").await;
    let gone =
        person.browser.submit(page.form("/api/hazards/withdraw_risk").with("reason", "Entered twice.")).await;
    gone.says("R-001 is withdrawn.");
    assert_eq!(gone.count("tr#R-001"), 0);
    let page = person.browser.get(&format!("{}/R-001", register(product))).await.expect(200);
    page.says("Entered twice.");
    let back = person.browser.submit(page.form("/api/hazards/restore_risk")).await;
    back.says("R-001 stands in the register again.");
    let next = add_row(&person.browser, product, "In the car").await;
    next.says("R-002");
}

#[tokio::test]
async fn a_new_plan_judges_every_row_anew_and_refuses_a_matrix_that_improves() {
    let app = TestApp::start().await;
    let (person, product) = started(&app).await;
    let browser = &person.browser;
    add_row(browser, product, "Alone at night").await;
    let address = format!("/products/{product}/risk-plan?edit=yes");
    let form = browser.get(&address).await.form("/api/hazards/set_plan");
    let refused = browser
        .submit(form.with("cell_S5P1", "acceptable").with("cell_S4P1", "reduce").with("reason", "Looser."))
        .await;
    refused.says("This cell is better than one with a milder harm");

    let form = browser.get(&address).await.form("/api/hazards/set_plan");
    let looser =
        form.with("limit_5", "0.5").with("limit_4", "0.1").with("limit_3", "0.05").with("limit_2", "0.01");
    let saved = browser.submit(looser.with("reason", "Per device-year, as in the field data.")).await;
    saved.says("Version 1 of the risk plan is in force.");
    let row = browser.get(&format!("{}/R-001", register(product))).await;
    row.says("1 improbable");
    let stale = browser.get(&address).await.form("/api/hazards/set_plan").forced("revision", "0");
    browser.submit(stale.with("reason", "Again").with("unit", "use")).await.says("changed this record first");
}

#[tokio::test]
async fn the_file_holds_what_the_filter_shows_and_no_formula() {
    let app = TestApp::start().await;
    let (person, product) = started(&app).await;
    add_row(&person.browser, product, "=HYPERLINK(\"http://evil.test\")").await;
    add_row(&person.browser, product, "In the car").await;
    let file = person.browser.get(&format!("{}.csv", register(product))).await.expect(200);
    let text = file.body.clone();
    assert_eq!(text.lines().filter(|line| line.starts_with("R-")).count(), 2, "{text}");
    assert!(text.contains("'=HYPERLINK"), "{text}");
    let none = person.browser.get(&format!("{}.csv?show=acceptable", register(product))).await.expect(200);
    assert_eq!(none.body.lines().filter(|line| line.starts_with("R-")).count(), 0);
}

#[tokio::test]
async fn each_change_leaves_one_entry_for_each_record_and_none_without_a_change() {
    let app = TestApp::start().await;
    let (person, product) = started(&app).await;
    let mark = app.trail_mark().await;
    add_row(&person.browser, product, "Alone at night").await;
    let kinds: Vec<String> = app.trail_since(mark).await.into_iter().map(|entry| entry.kind).collect();
    for kind in ["hazard", "sequence_of_events", "hazardous_situation", "harm", "risk"] {
        assert_eq!(kinds.iter().filter(|it| *it == kind).count(), 1, "{kinds:?}");
    }
    assert_eq!(kinds.len(), 5, "{kinds:?}");

    let mark = app.trail_mark().await;
    let page = person.browser.get(&format!("{}?edit=R-001", register(product))).await;
    person.browser.submit(page.form("/api/hazards/edit_row")).await.says("R-001 is saved.");
    assert_eq!(app.trail_since(mark).await.len(), 0, "nothing was changed, so nothing is on the trail");
}

#[tokio::test]
async fn readers_see_the_register_and_change_nothing() {
    let app = TestApp::start().await;
    let (person, product) = started(&app).await;
    add_row(&person.browser, product, "Alone at night").await;
    let reader = app.person(&person, "Rita Reader").await;
    let _ = reader.browser.get(&register(product)).await.expect(404);
    app.give_roles(&person, product, &reader, &[Role::Reader]).await;
    let page = reader.browser.get(&register(product)).await.expect(200);
    assert_eq!(page.count("tr#R-001"), 1);
    assert!(page.operations().iter().all(|operation| !operation.starts_with("/api/hazards")));
    let _ = reader.browser.get(&format!("{}/new", register(product))).await.expect(403);
    let _ = reader.browser.get(&format!("{}/R-999", register(product))).await.expect(404);
}
