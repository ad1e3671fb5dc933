//! Which databases Hazel serves on, and who may do what in the private one.

use sqlx::{Connection as _, PgConnection, Row as _};

use crate::hosted::{DataFolder, told};

async fn alter(folder: &DataFolder, statement: &'static str) {
    let mut admin = PgConnection::connect_with(&folder.connect_as("postgres")).await.unwrap();
    sqlx::raw_sql(statement).execute(&mut admin).await.unwrap();
}

fn serve_on(folder: &DataFolder, url: &str) -> std::process::Output {
    let site = folder.site();
    folder.run(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--site-dir",
        site.to_str().unwrap(),
        "--database-url",
        url,
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_given_database_is_served_on_only_as_the_serving_role_and_with_durability() {
    // The private Postgres of one folder plays the server that somebody else runs.
    let host = DataFolder::new();
    let running = host.serve(&[]);
    let guest = DataFolder::new();

    let refused = serve_on(&guest, &host.url("postgres"));
    assert_eq!(refused.status.code(), Some(78));
    assert!(told(&refused).contains("does not serve as a database superuser"), "{}", told(&refused));

    let refused = serve_on(&guest, &host.url("hz_migrate"));
    assert_eq!(refused.status.code(), Some(78));
    assert!(told(&refused).contains("owns the records"), "{}", told(&refused));

    alter(&host, "alter role hz_app set synchronous_commit = off").await;
    let refused = serve_on(&guest, &host.url("hz_app"));
    assert_eq!(refused.status.code(), Some(78));
    assert!(told(&refused).contains("synchronous_commit"), "{}", told(&refused));

    alter(&host, "alter role hz_app reset synchronous_commit").await;
    let server = guest.serve(&["--database-url", &host.url("hz_app")]);
    server.expect_ready();
    assert!(!guest.path().exists(), "no data folder is made where a database is given");

    // Without its database the server stays, says so, and finds it again.
    running.stop();
    assert_eq!(server.get("/healthz").status, 200);
    assert_eq!(server.get("/readyz").status, 503);
    let page = server.send(&format!(
        "GET / HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncookie: __Host-hazel={}\r\n\r\n",
        server.address,
        "0".repeat(64)
    ));
    assert_eq!(page.status, 503, "{}", page.body);
    assert!(!page.header("retry-after").is_empty());
    let _running = host.serve(&[]);
    server.expect_ready();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_without_the_schema_is_refused_and_one_command_mends_it() {
    let host = DataFolder::new();
    let _running = host.serve(&[]);
    alter(&host, "create database other").await;
    let on_other = |role: &str| host.url(role).replace("/hazel?", "/other?");
    let guest = DataFolder::new();

    let refused = serve_on(&guest, &on_other("hz_app"));
    assert_eq!(refused.status.code(), Some(78));
    assert!(told(&refused).contains("hazel migrate --admin-url"), "{}", told(&refused));

    let migrated = guest.run(&["migrate", "--admin-url", &on_other("postgres")]);
    assert!(migrated.status.success(), "{}", told(&migrated));
    let server = guest.serve(&["--database-url", &on_other("hz_app")]);
    server.expect_ready();

    let again = guest.run(&["migrate", "--admin-url", &on_other("postgres")]);
    assert!(String::from_utf8_lossy(&again.stdout).contains("up to date"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_was_changed_afterwards_stops_the_start() {
    let folder = DataFolder::new();
    let migrated = folder.run(&["migrate"]);
    assert!(migrated.status.success(), "{}", told(&migrated));
    let server = folder.serve(&[]);
    alter(
        &folder,
        "update install.migration set checksum = '\\x00' where set_name = 'app' and name like '0001%'",
    )
    .await;
    assert_eq!(server.get("/readyz").status, 503);
    server.stop();
    let refused = folder.run(&["migrate"]);
    assert_eq!(refused.status.code(), Some(78));
    assert!(told(&refused).contains("another build"), "{}", told(&refused));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_serving_role_of_the_private_database_has_nothing_it_does_not_need() {
    let folder = DataFolder::new();
    let _running = folder.serve(&[]);
    let mut serving = PgConnection::connect_with(&folder.connect_as("hz_app")).await.unwrap();
    for refused in [
        "set session authorization postgres",
        "set role hz_app_owner",
        "create temporary table shadow (n int)",
        "create table public.own (n int)",
        "delete from app.person",
        "truncate app.person",
        "insert into install.migration (set_name, name, checksum, build) values ('app', 'x', '', '')",
        "alter system set fsync = off",
    ] {
        let answer = sqlx::raw_sql(refused).execute(&mut serving).await;
        assert!(answer.is_err(), "{refused}");
    }
    let row = sqlx::query(
        "select current_setting('fsync') || current_setting('full_page_writes')
             || current_setting('synchronous_commit') || current_setting('data_checksums') as durability,
             current_setting('listen_addresses') as addresses,
             current_setting('statement_timeout') as statement_timeout,
             current_setting('idle_in_transaction_session_timeout') as idle",
    )
    .fetch_one(&mut serving)
    .await
    .unwrap();
    assert_eq!(row.get::<String, _>("durability"), "onononon");
    assert_eq!(row.get::<String, _>("addresses"), "");
    assert_eq!(row.get::<String, _>("statement_timeout"), "15s");
    assert_eq!(row.get::<String, _>("idle"), "10s");
}

#[tokio::test(flavor = "multi_thread")]
async fn durability_of_the_private_database_can_not_be_altered_away() {
    let folder = DataFolder::new();
    let server = folder.serve(&[]);
    alter(&folder, "alter system set fsync = off").await;
    alter(&folder, "alter system set listen_addresses = '*'").await;
    server.stop();
    let _running = folder.serve(&[]);
    let mut serving = PgConnection::connect_with(&folder.connect_as("hz_app")).await.unwrap();
    let row = sqlx::query("select current_setting('fsync') || current_setting('listen_addresses')")
        .fetch_one(&mut serving)
        .await
        .unwrap();
    assert_eq!(row.get::<String, _>(0), "on");
}
