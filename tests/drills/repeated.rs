//! C: many people change one record from one version; one form is sent many times.

use std::collections::BTreeMap;
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use crate::client::{Client, Exchange};
use crate::hosted::DataFolder;
use crate::journal::Journal;
use crate::oracle::expect_clean;
use crate::stage::Stage;
use crate::storm::{Habit, Seen, Writer};
use crate::{BACK, HANGS, Played, Scale};

const PEOPLE: usize = 50;

/// Lets all of them go at the same moment.
fn at_once<T: Send>(count: usize, act: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let gate = Barrier::new(count);
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..count)
            .map(|number| {
                let (gate, act) = (&gate, &act);
                scope.spawn(move || {
                    gate.wait();
                    act(number)
                })
            })
            .collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

fn edit(client: &Client, product: &str, revision: usize, text: &str) -> Exchange {
    let fields = [
        ("product", product),
        ("revision", &revision.to_string()),
        ("name", "Pump 1"),
        ("intended_purpose", "Doses insulin."),
        ("intended_users", text),
        ("lifecycle", "planned"),
    ];
    let key = uuid::Uuid::now_v7().to_string();
    persist(|| client.call("products/edit", Some(&key), &fields))
}

/// So many at once may be more than the database takes: whoever is told to come back does.
fn persist(send: impl Fn() -> Exchange) -> Exchange {
    let until = Instant::now() + HANGS * 3;
    loop {
        let end = send();
        if end.status() != 503 || Instant::now() > until {
            return end;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// How many of the fifty won, and how many were shown both versions.
fn round(client: &Client, product: &str, revision: usize, careless: bool) -> (usize, usize) {
    let ends = at_once(PEOPLE, |person| {
        let text = format!("Person {person} of round {revision}");
        let mut end = edit(client, product, revision, &text);
        let mut newest = revision;
        // The seeded fault: sends it again on top of whatever is stored, without looking.
        while careless && end.status() == 409 {
            newest += 1;
            end = edit(client, product, newest, &text);
        }
        end
    });
    let mut counts: BTreeMap<u16, usize> = BTreeMap::new();
    for end in &ends {
        *counts.entry(end.status()).or_default() += 1;
        if end.status() == 409 {
            let body = end.body();
            assert!(body.contains("\"yours\"") && body.contains("\"theirs\""), "no merge view: {body}");
        }
    }
    let (won, stale) = (counts.remove(&200).unwrap_or(0), counts.remove(&409).unwrap_or(0));
    assert!(counts.is_empty(), "neither won nor stale: {counts:?}");
    (won, stale)
}

/// C1: exactly one wins per version, the others get 409 with both versions.
pub fn lost_update(scale: &Scale) -> Played {
    let rounds = 6 * scale.rounds;
    let stage = Stage::private(DataFolder::new(), 1);
    let (client, product) = (&stage.people.client, stage.people.products[0].as_str());
    for revision in 1..=rounds {
        let (won, stale) = round(client, product, revision, false);
        assert_eq!((won, stale), (1, PEOPLE - 1), "round {revision}");
    }
    // What those see who send a form from a page.
    let form = client
        .request(
            "products/edit",
            None,
            &[
                ("_page", &format!("/products/{product}/edit")),
                ("_form", "product"),
                ("product", product),
                ("revision", "1"),
                ("name", "Pump 1"),
                ("intended_purpose", "Doses insulin."),
                ("intended_users", "Typed on an old page"),
                ("lifecycle", "planned"),
            ],
        )
        .replace("accept: application/json", "accept: text/html");
    let sent = client.send(&form);
    let back = sent.answer.as_ref().map(|answer| answer.header("location").to_owned()).unwrap_or_default();
    let page = client.get(&back);
    assert!(page.body().contains("Typed on an old page"), "{back}: {}", page.body());
    assert!(page.body().contains("Take what is stored"), "{back}: {}", page.body());

    let journal = Journal::begin("C1");
    expect_clean(&stage.superuser(), &journal);
    stage.expect_no_fault();
    let (careless, _) = round(client, product, rounds + 1, true);
    assert!(careless > 1, "the control stayed green: careless people did not overwrite each other");
    Played::Passed(format!(
        "{rounds} versions, each won by one of {PEOPLE}, the others were shown both; versions dense; \
         control: {careless} of {PEOPLE} overwrote when they did not look"
    ))
}

/// C2: one row, the same answer each time, also after a restart; other words under the same key are refused.
pub fn sent_again(_: &Scale) -> Played {
    const TIMES: usize = 100;
    let mut stage = Stage::private(DataFolder::new(), 1);
    let journal = Arc::new(Journal::begin("C2"));
    let writer = Writer {
        client: Client { patience: Duration::from_secs(60), ..stage.people.client.clone() },
        product: stage.people.products[0].clone(),
        journal: Arc::clone(&journal),
        seen: Arc::new(Seen::default()),
        habit: Habit::Sound,
    };
    let (key, title) = (uuid::Uuid::now_v7().to_string(), "Sent a hundred times");
    journal.sent(title);
    let send = |key: &str| {
        let end = persist(|| writer.send(key, title));
        (end.status(), end.body().trim().to_owned())
    };
    let answers = at_once(TIMES, |_| send(&key));
    assert!(answers.iter().all(|answer| answer.0 == 200 && *answer == answers[0]), "{answers:?}");
    journal.confirmed(title, &answers[0].1);
    stage.kill_server();
    stage.start_server();
    stage.until_ready(BACK);
    assert_eq!(send(&key), answers[0], "after a restart");
    let day = "update run.accepted_form set accepted_at = accepted_at - interval '23 hours 59 minutes'";
    stage.as_superuser(day);
    assert_eq!(send(&key), answers[0], "a day later");
    let other = writer.send(&key, "Other words");
    assert_eq!(other.status(), 422, "{other:?}");
    expect_clean(&stage.superuser(), &journal);
    stage.expect_no_fault();

    // The control: as many keys as times.
    at_once(8, |_| send(&uuid::Uuid::now_v7().to_string()));
    let verdict = crate::oracle::judge(&stage.superuser(), &journal);
    assert_eq!(verdict.doubled, 1, "the control stayed green: {verdict:?}");
    Played::Passed(format!(
        "{TIMES} times at once, after a kill and a day later: one row, one answer; other words: 422; \
         control: with a key for each time the double is found"
    ))
}
