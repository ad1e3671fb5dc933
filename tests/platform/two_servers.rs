//! Two servers on one Postgres: what one of them knows, the other knows, and people notice nothing when one restarts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use sqlx::{Connection as _, PgConnection};

use crate::hosted::{DataFolder, Server, link_in, wait_until};
use crate::proxies;

const OURS: &str = "sec-fetch-site: same-origin\r\n";
const PASSWORD: &str = "seven+lanterns+under+the+bridge";

/// Somebody else's Postgres, played by the private one of a folder, and servers on it.
struct Installation {
    database: DataFolder,
    _keeper: Server,
    places: Vec<DataFolder>,
}

impl Installation {
    fn new() -> Self {
        let database = DataFolder::new();
        let keeper = database.serve(&[]);
        Self { database, _keeper: keeper, places: vec![DataFolder::new(), DataFolder::new()] }
    }

    /// How often the most guessed account was guessed, on whichever server.
    fn failures(&self) -> i32 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut connection =
                PgConnection::connect_with(&self.database.connect_as("postgres")).await.unwrap();
            let failures = sqlx::query_scalar("select max(failures) from run.throttle");
            failures.fetch_one(&mut connection).await.unwrap()
        })
    }

    fn serve(&self, place: usize, flags: &[&str]) -> Server {
        let url = self.database.url("hz_app");
        let mut all = vec!["--database-url", url.as_str()];
        all.extend(flags);
        self.places[place].serve(&all)
    }
}

pub fn set_up(server: &Server) -> String {
    let link = server.printed().iter().find_map(|line| link_in(line)).expect("the link is printed");
    let token = link.trim_start_matches("/setup/");
    let body = format!(
        "token={token}&name=Ada&email=ada%40clinic.test&password={PASSWORD}&password_again={PASSWORD}"
    );
    let answer = server.post("/api/account/set_up", OURS, &body);
    let cookies = answer.all("set-cookie");
    let session =
        cookies.iter().find(|cookie| cookie.starts_with("__Host-hazel=")).expect("a session is opened");
    session.split(';').next().unwrap_or_default().to_owned()
}

pub fn get(server: &Server, path: &str, session: &str) -> crate::hosted::Answer {
    server.send(&format!(
        "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\naccept: text/html\r\ncookie: {session}\r\n\r\n",
        server.address
    ))
}

#[test]
fn what_one_server_knows_the_other_knows() {
    let installation = Installation::new();
    // Each start makes a new set-up link; the last one holds, whichever server it is opened on.
    let (second, first) = (installation.serve(1, &[]), installation.serve(0, &[]));
    let session = set_up(&first);
    let signed_in = format!("{OURS}cookie: {session}\r\n");

    // Sessions.
    assert_eq!(get(&second, "/account", &session).status, 200);
    // A form that one refused, the other shows again with what was typed.
    let refused = first.post(
        "/api/products/create",
        &signed_in,
        "_page=%2Fproducts%2Fnew&_form=product&name=&intended_purpose=Typed+here",
    );
    assert_eq!(refused.status, 303);
    let kept = refused.header("location").to_owned();
    assert!(kept.contains("kept="), "{kept}");
    let shown = get(&second, &kept, &session);
    assert!(shown.body.contains("Typed here"), "{}", shown.body);
    // The trail.
    first.post("/api/account/name_workstation", &signed_in, "workstation=Cubicle+7");
    assert!(get(&second, "/trail", &session).body.contains("Cubicle 7"));
    // Throttles: the tries are counted together.
    let guess = "email=ada%40clinic.test&password=not+the+password";
    let headers = format!("{OURS}accept: application/json\r\n");
    let length = guess.len();
    let mut statuses: Vec<u16> = Vec::new();
    // Until both have refused to listen. Where a try takes long, the first pauses are over before the next try.
    while !statuses.ends_with(&[429, 429]) && statuses.len() < 16 {
        let server = if statuses.len().is_multiple_of(2) { &first } else { &second };
        let told = server.send(&format!(
            "POST /api/account/sign_in HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n{headers}content-type: \
             application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{guess}",
            server.address
        ));
        statuses.push(told.status);
    }
    assert!(statuses.starts_with(&[422; 3]) && statuses.ends_with(&[429, 429]), "{statuses:?}");
    let tried = i32::try_from(statuses.iter().filter(|status| **status == 422).count()).unwrap();
    assert_eq!(installation.failures(), tried, "{statuses:?}");
    // Signing out on one ends the session on both.
    first.post("/api/account/sign_out", &signed_in, "");
    assert_ne!(get(&second, "/account", &session).status, 200);
}

#[test]
fn no_request_fails_while_one_of_two_servers_restarts() {
    let installation = Installation::new();
    let flags = ["--public-url=https://hazel.example.org", "--trusted-proxy=127.0.0.1"];
    let second = installation.serve(1, &flags);
    let first = installation.serve(0, &flags);
    let folder = DataFolder::new();
    let addresses = [first.address, second.address];
    let proxy = Arc::new(proxies::nginx(folder.outside(), &addresses));
    let session = proxies::set_up(&proxy, &first);

    let stop = Arc::new(AtomicBool::new(false));
    let answered = Arc::new(AtomicUsize::new(0));
    let people: Vec<_> = (0..4)
        .map(|person| {
            let (proxy, stop, answered) = (Arc::clone(&proxy), Arc::clone(&stop), Arc::clone(&answered));
            let cookie = format!("cookie: {session}\r\n");
            std::thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let (status, expected) = if person == 0 {
                        let headers = format!("{OURS}{cookie}");
                        (
                            proxies::post(
                                &proxy,
                                "/api/account/name_workstation",
                                &headers,
                                "workstation=Desk",
                            )
                            .status,
                            303,
                        )
                    } else {
                        (proxies::get(&proxy, "/account", &cookie).status, 200)
                    };
                    assert_eq!(status, expected, "person {person}");
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    // Each of them is answered many times before, while and after one of the two is away.
    let goes_on = |what: &str| {
        let enough = answered.load(Ordering::Relaxed) + 100;
        let is_answered = || {
            answered.load(Ordering::Relaxed) >= enough
                || people.iter().any(std::thread::JoinHandle::is_finished)
        };
        assert!(wait_until(Duration::from_secs(60), is_answered), "{what}: nobody is answered any more");
    };
    goes_on("both serve");
    assert!(first.stop().success());
    goes_on("the second serves alone");
    // It comes back where the proxy looks for it.
    let again = installation.serve(0, &[&flags[..], &[&format!("--listen={}", addresses[0])]].concat());
    assert_eq!(again.address, addresses[0]);
    goes_on("both serve again");
    assert!(second.stop().success());
    goes_on("the first serves alone");
    stop.store(true, Ordering::Relaxed);
    for person in people {
        person.join().expect("no request failed");
    }
}
