//! The demonstration: what is loaded, by whom it says it was written, and that it is loaded once.

use domain::ids::ProductId;
use service::{Failure, Origin};
use sqlx::PgPool;
use tests::TestApp;

fn origin() -> Origin {
    Origin { request: "test".to_owned(), client: None }
}

async fn count(pool: &PgPool, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(pool).await.unwrap()
}

#[tokio::test]
async fn five_products_are_loaded_and_marked_as_what_they_are() {
    let app = TestApp::start().await;
    assert_eq!(service::demonstration::load_for(&app.service, None, origin()).await.unwrap(), 5);
    let database = app.superuser();
    assert_eq!(count(database, "select count(*) from app.product where demonstration").await, 5);
    assert_eq!(count(database, "select count(*) from app.product where not demonstration").await, 0);
    let insulin: ProductId = sqlx::query_scalar::<_, uuid::Uuid>(
        "select product_id from app.product where name = 'Closed-loop insulin controller'",
    )
    .fetch_one(database)
    .await
    .unwrap()
    .into();
    let rows: i64 = sqlx::query_scalar("select count(*) from app.risk where product_id = $1")
        .bind(insulin.uuid())
        .fetch_one(database)
        .await
        .unwrap();
    assert!(rows >= 18, "{rows} rows");
    // What the register implies stands in the derived table, as if people had typed it.
    let classes: Vec<(String, i16)> = sqlx::query_as(
        "select p.name, max(s.class)::int2 from run.risk_standing s join app.product p using (product_id)
          group by p.name order by p.name",
    )
    .fetch_all(database)
    .await
    .unwrap();
    let classes: Vec<(&str, i16)> = classes.iter().map(|(name, class)| (name.as_str(), *class)).collect();
    assert_eq!(
        classes,
        [
            ("Clinic appointment reminder", 1),
            ("Closed-loop insulin controller", 3),
            ("Surgical checklist", 2),
            ("Telemedicine triage", 2),
        ]
    );
    assert_eq!(
        count(database, "select count(*) from app.completeness_declaration where reopened_at is null").await,
        4
    );
    assert_eq!(count(database, "select count(*) from app.assessment where state = 'in_review'").await, 2);
}

#[tokio::test]
async fn every_record_of_the_demonstration_is_on_the_trail_as_written_by_it() {
    let app = TestApp::start().await;
    let mark = app.trail_mark().await;
    service::demonstration::load_for(&app.service, None, origin()).await.unwrap();
    let entries = app.trail_since(mark).await;
    assert!(entries.iter().all(|entry| entry.actor.is_none()));
    assert!(entries.iter().all(|entry| entry.system_actor.as_deref() == Some("demonstration")));
    for table in [
        "product",
        "risk",
        "hazard",
        "risk_control",
        "verification",
        "assessment",
        "answer",
        "deliverable_record",
    ] {
        let on_trail = entries.iter().filter(|entry| entry.kind == table && entry.version == Some(1)).count();
        let stored: i64 =
            sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from app.{table}")))
                .fetch_one(app.superuser())
                .await
                .unwrap();
        assert_eq!(i64::try_from(on_trail).unwrap(), stored, "{table}");
        assert!(stored > 0, "{table}");
    }
}

#[tokio::test]
async fn it_is_loaded_once_even_when_two_people_ask_at_the_same_time() {
    let app = TestApp::start().await;
    let (one, other) = tokio::join!(
        service::demonstration::load_for(&app.service, None, origin()),
        service::demonstration::load_for(&app.service, None, origin()),
    );
    let refused = match (one, other) {
        (Ok(5), Err(refused)) | (Err(refused), Ok(5)) => refused,
        answers => panic!("one of the two loads it: {answers:?}"),
    };
    let Failure::Rejected(violations) = refused else { panic!("the other is told: {refused:?}") };
    assert_eq!(violations.0[0].code.id(), "P104");
    assert_eq!(count(app.superuser(), "select count(*) from app.product").await, 5);
}
