//! The server as such: it is there, it is ready, and every answer carries its protection.

use tests::TestApp;

#[tokio::test]
async fn a_fresh_server_is_alive_and_ready() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let _ = browser.get("/healthz").await.expect(200);
    let _ = browser.get("/readyz").await.expect(200);
}

#[tokio::test]
async fn two_servers_of_one_program_do_not_see_each_others_records() {
    let (one, other) = tokio::join!(TestApp::start(), TestApp::start());
    let in_one: String =
        sqlx::query_scalar("select current_database()::text").fetch_one(one.superuser()).await.unwrap();
    let in_other: String =
        sqlx::query_scalar("select current_database()::text").fetch_one(other.superuser()).await.unwrap();
    assert_ne!(in_one, in_other);
}
