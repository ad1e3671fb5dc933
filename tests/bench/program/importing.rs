//! An import of the generator's rows, against the same statements on a database that keeps no trail.

use std::time::Instant;

use bench::installation::{Problem, READER, SEED, sign_in};
use bench::register::Author;

use crate::Asked;
use crate::hosted::Copies;
use crate::report::{Goal, Report, median, number};

/// How many rows an import brings.
const ROWS: u32 = 1_000;

/// Imports into both databases by turns.
///
/// # Errors
/// When an operation is refused.
pub async fn measure(asked: &Asked, copies: &Copies, report: &mut Report) -> Result<(), Problem> {
    let rounds = if asked.quick { 2 } else { 5 };
    let today = time::OffsetDateTime::now_utc().date();
    let mut sides = Vec::new();
    for audited in [true, false] {
        let service = copies.service(audited);
        let actor = sign_in(&service, READER).await?.actor;
        let product = *actor.roles().keys().next_back().ok_or("the reader has no product")?;
        // Another seed than the installation's, so that the rows are new to it.
        sides.push((service, actor, product, Author::new(SEED + 1, today), Vec::new()));
    }
    let mut ratios = Vec::new();
    for round in 0..rounds {
        let order = if round % 2 == 0 { [0, 1] } else { [1, 0] };
        let mut done = [0.0; 2];
        for side in order {
            let (service, actor, product, author, rates) = &mut sides[side];
            let import = author.write(ROWS as usize);
            let began = Instant::now();
            service::hazards::import(service, actor, *product, import, "Measured.")
                .await
                .map_err(|failure| format!("an import was refused: {failure:?}"))?;
            done[side] = f64::from(ROWS) / began.elapsed().as_secs_f64();
            rates.push(done[side]);
        }
        ratios.push(done[0] / done[1]);
    }
    for (service, ..) in &sides {
        service.store().close().await;
    }
    let ratio = median(&mut ratios);
    let words = format!(
        "{} of bare ({} to {}); {} against {} rows a second with their controls, median of {rounds}",
        number(ratio),
        number(ratios[0]),
        number(ratios[ratios.len() - 1]),
        number(median(&mut sides[0].4).round()),
        number(median(&mut sides[1].4).round()),
    );
    report.add("import", "import of 1,000 rows", ratio, "of bare", Some(Goal::AtLeast(0.6)), words);
    Ok(())
}
