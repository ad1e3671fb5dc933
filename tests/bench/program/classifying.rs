//! Classification of one product by all schemes.

use std::time::Instant;

use domain::answer::{Answers, Given};
use domain::assessment::Judgement;
use domain::product::Market;

use crate::Asked;
use crate::report::{Goal, Report, median, number};

/// Judges a product whose every question is answered, for all markets.
pub fn measure(asked: &Asked, report: &mut Report) {
    let markets = Market::ALL;
    let mut judgement = Judgement::of(&Answers::none(), &markets);
    while let Some(key) = judgement.next_question() {
        let question = domain::scheme::question(key).expect("a question that is asked is in a pack");
        let given = Given::Value(question.cautious());
        judgement = Judgement::of(&judgement.answers().with(key, given), &markets);
    }
    let answers = judgement.answers().clone();
    let rounds = if asked.quick { 200 } else { 5_000 };
    let mut decided = Vec::with_capacity(rounds);
    let mut told = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let began = Instant::now();
        let judgement = std::hint::black_box(Judgement::of(std::hint::black_box(&answers), &markets));
        std::hint::black_box(judgement.classification());
        decided.push(began.elapsed().as_secs_f64() * 1e6);
        std::hint::black_box(judgement.telling());
        told.push(began.elapsed().as_secs_f64() * 1e6);
    }
    let (decided, told) = (median(&mut decided), median(&mut told));
    let words = format!(
        "{} µs; {} µs with all paths in words ({} answers)",
        number(decided),
        number(told),
        answers.iter().count()
    );
    report.add(
        "classify",
        "classification, one product, all schemes",
        decided,
        "µs",
        Some(Goal::AtMost(100.0)),
        words,
    );
}
