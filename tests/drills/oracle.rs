//! The one judge of all drills.

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::journal::{Journal, Line};
use crate::stage::block_on;

/// Everything that is wrong with the database, measured by itself and by what was confirmed. Empty when all is well.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Confirmed, and not there.
    pub lost: usize,
    /// There more than once.
    pub doubled: usize,
    /// Confirmed under a number that another change has.
    pub misnumbered: usize,
    /// Rows of the tables that the trail does not say so, or the other way.
    pub unlike_trail: i64,
    /// Records of which a version is missing.
    pub gaps: i64,
}

impl Verdict {
    pub fn is_clean(&self) -> bool {
        *self == Self::default()
    }
}

/// Judges. `database` is that of a role that sees everything.
pub fn judge(database: &PgConnectOptions, journal: &Journal) -> Verdict {
    let lines = journal.read();
    block_on(async {
        let mut connection = PgConnection::connect_with(database).await.unwrap();
        let mut verdict = Verdict { gaps: gaps(&mut connection).await, ..Verdict::default() };
        for table in tables(&mut connection).await {
            verdict.unlike_trail += unlike_trail(&mut connection, &table).await;
        }
        confirmed(&mut connection, &lines, &mut verdict).await;
        verdict
    })
}

/// The same, and it must be clean.
pub fn expect_clean(database: &PgConnectOptions, journal: &Journal) {
    let verdict = judge(database, journal);
    assert!(verdict.is_clean(), "{verdict:?}");
}

async fn gaps(connection: &mut PgConnection) -> i64 {
    let sql = "select count(*) from (
                   select rec from audit.entry where ver is not null
                   group by rec having max(ver) <> count(*) or min(ver) <> 1 or count(distinct ver) <> count(*)
               ) gap";
    sqlx::query_scalar(sql).fetch_one(connection).await.unwrap()
}

async fn tables(connection: &mut PgConnection) -> Vec<String> {
    let sql = "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
               where n.nspname = 'app' and c.relkind = 'r' order by 1";
    let tables: Vec<String> = sqlx::query_scalar(sql).fetch_all(connection).await.unwrap();
    assert!(tables.len() > 10, "{tables:?}");
    tables
}

/// The newest entry of each record, with its personal part, against the table as it is.
async fn unlike_trail(connection: &mut PgConnection, table: &str) -> i64 {
    let sql = format!(
        "select count(*) from app.{table} t
         full join (
             select distinct on (rec) rec, body from audit.entry_view
                 where rec_type = '{table}' and ver is not null order by rec, ver desc
         ) e on e.rec = t.{table}_id
         where to_jsonb(t) is distinct from e.body"
    );
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(connection).await.unwrap()
}

/// Whether each change stands once in the table and once on the trail, under the number that was answered.
async fn confirmed(connection: &mut PgConnection, lines: &[Line], verdict: &mut Verdict) {
    let titles: Vec<&str> = lines.iter().map(|line| line.title.as_str()).collect();
    let sql = "select t.title, coalesce(c.rows, 0), coalesce(e.entries, 0), c.number
               from unnest($1::text[]) t (title)
               left join (select title, count(*) as rows, min(number) as number from app.risk_control group by title) c
                   using (title)
               left join (select body ->> 'title' as title, count(*) as entries from audit.entry
                          where rec_type = 'risk_control' and change = 'insert' group by 1) e using (title)";
    let found: Vec<(String, i64, i64, Option<i32>)> =
        sqlx::query_as(sql).bind(&titles).fetch_all(connection).await.unwrap();
    let found: std::collections::HashMap<_, _> =
        found.into_iter().map(|(title, rows, entries, number)| (title, (rows, entries, number))).collect();
    for line in lines {
        let (rows, entries, number) = found[&line.title];
        if rows > 1 || entries > 1 {
            verdict.doubled += 1;
        } else if line.answer.is_some() && (rows == 0 || entries == 0) {
            verdict.lost += 1;
        } else if let (Some(answer), Some(number)) = (&line.answer, number)
            && answer != "null"
            && *answer != format!("\"RC-{number:03}\"")
        {
            verdict.misnumbered += 1;
        }
    }
}
