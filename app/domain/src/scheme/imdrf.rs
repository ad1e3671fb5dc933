//! The category of IMDRF/SaMD WG/N12: how much the information matters to the decision, and in what situation.

use std::sync::LazyLock;

use super::{Diagram, Open, Pack, Reading, Telling, Verdict, tell_with_rules};
use crate::answer::{Answers, Key};

/// The rule pack.
#[must_use]
pub fn pack() -> &'static Pack {
    super::pack("imdrf-category")
}

/// The category. The order is that of the impact: `I < II < III < IV`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// Low impact.
    I,
    /// Medium impact.
    II,
    /// High impact.
    III,
    /// Very high impact.
    IV,
}

impl Category {
    /// The categories, from the lightest to the heaviest.
    pub const ALL: [Self; 4] = [Self::I, Self::II, Self::III, Self::IV];

    /// The stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::I => "I",
            Self::II => "II",
            Self::III => "III",
            Self::IV => "IV",
        }
    }
}

/// Significance, the name of the rule, and what it gives.
type Cell = (&'static str, &'static str, Category);

/// The table of section 7.2: situation down, significance across.
const TABLE: [(&str, [Cell; 3]); 3] = [
    (
        "critical",
        [
            ("treat_diagnose", "critical/treat_diagnose", Category::IV),
            ("drive", "critical/drive", Category::III),
            ("inform", "critical/inform", Category::II),
        ],
    ),
    (
        "serious",
        [
            ("treat_diagnose", "serious/treat_diagnose", Category::III),
            ("drive", "serious/drive", Category::II),
            ("inform", "serious/inform", Category::I),
        ],
    ),
    (
        "non_serious",
        [
            ("treat_diagnose", "non_serious/treat_diagnose", Category::II),
            ("drive", "non_serious/drive", Category::I),
            ("inform", "non_serious/inform", Category::I),
        ],
    ),
];

/// The cell of the table: the rule and its category.
fn cell(reading: &mut Reading<'_>) -> Result<(&'static str, Category), Open> {
    let significance = reading.value(Key::ImdrfSignificance)?.name();
    let situation = reading.value(Key::ImdrfSituation)?.name();
    let row = TABLE.iter().find(|(name, _)| *name == situation).unwrap_or(&TABLE[0]);
    let cell = row.1.iter().find(|(name, _, _)| *name == significance).unwrap_or(&row.1[0]);
    Ok((cell.1, cell.2))
}

static CATEGORY: LazyLock<Diagram<Category>> =
    LazyLock::new(|| Diagram::of(|reading| cell(reading).map(|(_, category)| category)));

/// The category that the answers give.
#[must_use]
pub fn category(answers: &Answers) -> Verdict<Category> {
    CATEGORY.verdict(answers)
}

/// The cells that the table has, by the names of their rules.
#[must_use]
pub fn rules() -> Vec<&'static str> {
    TABLE.iter().flat_map(|(_, row)| row.iter().map(|(_, rule, _)| *rule)).collect()
}

/// The verdict in words.
#[must_use]
pub fn tell_category(verdict: &Verdict<Category>, answers: &Answers) -> Telling {
    let rule: Vec<_> = cell(&mut Reading::of(answers)).map(|(rule, _)| rule).into_iter().collect();
    let rules = if verdict.result.is_some() { rule.as_slice() } else { &[] };
    tell_with_rules(pack(), verdict, verdict.result.map(Category::name), rules)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Given;

    #[test]
    fn the_table_has_its_nine_cells_and_never_falls_with_a_worse_case() {
        use Category::{I, II, III, IV};
        let category = |situation: &str, significance: &str| {
            let mut answers = Answers::none();
            answers.give(Key::ImdrfSituation, Given::named(Key::ImdrfSituation, situation).unwrap());
            answers.give(Key::ImdrfSignificance, Given::named(Key::ImdrfSignificance, significance).unwrap());
            let verdict = category(&answers);
            let told = tell_category(&verdict, &answers);
            assert_eq!(told.rules, [format!("{situation}/{significance}")]);
            verdict.result.unwrap()
        };
        let significances = ["treat_diagnose", "drive", "inform"];
        let row = |situation| significances.map(|significance| category(situation, significance));
        assert_eq!(row("critical"), [IV, III, II]);
        assert_eq!(row("serious"), [III, II, I]);
        assert_eq!(row("non_serious"), [II, I, I]);
    }

    #[test]
    fn what_is_not_known_counts_as_the_worst() {
        let mut answers = Answers::none();
        answers.give(Key::ImdrfSituation, Given::Unknown);
        answers.give(Key::ImdrfSignificance, Given::Unknown);
        assert_eq!(category(&answers).result, Some(Category::IV));
    }
}
