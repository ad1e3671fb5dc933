//! The classification record: what a product is, who said so, when and why, in a document that stands alone.

use domain::assessment::{Classification, Record, RecordedAnswer, Step, Subject};
use domain::clause::Citation;
use domain::market::ToldNote;
use domain::scheme::Telling;
use serde::Serialize;
use time::OffsetDateTime;
use time::macros::format_description;

use crate::paper::{Block, Paper, Run};

/// All that the document says.
#[derive(Clone, Debug, Serialize)]
pub struct ClassificationRecord {
    /// What the product is, as it was approved, else as it is said now.
    pub subject: Subject,
    /// The number of the assessment in the product.
    pub number: i32,
    /// What was approved; nothing for a draft.
    pub outcome: Option<&'static str>,
    /// Who started it.
    pub started_by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub started_at: OffsetDateTime,
    /// The steps on the way, the first one first.
    pub steps: Vec<StepLine>,
    /// The record: packs, markets, answers, verdicts, notes.
    pub record: Record,
    /// When it was last written.
    #[serde(with = "time::serde::rfc3339")]
    pub moment: OffsetDateTime,
}

/// One step on the way to approval.
#[derive(Clone, Debug, Serialize)]
pub struct StepLine {
    /// What was done.
    pub step: Step,
    /// By whom.
    pub by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What was said with it.
    pub comment: Option<String>,
}

impl ClassificationRecord {
    /// The record as data: JSON whose names stay as they are.
    #[must_use]
    pub fn json(&self) -> String {
        let whole = serde_json::json!({ "document": "classification record", "version": 1, "content": self });
        let mut text = serde_json::to_string_pretty(&whole).expect("a record is plain data");
        text.push('\n');
        text
    }

    /// The record as a paper, for PDF and DOCX.
    #[must_use]
    pub fn paper(&self) -> Paper {
        let mut blocks =
            vec![Block::Text(vec![Run::strong(self.result()), Run::plain(format!(" {}", self.standing()))])];
        blocks.extend(self.head());
        blocks.extend(self.purpose());
        blocks.extend(self.record.verdicts.iter().flat_map(verdict));
        if !self.record.notes.is_empty() {
            blocks.push(Block::Heading(1, "Markets".to_owned()));
            blocks.extend(self.record.notes.iter().flat_map(note));
        }
        blocks.push(Block::Heading(1, "Answers and reasons".to_owned()));
        blocks.extend(self.record.answers.iter().flat_map(answer));
        Paper {
            title: format!("Classification record: {}", self.subject.name),
            foot: format!("{} · assessment A-{} · {}", self.subject.name, self.number, self.short_standing()),
            moment: self.moment,
            blocks,
        }
    }

    /// What it came to.
    fn result(&self) -> String {
        match self.outcome.and_then(Classification::named) {
            None => "Draft, not of record.".to_owned(),
            Some(Classification::NotADevice) => "Not a medical device.".to_owned(),
            Some(Classification::Class(class)) => format!("Software safety class {class}."),
        }
    }

    fn approved(&self) -> Option<&StepLine> {
        self.outcome.and_then(|_| self.steps.iter().rev().find(|line| line.step == Step::Approve))
    }

    fn standing(&self) -> String {
        match self.approved() {
            Some(step) => format!("Approved by {} on {}.", step.by, instant(step.at)),
            None if self.outcome.is_some() => "Approved.".to_owned(),
            None => "Until a class is approved, class C applies (IEC 62304 4.3 g).".to_owned(),
        }
    }

    const fn short_standing(&self) -> &'static str {
        if self.outcome.is_some() { "approved record" } else { "draft, not of record" }
    }

    fn head(&self) -> Vec<Block> {
        let pair = |name: &str, value: String| Block::Pair(name.to_owned(), value);
        let markets: Vec<&str> = self.record.notes.iter().map(|note| note.market.as_str()).collect();
        let mut head = vec![pair("Assessment", format!("A-{}", self.number))];
        head.push(pair("Started", format!("{} by {}", instant(self.started_at), self.started_by)));
        head.extend(self.steps.iter().map(|step| {
            let said = step.comment.as_ref().map(|said| format!(": {said}")).unwrap_or_default();
            pair(step.step.deed(), format!("{} by {}{said}", instant(step.at), step.by))
        }));
        if !markets.is_empty() {
            head.push(pair("Markets", markets.join(", ")));
        }
        head.push(pair("Rule packs", self.record.packs.join(", ")));
        head
    }

    fn purpose(&self) -> Vec<Block> {
        let mut purpose = vec![
            Block::Heading(1, "Intended purpose".to_owned()),
            Block::plain(self.subject.intended_purpose.clone()),
        ];
        let users = ("Intended users", &self.subject.intended_users);
        let setting = ("Use environment", &self.subject.use_environment);
        for (name, text) in [users, setting] {
            if let Some(text) = text {
                purpose.push(Block::Heading(2, name.to_owned()));
                purpose.push(Block::plain(text.clone()));
            }
        }
        purpose
    }
}

/// A moment as papers show it.
fn instant(at: OffsetDateTime) -> String {
    let form = format_description!("[year]-[month]-[day] [hour]:[minute] UTC");
    at.to_offset(time::UtcOffset::UTC).format(form).unwrap_or_default()
}

fn places(citations: &[Citation]) -> String {
    let places: Vec<String> = citations.iter().map(ToString::to_string).collect();
    places.join("; ")
}

/// A verdict: what it is, why, the way there, and what is in doubt.
fn verdict(told: &Telling) -> Vec<Block> {
    let mut blocks = vec![
        Block::Heading(1, format!("{}: {}", told.subject, told.title)),
        Block::Text(vec![Run::plain(format!("{} ", told.sentence)), Run::quiet(places(&told.citations))]),
        Block::Text(vec![Run::quiet(format!("Rule pack {}, written from {}.", told.pack, told.edition))]),
    ];
    blocks.extend(told.steps.iter().zip(1..).map(|(step, number)| {
        Block::Item(
            format!("{number}."),
            vec![
                Run::plain(format!("{} ", step.question)),
                Run::strong(format!("{}. ", step.answer)),
                Run::plain(format!("{} ", step.led_to)),
                Run::quiet(places(&step.citations)),
            ],
        )
    }));
    for (title, lines) in [
        ("Not known, and counted as the cautious answer", &told.unknowns),
        ("Not certain in the rules themselves", &told.caveats),
    ] {
        if !lines.is_empty() {
            blocks.push(Block::Heading(2, title.to_owned()));
            blocks.extend(lines.iter().map(|line| Block::Item("–".to_owned(), vec![Run::plain(line)])));
        }
    }
    blocks
}

fn note(note: &ToldNote) -> Vec<Block> {
    let mut blocks = vec![
        Block::Heading(2, note.market.clone()),
        Block::Text(vec![
            Run::plain(format!("{} ", note.known)),
            Run::strong(note.not_given.clone()),
            Run::plain(format!(" Typically held to: {}", note.held_to)),
        ]),
    ];
    blocks.extend(note.statements.iter().map(|statement| {
        let sources = format!(" ({}; {})", statement.certainty, statement.sources.join("; "));
        Block::Item("–".to_owned(), vec![Run::plain(statement.words.clone()), Run::quiet(sources)])
    }));
    blocks.push(Block::Text(vec![Run::quiet(note.edition.clone())]));
    blocks
}

fn answer(answer: &RecordedAnswer) -> Vec<Block> {
    let mut said = vec![Run::strong(format!("{}.", answer.answer))];
    if let Some(counted) = &answer.counted {
        said.push(Run::quiet(format!(" {counted}")));
    }
    if !answer.counts {
        said.push(Run::quiet(" Not used."));
    }
    let reason = if answer.rationale.is_empty() { "No reason is given." } else { &answer.rationale };
    vec![Block::Heading(2, answer.question.clone()), Block::Text(said), Block::Quote(reason.to_owned())]
}

#[cfg(test)]
mod tests {
    use domain::answer::{Answers, Given, Key, Value};
    use domain::assessment::Judgement;
    use domain::product::Market;
    use time::macros::datetime;

    use super::*;
    use crate::{docx, pdf};

    fn record() -> ClassificationRecord {
        let subject = Subject {
            name: "Pulse".to_owned(),
            intended_purpose: "Watches the pulse of adults at home.".to_owned(),
            intended_users: Some("Lay people".to_owned()),
            use_environment: None,
        };
        let mut answers = Answers::none();
        for key in [Key::IsSoftware, Key::ActionBeyondStorage, Key::IndividualBenefit, Key::MedicalPurpose] {
            answers.give(key, Given::Value(Value::Yes));
        }
        answers.give(Key::AccessoryOrComponent, Given::Value(Value::No));
        answers.give(Key::DrivesInfluencesHw, Given::Value(Value::No));
        answers.give(Key::ContributesToHazardousSituation, Given::Unknown);
        let judgement = Judgement::of(&answers, &[Market::EuropeanUnion, Market::Morocco]);
        ClassificationRecord {
            record: judgement.record(subject.clone(), |key| format!("The reason for {key}.")),
            subject,
            number: 3,
            outcome: Some("C"),
            started_by: "Amal Author".to_owned(),
            started_at: datetime!(2026-11-20 08:15 UTC),
            steps: vec![StepLine {
                step: Step::Approve,
                by: "Rania Reviewer".to_owned(),
                at: datetime!(2026-11-21 09:30 UTC),
                comment: Some("Agreed.".to_owned()),
            }],
            moment: datetime!(2026-11-21 09:30 UTC),
        }
    }

    /// All words of a paper.
    fn words(paper: &Paper) -> String {
        let runs = |runs: &[Run]| runs.iter().map(|run| run.text.clone()).collect::<String>();
        let of = |block: &Block| match block {
            Block::Heading(_, words) | Block::Quote(words) => words.clone(),
            Block::Text(all) => runs(all),
            Block::Item(before, all) => format!("{before} {}", runs(all)),
            Block::Pair(name, value) => format!("{name}: {value}"),
        };
        paper.blocks.iter().map(of).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_paper_stands_alone() {
        let said = words(&record().paper());
        for part in [
            "Software safety class C. Approved by Rania Reviewer on 2026-11-21 09:30 UTC.",
            "Watches the pulse of adults at home.",
            "Lay people",
            "Agreed.",
            "eu-qualification 20",
            "IEC 62304 safety class",
            "MDCG 2019-11",
            "Hazel gives no Moroccan class",
            "The reason for is_software.",
            "Not known, and counted as the cautious answer",
            "Counts as “Yes”",
        ] {
            assert!(said.contains(part), "{part} in {said}");
        }
    }

    #[test]
    fn a_draft_says_that_it_is_none_of_record() {
        let mut draft = record();
        draft.outcome = None;
        draft.steps.clear();
        let paper = draft.paper();
        assert!(
            words(&paper).starts_with("Draft, not of record. Until a class is approved, class C applies")
        );
        assert!(paper.foot.ends_with("draft, not of record"));
    }

    #[test]
    fn the_same_record_gives_the_same_bytes_in_every_format() {
        assert_eq!(record().json(), record().json());
        assert_eq!(pdf::write(&record().paper()), pdf::write(&record().paper()));
        assert_eq!(docx::write(&record().paper()), docx::write(&record().paper()));
    }

    #[test]
    fn the_data_can_be_read_back() {
        let read: serde_json::Value = serde_json::from_str(&record().json()).unwrap();
        let content = &read["content"];
        assert_eq!(content["outcome"], "C");
        assert_eq!(content["steps"][0]["at"], "2026-11-21T09:30:00Z");
        let kept: Record = serde_json::from_value(content["record"].clone()).unwrap();
        assert_eq!(kept, record().record);
    }
}
