//! D: the way to Postgres is cut, lost, or too narrow.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::client::{Client, quantile};
use crate::hosted::wait_until;
use crate::journal::Journal;
use crate::oracle::{expect_clean, judge};
use crate::proxy::{FaultProxy, Mode, Upstream, Way};
use crate::stage::{OwnPostgres, Stage, block_on};
use crate::storm::{Habit, Seen, Storm, Writer};
use crate::{HANGS, Played, Scale};

fn writer(stage: &Stage, journal: &Arc<Journal>, habit: Habit) -> Writer {
    Writer {
        client: stage.people.client.clone(),
        product: stage.people.products[0].clone(),
        journal: Arc::clone(journal),
        seen: Arc::new(Seen::default()),
        habit,
    }
}

/// Bytes before the end of a change within which COMMIT and its answer pass.
const AROUND_COMMIT: u64 = 120;

/// D1: wherever the way is cut, before, during or after COMMIT, a change that is sent again is there once.
pub fn cut(scale: &Scale) -> Played {
    let places = 32 * scale.rounds as u64;
    let stage = Stage::given(OwnPostgres::start(), &["--database-connections=2"], 1);
    let journal = Arc::new(Journal::begin("D1"));
    let writer = writer(&stage, &journal, Habit::Sound);
    let (mut cuts, mut unsure) = (0_u64, 0_u64);
    for way in [Way::Up, Way::Down] {
        for place in 0..places {
            let whole = bytes_of_the_next(&stage, &writer, way);
            // Half of them all along the way, half of them around COMMIT and its answer, near its end.
            let after = match place % 2 {
                0 => whole * place / places,
                _ => whole.saturating_sub(AROUND_COMMIT * place / places),
            };
            let tried = writer.seen.tried_again.load(Ordering::Relaxed);
            stage.way.as_ref().unwrap().cut_after(way, after);
            writer.change(&false.into());
            cuts += u64::from(!stage.way.as_ref().unwrap().disarm());
            unsure += u64::from(writer.seen.tried_again.load(Ordering::Relaxed) > tried);
        }
    }
    writer.seen.expect_polite();
    expect_clean(&stage.superuser(), &journal);
    stage.expect_no_fault();
    assert!(cuts > places, "only {cuts} of the cuts met a change");

    let doubled = doubled_without_keys(&stage);
    Played::Passed(format!(
        "{cuts} cuts at {places} places each way, {unsure} changes sent again, none lost, none doubled; control: \
         without keys {doubled} doubled"
    ))
}

/// The control: the same with a new key for each try, cut around the answer to COMMIT.
fn doubled_without_keys(stage: &Stage) -> usize {
    let journal = Arc::new(Journal::begin("D1-control"));
    let careless = writer(stage, &journal, Habit::ForgetsKeys);
    for turn in 0..120 {
        let whole = bytes_of_the_next(stage, &careless, Way::Down);
        stage.way.as_ref().unwrap().cut_after(Way::Down, whole.saturating_sub(24 + turn * 6 % AROUND_COMMIT));
        careless.change(&false.into());
        stage.way.as_ref().unwrap().disarm();
        if turn % 4 == 3 {
            let doubled = judge(&stage.superuser(), &journal).doubled;
            if doubled > 0 {
                return doubled;
            }
        }
    }
    panic!("the control stayed green: no cut doubled a change without keys");
}

/// How many bytes the next change will take: each one reads all before it, and is longer by the same. After a cut the
/// connections learn the statements again; that is over when two changes in a row were longer by the same.
fn bytes_of_the_next(stage: &Stage, writer: &Writer, way: Way) -> u64 {
    let proxy = stage.way.as_ref().unwrap();
    let (mut last, mut longer) = (0_u64, 0_i64);
    for _ in 0..12 {
        proxy.cut_after(way, u64::MAX);
        writer.change(&false.into());
        proxy.disarm();
        let now = proxy.passed(way);
        let grown = now.cast_signed() - last.cast_signed();
        let is_steady = last > 0 && (grown - longer).abs() <= 24;
        (last, longer) = (now, grown);
        if is_steady {
            break;
        }
    }
    last.saturating_add_signed(longer)
}

/// Longer than a request may take: one that waits until the way is healed is caught.
const HARMED: Duration = Duration::from_millis(12_500);

/// D2: each request ends while the way is still lost, the pool is whole afterwards.
pub fn way_lost(scale: &Scale) -> Played {
    const CONNECTIONS: usize = 8;
    let stage = Stage::given(OwnPostgres::start(), &[&format!("--database-connections={CONNECTIONS}")], 6);
    let journal = Arc::new(Journal::begin("D2"));
    let mut told = Vec::new();
    for _ in 0..scale.rounds {
        for (name, harm) in HARMS {
            let storm = Storm::begin(&stage.people, &journal, Habit::Sound);
            std::thread::sleep(Duration::from_millis(400));
            harm(stage.way.as_ref().unwrap());
            std::thread::sleep(HARMED);
            stage.way.as_ref().unwrap().set(Mode::Pass);
            let healed = Instant::now();
            let before = storm.seen.confirmed();
            let goes_on = wait_until(HANGS * 2, || storm.seen.confirmed() > before + 6);
            let back = healed.elapsed();
            assert!(goes_on, "after {name} nothing is confirmed: {}", stage.folder.log());
            let seen = storm.end();
            seen.expect_polite();
            let longest = seen.longest();
            assert!(longest < HANGS, "{name}: a request took {longest:?}");
            expect_whole_pool(&stage, CONNECTIONS);
            told.push(format!("{name}: longest {longest:.1?}, back {back:.1?}"));
        }
    }
    expect_clean(&stage.superuser(), &journal);
    stage.expect_no_fault();

    // The control: an answer that comes only when all is well again must be noticed.
    let front = FaultProxy::before(Upstream::Tcp(stage.address()));
    front.set(Mode::Delay(HARMED));
    let late = stage.people.client.at(front.address).get("/account").took;
    assert!(late > HANGS, "the control stayed green: {late:?}");
    Played::Passed(format!("{}; control: {late:.1?} noticed", told.join("; ")))
}

type Harm = fn(&FaultProxy);

const HARMS: [(&str, Harm); 3] = [
    ("resets", |way| way.set(Mode::Reset)),
    ("black hole", |way| way.set(Mode::BlackHole)),
    ("half closed", |way| {
        way.half_close();
        std::thread::sleep(Duration::from_millis(300));
        way.half_close();
    }),
];

/// As many requests at once as there are connections, each of which needs one, are served, and there are no more
/// connections than allowed.
fn expect_whole_pool(stage: &Stage, connections: usize) {
    let all_served = || crowd(&stage.people.client, connections).served == connections;
    assert!(wait_until(HANGS, all_served), "the pool is not whole: {}", stage.folder.log());
    let open: i64 = block_on(async {
        use sqlx::Connection as _;
        let mut connection = sqlx::PgConnection::connect_with(&stage.superuser()).await.unwrap();
        let sql = "select count(*) from pg_stat_activity where usename = 'hz_app' and state = 'idle'";
        sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
    });
    // One more asks whether the database lives. What a black hole still holds on the far side is not the pool's.
    assert!(open <= 3 * (i64::try_from(connections).unwrap() + 1), "{open} connections are open");
}

/// D4: who can not be served is told so and does not wait for the others, which would take most of a minute, nobody
/// waits for ever, and it passes.
pub fn pool_exhausted(_: &Scale) -> Played {
    const PEOPLE: usize = 200;
    let stage = Stage::given(OwnPostgres::start(), &["--database-connections=4"], 1);
    let way = stage.way.as_ref().unwrap();
    // Each connection learns the statements first: then each of them takes one second, and not two.
    for _ in 0..3 {
        crowd(&stage.people.client, 12);
    }
    way.set(Mode::Delay(Duration::from_secs(1)));
    let Crowd { served, refused, slowest } = crowd(&stage.people.client, PEOPLE);
    way.set(Mode::Pass);
    let healed = Instant::now();
    let clears = wait_until(HANGS, || stage.people.client.get("/account").status() == 200);
    let cleared = healed.elapsed();
    assert!(clears, "not clear after {cleared:?}");
    expect_whole_pool(&stage, 4);
    assert_eq!(served + refused, PEOPLE);
    assert!(refused > PEOPLE / 2, "{served} served, {refused} refused: nothing was exhausted");
    assert!(slowest < HANGS, "a refusal took {slowest:?}");
    expect_clean(&stage.superuser(), &Journal::begin("D4"));
    stage.expect_no_fault();

    // The control: refusals that come late must be noticed.
    let front = FaultProxy::before(Upstream::Tcp(stage.address()));
    way.set(Mode::Delay(Duration::from_secs(1)));
    front.set(Mode::Delay(HANGS));
    let late = crowd(&stage.people.client.at(front.address), PEOPLE / 2).slowest;
    assert!(late > HANGS, "the control stayed green: the slowest refusal took {late:?}");
    Played::Passed(format!(
        "{PEOPLE} people on 4 connections: {served} served, {refused} told to come back, the slowest after {slowest:.1?}; \
         clear after {cleared:.1?}; control: {late:.1?} noticed"
    ))
}

/// How many got the page, how many were told to come back, and how late the latest of these was told.
struct Crowd {
    served: usize,
    refused: usize,
    slowest: Duration,
}

/// Everybody opens a page.
fn crowd(client: &Client, people: usize) -> Crowd {
    let pages: Vec<_> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..people).map(|_| scope.spawn(|| client.get("/account"))).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let served = pages.iter().filter(|page| page.status() == 200).count();
    let mut refusals: Vec<Duration> =
        pages.iter().filter(|page| page.status() == 503).map(|page| page.took).collect();
    assert!(pages.iter().all(|page| !page.is_rude()), "a refusal without Retry-After");
    Crowd { served, refused: refusals.len(), slowest: quantile(&mut refusals, 1.0) }
}
