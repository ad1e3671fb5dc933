//! The trail as people see it: who may, what it says, what the filters show, and the files.

use domain::access::Role;
use tests::TestApp;

#[tokio::test]
async fn each_step_stands_on_the_trail_with_name_time_and_place() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let product = app.product(&ada, "Wound assistant").await;
    let page = ada.get(&format!("/products/{product}/trail")).await.expect(200);
    page.says("Ada Adler");
    page.says("Started a product");
    page.says("Wound assistant");
    page.says("Entries are added, never edited and never removed");
    assert_eq!(page.count("tbody tr[id^=entry-] time[datetime]"), page.count("tbody tr[id^=entry-]"));
    page.says("product administrator");
}

#[tokio::test]
async fn a_change_shows_the_old_struck_and_the_new() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let product = app.product(&ada, "Wound assistant").await;
    let form = ada.get(&format!("/products/{product}/edit")).await.expect(200).form("products/edit");
    let _ = ada.submit(form.with("name", "Wound adviser")).await.expect(200);
    let page = ada.get(&format!("/products/{product}/trail?action=product.edited")).await.expect(200);
    assert_eq!(page.count("tr[id^=entry-]"), 1);
    assert!(page.text("tr[id^=entry-] del").contains("Wound assistant"));
    assert!(page.text("tr[id^=entry-] strong").contains("Wound adviser"));
}

#[tokio::test]
async fn filters_show_what_they_say_and_what_is_not_understood_is_told() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let product = app.product(&ada, "Wound assistant").await;
    let base = format!("/products/{product}/trail");
    let rows = async |query: &str| {
        let page = ada.get(&format!("{base}?{query}")).await.expect(200);
        page.count("tr[id^=entry-]")
    };
    assert_eq!(rows("kind=membership").await, 2);
    assert_eq!(rows("kind=product").await, 1);
    assert_eq!(rows(&format!("record={product}")).await, 1);
    assert_eq!(rows(&format!("person={}", ada.id)).await, 3);
    assert_eq!(rows("person=system:demonstration").await, 0);
    assert_eq!(rows("from=2020-01-01&to=2020-12-31").await, 0);
    assert_eq!(rows("from=2020-01-01").await, 3);
    assert_eq!(rows("workstation=nowhere").await, 0);
    assert_eq!(rows("before=1").await, 0);
    let page = ada.get(&format!("{base}?from=yesterday&kind=%3Cscript%3E")).await.expect(200);
    page.says("was not understood");
    assert_eq!(page.count("main script"), 0);
}

#[tokio::test]
async fn the_list_goes_on_from_the_last_entry_seen() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let product = app.demonstration(&ada, "Closed-loop insulin controller").await;
    let mut path = format!("/products/{product}/trail");
    let mut seen = Vec::new();
    loop {
        let page = ada.get(&path).await.expect(200);
        seen.extend(page.attributes("tr[id^=entry-]", "id"));
        let next = page.attributes("nav.pager a[rel=next]", "href");
        match next.first() {
            Some(next) => path.clone_from(next),
            None => break,
        }
        assert!(seen.len() < 5_000, "the list comes to an end");
    }
    let stored: i64 = sqlx::query_scalar("select count(*) from audit.entry where product = $1")
        .bind(product.uuid())
        .fetch_one(app.superuser())
        .await
        .unwrap();
    let mut once = seen.clone();
    once.sort();
    once.dedup();
    assert_eq!(
        (seen.len(), once.len()),
        (usize::try_from(stored).unwrap(), usize::try_from(stored).unwrap())
    );
}

#[tokio::test]
async fn a_stranger_finds_no_trail_and_a_reader_takes_none_out() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let product = app.product(&ada, "Wound assistant").await;
    let ben = app.person(&ada, "Ben Brook").await;
    for ending in ["", ".csv", ".jsonl"] {
        let _ = ben.get(&format!("/products/{product}/trail{ending}")).await.expect(404);
        let _ = ben.get(&format!("/trail{ending}")).await.expect(403);
    }
    app.give_roles(&ada, product, &ben, &[Role::Reader]).await;
    let page = ben.get(&format!("/products/{product}/trail")).await.expect(200);
    assert!(!page.body.contains("trail.csv"), "no button that would be refused");
    for ending in [".csv", ".jsonl"] {
        let _ = ben.get(&format!("/products/{product}/trail{ending}")).await.expect(403);
    }
    app.give_roles(&ada, product, &ben, &[Role::Auditor]).await;
    let _ = ben.get(&format!("/products/{product}/trail.csv")).await.expect(200);
}

#[tokio::test]
async fn the_site_shows_what_belongs_to_no_product_and_only_the_own_products() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let ben = app.person(&ada, "Ben Brook").await;
    let _ = app.product(&ben, "Benign mole finder").await;
    let page = ada.get("/trail").await.expect(200);
    page.says("Signed in");
    page.says("Ben Brook");
    page.does_not_say("Benign mole finder");
    let _ = app.browser().get_without_following("/trail.csv").await.expect(303);
}

#[tokio::test]
async fn an_export_holds_what_the_filter_shows_and_is_an_entry_itself() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let product = app.product(&ada, "=cmd|'/c calc'!A1").await;
    let mark = app.trail_mark().await;
    let file = ada.get(&format!("/products/{product}/trail.csv?kind=product")).await.expect(200);
    assert_eq!(file.headers["content-disposition"], format!("attachment; filename=\"trail-{product}.csv\""));
    let lines: Vec<&str> = file.body.lines().collect();
    assert!(lines[0].contains("Entry,Time (UTC),Person"));
    assert!(file.body.contains("Ada Adler"));
    assert!(file.body.contains(",'=cmd|"), "a formula leaves as text: {}", file.body);
    let lines = ada.get(&format!("/products/{product}/trail.jsonl")).await.expect(200);
    let entries: Vec<serde_json::Value> =
        lines.body.lines().map(|line| serde_json::from_str(line).expect("each line is one object")).collect();
    assert_eq!(entries.len(), 5, "the product, two roles, the first export, and this one");
    assert_eq!(entries[0]["action"], "trail.exported");
    assert_eq!(entries[0]["body"]["format"], "jsonl");
    assert_eq!(entries[1]["body"]["kind"], "product");
    assert!(
        entries.iter().all(|entry| entry["client"].is_null()),
        "addresses stay inside the product's people"
    );
    let told: Vec<String> = app.trail_since(mark).await.into_iter().map(|entry| entry.action).collect();
    assert_eq!(told, ["trail.exported", "trail.exported"]);
    let _ = ada.get(&format!("/products/{product}/trail.csv?from=yesterday")).await.expect(400);
}

/// The newest entry of each record, with its personal part, against the tables as they are.
async fn differences(app: &TestApp) -> Vec<(String, i64)> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'app' and c.relkind = 'r' order by 1",
    )
    .fetch_all(app.superuser())
    .await
    .unwrap();
    assert!(tables.len() > 10);
    let mut found = Vec::new();
    for table in tables {
        let sql = format!(
            "select count(*) from app.{table} t
             full join (
                 select distinct on (rec) rec, body from audit.entry_view
                     where rec_type = '{table}' and ver is not null order by rec, ver desc
             ) e on e.rec = t.{table}_id
             where to_jsonb(t) is distinct from e.body"
        );
        let count: i64 =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(app.superuser()).await.unwrap();
        if count > 0 {
            found.push((table, count));
        }
    }
    found
}

#[tokio::test]
async fn the_tables_equal_the_replay_of_the_trail_row_for_row() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let ben = app.person(&ada, "Ben Brook").await;
    let product = app.demonstration(&ada, "Closed-loop insulin controller").await;
    app.give_roles(&ada, product, &ben, &[Role::Author, Role::Reviewer]).await;
    let form = ada.get(&format!("/products/{product}/edit")).await.expect(200).form("products/edit");
    let _ = ada.submit(form.with("intended_users", "People with diabetes")).await.expect(200);
    assert_eq!(differences(&app).await, []);
    let gaps: i64 = sqlx::query_scalar(
        "select count(*) from (
             select rec from audit.entry where ver is not null group by rec having max(ver) <> count(*)
         ) gap",
    )
    .fetch_one(app.superuser())
    .await
    .unwrap();
    assert_eq!(gaps, 0, "no version of any record is missing");
}
