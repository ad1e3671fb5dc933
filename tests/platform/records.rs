//! Backup and restore.

use std::path::Path;

use sqlx::{Connection as _, PgConnection, Row as _};

use crate::hosted::{DataFolder, told};

fn backup(folder: &DataFolder, target: &Path) -> std::process::Output {
    folder.run(&["backup", target.to_str().unwrap()])
}

fn restore(folder: &DataFolder, source: &Path) -> std::process::Output {
    folder.run(&["restore", source.to_str().unwrap()])
}

async fn entries(folder: &DataFolder) -> Vec<(i64, String)> {
    let mut connection = PgConnection::connect_with(&folder.connect_as("hz_app")).await.unwrap();
    sqlx::query("select entry_id, action from audit.entry_view order by entry_id")
        .fetch_all(&mut connection)
        .await
        .unwrap()
        .iter()
        .map(|row| (row.get(0), row.get(1)))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_taken_while_serving_comes_back_whole_as_a_new_incarnation() {
    let origin = DataFolder::new();
    let running = origin.serve(&[]);
    let before = entries(&origin).await;
    let copy = origin.outside().join("copy");
    let made = backup(&origin, &copy);
    assert!(made.status.success(), "{}", told(&made));
    assert!(
        entries(&origin).await.iter().any(|(_, action)| action == "backup.made"),
        "the trail tells of it"
    );
    running.expect_ready();

    let target = DataFolder::new();
    let restored = restore(&target, &copy);
    assert!(restored.status.success(), "{}", told(&restored));
    let server = target.serve(&[]);
    server.expect_ready();
    let after = entries(&target).await;
    assert_eq!(after[..before.len()], before[..], "every entry is where it was");
    assert!(after.iter().any(|(_, action)| action == "backup.restored"), "{after:?}");

    let mut admin = PgConnection::connect_with(&target.connect_as("postgres")).await.unwrap();
    let row = sqlx::query(
        "select (select max(incarnation) from audit.incarnation), (select max(incarnation) from audit.key),
                (select incarnation from audit.entry where action = 'backup.restored'),
                guard.trail_is_whole()",
    )
    .fetch_one(&mut admin)
    .await
    .unwrap();
    assert_eq!((row.get::<i32, _>(0), row.get::<i32, _>(1), row.get::<i32, _>(2)), (2, 2, 2));
    assert!(row.get::<bool, _>(3), "the guards came back too");
    let changed = sqlx::raw_sql("delete from audit.entry").execute(&mut admin).await;
    assert!(changed.is_err(), "the restored trail refuses changes");
}

#[test]
fn a_backup_and_a_restore_overwrite_nothing() {
    let folder = DataFolder::new();
    assert!(folder.run(&["migrate"]).status.success());
    let copy = folder.outside().join("copy");
    assert!(backup(&folder, &copy).status.success());
    let again = backup(&folder, &copy);
    assert_eq!(again.status.code(), Some(1));
    assert!(told(&again).contains("overwrites nothing"), "{}", told(&again));
    let onto = restore(&folder, &copy);
    assert_eq!(onto.status.code(), Some(78));
    assert!(told(&onto).contains("overwrites nothing"), "{}", told(&onto));
}

#[test]
fn a_damaged_backup_is_refused_and_leaves_no_database() {
    let folder = DataFolder::new();
    assert!(folder.run(&["migrate"]).status.success());
    let copy = folder.outside().join("copy");
    assert!(backup(&folder, &copy).status.success());
    let file = copy.join("database.dump");
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let target = DataFolder::new();
    let refused = restore(&target, &copy);
    assert_eq!(refused.status.code(), Some(1));
    assert!(told(&refused).contains("damaged"), "{}", told(&refused));
    assert!(!target.path().exists());
}
