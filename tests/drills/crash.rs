//! R: the server is killed, Postgres is killed or restarts, the disk is full.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::hosted::{DataFolder, wait_until};
use crate::journal::Journal;
use crate::oracle::{expect_clean, judge};
use crate::stage::{Ballast, OwnPostgres, Stage, WRITERS, kill_postgres};
use crate::storm::{Habit, Storm};
use crate::{BACK, HANGS, Played, Scale};

/// A small source of chance that is the same everywhere.
pub struct Chance(u64);

impl Chance {
    pub const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(2).wrapping_add(1))
    }

    /// A number below `end`.
    pub const fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    fn pause(&mut self, least: u64, most: u64) {
        std::thread::sleep(Duration::from_millis(least + self.below(most - least)));
    }
}

/// R1: nothing confirmed is lost, nothing is there twice; the server is back.
pub fn server_killed(scale: &Scale) -> Played {
    let kills = 20 * scale.rounds;
    let mut chance = Chance::new(scale.seed);
    let mut stage = Stage::private(DataFolder::new(), WRITERS);
    let journal = Arc::new(Journal::begin("R1"));
    let mut slowest = Duration::ZERO;
    let storm = Storm::begin(&stage.people, &journal, Habit::Sound);
    for _ in 0..kills {
        storm.wait_for(WRITERS / 4);
        chance.pause(50, 700);
        slowest = slowest.max(kill_and_start(&mut stage));
    }
    let seen = storm.end();
    seen.expect_polite();
    expect_clean(&stage.superuser(), &journal);
    stage.expect_no_fault();

    // The control: whoever makes a new key for each try must be caught.
    let journal = Arc::new(Journal::begin("R1-control"));
    let mut rounds = 0;
    let storm = Storm::begin(&stage.people, &journal, Habit::ForgetsKeys);
    let doubled = loop {
        storm.wait_for(WRITERS / 4);
        chance.pause(0, 300);
        kill_and_start(&mut stage);
        rounds += 1;
        let doubled = judge(&stage.superuser(), &journal).doubled;
        if doubled > 0 || rounds == 40 {
            break doubled;
        }
    };
    storm.end();
    assert!(doubled > 0, "the control stayed green: {rounds} kills without keys doubled nothing");
    Played::Passed(format!(
        "{kills} kills, {} changes confirmed, {} tried again, none lost, none doubled; back within {slowest:.1?}; \
         control: without keys {doubled} doubled after {rounds} kills",
        seen.confirmed(),
        seen.tried_again.load(std::sync::atomic::Ordering::Relaxed)
    ))
}

fn kill_and_start(stage: &mut Stage) -> Duration {
    let began = Instant::now();
    stage.kill_server();
    stage.start_server();
    stage.until_ready(BACK);
    began.elapsed()
}

/// R2: the server starts its Postgres again and goes on by itself.
pub fn postgres_killed(scale: &Scale) -> Played {
    // A server gives up on a database that dies again and again within a while; a new server begins anew.
    const DEATHS_A_SERVER: usize = 5;
    let kills = 10 * scale.rounds;
    let mut chance = Chance::new(scale.seed ^ 2);
    let mut stage = Stage::private(DataFolder::new(), WRITERS);
    let journal = Arc::new(Journal::begin("R2"));
    let mut slowest = Duration::ZERO;
    let storm = Storm::begin(&stage.people, &journal, Habit::Sound);
    for kill in 0..kills {
        storm.wait_for(WRITERS / 4);
        chance.pause(50, 700);
        slowest = slowest.max(kill_database(&stage));
        if kill % DEATHS_A_SERVER == DEATHS_A_SERVER - 1 {
            kill_and_start(&mut stage);
        }
    }
    let seen = storm.end();
    seen.expect_polite();
    expect_clean(&stage.superuser(), &journal);
    stage.expect_no_fault();
    let control = unsafe_commits(&mut stage, |stage| {
        kill_database(stage);
    });
    Played::Passed(format!(
        "{kills} kills, {} changes confirmed, none lost, none doubled; back within {slowest:.1?}; {control}",
        seen.confirmed()
    ))
}

fn kill_database(stage: &Stage) -> Duration {
    let before = stage.folder.postmaster();
    kill_postgres(&stage.folder);
    let began = Instant::now();
    let another = || stage.folder.postmaster().is_some_and(|now| Some(now) != before);
    assert!(wait_until(BACK, another), "no other Postgres: {}", stage.folder.log());
    stage.until_ready(BACK);
    began.elapsed()
}

/// The control of durability: commits that do not wait for the disk must be missed by somebody.
fn unsafe_commits(stage: &mut Stage, crash: fn(&mut Stage)) -> String {
    stage.as_superuser(
        "alter role hz_app set synchronous_commit = off; alter system set wal_writer_delay = '10s';
         alter system set wal_writer_flush_after = 0; select pg_reload_conf()",
    );
    // Connections of before keep their promise: they are ended.
    stage.as_superuser(
        "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'hz_app' and pid <> pg_backend_pid()",
    );
    std::thread::sleep(Duration::from_millis(500));
    let mut lost = 0;
    let mut crashes = 0;
    while lost == 0 && crashes < 4 {
        let journal = Arc::new(Journal::begin("control"));
        let storm = Storm::begin(&stage.people, &journal, Habit::Sound);
        storm.wait_for(WRITERS);
        crash(stage);
        crashes += 1;
        storm.end();
        lost = judge(&stage.superuser(), &journal).lost;
    }
    assert!(
        lost > 0,
        "the control stayed green: {crashes} crashes without waiting for the disk lost nothing"
    );
    format!("control: without waiting for the disk {lost} lost after {crashes} crashes")
}

/// R6: every request answers or fails cleanly, and none waits until the server gives up.
pub fn postgres_restarted(scale: &Scale) -> Played {
    let restarts = 4 * scale.rounds;
    let mut chance = Chance::new(scale.seed ^ 6);
    let mut stage = Stage::given(OwnPostgres::start(), &[], WRITERS);
    let journal = Arc::new(Journal::begin("R6"));
    let storm = Storm::begin(&stage.people, &journal, Habit::Sound);
    for turn in 0..restarts {
        storm.wait_for(WRITERS / 4);
        chance.pause(50, 700);
        let how = if turn % 2 == 0 { "-INT" } else { "-QUIT" };
        stage.postgres.as_mut().unwrap().restart(how);
        stage.until_ready(BACK);
    }
    let seen = storm.end();
    seen.expect_polite();
    expect_clean(&stage.superuser(), &journal);
    stage.expect_no_fault();
    let longest = seen.longest();
    assert!(longest < HANGS * 2, "a request took {longest:?}");
    let control = unsafe_commits(&mut stage, |stage| {
        stage.postgres.as_mut().unwrap().restart("-QUIT");
        stage.until_ready(BACK);
    });
    Played::Passed(format!(
        "{restarts} restarts, {} changes confirmed, none lost, none doubled; the longest request took {longest:.1?}; \
         {control}",
        seen.confirmed()
    ))
}

/// R8: changes are refused with 507 and a sentence, reading goes on, and nothing that was confirmed is missing after
/// the disk has grown. Played twice: on a private Postgres, whose server stops before the last of the room is gone,
/// and on somebody else's, which runs into the end of its disk.
pub fn disk_full(_: &Scale) -> Played {
    if !rustix::process::geteuid().is_root() {
        return Played::NotHere("a small disk can be mounted only by root".to_owned());
    }
    let (first, second) = (DataFolder::new(), DataFolder::new());
    let (Some(small), Some(other)) = (SmallDisk::mount(&first, 256), SmallDisk::mount(&second, 320)) else {
        return Played::NotHere("this machine does not let root mount a tmpfs".to_owned());
    };
    let mut stage = Stage::private(first, 4);
    let private = fill_and_grow(&stage, &small, 62 << 20, Habit::Sound);
    let control = taken_for_done(&stage, &small);
    stage.server.take().unwrap().stop();
    drop(stage);
    drop(small);

    let stage = Stage::given(OwnPostgres::start_in(second), &[], 4);
    // Room for the log is set aside first: what runs out is room for records.
    stage.as_superuser(&"select pg_switch_wal(); checkpoint;".repeat(8));
    let given = fill_and_grow(&stage, &other, 0, Habit::Sound);
    drop(stage);
    drop(other);
    Played::Passed(format!("private: {private}; given: {given}; {control}"))
}

fn fill_and_grow(stage: &Stage, disk: &SmallDisk, left: u64, habit: Habit) -> String {
    let journal = Arc::new(Journal::begin("R8"));
    let storm = Storm::begin(&stage.people, &journal, habit);
    storm.wait_for(4);
    let ballast = Ballast::leaving(&disk.path, left);
    let is_full = || storm.seen.full.load(std::sync::atomic::Ordering::Relaxed) > 8;
    assert!(
        wait_until(Duration::from_secs(60), is_full),
        "nobody was told that the disk is full: {}",
        stage.folder.log()
    );
    for path in ["/", "/account", &format!("/products/{}/hazards", stage.people.products[0])] {
        let page = stage.people.client.get(path);
        assert_eq!(page.status(), 200, "reading {path} while the disk is full: {}", page.body());
    }
    let refused = stage.people.client.call(
        "products/create",
        None,
        &[("name", "No room"), ("intended_purpose", "Waits."), ("lifecycle", "planned")],
    );
    assert!([200, 507].contains(&refused.status()), "{refused:?}");
    let as_people_see_it = storm.seen.full.load(std::sync::atomic::Ordering::Relaxed);
    disk.grow();
    drop(ballast);
    let grown = Instant::now();
    let goes_on = storm.seen.confirmed();
    assert!(
        wait_until(Duration::from_secs(20), || storm.seen.confirmed() > goes_on + 4),
        "{}",
        stage.folder.log()
    );
    let took = grown.elapsed();
    let seen = storm.end();
    seen.expect_polite();
    expect_clean(&stage.superuser(), &journal);
    stage.expect_no_fault();
    format!(
        "{} changes confirmed, {as_people_see_it} refused with 507, none lost; writes went on {took:.1?} after the disk grew",
        seen.confirmed()
    )
}

/// The control: whoever takes a 507 for done must be caught.
fn taken_for_done(stage: &Stage, disk: &SmallDisk) -> String {
    let journal = Arc::new(Journal::begin("R8-control"));
    let ballast = Ballast::leaving(&disk.path, 62 << 20);
    std::thread::sleep(Duration::from_millis(600));
    let storm = Storm::begin(&stage.people, &journal, Habit::TakesFullForDone);
    let taken = || journal.read().iter().filter(|line| line.answer.is_some()).count() > 4;
    assert!(wait_until(Duration::from_secs(20), taken));
    storm.end();
    drop(ballast);
    let lost = judge(&stage.superuser(), &journal).lost;
    assert!(lost > 0, "the control stayed green: refusals taken for confirmations were not missed");
    format!("control: {lost} refusals taken for confirmations were missed")
}

/// A tmpfs of its own under a data folder; unmounted at the end.
struct SmallDisk {
    path: std::path::PathBuf,
    grown: u32,
}

impl SmallDisk {
    fn mount(folder: &DataFolder, megabytes: u32) -> Option<Self> {
        let path = folder.path();
        std::fs::create_dir_all(&path).ok()?;
        let option = format!("size={megabytes}m,mode=711");
        let mounted = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", &option, "hazel-drill"])
            .arg(&path)
            .status();
        mounted.is_ok_and(|status| status.success()).then_some(Self { path, grown: megabytes * 2 })
    }

    fn grow(&self) {
        let option = format!("remount,size={}m", self.grown);
        let grown =
            std::process::Command::new("mount").args(["-o", &option]).arg(&self.path).status().unwrap();
        assert!(grown.success());
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let unmount = || {
            std::process::Command::new("umount").arg(&self.path).status().is_ok_and(|status| status.success())
        };
        wait_until(Duration::from_secs(20), unmount);
        let _ = std::fs::remove_dir(&self.path);
        let _ = self.path.parent().map(std::fs::remove_dir);
    }
}
