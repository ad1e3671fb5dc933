//! What `./dev bench` measures is made by operations that refuse what the rules refuse: it must keep up with them.

use bench::installation::{self, Size};
use tests::TestApp;

#[tokio::test]
async fn an_installation_to_measure_can_be_made() {
    let app = TestApp::start().await;
    let size = Size { rows: 20, others: 1, rows_of_others: 10, entries: 600 };
    let made = installation::make(&app.service, size, &|_| {}).await.unwrap();
    let rows: i64 = sqlx::query_scalar("select count(*) from app.risk where product_id = $1")
        .bind(made.product.uuid())
        .fetch_one(app.superuser())
        .await
        .unwrap();
    assert_eq!(rows, 20);
    assert!(store::trail::newest(app.service.store()).await.unwrap().number >= 600);
}
