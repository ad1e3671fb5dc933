//! People over HTTP: setting up, signing in and out, sessions, passwords, links, roles, and what was typed.

use std::collections::BTreeSet;

use domain::access::Role;
use tests::{Browser, Page, Person, TestApp};

const NEW_PASSWORD: &str = "nine herons on a slate roof";

async fn sign_in(browser: &Browser, email: &str, password: &str) -> Page {
    let page = browser.get("/sign-in").await.expect(200);
    browser.submit(page.form("account/sign_in").with("email", email).with("password", password)).await
}

async fn is_signed_in(browser: &Browser) -> bool {
    browser.get("/account").await.path == "/account"
}

async fn run(app: &TestApp, statement: &'static str) {
    sqlx::query(statement).execute(app.superuser()).await.expect("the superuser may do anything");
}

async fn actions_since(app: &TestApp, mark: tests::application::TrailMark) -> Vec<String> {
    app.trail_since(mark).await.into_iter().map(|entry| entry.action).collect()
}

#[tokio::test]
async fn the_set_up_link_makes_one_administrator_and_then_nothing() {
    let app = TestApp::start().await;
    let link = service::account::set_up_address(&app.service).await.unwrap().unwrap();
    let path = link.trim_start_matches(&app.origin).to_owned();
    let page = app.browser().get(&path).await.expect(200);
    let ada = app.administrator().await;
    // The administrator was made by a newer link: the older one ended with it.
    let spent = app.browser().get(&path).await.expect(404);
    spent.says("This link is spent");
    let form = page
        .form("account/set_up")
        .with("name", "Eve")
        .with("email", "eve@clinic.test")
        .with("password", NEW_PASSWORD)
        .with("password_again", NEW_PASSWORD);
    let mark = app.trail_mark().await;
    let refused = app.browser().submit(form).await;
    refused.says("This link is spent");
    assert!(app.trail_since(mark).await.is_empty());
    assert_eq!(service::account::set_up_address(&app.service).await.unwrap(), None);
    assert!(is_signed_in(&ada).await);
}

#[tokio::test]
async fn the_session_cookie_has_every_flag_and_the_database_does_not_know_it() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let browser = app.browser();
    let page = browser.get("/sign-in").await.expect(200);
    let form =
        page.form("account/sign_in").with("email", ada.email.clone()).with("password", Person::PASSWORD);
    let answer = browser.submit_without_following(form).await.expect(303);
    let cookies: Vec<_> =
        answer.headers.get_all("set-cookie").iter().filter_map(|line| line.to_str().ok()).collect();
    let line =
        cookies.iter().find(|line| line.starts_with("__Host-hazel=")).expect("a session cookie is set");
    for flag in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
        assert!(line.contains(flag), "{line}");
    }
    assert!(!line.contains("Domain"), "{line}");
    let token = &browser.cookies()["__Host-hazel"];
    let rows: Vec<String> =
        sqlx::query_scalar("select s::text from run.session s").fetch_all(app.superuser()).await.unwrap();
    assert!(rows.iter().all(|row| !row.contains(token)));
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_get_the_same_answer() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let unknown = sign_in(&app.browser(), "nobody@clinic.test", "whatever it may be").await;
    let wrong = sign_in(&app.browser(), &ada.email, "whatever it may be").await;
    unknown.says("do not belong together");
    assert_eq!(unknown.reading(), wrong.reading());
    assert_eq!(unknown.status, wrong.status);
    let form = wrong.form("account/sign_in");
    assert_eq!(form.value("email"), Some(ada.email.as_str()), "what was typed is kept");
    assert_eq!(form.value("password").unwrap_or_default(), "");
}

#[tokio::test]
async fn wrong_passwords_make_everybody_wait_and_time_forgives() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let browser = app.browser();
    let mut statuses = Vec::new();
    for _ in 0..6 {
        let fields = [("email", ada.email.as_str()), ("password", "not the password")];
        statuses.push(browser.call("account/sign_in", &fields).await.status.as_u16());
    }
    assert_eq!(statuses[..4], [422; 4]);
    assert!(statuses[4..].contains(&429), "{statuses:?}");
    let waits = sign_in(&browser, &ada.email, Person::PASSWORD).await;
    waits.says("too many tries");
    assert!(!is_signed_in(&browser).await);
    run(&app, "update run.throttle set next_try_at = now()").await;
    let _ = sign_in(&browser, &ada.email, Person::PASSWORD).await;
    assert!(is_signed_in(&browser).await);
}

#[tokio::test]
async fn many_guesses_at_the_same_moment_do_not_slip_through() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let guesses: Vec<_> = (0..24)
        .map(|_| {
            let (browser, email) = (app.browser(), ada.email.clone());
            tokio::spawn(async move {
                let fields = [("email", email.as_str()), ("password", "not the password")];
                browser.call("account/sign_in", &fields).await.status.as_u16()
            })
        })
        .collect();
    let mut looked_at = 0;
    for guess in guesses {
        looked_at += usize::from(guess.await.unwrap() == 422);
    }
    assert!(looked_at <= 6, "{looked_at} of 24 guesses were looked at");
}

#[tokio::test]
async fn signing_out_ends_the_session_on_the_server_too() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let thief = app.browser();
    thief.take_cookies(ada.cookies());
    assert!(is_signed_in(&thief).await);
    let form = ada.get("/account").await.forms("account/sign_out").remove(0);
    let page = ada.submit(form).await.expect(200);
    page.says("You are signed out.");
    assert!(!is_signed_in(&ada).await && !is_signed_in(&thief).await);
}

#[tokio::test]
async fn a_session_ends_without_use_and_in_any_case() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    for end in [
        "update run.session set idle_expires_at = now() - interval '1 second'",
        "update run.session set expires_at = now() - interval '1 second'",
    ] {
        assert!(is_signed_in(&ada).await);
        run(&app, end).await;
        assert!(!is_signed_in(&ada).await, "{end}");
        let _ = sign_in(&ada, &ada.email, Person::PASSWORD).await;
    }
    let limits: Vec<(bool, bool)> = sqlx::query_as(
        "select idle_expires_at - last_seen_at <= interval '30 minutes', expires_at - created_at <= interval '12 hours'
         from run.session where revoked_at is null order by created_at desc limit 1",
    )
    .fetch_all(app.superuser())
    .await
    .unwrap();
    assert!(limits.iter().all(|(idle, absolute)| *idle && *absolute));
}

#[tokio::test]
async fn one_of_several_sessions_can_be_ended_from_another() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let second = app.browser();
    let _ = sign_in(&second, &ada.email, Person::PASSWORD).await;
    let page = ada.get("/account").await;
    let _ = ada.submit(page.form("account/revoke_session")).await.expect(200);
    assert!(is_signed_in(&ada).await && !is_signed_in(&second).await);
    // Nobody ends a session of somebody else.
    let ben = app.person(&ada, "Ben Baker").await;
    let session: uuid::Uuid = sqlx::query_scalar(
        "select session_id from run.session s join app.person p using (person_id)
         where p.email = 'ada@clinic.test' and s.revoked_at is null",
    )
    .fetch_one(app.superuser())
    .await
    .unwrap();
    let _ = ben.call("account/revoke_session", &[("session", &session.to_string())]).await.expect(404);
    assert!(is_signed_in(&ada).await);
}

#[tokio::test]
async fn disabling_somebody_ends_their_sessions_at_once_and_keeps_them_out() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let ben = app.person(&ada, "Ben Baker").await;
    assert!(is_signed_in(&ben).await);
    let page = ada.get(&format!("/people/{}", ben.id)).await.expect(200);
    let _ = ada.submit(page.form("people/disable")).await.expect(200);
    assert!(!is_signed_in(&ben).await);
    sign_in(&ben, &ben.email, Person::PASSWORD).await.says("do not belong together");
    let page = ada.get(&format!("/people/{}", ben.id)).await.expect(200);
    let _ = ada.submit(page.form("people/enable")).await.expect(200);
    let _ = sign_in(&ben, &ben.email, Person::PASSWORD).await;
    assert!(is_signed_in(&ben).await);
}

#[tokio::test]
async fn somebody_always_administers_the_installation() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let own = ada.get(&format!("/people/{}", ada.id)).await.expect(200);
    assert!(own.forms("people/disable").is_empty());
    ada.submit(own.form("people/unmake_administrator")).await.says("Nobody would be left");
    let fields = [("person", ada.id.to_string()), ("revision", "1".to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let _ = ada.call("people/disable", &fields).await.expect(422);

    // Two who take the administration from each other at the same moment: one stays.
    let ben = app.person(&ada, "Ben Baker").await;
    let page = ada.get(&format!("/people/{}", ben.id)).await.expect(200);
    let _ = ada.submit(page.form("people/make_administrator")).await.expect(200);
    let against_ben = ada.get(&format!("/people/{}", ben.id)).await.form("people/unmake_administrator");
    let against_ada = ben.get(&format!("/people/{}", ada.id)).await.form("people/unmake_administrator");
    let _ = tokio::join!(ada.submit(against_ben), ben.submit(against_ada));
    let left: i64 = sqlx::query_scalar("select count(*) from app.person where site_administrator")
        .fetch_one(app.superuser())
        .await
        .unwrap();
    assert_eq!(left, 1);
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions_and_the_old_password() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let second = app.browser();
    let _ = sign_in(&second, &ada.email, Person::PASSWORD).await;
    let form = ada
        .get("/account")
        .await
        .form("account/change_password")
        .with("current_password", Person::PASSWORD)
        .with("password", NEW_PASSWORD)
        .with("password_again", NEW_PASSWORD);
    let wrong = form.clone().with("current_password", "not the password");
    ada.submit(wrong).await.says("not your current password");
    ada.submit(form.clone().with("password_again", "something else")).await.says("The two passwords differ");
    ada.submit(form).await.says("Your password is changed.");
    assert!(is_signed_in(&ada).await && !is_signed_in(&second).await);
    sign_in(&second, &ada.email, Person::PASSWORD).await.says("do not belong together");
    let _ = sign_in(&second, &ada.email, NEW_PASSWORD).await;
    assert!(is_signed_in(&second).await);
}

#[tokio::test]
async fn a_reset_link_works_once_and_replaces_earlier_ones() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let ben = app.person(&ada, "Ben Baker").await;
    let page = ada.get(&format!("/people/{}", ben.id)).await.expect(200);
    let link = |page: &Page| page.text("#handover").trim_start_matches(&app.origin).to_owned();
    let first = link(&ada.submit(page.form("people/make_password_link")).await.expect(200));
    let second = link(&ada.submit(page.form("people/make_password_link")).await.expect(200));
    let again = ada.get(&format!("/people/{}", ben.id)).await.expect(200);
    assert_eq!(again.count("#handover"), 0, "the link is shown once");
    let _ = app.browser().get(&first).await.expect(404);

    let browser = app.browser();
    let form = browser
        .get(&second)
        .await
        .expect(200)
        .form("account/choose_password")
        .with("password", NEW_PASSWORD)
        .with("password_again", NEW_PASSWORD);
    let _ = browser.submit(form.clone()).await.expect(200);
    assert!(is_signed_in(&browser).await && !is_signed_in(&ben).await);
    let spent = app.browser().submit(form).await.expect(404);
    spent.says("This link is spent");
}

#[tokio::test]
async fn what_was_typed_survives_a_session_that_ran_out() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let ben = app.person(&ada, "Ben Baker").await;
    let form = ben
        .get("/products/new")
        .await
        .expect(200)
        .form("products/create")
        .with("name", "Night monitor")
        .with("intended_purpose", "Wakes a nurse when the breath stops.");
    run(&app, "update run.session set idle_expires_at = now() - interval '1 second'").await;
    let asked = ben.submit(form).await.expect(200);
    assert!(asked.path.starts_with("/sign-in"), "{}", asked.path);
    let next = asked.form("account/sign_in").value("next").unwrap_or_default().to_owned();

    // Somebody else who signs in at this browser does not see it.
    let other = app.browser();
    let _ = sign_in(&other, &ada.email, Person::PASSWORD).await;
    other.get(&next).await.expect(200).does_not_say("Night monitor");

    let form =
        asked.form("account/sign_in").with("email", ben.email.clone()).with("password", Person::PASSWORD);
    let back = ben.submit(form).await.expect(200);
    let form = back.form("products/create");
    assert_eq!(form.value("name"), Some("Night monitor"));
    assert_eq!(form.value("intended_purpose").map(str::trim), Some("Wakes a nurse when the breath stops."));
}

#[tokio::test]
async fn nothing_secret_is_kept_of_a_form_or_put_on_the_trail() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let secret = "a very peculiar wrong password";
    let _ = sign_in(&app.browser(), &ada.email, secret).await;
    // A password typed where the address belongs.
    let _ = sign_in(&app.browser(), secret, "x").await;
    let form = ada
        .get("/account")
        .await
        .form("account/change_password")
        .with("current_password", secret)
        .with("password", secret)
        .with("password_again", secret);
    let _ = ada.submit(form).await;
    let everywhere: Vec<String> = sqlx::query_scalar(
        "select e::text from audit.entry e union all select p::text from audit.pii p
         union all select t::text from run.throttle t union all select s::text from run.session s
         union all select (k.fields - 'email')::text || k.page || k.problem from run.kept_form k",
    )
    .fetch_all(app.superuser())
    .await
    .unwrap();
    assert!(everywhere.len() > 5);
    for row in everywhere {
        assert!(!row.contains(secret), "{row}");
        assert!(!row.contains("/setup/"), "{row}");
    }
}

#[tokio::test]
async fn after_signing_in_nobody_is_led_to_another_site() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    for bad in ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"] {
        let browser = app.browser();
        let form = browser
            .get("/sign-in")
            .await
            .form("account/sign_in")
            .forced("next", bad)
            .with("email", ada.email.clone())
            .with("password", Person::PASSWORD);
        let answer = browser.submit_without_following(form).await.expect(303);
        assert_eq!(answer.headers["location"], "/", "{bad}");
    }
}

#[tokio::test]
async fn every_sign_in_good_and_bad_is_on_the_trail() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let mark = app.trail_mark().await;
    let browser = app.browser();
    let _ = sign_in(&browser, "nobody@clinic.test", "x").await;
    let _ = sign_in(&browser, &ada.email, "x").await;
    let _ = sign_in(&browser, &ada.email, Person::PASSWORD).await;
    let form = browser.get("/account").await.forms("account/sign_out").remove(0);
    let _ = browser.submit(form).await;
    let entries = app.trail_since(mark).await;
    let told: Vec<_> = entries
        .iter()
        .map(|entry| (entry.action.as_str(), entry.actor.is_some(), entry.record == Some(ada.id.uuid())))
        .collect();
    assert_eq!(
        told,
        [
            ("session.sign_in_refused", false, false),
            ("session.sign_in_refused", false, true),
            ("session.signed_in", true, false),
            ("session.signed_out", true, false),
        ]
    );
    assert!(entries[2..].iter().all(|entry| entry.actor == Some(ada.id.uuid())));
}

#[tokio::test]
async fn a_role_counts_from_the_next_request_on_and_ends_with_it() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let ben = app.person(&ada, "Ben Baker").await;
    let product = app.product(&ada, "Night monitor").await;
    let address = format!("/products/{product}");
    let _ = ben.get(&address).await.expect(404);
    let mark = app.trail_mark().await;
    app.give_roles(&ada, product, &ben, &[Role::Reader, Role::Auditor]).await;
    assert_eq!(actions_since(&app, mark).await, ["membership.given", "membership.given"]);
    let _ = ben.get(&address).await.expect(200);
    let members = ada.get(&format!("{address}/members")).await.expect(200);
    let twice = members.form("members/give").with("person", ben.id.to_string()).with("role", "reader");
    ada.submit(twice).await.says("has this role already");

    let mark = app.trail_mark().await;
    let page = ada.get(&format!("/people/{}", ben.id)).await.expect(200);
    for form in page.forms("members/end") {
        let _ = ada.submit(form).await.expect(200);
    }
    assert_eq!(actions_since(&app, mark).await, ["membership.ended", "membership.ended"]);
    let _ = ben.get(&address).await.expect(404);
}

#[tokio::test]
async fn whoever_administers_a_product_gives_roles_in_it_and_in_no_other() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let ben = app.person(&ada, "Ben Baker").await;
    let cleo = app.person(&ada, "Cleo Carter").await;
    let of_ada = app.product(&ada, "Night monitor").await;
    let of_ben = app.product(&ben, "Day monitor").await;
    app.give_roles(&ben, of_ben, &cleo, &[Role::Author]).await;
    let _ = cleo.get(&format!("/products/{of_ben}")).await.expect(200);
    for (product, status) in [(of_ada, 404), (of_ben, 403)] {
        let fields = [("product", product.to_string()), ("person", cleo.id.to_string())];
        let fields =
            [(fields[0].0, fields[0].1.as_str()), (fields[1].0, fields[1].1.as_str()), ("role", "reviewer")];
        let _ = cleo.call("members/give", &fields).await.expect(status);
    }
}

#[tokio::test]
async fn a_denied_access_is_on_the_trail() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let ben = app.person(&ada, "Ben Baker").await;
    let mark = app.trail_mark().await;
    let _ = ben.get("/people").await.expect(403);
    let entries = app.trail_since(mark).await;
    assert_eq!(entries.len(), 1);
    assert_eq!((entries[0].action.as_str(), entries[0].actor), ("access.denied", Some(ben.id.uuid())));
}

#[tokio::test]
async fn two_administrators_who_change_a_person_see_both_versions() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let ben = app.person(&ada, "Ben Baker").await;
    let address = format!("/people/{}", ben.id);
    let first = ada.get(&address).await.form("people/describe").with("name", "Ben A. Baker");
    let second = ada.get(&address).await.form("people/describe").with("name", "Benjamin Baker");
    let _ = ada.submit(first).await.expect(200);
    let conflict = ada.submit(second).await.expect(200);
    conflict.says("Ben A. Baker");
    conflict.says("Benjamin Baker");
    conflict.says("Ada Adler");
    let again = conflict.form("people/describe").forced("name", "Benjamin Baker");
    let _ = ada.submit(again).await.expect(200);
    ada.get(&address).await.says("Benjamin Baker");
}

#[tokio::test]
async fn the_workstations_name_stands_on_the_trail_and_is_remembered() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let form = ada.get("/account").await.form("account/name_workstation").with("workstation", "cubicle 7");
    ada.submit(form).await.says("cubicle 7");
    let _ = ada.submit(ada.get("/account").await.forms("account/sign_out").remove(0)).await;
    let _ = sign_in(&ada, &ada.email, Person::PASSWORD).await;
    let _ = app.product(&ada, "Night monitor").await;
    let places: BTreeSet<Option<String>> = sqlx::query_scalar(
        "select workstation from audit.entry where action = 'product.created' or rec_type = 'product'",
    )
    .fetch_all(app.superuser())
    .await
    .unwrap()
    .into_iter()
    .collect();
    assert_eq!(places, BTreeSet::from([Some("cubicle 7".to_owned())]));
}

#[tokio::test]
async fn what_is_past_its_time_is_taken_away_and_what_is_in_use_stays() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let other = app.browser();
    sign_in(&other, &ada.email, Person::PASSWORD).await;
    other.submit(other.get("/account").await.form("account/sign_out")).await;
    let nobody = sign_in(&app.browser(), "nobody@clinic.test", "a wrong word or two").await;
    nobody.says("do not belong together");
    ada.submit(ada.get("/products/new").await.form("products/create").with("name", "")).await;
    let left = "select (select count(*) from run.session), (select count(*) from run.throttle), (select count(*) from run.kept_form),
                       (select count(*) from run.password_token where used_at is not null)";
    let count = async || -> (i64, i64, i64, i64) {
        sqlx::query_as(left).fetch_one(app.superuser()).await.expect("the superuser may count")
    };
    let before = count().await;
    store::leftovers::clear(app.service.store()).await.unwrap();
    assert_eq!(count().await, before, "nothing is old yet");

    run(&app, "update run.session set revoked_at = now() - interval '40 days' where revoked_at is not null")
        .await;
    run(&app, "update run.throttle set last_at = now() - interval '3 days', next_try_at = now() - interval '3 days'").await;
    run(&app, "update run.kept_form set expires_at = now() - interval '1 minute'").await;
    run(&app, "update run.password_token set used_at = now() - interval '40 days' where used_at is not null")
        .await;
    assert!(store::leftovers::clear(app.service.store()).await.unwrap() >= 4);
    let (sessions, throttles, forms, links) = count().await;
    assert_eq!((sessions, throttles, forms, links), (before.0 - 1, 0, 0, 0));
    assert!(is_signed_in(&ada).await);
}

#[tokio::test]
async fn a_network_that_tries_many_accounts_waits_for_all_of_them() {
    let app = TestApp::start().await;
    let ada = app.administrator().await;
    let browser = app.browser();
    let guess = async |account: usize| {
        let email = format!("person{account}@clinic.test");
        let fields = [("email", email.as_str()), ("password", "not the password")];
        browser.call("account/sign_in", &fields).await.status.as_u16()
    };
    // One guess for each account stays below the limit of every account; together they fill that of the network.
    let mut answers = Vec::new();
    for account in 0..42 {
        answers.push(guess(account).await);
    }
    assert!(answers[..40].iter().all(|status| *status == 422), "{answers:?}");
    assert!(answers[40..].contains(&429), "{answers:?}");
    sign_in(&app.browser(), &ada.email, Person::PASSWORD).await.says("too many tries");
    assert!(is_signed_in(&ada).await, "who is signed in already is not held up");
}
