//! Who may do what: every page and every operation, asked for by everybody.
//!
//! The expectations stand in `tests/data/permissions.csv`, one line an address, one column a person, in words that
//! quality assurance can read and sign. An address without a line, a line without an address and a cell without a
//! word all fail. The fields of an operation are chosen so that whoever may call it changes nothing by it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use domain::access::Role;
use domain::ids::ProductId;
use tests::{Browser, Page, Person, TestApp};

const PEOPLE: [&str; 8] = [
    "signed out",
    "no role",
    "reader",
    "author",
    "reviewer",
    "product administrator",
    "auditor",
    "site administrator",
];

/// What a cell may say.
const WORDS: [&str; 5] = ["yes", "sign in", "forbidden", "not found", "moves on"];

struct Line {
    method: String,
    address: String,
    fields: String,
    expected: Vec<String>,
}

fn lines() -> Vec<Line> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/permissions.csv");
    let text = std::fs::read_to_string(file).expect("the expectations are there");
    let mut lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let head: Vec<&str> = lines.next().expect("the file has a head").split(',').collect();
    assert_eq!(head[..3], ["method", "address", "fields"]);
    assert_eq!(head[3..], PEOPLE);
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            assert_eq!(cells.len(), head.len(), "every cell of {line} needs an expectation");
            for word in &cells[3..] {
                assert!(WORDS.contains(word), "{word:?} in {line} is none of {WORDS:?}");
            }
            Line {
                method: cells[0].to_owned(),
                address: cells[1].to_owned(),
                fields: cells[2].to_owned(),
                expected: cells[3..].iter().map(|word| (*word).to_owned()).collect(),
            }
        })
        .collect()
}

#[test]
fn every_page_and_every_operation_has_a_line_and_no_line_is_left_over() {
    let named: BTreeSet<(String, String)> =
        lines().into_iter().map(|line| (line.method, line.address)).collect();
    let pages = app::routes::PATHS.iter().map(|path| ("GET".to_owned(), (*path).to_owned()));
    let operations = app::routes::operations().into_iter().map(|path| ("POST".to_owned(), path.to_owned()));
    let there: BTreeSet<_> = pages.chain(operations).collect();
    let missing: Vec<_> = there.difference(&named).collect();
    let left_over: Vec<_> = named.difference(&there).collect();
    assert!(
        missing.is_empty() && left_over.is_empty(),
        "without a line: {missing:?}; left over: {left_over:?}"
    );
}

/// Everybody, each at a browser of their own, and a product with something of everything in it.
struct Stage {
    app: TestApp,
    owner: Person,
    extra: Person,
    product: ProductId,
    people: Vec<Browser>,
    records: BTreeMap<&'static str, String>,
}

impl Stage {
    async fn set() -> Self {
        let app = TestApp::start().await;
        let owner = app.administrator().await;
        let product = app.demonstration(&owner, "Closed-loop insulin controller").await;
        let extra = app.person(&owner, "Zoe Zimmer").await;
        let mut people = vec![app.browser(), app.person(&owner, "Nobody Niemand").await.browser];
        for role in Role::ALL {
            let person = app.person(&owner, &format!("{role:?} Person")).await;
            app.give_roles(&owner, product, &person, &[role]).await;
            people.push(person.browser);
        }
        let second = app.person(&owner, "Sid Stone").await;
        let page = owner.get(&format!("/people/{}", second.id)).await.expect(200);
        let _ = owner.submit(page.form("people/make_administrator")).await.expect(200);
        people.push(second.browser);
        let records = records(&app, product, &extra).await;
        Self { app, owner, extra, product, people, records }
    }

    /// A role that somebody has, made anew each time, because whoever may ends it.
    async fn membership(&self) -> String {
        let (product, person) = (self.product.to_string(), self.extra.id.to_string());
        let fields = [("product", product.as_str()), ("person", person.as_str()), ("role", "reader")];
        let _ = self.owner.call("members/give", &fields).await;
        let find = "select membership_id from app.membership where person_id = $1 and ended_at is null";
        let found: uuid::Uuid = sqlx::query_scalar(find)
            .bind(self.extra.id.uuid())
            .fetch_one(self.app.superuser())
            .await
            .expect("the role was given");
        found.to_string()
    }

    async fn filled(&self, text: &str) -> String {
        let mut text = text.to_owned();
        if text.contains("{membership}") {
            text = text.replace("{membership}", &self.membership().await);
        }
        for (name, value) in &self.records {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        assert!(!text.contains('{'), "{text} names something that the test does not know");
        text
    }

    async fn ask(&self, browser: &Browser, line: &Line) -> Page {
        let address = self.filled(&line.address).await;
        if line.method == "GET" {
            return browser.get_without_following(&address).await;
        }
        let fields = self.filled(&line.fields).await;
        let fields: Vec<(&str, &str)> = fields.split(' ').filter_map(|pair| pair.split_once('=')).collect();
        browser.call(&address, &fields).await
    }
}

/// A file that waits for the author.
async fn draft(app: &TestApp, product: ProductId) -> String {
    let find = "insert into run.import_draft (import_draft_id, product_id, person_id, file_name, digest, file, arrangement,
                                              expires_at)
                select gen_random_uuid(), $1, person_id, 'old.csv', sha256('x'::bytea), 'Hazard,Cause,Situation,Harm', '{}',
                       now() + interval '1 day'
                  from app.person where name = 'Author Person' returning import_draft_id";
    let made: uuid::Uuid = sqlx::query_scalar(find)
        .bind(product.uuid())
        .fetch_one(app.superuser())
        .await
        .expect("there is an author");
    made.to_string()
}

async fn records(app: &TestApp, product: ProductId, person: &Person) -> BTreeMap<&'static str, String> {
    let one = async |query: &'static str| -> String {
        let found: uuid::Uuid = sqlx::query_scalar(query)
            .bind(product.uuid())
            .fetch_one(app.superuser())
            .await
            .unwrap_or_else(|error| panic!("{query}: {error}"));
        found.to_string()
    };
    BTreeMap::from([
        ("product", product.to_string()),
        ("person", person.id.to_string()),
        ("assessment", one("select assessment_id from app.assessment where product_id = $1 limit 1").await),
        ("pack", "eu-mdr-class".to_owned()),
        ("feature", one("select feature_id from app.feature where product_id = $1 limit 1").await),
        ("risk", "R-001".to_owned()),
        ("control", "RC-001".to_owned()),
        ("item", "SI-001".to_owned()),
        ("draft", draft(app, product).await),
        // A session of somebody else, and a link that nobody made.
        (
            "session",
            one("select session_id from run.session where $1::uuid is not null order by created_at limit 1")
                .await,
        ),
        ("token", "0".repeat(64)),
    ])
}

fn word(line: &Line, page: &Page) -> String {
    let leads_to_sign_in = page
        .headers
        .get("location")
        .and_then(|value| value.to_str().ok())
        .is_some_and(|location| location.starts_with("/sign-in"));
    match (page.status.as_u16(), line.method.as_str()) {
        (401, "POST") => "sign in".to_owned(),
        (303, "GET") if leads_to_sign_in => "sign in".to_owned(),
        (303, "GET") => "moves on".to_owned(),
        (403, _) => "forbidden".to_owned(),
        (404, _) => "not found".to_owned(),
        // It came as far as its own rules, which is past the question of who may.
        (200, _) | (409 | 422, "POST") => "yes".to_owned(),
        (status, _) => format!("status {status}"),
    }
}

#[tokio::test]
async fn everybody_may_exactly_what_the_table_says() {
    let stage = Stage::set().await;
    let mut wrong = String::new();
    for line in lines() {
        for ((browser, who), expected) in stage.people.iter().zip(PEOPLE).zip(&line.expected) {
            let found = word(&line, &stage.ask(browser, &line).await);
            if &found != expected {
                let Line { method, address, .. } = &line;
                let _ = writeln!(wrong, "{method} {address} by {who}: expected {expected}, found {found}");
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
