//! Starting, stopping, killing, starting twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use sqlx::{Connection as _, PgConnection, Row as _};

use crate::hosted::{DataFolder, is_at_work, signal, told, wait_until};

#[test]
fn a_stopped_server_takes_its_database_with_it_and_starts_again() {
    let folder = DataFolder::new();
    let server = folder.serve(&[]);
    assert_eq!(server.get("/healthz").status, 200);
    assert!(folder.postmaster().is_some());
    assert!(server.stop().success(), "{}", folder.log());
    assert!(folder.postmaster().is_none(), "the database still runs");
    // How long a start takes is measured by `./dev bench`, where nothing else is at work.
    folder.serve(&[]).expect_ready();
}

#[test]
fn a_second_server_on_the_same_folder_refuses_in_one_sentence() {
    let folder = DataFolder::new();
    let server = folder.serve(&[]);
    let second =
        folder.run(&["serve", "--listen", "127.0.0.1:0", "--site-dir", folder.site().to_str().unwrap()]);
    assert_eq!(second.status.code(), Some(78));
    let told = told(&second);
    let sentence = told.lines().last().unwrap_or_default();
    assert!(sentence.contains(&format!("Another Hazel (process {})", server.pid())), "{told}");
    assert!(sentence.contains("--data-dir"), "{told}");
    server.expect_ready();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_loses_nothing_and_its_database_is_found_again() {
    let folder = DataFolder::new();
    let mut server = folder.serve(&[]);
    let confirmed = Arc::new(AtomicI64::new(0));
    for round in 1..=3 {
        let stop = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> = (0..4)
            .map(|_| tokio::spawn(write_until(folder.connect_as("hz_app"), confirmed.clone(), stop.clone())))
            .collect();
        tokio::time::sleep(Duration::from_millis(300)).await;
        let orphan = folder.postmaster().expect("a database runs");
        server.kill();
        assert_eq!(folder.postmaster(), Some(orphan), "the database outlives its server");
        server = folder.serve(&[]);
        stop.store(true, Ordering::SeqCst);
        for writer in writers {
            writer.await.unwrap();
        }
        assert_ne!(folder.postmaster(), Some(orphan), "the new server has a database process of its own");
        assert!(!is_at_work(orphan), "the orphan has ended");
        let kept = count(folder.connect_as("hz_app")).await;
        let confirmed = confirmed.load(Ordering::SeqCst);
        assert!(kept >= confirmed, "round {round}: {confirmed} were confirmed, {kept} are there");
        assert!(confirmed > 0, "round {round}: the writers wrote");
    }
}

/// Writes entries and counts those that were confirmed, until the connection or the test ends.
async fn write_until(
    options: sqlx::postgres::PgConnectOptions,
    confirmed: Arc<AtomicI64>,
    stop: Arc<AtomicBool>,
) {
    let mut connection = PgConnection::connect_with(&options).await.unwrap();
    while !stop.load(Ordering::SeqCst) {
        let written = sqlx::raw_sql(
            "begin;
             select audit.begin_command_line('server.tried', 'test', null, null);
             select audit.event('server.tried', 'server', null, null, '{}', null);
             commit;",
        )
        .execute(&mut connection)
        .await;
        if written.is_err() {
            return;
        }
        confirmed.fetch_add(1, Ordering::SeqCst);
    }
}

async fn count(options: sqlx::postgres::PgConnectOptions) -> i64 {
    let mut connection = PgConnection::connect_with(&options).await.unwrap();
    sqlx::query("select count(*) from audit.entry_view where action = 'server.tried'")
        .fetch_one(&mut connection)
        .await
        .unwrap()
        .get(0)
}

#[test]
fn a_pid_file_that_names_a_stranger_does_not_stop_the_start() {
    let folder = DataFolder::new();
    folder.serve(&[]).stop();
    let stranger = std::process::id();
    let file = folder.path().join("postgres/data/postmaster.pid");
    std::fs::write(&file, format!("{stranger}\n/elsewhere\n0\n5432\n/elsewhere\n\n\nready   \n")).unwrap();
    folder.serve(&[]).expect_ready();
}

#[test]
fn a_database_that_dies_is_started_again_a_few_times_and_then_the_server_stops_and_says_so() {
    let folder = DataFolder::new();
    let server = folder.serve(&[]);
    let pid = server.pid();
    for death in 1..=6 {
        let postmaster = folder.postmaster().unwrap();
        signal(postmaster, if death % 2 == 0 { "-KILL" } else { "-INT" });
        let again = || {
            folder.postmaster().is_some_and(|now| now != postmaster) && server.get("/readyz").status == 200
        };
        if death <= 5 {
            assert!(wait_until(Duration::from_secs(30), again), "death {death}: {}", folder.log());
        }
    }
    assert!(wait_until(Duration::from_secs(30), || !is_at_work(pid)), "{}", folder.log());
    assert!(folder.log().contains("ends by itself again and again"), "{}", folder.log());
}

#[test]
fn a_data_folder_with_too_long_a_name_is_refused_before_anything_is_made() {
    let folder = DataFolder::new();
    let long = folder.outside().join("x".repeat(80));
    let output = folder.run(&["config", "show"]);
    assert!(output.status.success());
    let refused = std::process::Command::new(env!("CARGO_BIN_EXE_hazel"))
        .args(["migrate", "--data-dir"])
        .arg(&long)
        .env_remove("DATABASE_URL")
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(78));
    assert!(told(&refused).contains("too long"), "{}", told(&refused));
    assert!(!long.join("postgres").exists());
}

#[test]
fn started_as_root_a_closed_parent_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let folder = DataFolder::new();
    std::fs::set_permissions(folder.outside(), std::fs::Permissions::from_mode(0o700)).unwrap();
    let refused = folder.run(&["migrate"]);
    assert_eq!(refused.status.code(), Some(78));
    let told = told(&refused);
    assert!(told.contains(folder.outside().to_str().unwrap()) && told.contains("may not pass"), "{told}");
}

#[test]
fn a_site_that_does_not_agree_with_its_list_keeps_the_server_from_starting() {
    let folder = DataFolder::new();
    let site = folder.site();
    std::fs::write(site.join("pkg/start.js"), "something else").unwrap();
    let refused = folder.run(&["serve", "--listen", "127.0.0.1:0", "--site-dir", site.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(78));
    assert!(told(&refused).contains("start.js"), "{}", told(&refused));
}

#[test]
fn root_does_not_write_into_the_folder_of_somebody_else() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let folder = DataFolder::new();
    std::fs::create_dir(folder.path()).unwrap();
    std::os::unix::fs::chown(folder.path(), Some(65534), None).unwrap();
    let refused = folder.run(&["migrate"]);
    assert_eq!(refused.status.code(), Some(78));
    assert!(told(&refused).contains("belongs to"), "{}", told(&refused));
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none());
}
