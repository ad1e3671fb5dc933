//! Whatever an operation changes stands on the trail, once a record, and nothing else does.

use tests::TestApp;

use crate::bad_input::{filled_installation, forms, sound};

/// The sum of the revisions of all records: each change of a record raises it by one.
async fn changes(app: &TestApp) -> i64 {
    let tables: Vec<String> = sqlx::query_scalar(
        "select table_name::text from information_schema.columns where table_schema = 'app' and column_name = 'revision'",
    )
    .fetch_all(app.superuser())
    .await
    .unwrap();
    assert!(tables.len() > 10, "{tables:?}");
    let sums: Vec<String> = tables
        .iter()
        .map(|table| format!("select coalesce(sum(revision), 0) as n from app.{table}"))
        .collect();
    let all = format!("select sum(n)::int8 from ({}) s", sums.join(" union all "));
    sqlx::query_scalar(sqlx::AssertSqlSafe(all)).fetch_one(app.superuser()).await.unwrap()
}

#[tokio::test]
async fn every_operation_leaves_one_entry_for_each_record_that_it_changes() {
    let (app, ada, start) = filled_installation().await;
    let mut wrote = std::collections::BTreeSet::new();
    let mut failures = Vec::new();
    for form in forms(&ada, &start).await {
        let (before, mark) = (changes(&app).await, app.trail_mark().await);
        let page = ada.submit(sound(&form)).await;
        let changed = changes(&app).await - before;
        let entries: Vec<_> =
            app.trail_since(mark).await.into_iter().filter(|entry| entry.version.is_some()).collect();
        let records: std::collections::BTreeSet<_> =
            entries.iter().map(|entry| (entry.record, entry.version)).collect();
        let what = format!("{} from {}: {}", form.action, form.page, page.summary());
        if i64::try_from(entries.len()).unwrap() != changed {
            failures.push(format!("{what}: {changed} changes, {} entries: {entries:?}", entries.len()));
        }
        if records.len() != entries.len() {
            failures.push(format!("{what}: two entries for one version"));
        }
        for entry in &entries {
            let by_ada = entry.actor == Some(ada.id.uuid());
            let by_system = entry.actor.is_none() && entry.system_actor.is_some();
            if !by_ada && !by_system {
                failures.push(format!("{what}: {entry:?} is in nobody's name"));
            }
        }
        if changed > 0 {
            wrote.insert(form.action.clone());
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(wrote.len() >= 8, "only {wrote:?} wrote anything, so this proves little");
}
