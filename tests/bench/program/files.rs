//! The register as a file: out, and in again with its preview; and a register from elsewhere.

use std::time::Instant;

use bench::installation::{Problem, READER, SEED, sign_in};
use bench::register::Author;
use domain::ids::ProductId;
use service::hazards::exchange::{self, Incoming, Preview, out};
use service::hazards::{self, Wanted};
use service::{Actor, Failure, Service, cells};

use crate::Asked;
use crate::hosted::Copies;
use crate::report::{Goal, Report, median, number};

/// How many rows the register from elsewhere has.
const ROWS: usize = 5_000;

/// Brings rows in, takes everything out, and brings it in again.
///
/// # Errors
/// When an operation is refused.
pub async fn measure(
    asked: &Asked,
    copies: &Copies,
    product: ProductId,
    report: &mut Report,
) -> Result<(), Problem> {
    let rounds = if asked.quick { 1 } else { 3 };
    let service = copies.service(true);
    let who = sign_in(&service, READER).await?.actor;
    let today = time::OffsetDateTime::now_utc().date();
    let foreign = elsewhere(&mut Author::new(SEED + 2, today));

    let (preview, took) = bring(&service, &who, product, "elsewhere.csv", &foreign).await?;
    let began = Instant::now();
    let words = format!("{} rows from elsewhere, first look", preview.1.compared.added.len());
    report.add("files", "preview of 5,000 new rows", took, "s", Some(Goal::AtMost(3.0)), words);
    take_in(&service, &who, product, &preview).await?;
    let took = began.elapsed().as_secs_f64();
    report.add(
        "files",
        "import of 5,000 new rows",
        took,
        "s",
        None,
        "all of it in one transaction".to_owned(),
    );

    let (mut texts, mut workbooks, mut same, mut changed) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut rows = 0;
    let mut last = None;
    for _ in 0..rounds {
        let began = Instant::now();
        let text = as_text(&service, &who, product).await?;
        texts.push(began.elapsed().as_secs_f64());
        let began = Instant::now();
        let export = hazards::export(&service, &who, product, Wanted::default(), "register", "xlsx").await;
        let workbook = out::workbook(&service, export.map_err(failed)?).await.map_err(failed)?;
        workbooks.push(began.elapsed().as_secs_f64());
        let (preview, took) = bring(&service, &who, product, "register.xlsx", &workbook).await?;
        rows = preview.1.compared.unchanged;
        same.push(took);
        // A cell in each row.
        let text = text.replace(",1e-3,1,", ",2e-3,1,");
        let (preview, took) = bring(&service, &who, product, "register.csv", text.as_bytes()).await?;
        changed.push(took);
        last = Some(preview);
    }
    let in_words = |of: &mut Vec<f64>| format!("{rows} rows, median of {rounds}: {} s", number(median(of)));
    let goals = [
        ("export as CSV", &mut texts, 2.0),
        ("export as XLSX", &mut workbooks, 2.0),
        ("preview of the same file", &mut same, 3.0),
        ("preview of a changed file", &mut changed, 3.0),
    ];
    for (what, figures, most) in goals {
        let words = in_words(figures);
        report.add("files", what, median(figures), "s", Some(Goal::AtMost(most)), words);
    }
    if let Some(preview) = last {
        let began = Instant::now();
        take_in(&service, &who, product, &preview).await?;
        let words = format!(
            "{} cells in {} rows",
            preview.1.compared.changed_cells(),
            preview.1.compared.changed.len()
        );
        report.add("files", "import of changed cells", began.elapsed().as_secs_f64(), "s", None, words);
    }
    service.store().close().await;
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
fn failed(failure: Failure) -> Problem {
    format!("the operation was refused: {failure:?}").into()
}

/// A register as other programs keep one: a chain, a severity in words, a probability.
fn elsewhere(author: &mut Author) -> Vec<u8> {
    let mut text = cells::line(["Hazard", "Cause", "Hazardous situation", "Harm", "Severity", "Occurrence"]);
    for row in author.write(ROWS).rows {
        let row = row.row;
        let severity = row.estimates.initial.severity.map(|it| it.level().to_string()).unwrap_or_default();
        text += &cells::line([
            row.hazard.as_str(),
            row.events.as_str(),
            row.situation.as_str(),
            row.harm.as_str(),
            severity.as_str(),
            "0,001",
        ]);
    }
    text.into_bytes()
}

async fn as_text(service: &Service, who: &Actor, product: ProductId) -> Result<String, Problem> {
    let export = hazards::export(service, who, product, Wanted::default(), "register", "csv").await;
    let mut export = export.map_err(failed)?;
    let mut text = format!("{}{}", cells::UTF8_MARK, cells::line(out::heads()));
    while let Some(rows) = export.step(service).await.map_err(failed)? {
        for row in rows {
            text += &cells::line(out::cells(&row, &export.plan().plan));
        }
    }
    Ok(text)
}

type Brought = (domain::ids::ImportDraftId, Box<Preview>);

/// Brings a file and looks at what it would change, as a person does; and how many seconds both took.
async fn bring(
    service: &Service,
    who: &Actor,
    product: ProductId,
    name: &str,
    file: &[u8],
) -> Result<(Brought, f64), Problem> {
    let began = Instant::now();
    let draft = exchange::bring(service, who, product, name, file.to_vec()).await.map_err(failed)?;
    let Incoming::Ready(preview) = exchange::preview(service, who, product, draft).await.map_err(failed)?
    else {
        return Err(format!("{name} can not be read without a person").into());
    };
    let took = began.elapsed().as_secs_f64();
    if let Some(fault) = preview.compared.faults.first() {
        return Err(format!("{name} is refused: {fault:?}").into());
    }
    Ok(((draft, preview), took))
}

async fn take_in(
    service: &Service,
    who: &Actor,
    product: ProductId,
    brought: &Brought,
) -> Result<(), Problem> {
    let (draft, preview) = brought;
    let seen = preview.compared.digest();
    exchange::take_in(service, who, product, *draft, &seen, "Measured.").await.map_err(failed)?;
    Ok(())
}
