//! The classification record as a file. Taking it out is an entry of the trail.

use documents::classification::{ClassificationRecord, StepLine};
use documents::{docx, pdf};
use serde_json::json;
use store::Event;
use tokio::sync::Semaphore;

use super::{
    Action, Actor, AssessmentId, Classification, Failure, Opened, Permission, ProductId, Service, Step, open,
};

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// PDF/A-2a and PDF/UA-1, for archives and for reading aloud.
    Pdf,
    /// DOCX, for people who go on writing.
    Docx,
    /// JSON, for programs.
    Json,
}

impl Format {
    /// All of them, in the order in which pages offer them.
    pub const ALL: [Self; 3] = [Self::Pdf, Self::Docx, Self::Json];

    /// The end of the file's name.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Json => "json",
        }
    }

    /// What browsers are told that it is.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Json => "application/json",
        }
    }
}

/// Setting a PDF takes a processor and some tens of megabytes for a moment; the next one waits for its turn.
static PRESSES: Semaphore = Semaphore::const_new(1);

/// A classification record, ready to be handed out.
#[derive(Clone, Debug)]
pub struct RecordFile {
    /// The number of the assessment in the product.
    pub number: i32,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Takes the record of an assessment out as a file. The same record gives the same bytes. Permission: view the
/// product.
///
/// # Errors
/// Not found, when the product has no such assessment.
pub async fn export(
    service: &Service,
    who: &Actor,
    product: ProductId,
    assessment: AssessmentId,
    format: Format,
) -> Result<RecordFile, Failure> {
    let grant = who.require(Permission::ViewProduct, product)?;
    let opened = open(service, who, product, assessment).await?;
    let event = Event::new(Action("record.exported"), "assessment")
        .about(assessment)
        .within(product)
        .saying(json!({ "format": format.ending() }));
    service.store().event(&grant, event).await?;
    let record = content(&opened);
    let number = record.number;
    let bytes = match format {
        Format::Pdf => set(record).await?,
        Format::Docx => docx::write(&record.paper()),
        Format::Json => record.json().into_bytes(),
    };
    Ok(RecordFile { number, bytes })
}

/// Sets a PDF beside everything else: other requests do not wait for it, and many of them at once do not fill the
/// memory. The press is given back when the work is done, also when nobody waits for it any more.
async fn set(record: ClassificationRecord) -> Result<Vec<u8>, Failure> {
    let press = PRESSES.acquire().await.map_err(|cause| Failure::Internal(Box::new(cause)))?;
    let work = tokio::task::spawn_blocking(move || {
        let _held = press;
        pdf::write(&record.paper())
    });
    let written = work.await.map_err(|cause| Failure::Internal(Box::new(cause)))?;
    written.map_err(|cause| Failure::Internal(Box::new(cause)))
}

/// All that the document says. Of an approved record nothing in it changes any more, also when a later one takes its
/// place.
fn content(opened: &Opened) -> ClassificationRecord {
    let assessment = &opened.assessment;
    let demonstration = || "the demonstration".to_owned();
    let record = opened.record();
    let is_of_record = assessment.outcome.is_some();
    let approved = opened.steps.iter().find(|taken| is_of_record && taken.step == Step::Approve);
    ClassificationRecord {
        subject: record.subject.clone().unwrap_or_else(|| opened.subject.clone()),
        number: assessment.number,
        revision: approved.map_or(assessment.revision, |taken| taken.about).0,
        outcome: assessment.outcome.map(Classification::name),
        started_by: assessment.started_by.clone().unwrap_or_else(demonstration),
        started_at: assessment.created_at,
        steps: opened
            .steps
            .iter()
            .rev()
            .map(|taken| StepLine {
                step: taken.step,
                by: taken.by.clone().unwrap_or_else(demonstration),
                at: taken.at,
                comment: taken.comment.clone(),
            })
            .collect(),
        record,
        moment: approved.map_or(assessment.changed_at, |taken| taken.at),
    }
}
