//! A form that is sent again is done once and answered as before.

use domain::ids::ProductId;
use reqwest::Method;
use tests::{Form, Page, Person, TestApp};

async fn started(app: &TestApp) -> (Person, ProductId, Form) {
    let person = app.administrator().await;
    let product = app.product(&person, "Glucose watch").await;
    (person.clone(), product, row_form(&person, product).await)
}

async fn row_form(person: &Person, product: ProductId) -> Form {
    let page = person.get(&format!("/products/{product}/hazards/new")).await.expect(200);
    page.form("/api/hazards/add_risk")
        .with("hazard", "Wrong glucose value")
        .with("events", "Sensor drifts")
        .with("situation", "Alone at night")
        .with("harm", "Severe hypoglycaemia")
}

async fn rows(app: &TestApp) -> i64 {
    sqlx::query_scalar("select count(*) from app.risk").fetch_one(app.superuser()).await.unwrap()
}

fn leads_to(page: &Page) -> &str {
    assert_eq!(page.status, 303, "{}", page.summary());
    page.headers["location"].to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_times_at_once_is_one_row_and_one_answer() {
    let app = TestApp::start().await;
    let (person, _, form) = started(&app).await;
    let all = (0..100).map(|_| {
        let (person, form) = (person.clone(), form.clone());
        tokio::spawn(async move {
            loop {
                let page = person.submit_without_following(form.clone()).await;
                // So many are more than the few connections of a test can serve: who is told to come back does.
                if page.status != 503 {
                    break page;
                }
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        })
    });
    let mut answers = std::collections::BTreeSet::new();
    for one in all.collect::<Vec<_>>() {
        answers.insert(leads_to(&one.await.unwrap()).to_owned());
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert!(answers.first().is_some_and(|to| to.ends_with("/hazards/R-001")), "{answers:?}");
    assert_eq!(rows(&app).await, 1);
    // Later too.
    let page = person.submit(form).await.expect(200);
    page.says("R-001 stands in the register.");
    assert_eq!(rows(&app).await, 1);
}

#[tokio::test]
async fn other_words_under_the_same_key_are_refused_and_nothing_typed_is_lost() {
    let app = TestApp::start().await;
    let (person, _, form) = started(&app).await;
    let _ = person.submit(form.clone()).await.expect(200);
    let page = person.submit(form.with("situation", "At school")).await;
    page.says("this form was sent before, with other words");
    assert_eq!(rows(&app).await, 1);
    let again = page.form("/api/hazards/add_risk");
    assert_eq!(again.value("situation"), Some("At school"));
    let page = person.submit(again).await.expect(200);
    page.says("R-002 stands in the register.");
    assert_eq!(rows(&app).await, 2);
}

#[tokio::test]
async fn a_form_that_was_refused_goes_on_under_its_key() {
    let app = TestApp::start().await;
    let (person, _, form) = started(&app).await;
    let key = form.value("_key").map(str::to_owned);
    assert!(key.is_some());
    let page = person.submit(form.with("hazard", "")).await;
    let again = page.form("/api/hazards/add_risk");
    assert_eq!(
        again.value("_key"),
        key.as_deref(),
        "nobody could tell otherwise what a lost answer was about"
    );
    let _ = person.submit(again.with("hazard", "Wrong glucose value")).await.expect(200);
    assert_eq!(rows(&app).await, 1);
}

#[tokio::test]
async fn what_was_refused_inside_of_its_transaction_was_not_accepted() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let own = ada.get(&format!("/people/{}", ada.id)).await.expect(200).form("people/unmake_administrator");
    let kept = "select count(*) from run.accepted_form";
    for _ in 0..2 {
        ada.submit(own.clone()).await.expect(200).says("Nobody would be left");
        assert_eq!(sqlx::query_scalar::<_, i64>(kept).fetch_one(app.superuser()).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn a_link_that_is_shown_once_is_kept_nowhere_so_the_form_may_be_sent_again() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let ben = app.person(&ada, "Ben Baker").await;
    let form = ada.get(&format!("/people/{}", ben.id)).await.expect(200).form("people/make_password_link");
    let first = ada.submit(form.clone()).await.expect(200).text("#handover");
    let second = ada.submit(form).await.expect(200).text("#handover");
    assert_ne!(first, second);
    let holds_link = "select count(*) from run.accepted_form where answer::text like '%/setup/%'";
    assert_eq!(sqlx::query_scalar::<_, i64>(holds_link).fetch_one(app.superuser()).await.unwrap(), 0);
}

#[tokio::test]
async fn the_key_is_the_persons_own() {
    let app = TestApp::start().await;
    let (person, product, form) = started(&app).await;
    let other = app.person(&person, "Otto Other").await;
    app.give_roles(&person, product, &other, &[domain::access::Role::Author]).await;
    let _ = person.submit(form.clone()).await.expect(200);
    let _ = other.submit(form.with("situation", "At school")).await.expect(200);
    assert_eq!(rows(&app).await, 2);
}

#[tokio::test]
async fn an_old_form_is_not_taken_because_its_key_may_be_forgotten() {
    let app = TestApp::start().await;
    let (person, _, form) = started(&app).await;
    let two_days_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(48 * 60 * 60);
    let since = two_days_ago.duration_since(std::time::UNIX_EPOCH).unwrap();
    let timestamp = uuid::Timestamp::from_unix(uuid::NoContext, since.as_secs(), 0);
    let old = form.clone().forced("_key", uuid::Uuid::new_v7(timestamp).to_string());
    let page = person.submit(old).await;
    page.says("opened more than a day ago");
    assert_eq!(rows(&app).await, 0);
    let _ = person.submit(page.form("/api/hazards/add_risk")).await.expect(200);
    assert_eq!(rows(&app).await, 1);
}

#[tokio::test]
async fn keys_are_forgotten_after_a_day() {
    let app = TestApp::start().await;
    let (person, _, form) = started(&app).await;
    let _ = person.submit(form).await.expect(200);
    let kept = "select count(*) from run.accepted_form";
    let before: i64 = sqlx::query_scalar(kept).fetch_one(app.superuser()).await.unwrap();
    assert!(before >= 2, "the product and its row");
    store::leftovers::clear(app.service.store()).await.unwrap();
    assert_eq!(sqlx::query_scalar::<_, i64>(kept).fetch_one(app.superuser()).await.unwrap(), before);
    sqlx::query("update run.accepted_form set accepted_at = accepted_at - interval '25 hours'")
        .execute(app.superuser())
        .await
        .unwrap();
    store::leftovers::clear(app.service.store()).await.unwrap();
    assert_eq!(sqlx::query_scalar::<_, i64>(kept).fetch_one(app.superuser()).await.unwrap(), 0);
}

#[tokio::test]
async fn a_program_sends_its_key_as_a_header_and_gets_the_same_answer_again() {
    let app = TestApp::start().await;
    let (person, product, _) = started(&app).await;
    let product = product.to_string();
    let send = async |key: &str| {
        let fields = [
            ("product", product.as_str()),
            ("hazard", "Wrong value"),
            ("events", "Sensor drifts"),
            ("situation", "Alone"),
            ("harm", "Coma"),
        ];
        let request = person
            .bare(Method::POST, "/api/hazards/add_risk")
            .header("accept", "application/json")
            .header("origin", &app.origin)
            .header("sec-fetch-site", "same-origin")
            .header("idempotency-key", key)
            .form(&fields);
        person.send("/api/hazards/add_risk", request).await
    };
    let key = uuid::Uuid::now_v7().to_string();
    for _ in 0..2 {
        assert_eq!(send(&key).await.expect(200).body, "\"R-001\"");
    }
    assert_eq!(rows(&app).await, 1);
    let _ = send("no key").await.expect(400);
    // A server that was killed before it knew its answer still does nothing twice.
    sqlx::query(
        "update run.accepted_form set answer = null, accepted_at = accepted_at - interval '1 minute'",
    )
    .execute(app.superuser())
    .await
    .unwrap();
    let _ = send(&key).await.expect(200);
    assert_eq!(rows(&app).await, 1);
}
