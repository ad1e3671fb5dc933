//! An audited write against the same INSERT with the session look-up that any application makes, without audit.
//!
//! Both go through the same code, statement by statement: begin, look the session up (in `audit.begin`, or by the same
//! query alone), insert a hazard, commit; each writer over a connection of its own. The two databases are copies of one,
//! on one Postgres; the rounds alternate.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, Instant};

use bench::installation::{Problem, READER, sign_in};
use service::account::Token;
use sqlx::{Connection as _, PgConnection};
use uuid::Uuid;

use crate::Asked;
use crate::hosted::Copies;
use crate::report::{Goal, Report, median, number};

const AUDITED: &str = "select audit.begin($1, 'hazard.added', 'bench', null, '127.0.0.1'::inet)";
const BARE: &str = "select s.session_id, s.person_id, s.workstation
    from run.session s join app.person p on p.person_id = s.person_id
   where s.token_hash = sha256($1) and s.revoked_at is null and s.idle_expires_at > clock_timestamp()
     and s.expires_at > clock_timestamp() and p.disabled_at is null";
const INSERT: &str =
    "insert into app.hazard (hazard_id, product_id, number, description, category, source, revision)
    values ($1, $2, $3, 'Basal rate is lost after a restart', 'dose engine', 'fault', 1)";

/// Who writes, and where to.
#[derive(Clone)]
struct Side {
    options: sqlx::postgres::PgConnectOptions,
    token: Token,
    product: Uuid,
    begin: &'static str,
    number: Arc<AtomicI32>,
}

/// Measures at one writer, eight and thirty-two.
///
/// # Errors
/// When the database refuses.
pub async fn measure(asked: &Asked, copies: &Copies, report: &mut Report) -> Result<(), Problem> {
    let mut sides = Vec::new();
    for audited in [true, false] {
        let service = copies.service(audited);
        let opened = sign_in(&service, READER).await?;
        let product = *opened.actor.roles().keys().next().ok_or("the reader has no product")?;
        service.store().close().await;
        sides.push(Side {
            options: copies.reach(audited),
            token: opened.token,
            product: product.uuid(),
            begin: if audited { AUDITED } else { BARE },
            number: Arc::new(AtomicI32::new(1_000_000)),
        });
    }
    let (rounds, seconds) = if asked.quick { (2, 1) } else { (5, 2) };
    for writers in [1, 8, 32] {
        let (mut ratios, mut added) = (Vec::new(), Vec::new());
        let (mut audited, mut bare) = (Vec::new(), Vec::new());
        // What is first in one round is second in the next.
        for round in 0..rounds {
            let (first, second) = if round % 2 == 0 { (0, 1) } else { (1, 0) };
            let mut done = [(0.0, 0.0); 2];
            for side in [first, second] {
                done[side] = write(&sides[side], writers, Duration::from_secs(seconds)).await?;
            }
            ratios.push(done[0].0 / done[1].0);
            added.push(done[0].1 - done[1].1);
            audited.push(done[0].0);
            bare.push(done[1].0);
        }
        let (ratio, added) = (median(&mut ratios), median(&mut added));
        let words = format!(
            "{} of bare ({} to {}); {} against {} a second, median of {rounds}",
            number(ratio),
            number(ratios[0]),
            number(ratios[ratios.len() - 1]),
            number(median(&mut audited).round()),
            number(median(&mut bare).round()),
        );
        if writers == 1 {
            let words = format!("{} ms added at p50; {words}", number(added));
            report.add("write", "audited write, 1 writer", added, "ms", Some(Goal::AtMost(0.5)), words);
        } else {
            let what = format!("audited write, {writers} writers");
            report.add("write", what, ratio, "of bare", Some(Goal::AtLeast(0.7)), words);
        }
    }
    Ok(())
}

/// Writes as fast as it is confirmed; gives writes a second and the middle time of one in milliseconds.
async fn write(side: &Side, writers: usize, time: Duration) -> Result<(f64, f64), Problem> {
    let mut connections = Vec::new();
    for _ in 0..writers {
        let mut connection = PgConnection::connect_with(&side.options).await?;
        // Statements are prepared before the clock runs.
        write_once(&mut connection, side).await?;
        connections.push(connection);
    }
    let began = Instant::now();
    let tasks: Vec<_> = connections
        .into_iter()
        .map(|mut connection| {
            let side = side.clone();
            tokio::spawn(async move {
                let mut took = Vec::new();
                while began.elapsed() < time {
                    let start = Instant::now();
                    write_once(&mut connection, &side).await?;
                    took.push(start.elapsed().as_secs_f64() * 1000.0);
                }
                connection.close().await?;
                Ok::<_, sqlx::Error>(took)
            })
        })
        .collect();
    let mut took = Vec::new();
    for task in tasks {
        took.extend(task.await??);
    }
    let a_second = f64::from(u32::try_from(took.len())?) / began.elapsed().as_secs_f64();
    Ok((a_second, median(&mut took)))
}

async fn write_once(connection: &mut PgConnection, side: &Side) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin().await?;
    sqlx::query(side.begin).bind(side.token.as_slice()).execute(&mut *transaction).await?;
    sqlx::query(INSERT)
        .bind(Uuid::now_v7())
        .bind(side.product)
        .bind(side.number.fetch_add(1, Ordering::Relaxed))
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await
}
