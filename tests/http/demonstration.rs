//! The demonstration: what is loaded, by whom it says it was written, and that it is loaded once.

use domain::ids::PersonId;
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
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "select p.name, count(*) from app.risk r join app.product p using (product_id) group by p.name order by p.name",
    )
    .fetch_all(database)
    .await
    .unwrap();
    assert_eq!(rows.len(), 5);
    for (name, rows) in rows {
        let least = if name == "Closed-loop insulin controller" { 40 } else { 12 };
        assert!(rows >= least, "{name}: {rows} rows");
    }
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
            ("Step counter", 1),
            ("Surgical checklist", 2),
            ("Telemedicine triage", 3),
        ]
    );
    assert_eq!(
        count(database, "select count(*) from app.completeness_declaration where reopened_at is null").await,
        4
    );
    assert_eq!(count(database, "select count(*) from app.feature where state = 'handed_over'").await, 1);
    assert_eq!(count(database, "select count(*) from app.feature where state = 'draft'").await, 1);
}

/// Each assessment as a line: product, number, state, result.
async fn assessments(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar(
        "select concat_ws(' ', p.name || ':', 'A-' || a.number, a.state, a.outcome)
           from app.assessment a join app.product p using (product_id) order by p.name, a.number",
    )
    .fetch_all(pool)
    .await
    .unwrap()
}

#[tokio::test]
async fn assessments_are_approved_returned_and_one_class_went_from_b_to_c() {
    let app = TestApp::start().await;
    service::demonstration::load_for(&app.service, None, origin()).await.unwrap();
    assert_eq!(
        assessments(app.superuser()).await,
        [
            "Clinic appointment reminder: A-1 approved not_a_device",
            "Closed-loop insulin controller: A-1 in_review",
            "Step counter: A-1 in_review",
            "Surgical checklist: A-1 returned",
            "Telemedicine triage: A-1 superseded B",
            "Telemedicine triage: A-2 approved C",
        ]
    );
    // Who judges has answered nothing, and says why.
    let judged: Vec<(String, String)> = sqlx::query_as(
        "select p.name, s.comment from app.assessment_step s join app.person p using (person_id)
          where s.step in ('approve', 'return')
            and not exists (select from app.answer a
                             where a.assessment_id = s.assessment_id and s.person_id = any (a.answered_by))",
    )
    .fetch_all(app.superuser())
    .await
    .unwrap();
    assert_eq!(judged.len(), 4);
    assert!(
        judged.iter().all(|(name, comment)| name.starts_with("Jonas") && comment.len() > 40),
        "{judged:?}"
    );
    // No time is made up: everything was written when it was loaded.
    let dated = "select count(*) from app.assessment_step where created_at < now() - interval '10 minutes'";
    assert_eq!(count(app.superuser(), dated).await, 0);
}

#[tokio::test]
async fn the_story_is_told_on_the_pages() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let triage = app.demonstration(&ada, "Telemedicine triage").await;
    let page = ada.get(&format!("/products/{triage}/classification")).await.expect(200);
    page.says("A-1");
    page.says("A-2");
    page.says("Approved by Jonas Lindqvist (demonstration)");
    page.says("From B to C.");
    page.says("Approved; the deliverables follow it. Class B before.");
    ada.get(&format!("/products/{triage}")).await.expect(200).says("Class B before.");
    let page = ada.get(&format!("/products/{triage}/deliverables")).await.expect(200);
    page.says("Deliverables for class C");
    page.says("Nadia Berrada (demonstration)");
    let checklist = app.demonstration(&ada, "Surgical checklist").await;
    let page = ada.get(&format!("/products/{checklist}/classification")).await.expect(200);
    page.says("Returned by Jonas Lindqvist (demonstration)");
    page.says("Class A does not stand beside your own register.");
    let page = ada.get(&format!("/products/{checklist}/members")).await.expect(200);
    page.says("Nadia Berrada (demonstration)");
    page.says("can not sign in");
}

#[tokio::test]
async fn its_people_are_names_without_a_way_in_for_ever() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let _ = app.demonstration(&ada, "Step counter").await;
    let database = app.superuser();
    let people = "select count(*) from app.person where demonstration and disabled_at is not null
                     and not site_administrator and name like '%(demonstration)' and email like '%.invalid'";
    assert_eq!(count(database, people).await, 2);
    for table in ["run.credential", "run.password_token", "run.session"] {
        let rows =
            format!("select count(*) from {table} join app.person using (person_id) where demonstration");
        let rows: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(rows)).fetch_one(database).await.unwrap();
        assert_eq!(rows, 0, "{table}");
    }
    let roles: Vec<String> = sqlx::query_scalar(
        "select distinct p.name || ': ' || m.role from app.membership m join app.person p using (person_id)
          where p.demonstration order by 1",
    )
    .fetch_all(database)
    .await
    .unwrap();
    assert_eq!(
        roles,
        [
            "Jonas Lindqvist (demonstration): reviewer",
            "Nadia Berrada (demonstration): author",
            "Nadia Berrada (demonstration): product_administrator",
        ]
    );

    // Their page offers nothing, and whoever sends the forms of others is told why.
    let jonas: PersonId = sqlx::query_scalar::<_, uuid::Uuid>(
        "select person_id from app.person where demonstration and name like 'Jonas%'",
    )
    .fetch_one(database)
    .await
    .unwrap()
    .into();
    let page = ada.get(&format!("/people/{jonas}")).await.expect(200);
    page.says("no way to sign in");
    assert_eq!(page.count("form[action^='/api/people/']"), 0);
    let ben = app.person(&ada, "Ben Brook").await;
    let of_ben = ada.get(&format!("/people/{}", ben.id)).await.expect(200);
    for action in
        ["people/describe", "people/make_password_link", "people/disable", "people/make_administrator"]
    {
        let form = of_ben.form(action).forced("person", jonas.to_string());
        ada.submit(form).await.says("belongs to the demonstration");
    }
    assert_eq!(count(database, people).await, 2);
}

#[tokio::test]
async fn the_database_itself_keeps_its_people_as_they_are() {
    let app = TestApp::start().await;
    service::demonstration::load_for(&app.service, None, origin()).await.unwrap();
    for attack in [
        "update app.person set disabled_at = null, revision = revision + 1 where demonstration",
        "update app.person set demonstration = false, revision = revision + 1 where demonstration",
        "update app.person set name = 'Jonas Lindqvist', revision = revision + 1 where demonstration",
    ] {
        let refused = sqlx::query(attack).execute(app.superuser()).await.unwrap_err();
        let refused = refused.into_database_error().expect("the database refuses");
        assert_eq!(refused.constraint(), Some("person_of_demonstration_stays"), "{attack}");
    }
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
        "person",
        "membership",
        "assessment",
        "assessment_step",
        "answer",
        "completeness_declaration",
        "deliverable_record",
        "feature",
        "feature_answer",
        "feature_step",
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
    assert_eq!(count(app.superuser(), "select count(*) from app.person").await, 2);
}
