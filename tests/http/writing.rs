//! The one way to write: a request that goes away leaves nothing, or the record together with its entry.

use std::time::Duration;

use domain::product::{Product, Profile, ProfileForm};
use domain::revision::Revision;
use service::{Origin, Store};
use sqlx::postgres::PgPoolOptions;
use store::{Action, Grant, StoreError, SystemActor};
use tests::TestApp;
use uuid::Uuid;

const LOADED: Action = Action("demonstration.loaded");

fn grant() -> Grant {
    Grant::system(SystemActor::Demonstration, Origin { request: "test".to_owned(), client: None })
}

fn product() -> Product {
    let id = Uuid::now_v7();
    let form = ProfileForm {
        name: format!("Pump {id}"),
        intended_purpose: "Doses insulin.".to_owned(),
        lifecycle: "planned".to_owned(),
        ..ProfileForm::default()
    };
    Product {
        id: id.into(),
        profile: Profile::parse(&form).unwrap(),
        demonstration: true,
        archived: None,
        revision: Revision::first(),
    }
}

async fn write(store: &Store) -> Result<(), StoreError> {
    let product = product();
    store
        .write(&grant(), LOADED, None, move |tx| {
            Box::pin(async move { store::products::insert(tx, &product).await })
        })
        .await
}

/// A store with one connection, on a database that takes its time.
async fn slow_store(app: &TestApp) -> Store {
    for statement in [
        "create function public.wait() returns trigger language plpgsql as
            'begin perform pg_sleep(0.004); return null; end'",
        "create trigger slow_start before insert on app.product for each statement execute function public.wait()",
        "create constraint trigger slow_end after insert on app.product deferrable initially deferred
            for each row execute function public.wait()",
    ] {
        sqlx::raw_sql(statement).execute(app.superuser()).await.expect("the database can be slowed");
    }
    let options = app.database.connect_as("hz_app");
    Store::new(PgPoolOptions::new().max_connections(1).connect_lazy_with(options))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_goes_away_leaves_nothing_or_the_record_with_its_entry() {
    let app = TestApp::start().await;
    let store = slow_store(&app).await;
    let mut ended = 0;
    for round in 0..80_u64 {
        let store = store.clone();
        let request = tokio::spawn(async move { write(&store).await });
        // Spread over the whole length of a transaction, and beyond.
        tokio::time::sleep(Duration::from_micros(round * 7_919 % 20_000)).await;
        request.abort();
        if request.await.is_err() {
            ended += 1;
        }
    }
    assert!(ended > 10, "only {ended} requests went away in time");

    // The one connection is not stuck in a transaction of somebody else.
    write(&store).await.expect("the connection is clean");
    let (unlike, products): (i64, i64) = sqlx::query_as(
        "select
             (select count(*) from app.product p full join (
                 select rec from audit.entry where rec_type = 'product'
             ) e on e.rec = p.product_id where e.rec is null or p.product_id is null),
             (select count(*) from app.product)",
    )
    .fetch_one(app.superuser())
    .await
    .unwrap();
    assert_eq!(unlike, 0, "each record has its entry, each entry its record");
    assert!(products >= 1);
    let open: i64 = sqlx::query_scalar(
        "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'",
    )
    .fetch_one(app.superuser())
    .await
    .unwrap();
    assert_eq!(open, 0);
}

#[tokio::test]
async fn what_is_refused_leaves_neither_record_nor_entry() {
    let app = TestApp::start().await;
    let mark = app.trail_mark().await;
    let product = product();
    let twice = product.clone();
    let refused = app
        .service
        .store()
        .write(&grant(), LOADED, None, move |tx| {
            Box::pin(async move {
                store::products::insert(tx, &product).await?;
                store::products::insert(tx, &twice).await
            })
        })
        .await;
    assert!(matches!(refused, Err(StoreError::Constraint(_))), "{refused:?}");
    assert!(app.trail_since(mark).await.is_empty());
}

#[tokio::test]
async fn a_body_that_panics_leaves_nothing_and_frees_its_connection() {
    let app = TestApp::start().await;
    let options = app.database.connect_as("hz_app");
    let store = Store::new(PgPoolOptions::new().max_connections(1).connect_lazy_with(options));
    let mark = app.trail_mark().await;
    let product = product();
    let broken = store
        .write(&grant(), LOADED, None, move |tx| {
            Box::pin(async move {
                store::products::insert(tx, &product).await?;
                if product.demonstration {
                    panic!("on purpose");
                }
                Ok(())
            })
        })
        .await;
    assert!(matches!(broken, Err(StoreError::TaskEnded)), "{broken:?}");
    write(&store).await.expect("the connection is free and clean");
    assert_eq!(app.trail_since(mark).await.len(), 1);
}
