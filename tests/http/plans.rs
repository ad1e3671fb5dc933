//! What the database does for each list, where there are fifty thousand rows of each kind.
//!
//! The statements are those that the store sends, and the plans those that answered them: each list is asked for, and the
//! database itself tells by its module `auto_explain` how it answered, and how many rows each step of it touched.
//!
//! - **Kept**: the plans stand in `plans/golden.txt`. Another plan is no mistake; it must be looked at and written down with
//!   `HAZEL_WRITE_PLANS=1`. Other versions of Postgres may choose others; then only the next two are judged.
//! - **No step touches more rows than a list shows**, whether statements are planned for their values or once for all.
//!   So nothing sorts, counts or looks through all rows of a table or of a register.
//! - **No table of that size is read from its beginning**, not even as far as the first rows.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use domain::answer::Key;
use domain::finding::Level;
use domain::ids::{AssessmentId, FeatureId, PersonId, ProductId};
use domain::plan::Cell;
use domain::risk::Acceptance;
use domain::scheme::iec62304::SafetyClass;
use domain::text::Name;
use serde_json::Value;
use server::database::SERVING_ROLE;
use server::embedded::SUPERUSER;
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use store::risks::{Filter, Place, Sort, Words};
use store::{Store, trail};
use tests::cluster::Database;
use time::macros::datetime;
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use uuid::Uuid;

/// A page shows fifty rows; the longest list has a thousand, and the trail counts two thousand.
const MOST: f64 = 2_100.0;
/// From this size on a table is large: every kind of record is, and what is derived from it.
const LARGE: f32 = 10_000.0;
/// The version whose plans are kept.
const KEPT: &str = "15";

/// Lists of which a step touches more rows, how many, and why.
const LONGER: [(&str, f64, &str); 5] = [
    (
        "risks::page",
        5_200.0,
        "each of the fifty rows counts up to a hundred others that share one of its objects",
    ),
    (
        "trail::days, fifty products",
        6_000.0,
        "each product gives as many as are counted, then the newest of those",
    ),
    (
        "trail::list, of a day",
        60_000.0,
        "grows with the trail of the product: a time is looked for from the newest entry backwards, in an index of \
         numbers and times alone. An index by time would cost each write, and a search by halves would miss entries \
         where a clock was set back",
    ),
    ("trail::days, of a day", 60_000.0, "the same"),
    (
        "risks::find_words",
        120_000.0,
        "grows with the register of the product: a word may stand in the middle of another, and the words of one search in \
         different texts, so no index finds them",
    ),
];

/// Lists that may read a table from its beginning.
const WHOLE: [&str; 1] = ["risks::find_words"];

/// Parts of lists that stand in a function of their own, and the list that asks for them.
const PARTS: [(&str, &str); 6] = [
    ("items::load", "items::of_product"),
    ("items::implemented_by", "items::implemented"),
    ("risk_controls::uses", "risks::page"),
    ("risks::chains", "risks::page"),
    ("risks::in_product", "risks::of_product"),
    ("risks::standing_chains", "risks::chains_that_stand"),
];

fn id(kind: &str, number: u64) -> Uuid {
    const KINDS: &str = "product person member session hazard sequence situation harm risk control use proof plan assess \
                         answer step deliver item system legacy rerun complete feature reply moved";
    let place = KINDS.find(kind).expect("a kind of plans/rows.sql") + 1;
    let scattered = number.wrapping_mul(2_654_435_761) & 0xffff_ffff_ffff;
    format!("00000000-0000-7000-8{place:03x}-{scattered:012x}").parse().expect("it has the form of one")
}

fn product(number: u64) -> ProductId {
    id("product", number).into()
}

fn products() -> Vec<ProductId> {
    (1..=50).map(product).collect()
}

type Asking = Pin<Box<dyn Future<Output = ()>>>;

/// A list: the function of the store and what it is asked for, and how to ask.
struct List {
    name: String,
    ask: Box<dyn FnOnce(Store) -> Asking>,
}

/// `list!(lists, "products::list, fifty", store => products::list(&store, …))`. What comes back is of no interest.
macro_rules! list {
    ($lists:ident, $name:expr, $store:ident => $call:expr) => {
        $lists.push(List {
            name: $name.to_string(),
            ask: Box::new(move |$store| {
                Box::pin(async move {
                    let _ = $call.await;
                })
            }),
        });
    };
}

#[expect(clippy::too_many_lines, reason = "each line is a list")]
fn lists() -> Vec<List> {
    let mut lists = Vec::new();
    let one = product(1);
    let ada = PersonId::from(id("person", 1));

    // The portfolio, and what belongs to a product.
    list!(lists, "products::list", s => store::products::list(&s, &products()));
    list!(lists, "products::last_changes", s => store::products::last_changes(&s, &products()));
    list!(lists, "risks::tallies", s => store::risks::tallies(&s, &products()));
    list!(lists, "risk_controls::orphan_counts", s => store::risk_controls::orphan_counts(&s, &products()));
    list!(lists, "assessments::current", s => store::assessments::current(&s, &products()));
    list!(lists, "deliverables::of_products", s => store::deliverables::of_products(&s, &products()));
    list!(lists, "legacy_routes::taken_by", s => store::legacy_routes::taken_by(&s, &products()));
    list!(lists, "items::among", s => store::items::among(&s, &products()));
    list!(lists, "reruns::of_record", s => store::reruns::of_record(&s, &products()));
    list!(lists, "reruns::kept", s => store::reruns::kept(&s, one));
    list!(lists, "assessments::list", s => store::assessments::list(&s, one));
    list!(lists, "assessments::steps", s => store::assessments::steps(&s, one));
    list!(lists, "assessments::answers", s => store::assessments::answers(&s, AssessmentId::from(id("assess", 121))));
    list!(lists, "assessments::answers_of", s => {
        let assessments: Vec<_> = (2..=51).map(|number| AssessmentId::from(id("assess", number * 100 + 2))).collect();
        async move { store::assessments::answers_of(&s, &assessments).await }
    });
    list!(lists, "deliverables::possible_owners", s => store::deliverables::possible_owners(&s, one));
    list!(lists, "items::of_product", s => store::items::of_product(&s, one));
    list!(lists, "items::withdrawn", s => store::items::withdrawn(&s, one));
    list!(lists, "items::implemented", s => store::items::implemented(&s, one));
    list!(lists, "items::named_in", s => {
        async move { store::items::named_in(&s, one, &Name::stored("Item 7".to_owned()), "SI-007").await }
    });

    list!(lists, "features::list", s => store::features::list(&s, one));
    list!(lists, "features::answers", s => store::features::answers(&s, one));
    list!(lists, "features::steps", s => store::features::steps(&s, FeatureId::from(id("feature", 108))));
    list!(lists, "features::waiting", s => store::features::waiting(&s, &products()));

    // People.
    list!(lists, "people::list", s => store::people::list(&s));
    list!(lists, "memberships::products", s => store::memberships::products(&s));
    list!(lists, "memberships::of_product", s => store::memberships::of_product(&s, one));
    list!(lists, "memberships::of_person", s => store::memberships::of_person(&s, ada));
    list!(lists, "sessions::of_person", s => store::sessions::of_person(&s, ada));

    // The register.
    let cell = Cell::of_number(11).expect("the mildest");
    let filters = [
        ("all", Filter::All),
        ("few are left so", Filter::Left(Some(Acceptance::Unacceptable))),
        ("most are left so", Filter::Left(Some(Acceptance::Acceptable))),
        ("in a cell before control", Filter::InitialCell(cell)),
        ("in a cell after control", Filter::LeftCell(cell)),
        ("with what blocks", Filter::With(Level::Blocks)),
        ("with what warns", Filter::With(Level::Warns)),
        ("of a hazard", Filter::Hazard(1)),
        ("of a situation", Filter::Situation(1)),
        ("with a control", Filter::Control(1)),
        ("withdrawn", Filter::Withdrawn),
    ];
    for (words, filter) in filters {
        for (sorted, sort) in
            [("by number", Sort::Number), ("worst before", Sort::Initial), ("worst after", Sort::Left)]
        {
            let is_sorted = matches!(filter, Filter::All | Filter::Left(_) | Filter::With(_));
            if is_sorted || sort == Sort::Number {
                list!(lists, format!("risks::page, {words}, {sorted}"), s => {
                    async move { store::risks::page(&s, one, filter, &Words::default(), sort, Place::START, 50).await }
                });
            }
        }
    }
    list!(lists, "risks::page, all, the six hundredth page", s => {
        let place = Place { worst_first: 0, number: 30_000 };
        async move { store::risks::page(&s, one, Filter::All, &Words::default(), Sort::Number, place, 50).await }
    });
    list!(lists, "risks::page, all, worst after, the six hundredth page", s => {
        let place = Place { worst_first: 310, number: 30_000 };
        async move { store::risks::page(&s, one, Filter::All, &Words::default(), Sort::Left, place, 50).await }
    });
    list!(lists, "risks::find_words", s => {
        let words = Words::of("Words that no row holds");
        async move { store::risks::page(&s, one, Filter::All, &words, Sort::Number, Place::START, 50).await }
    });
    list!(lists, "risks::because", s => store::risks::because(&s, one, SafetyClass::C));
    list!(lists, "risks::first_findings", s => store::risks::first_findings(&s, one));
    list!(lists, "risks::standing_beside", s => store::risks::standing_beside(&s, one, &[1, 2, 3]));
    list!(lists, "risks::of_product", s => {
        async move { store::risks::of_product(&s, one, &[id("risk", 20), id("risk", 21)]).await }
    });
    list!(lists, "risks::chains_that_stand", s => {
        let words = |number: u32| [format!("Hazard {number}"), "x".to_owned(), "y".to_owned(), "z".to_owned()];
        async move { store::risks::chains_that_stand(&s, one, &[words(1), words(2)]).await }
    });
    list!(lists, "import_drafts::waiting", s => store::import_drafts::waiting(&s, one, ada));
    list!(lists, "risks::neighbours", s => store::risks::neighbours(&s, one, 30_000));
    list!(lists, "hazards::known", s => store::hazards::known(&s, one));
    list!(lists, "risk_controls::known", s => store::risk_controls::known(&s, one));
    list!(lists, "risk_controls::orphans", s => store::risk_controls::orphans(&s, one));

    // The trail, of one product, of all of a person's, and of what belongs to none.
    let some = |change: fn(&mut trail::Filter)| {
        let mut filter = trail::Filter { products: vec![product(1)], ..trail::Filter::default() };
        change(&mut filter);
        filter
    };
    let filters = [
        ("newest", some(|_| {})),
        ("further back", some(|filter| filter.before = Some(20_000))),
        (
            "fifty products and what belongs to none",
            some(|filter| {
                filter.products = products();
                filter.outside_products = true;
            }),
        ),
        ("of a person", some(|filter| filter.person = Some(id("person", 7).into()))),
        ("of a person who did nothing here", some(|filter| filter.person = Some(id("person", 4_000).into()))),
        ("of a system actor", some(|filter| filter.system_actor = Some("command_line".to_owned()))),
        ("of a record", some(|filter| filter.record = Some(id("risk", 20)))),
        ("of a kind", some(|filter| filter.kind = Some("hazard".to_owned()))),
        ("of an action", some(|filter| filter.action = Some("control.added".to_owned()))),
        ("of an action that nobody took", some(|filter| filter.action = Some("control.lost".to_owned()))),
        ("of a workstation", some(|filter| filter.workstation = Some("Desk 3".to_owned()))),
        (
            "of a day",
            some(|filter| {
                filter.from = Some(datetime!(2026-01-05 00:00 UTC));
                filter.until = Some(datetime!(2026-01-06 00:00 UTC));
            }),
        ),
    ];
    for (words, filter) in filters {
        let same = filter.clone();
        list!(lists, format!("trail::list, {words}"), s => trail::list(&s, &filter, 50));
        list!(lists, format!("trail::days, {words}"), s => trail::days(&s, &same, 2_001));
    }
    list!(lists, "trail::history", s => async move { trail::history(&s, one, &[id("risk", 20), id("hazard", 20)], 50).await });
    list!(lists, "trail::known", s => async move { trail::known(&s, &[id("risk", 20), id("hazard", 20)]).await });
    list!(lists, "trail::people, of products", s => trail::people(&s, &products(), false));
    list!(lists, "trail::people, everyone", s => trail::people(&s, &[], true));
    list!(lists, "trail::newest", s => trail::newest(&s));
    lists
}

/// What the database told since it was asked last.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl<S: tracing::Subscriber> Layer<S> for Told {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::postgres::notice" {
            event.record(&mut Message(self));
        }
    }
}

struct Message<'told>(&'told Told);

impl Visit for Message<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.0.0.lock().unwrap().push(value.to_owned());
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

/// A plan as the database told it.
struct Plan(Value);

impl Plan {
    fn read(told: &str) -> Option<Self> {
        let (_, json) = told.split_once("plan:\n")?;
        let plan: Value = serde_json::from_str(json).unwrap_or_else(|cause| panic!("{cause}: {told}"));
        Some(Self(plan["Plan"].clone()))
    }

    /// As `explain (costs off)` writes it, without the values that are asked for.
    fn text(&self) -> String {
        let mut text = String::new();
        write(&self.0, 1, &mut text);
        text
    }

    fn each(&self, look: &mut impl FnMut(&Value)) {
        each(&self.0, look);
    }
}

fn each(node: &Value, look: &mut impl FnMut(&Value)) {
    look(node);
    node["Plans"].as_array().into_iter().flatten().for_each(|inner| each(inner, look));
}

fn word<'node>(node: &'node Value, key: &str) -> &'node str {
    node[key].as_str().unwrap_or_default()
}

/// What a step does and with what.
fn headline(node: &Value) -> String {
    let mut line = word(node, "Node Type").to_owned();
    for (key, before) in [("Strategy", ""), ("Join Type", ""), ("Scan Direction", "")] {
        let said = word(node, key);
        if !["", "Plain", "Inner", "Forward", "NoMovement"].contains(&said) {
            write!(line, " {before}{said}").unwrap();
        }
    }
    for (key, before) in
        [("Index Name", "using"), ("Relation Name", "on"), ("Function Name", "on"), ("CTE Name", "on")]
    {
        if let Some(said) = node[key].as_str() {
            write!(line, " {before} {said}").unwrap();
        }
    }
    line
}

fn write(node: &Value, depth: usize, text: &mut String) {
    let margin = "  ".repeat(depth);
    if let Some(name) = node["Subplan Name"].as_str() {
        writeln!(text, "{margin}{name}").unwrap();
    }
    writeln!(text, "{margin}{}", headline(node)).unwrap();
    for key in [
        "Presorted Key",
        "Sort Key",
        "Group Key",
        "Index Cond",
        "Recheck Cond",
        "Hash Cond",
        "Merge Cond",
        "Join Filter",
        "Filter",
        "One-Time Filter",
    ] {
        let said = match &node[key] {
            Value::String(said) => said.clone(),
            Value::Array(all) => all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
            _ => continue,
        };
        writeln!(text, "{margin}    {key}: {}", without_values(&said)).unwrap();
    }
    node["Plans"].as_array().into_iter().flatten().for_each(|inner| write(inner, depth + 1, text));
}

/// The same with `'…'` for everything quoted.
fn without_values(said: &str) -> String {
    let parts = said.split('\'').enumerate();
    parts.map(|(place, part)| if place % 2 == 0 { part } else { "'…'" }).collect()
}

/// How many rows a step took into its hands, also those that it threw away.
fn touched(node: &Value) -> f64 {
    let rows = [
        "Actual Rows",
        "Rows Removed by Filter",
        "Rows Removed by Join Filter",
        "Rows Removed by Index Recheck",
    ];
    let each_time: f64 = rows.iter().filter_map(|key| node[key].as_f64()).sum();
    each_time * node["Actual Loops"].as_f64().unwrap_or(1.0)
}

/// A database with the rows, whose connections tell the plans of what they are asked.
async fn filled() -> (Database, BTreeSet<String>, String) {
    let database = Database::copy().await;
    let mut admin = PgConnection::connect_with(&database.connect_as(SUPERUSER)).await.unwrap();
    sqlx::raw_sql(include_str!("plans/rows.sql")).execute(&mut admin).await.unwrap();
    let questions: Vec<&str> = Key::ALL.iter().take(20).map(|key| key.name()).collect();
    sqlx::query(
        "insert into app.answer (answer_id, product_id, assessment_id, question, given, rationale, answered_by, revision)
         select public.id('answer', row_number() over ()), a.product_id, a.assessment_id, question, 'unknown', '',
                array[a.started_by], 1
           from (select * from app.assessment order by assessment_id limit 2500) a, unnest($1::text[]) question",
    )
    .bind(&questions)
    .execute(&mut admin)
    .await
    .unwrap();
    // All rows are looked at, not some by chance: the same statistics each time.
    sqlx::raw_sql("set default_statistics_target = 250").execute(&mut admin).await.unwrap();
    sqlx::raw_sql("vacuum analyze").execute(&mut admin).await.unwrap();
    let name: String =
        sqlx::query_scalar("select current_database()::text").fetch_one(&mut admin).await.unwrap();
    let settings = [
        "session_preload_libraries = 'auto_explain'",
        "auto_explain.log_min_duration = 0",
        "auto_explain.log_analyze = on",
        "auto_explain.log_timing = off",
        "auto_explain.log_format = 'json'",
        "auto_explain.log_level = 'notice'",
    ];
    sqlx::raw_sql("load 'auto_explain'").execute(&mut admin).await.unwrap();
    for setting in settings {
        let statement = format!("alter database {name} set {setting}");
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut admin).await.unwrap();
    }
    let large = "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
                  where n.nspname in ('app', 'run', 'audit') and c.relkind = 'r' and c.reltuples > $1";
    let large: Vec<String> = sqlx::query_scalar(large).bind(LARGE).fetch_all(&mut admin).await.unwrap();
    let version: String = sqlx::query_scalar("show server_version").fetch_one(&mut admin).await.unwrap();
    admin.close().await.unwrap();
    (database, large.into_iter().collect(), version)
}

/// Asks for each list over connections that plan so, and gives the plans of each.
async fn plans(database: &Database, told: &Told, mode: &str) -> Vec<(String, Vec<Plan>)> {
    let options = database.connect_as(SERVING_ROLE).options([("plan_cache_mode", mode)]);
    let pool = PgPoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    let store = Store::new(pool);
    let mut all = Vec::new();
    for List { name, ask } in lists() {
        told.take();
        ask(store.clone()).await;
        let plans: Vec<Plan> = told.take().iter().filter_map(|told| Plan::read(told)).collect();
        assert!(!plans.is_empty(), "{name}: the database told no plan");
        all.push((name, plans));
    }
    store.close().await;
    all
}

/// The same plans, each written once: lists that are answered by the same one name the first of them.
fn told_once(all: BTreeMap<String, Vec<String>>) -> BTreeMap<String, String> {
    let mut first: BTreeMap<String, String> = BTreeMap::new();
    all.into_iter()
        .map(|(name, plans)| {
            let once = |plan: String| match first.get(&plan) {
                Some(known) => format!("  as for {known}\n"),
                None => {
                    first.insert(plan.clone(), name.clone());
                    plan
                }
            };
            let plans: Vec<String> = plans.into_iter().map(once).collect();
            (name, plans.join("  --\n"))
        })
        .collect()
}

/// What is wrong with the plans of a list.
fn complaints(name: &str, plans: &[Plan], large: &BTreeSet<String>) -> Vec<String> {
    let most = LONGER.iter().find(|(longer, ..)| name.starts_with(longer)).map_or(MOST, |(_, most, _)| *most);
    let mut wrong = Vec::new();
    for plan in plans {
        plan.each(&mut |node| {
            let rows = touched(node);
            if rows > most {
                wrong.push(format!("{name}: {rows} rows are touched by {}\n{}", headline(node), plan.text()));
            }
            let is_read_whole = word(node, "Node Type") == "Seq Scan" && !WHOLE.contains(&name);
            if is_read_whole && large.contains(word(node, "Relation Name")) {
                wrong.push(format!(
                    "{name}: {} is read from its beginning\n{}",
                    word(node, "Relation Name"),
                    plan.text()
                ));
            }
        });
    }
    wrong
}

#[tokio::test]
async fn each_list_is_a_range_of_an_index_however_many_rows_there_are() {
    let (database, large, version) = filled().await;
    let told = Told::default();
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(told.clone()));
    let for_values = plans(&database, &told, "force_custom_plan").await;
    // The trail is never planned once for all: its statement has too many shapes.
    let once_for_all = plans(&database, &told, "force_generic_plan").await;
    let once_for_all = once_for_all
        .into_iter()
        .filter(|(name, _)| !name.starts_with("trail::list") && !name.starts_with("trail::days"));

    let wrong: Vec<String> = for_values
        .iter()
        .flat_map(|(name, plans)| complaints(name, plans, &large))
        .chain(once_for_all.flat_map(|(name, plans)| complaints(&name, &plans, &large)))
        .collect();

    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("http/plans/golden.txt");
    let now = told_once(
        for_values
            .iter()
            .map(|(name, plans)| (name.clone(), plans.iter().map(Plan::text).collect()))
            .collect(),
    );
    if std::env::var_os("HAZEL_WRITE_PLANS").is_some() {
        let text: String = now.iter().map(|(name, plans)| format!("{name}\n{plans}\n")).collect();
        std::fs::write(&file, text).unwrap();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    if version.split('.').next() == Some(KEPT) {
        let kept = std::fs::read_to_string(&file).unwrap();
        let kept: BTreeMap<String, String> = kept
            .split("\n\n")
            .filter_map(|part| part.split_once('\n'))
            .map(|(name, plans)| (name.to_owned(), format!("{}\n", plans.trim_end_matches('\n'))))
            .collect();
        for (name, plan) in &now {
            let before = kept.get(name).map_or("", String::as_str);
            assert_eq!(
                before, plan,
                "{name} is answered by another plan: look at it, and write it down with HAZEL_WRITE_PLANS=1"
            );
        }
        assert_eq!(kept.len(), now.len(), "a list is gone: write the plans anew with HAZEL_WRITE_PLANS=1");
    }
}

/// The functions of the store that ask for rows outside of a change.
fn functions_with_lists(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            functions_with_lists(&path, found);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        // What stands in the folder of a module is a part of that module.
        let inner = path.strip_prefix(store_sources()).unwrap();
        let module = inner.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs");
        let mut function = "";
        for line in text.lines() {
            if let Some((_, rest)) = line.split_once("fn ").filter(|_| !line.trim_start().starts_with("//")) {
                function = rest.split(['(', '<']).next().unwrap_or_default();
            }
            if line.contains(".fetch_all(") && !line.contains("tx.connection())") {
                found.insert(format!("{module}::{function}"));
            }
        }
    }
}

fn store_sources() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../app/store/src")
}

#[test]
fn no_list_is_forgotten() {
    let mut there = BTreeSet::new();
    functions_with_lists(&store_sources(), &mut there);
    assert!(there.len() > 30, "{there:?}");
    let asked: BTreeSet<String> =
        lists().iter().map(|list| list.name.split(',').next().unwrap_or_default().to_owned()).collect();
    for list in there {
        let part = PARTS.iter().find(|(part, _)| *part == list).map(|(_, whole)| (*whole).to_owned());
        let list = part.unwrap_or(list);
        assert!(asked.contains(&list), "{list} asks for rows: add it to the lists of this file");
    }
}
