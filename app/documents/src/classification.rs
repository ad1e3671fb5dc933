//! The classification record: what a product is, who said so, when and why, in a document that stands alone.

use domain::answer::Key;
use domain::assessment::{Classification, Record, Step, Subject};
use domain::clause::Citation;
use domain::market::ToldNote;
use domain::scheme::Telling;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use time::macros::format_description;

use crate::paper::{Block, Outcome, Paper, Run, Table};

/// All that the document says.
#[derive(Clone, Debug, Serialize)]
pub struct ClassificationRecord {
    /// What the product is, as it was approved, else as it is said now.
    pub subject: Subject,
    /// The number of the assessment in the product.
    pub number: i32,
    /// The revision of the assessment that was approved; that of now for a draft.
    pub revision: i32,
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
        let whole = serde_json::json!({ "document": "classification record", "version": 2, "content": self });
        let mut text = serde_json::to_string_pretty(&whole).expect("a record is plain data");
        text.push('\n');
        text
    }

    /// The SHA-256 digest of the record as data, in hexadecimal. Whoever holds the JSON file can compare it with what
    /// a paper says.
    #[must_use]
    pub fn digest(&self) -> String {
        Sha256::digest(self.json()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The record as a paper, for PDF and DOCX: what it came to, what it is about, every answer once with its reason,
    /// and then how each verdict follows from the answers by their numbers.
    #[must_use]
    pub fn paper(&self) -> Paper {
        let digest = self.digest();
        let mut blocks = vec![Block::Outcome(self.outcome()), self.facts(&digest)];
        blocks.push(Block::Heading(1, "Verdicts".to_owned()));
        blocks.push(self.verdicts());
        if !self.steps.is_empty() {
            blocks.push(Block::Heading(1, "Review and approval".to_owned()));
            blocks.push(self.decided());
        }
        blocks.extend(self.purpose());
        blocks.push(Block::Heading(1, "Answers and reasons".to_owned()));
        blocks.push(self.answers());
        blocks.push(Block::Heading(1, "How each verdict follows".to_owned()));
        blocks.push(Block::quiet("Numbers are those of the answers above."));
        blocks.extend(self.record.verdicts.iter().flat_map(|told| self.verdict(told)));
        if !self.record.notes.is_empty() {
            blocks.push(Block::Heading(1, "Markets".to_owned()));
            blocks.extend(self.record.notes.iter().flat_map(note));
        }
        let state = format!("assessment A-{}, revision {}", self.number, self.revision);
        Paper {
            kind: "Classification record".to_owned(),
            name: self.subject.name.clone(),
            head: format!("{} · {state}", self.subject.name),
            foot: format!("Classification record · {}", self.short_standing()),
            digest,
            moment: self.moment,
            blocks,
        }
    }

    /// What it came to.
    fn outcome(&self) -> Outcome {
        let outcome = self.outcome.and_then(Classification::named);
        let (letter, filled, words) = match outcome {
            None => (None, 0, "Draft, not of record".to_owned()),
            Some(Classification::NotADevice) => (None, 0, "Not a medical device".to_owned()),
            Some(Classification::Class(class)) => {
                (Some(class.to_string()), class as u8, format!("Software safety class {class}"))
            }
        };
        Outcome { letter, filled, of_record: outcome.is_some(), words, standing: self.standing() }
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

    fn facts(&self, digest: &str) -> Block {
        let markets: Vec<&str> = self.record.notes.iter().map(|note| note.market.as_str()).collect();
        let mut facts = vec![
            ("Assessment", Run::plain(format!("A-{}, revision {}", self.number, self.revision))),
            ("Started", Run::plain(format!("{} by {}", instant(self.started_at), self.started_by))),
        ];
        if !markets.is_empty() {
            facts.push(("Markets", Run::plain(markets.join(", "))));
        }
        facts.push(("SHA-256 of the JSON", Run::exact(digest)));
        Block::Facts(facts.into_iter().map(|(name, value)| (name.to_owned(), vec![value])).collect())
    }

    fn verdicts(&self) -> Block {
        let rows = self.record.verdicts.iter().map(|told| {
            vec![
                vec![Run::plain(&told.subject), Run::quiet(format!("\n{}", told.pack))],
                vec![Run::strong(&told.title)],
                vec![Run::plain(&told.sentence)],
                vec![Run::quiet(places(&told.citations))],
            ]
        });
        table([("Scheme and rule pack", 20), ("Verdict", 18), ("Because", 42), ("Source", 20)], rows)
    }

    fn decided(&self) -> Block {
        let rows = self.steps.iter().map(|step| {
            vec![
                vec![Run::plain(instant(step.at))],
                vec![Run::strong(step.step.deed())],
                vec![Run::plain(&step.by)],
                vec![Run::plain(step.comment.clone().unwrap_or_default())],
            ]
        });
        table([("When", 20), ("What", 18), ("Who", 22), ("Said with it", 40)], rows)
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

    fn answers(&self) -> Block {
        let rows = self.record.answers.iter().zip(1..).map(|(answer, number)| {
            let mut said = vec![Run::strong(&answer.answer)];
            if let Some(counted) = &answer.counted {
                said.push(Run::quiet(format!("\n{counted}")));
            }
            if !answer.counts {
                said.push(Run::quiet("\nNot used by any verdict."));
            }
            let reason = match answer.rationale.as_str() {
                "" => Run::quiet("No reason is given."),
                reason => Run::plain(reason),
            };
            vec![
                vec![Run::quiet(format!("{number}"))],
                vec![Run::plain(&answer.question)],
                said,
                vec![reason],
            ]
        });
        table([("No.", 5), ("Question", 35), ("Answer", 20), ("Reason", 40)], rows)
    }

    /// The number of an answer.
    fn number(&self, key: Key) -> Option<usize> {
        self.record.answers.iter().position(|answer| answer.key == key).map(|place| place + 1)
    }

    /// The way to a verdict, and what is in doubt about it. The verdict itself and its reason stand on top.
    fn verdict(&self, told: &Telling) -> Vec<Block> {
        let mut blocks = vec![
            Block::Heading(2, format!("{}: {}", told.subject, told.title)),
            Block::quiet(format!("Rule pack {}, written from {}.", told.pack, told.edition)),
        ];
        if !told.steps.is_empty() {
            let rows = told.steps.iter().map(|step| {
                // What no answer stands for is said in full: a premise, or an answer that the record does not hold.
                let (number, answer) = match step.key.and_then(|key| self.number(key)) {
                    Some(number) => (number.to_string(), step.answer.clone()),
                    None => (String::new(), format!("{}: {}", step.question, step.answer)),
                };
                vec![
                    vec![Run::quiet(number)],
                    vec![Run::strong(answer)],
                    vec![Run::plain(&step.led_to)],
                    vec![Run::quiet(places(&step.citations))],
                ]
            });
            blocks.push(table([("No.", 5), ("Answer", 23), ("Led to", 49), ("Source", 23)], rows));
        }
        for (title, lines) in [
            ("Not known, and counted as the cautious answer", &told.unknowns),
            ("Not certain in the rules themselves", &told.caveats),
        ] {
            if !lines.is_empty() {
                blocks.push(Block::Text(vec![Run::strong(title)]));
                blocks.push(Block::List(lines.iter().map(|line| vec![Run::plain(line)]).collect()));
            }
        }
        blocks
    }
}

/// A moment as papers show it.
fn instant(at: OffsetDateTime) -> String {
    let form = format_description!("[year]-[month]-[day] [hour]:[minute] UTC");
    at.to_offset(time::UtcOffset::UTC).format(form).unwrap_or_default()
}

fn places(citations: &[Citation]) -> String {
    let places: Vec<String> = citations.iter().map(ToString::to_string).collect();
    places.join("\n")
}

fn table<const N: usize>(
    columns: [(&'static str, u8); N],
    rows: impl Iterator<Item = Vec<Vec<Run>>>,
) -> Block {
    Block::Table(Table { columns: columns.into(), rows: rows.collect() })
}

fn note(note: &ToldNote) -> Vec<Block> {
    let statements = note.statements.iter().map(|statement| {
        vec![
            vec![Run::plain(&statement.words)],
            vec![Run::plain(&statement.certainty)],
            vec![Run::quiet(statement.sources.join("\n"))],
        ]
    });
    let mut blocks = vec![
        Block::Heading(2, note.market.clone()),
        Block::quiet(note.edition.clone()),
        Block::Text(vec![Run::plain(format!("{} ", note.known)), Run::strong(note.not_given.clone())]),
        Block::plain(format!("Typically held to: {}", note.held_to)),
    ];
    if !note.statements.is_empty() {
        blocks.push(table([("What is known", 50), ("How certain", 15), ("Sources", 35)], statements));
    }
    blocks
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
            revision: 4,
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
            Block::Outcome(outcome) => format!("{}. {}", outcome.words, outcome.standing),
            Block::Heading(_, words) => words.clone(),
            Block::Text(all) => runs(all),
            Block::List(items) => items.iter().map(|item| runs(item)).collect::<Vec<_>>().join("\n"),
            Block::Facts(facts) => facts
                .iter()
                .map(|(name, value)| format!("{name}: {}", runs(value)))
                .collect::<Vec<_>>()
                .join("\n"),
            Block::Table(table) => {
                let row =
                    |row: &Vec<Vec<Run>>| row.iter().map(|cell| runs(cell)).collect::<Vec<_>>().join(" | ");
                table.rows.iter().map(row).collect::<Vec<_>>().join("\n")
            }
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
    fn tables_are_as_wide_as_their_columns_and_fill_the_page() {
        for block in record().paper().blocks {
            let Block::Table(table) = block else { continue };
            assert_eq!(table.columns.iter().map(|(_, share)| u32::from(*share)).sum::<u32>(), 100);
            assert!(table.rows.iter().all(|row| row.len() == table.columns.len()));
        }
    }

    #[test]
    fn a_step_names_its_answer_by_number_and_the_question_is_said_once() {
        let said = words(&record().paper());
        let question = &record().record.answers[0].question;
        assert_eq!(said.matches(question.as_str()).count(), 1, "{question} in {said}");
    }

    #[test]
    fn the_same_record_gives_the_same_bytes_in_every_format() {
        assert_eq!(record().json(), record().json());
        assert_eq!(pdf::write(&record().paper()).unwrap(), pdf::write(&record().paper()).unwrap());
        assert_eq!(docx::write(&record().paper()), docx::write(&record().paper()));
    }

    #[test]
    fn the_paper_names_the_digest_of_the_data() {
        let digest = record().digest();
        assert_eq!(digest.len(), 64);
        assert!(words(&record().paper()).contains(&digest));
        let mut other = record();
        other.subject.name.push('!');
        assert_ne!(other.digest(), digest);
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
