//! The risk management plan, as far as rows of the register are judged by it: scales, limits, matrix, criteria.
//!
//! ISO 14971 clause 4.4 leaves all of them to the maker. Two things are not left open here: a cell never gets better
//! when severity or probability rises, and the worst cell is unacceptable. Rules that build on a plan rely on both.

use serde::{Deserialize, Serialize};

use crate::clause::{Citation, Document};
use crate::hazard::HazardCode;
use crate::risk::{Acceptance, Probability, Severity};
use crate::text::{Line, Name, Statement};
use crate::violation::{Code, Violation, Violations};

/// A band of probability, 1 (least) to 5 (most probable).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Band(u8);

impl Band {
    /// The band that holds certainty.
    pub const HIGHEST: Self = Self(5);
    /// All bands, least probable first.
    pub const ALL: [Self; 5] = [Self(1), Self(2), Self(3), Self(4), Self(5)];

    /// The band's number.
    #[must_use]
    pub const fn level(self) -> u8 {
        self.0
    }

    /// The band of that number.
    #[must_use]
    pub fn of_level(level: u8) -> Option<Self> {
        (1..=5).contains(&level).then_some(Self(level))
    }
}

impl TryFrom<u8> for Band {
    type Error = &'static str;
    fn try_from(level: u8) -> Result<Self, Self::Error> {
        Self::of_level(level).ok_or("a band is a number from 1 to 5")
    }
}

impl From<Band> for u8 {
    fn from(band: Band) -> Self {
        band.level()
    }
}

/// A cell of the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Cell {
    /// The row.
    pub severity: Severity,
    /// The column.
    pub band: Band,
}

impl Cell {
    /// The number that stands for it in the database: severity first, 54 is severity 5 with band 4.
    #[must_use]
    pub const fn number(self) -> i16 {
        self.severity.level() as i16 * 10 + self.band.level() as i16
    }

    /// The cell of that number.
    #[must_use]
    pub fn of_number(number: i16) -> Option<Self> {
        let level = |part: i16| u8::try_from(part).ok();
        Some(Self {
            severity: Severity::of_level(level(number / 10)?)?,
            band: Band::of_level(level(number % 10)?)?,
        })
    }

    /// As links write it: `S5P4`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let digits = name.strip_prefix('S')?.replacen('P', "", 1);
        if digits.len() == 2 { digits.parse().ok().and_then(Self::of_number) } else { None }
    }
}

impl std::fmt::Display for Cell {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "S{}P{}", self.severity.level(), self.band.level())
    }
}

/// What each of the 25 cells means, by severity and band.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Matrix([[Acceptance; 5]; 5]);

impl Matrix {
    /// A cautious matrix: death is never simply acceptable, and little is once harm is serious.
    pub const DEFAULT: Self = {
        use Acceptance::{Acceptable as A, Reduce as R, Unacceptable as U};
        Self([[A, A, A, A, R], [A, A, R, R, U], [A, A, R, U, U], [A, R, U, U, U], [R, R, U, U, U]])
    };

    /// A matrix of these cells, mildest severity first and least probable band first.
    ///
    /// # Errors
    /// One violation for every cell that is better than a milder or less probable neighbour, and one when the worst
    /// cell is not unacceptable. Each names its cell's field.
    pub fn new(cells: [[Acceptance; 5]; 5]) -> Result<Self, Violations> {
        let mut wrong = Violations::none();
        let matrix = Self(cells);
        for severity in Severity::ALL {
            for band in Band::ALL {
                let cell = Cell { severity, band };
                let here = matrix.at(cell);
                let milder = Severity::of_level(severity.level() - 1).map(|severity| Cell { severity, band });
                let rarer = Band::of_level(band.level() - 1).map(|band| Cell { severity, band });
                if [milder, rarer].into_iter().flatten().any(|neighbour| matrix.at(neighbour) > here) {
                    wrong.push(
                        Violation::error(&cell_field(cell), Code::Hazard(HazardCode::MatrixImproves))
                            .resting_on(Citation::new(Document::Iso14971, "4.4")),
                    );
                }
            }
        }
        let worst = Cell { severity: Severity::Catastrophic, band: Band::HIGHEST };
        if matrix.at(worst) != Acceptance::Unacceptable {
            wrong.push(
                Violation::error(&cell_field(worst), Code::Hazard(HazardCode::WorstCellAccepted))
                    .resting_on(Citation::new(Document::Iso14971, "4.4")),
            );
        }
        wrong.into_result().map(|()| matrix)
    }

    /// What a cell means.
    #[must_use]
    pub fn at(&self, cell: Cell) -> Acceptance {
        self.0[usize::from(cell.severity.level() - 1)][usize::from(cell.band.level() - 1)]
    }

    /// The stored form: 25 letters `a`, `r`, `u`, mildest severity first.
    #[must_use]
    pub fn letters(&self) -> String {
        let letter = |acceptance: &Acceptance| match acceptance {
            Acceptance::Acceptable => 'a',
            Acceptance::Reduce => 'r',
            Acceptance::Unacceptable => 'u',
        };
        self.0.iter().flatten().map(letter).collect()
    }
}

/// The name of a cell's field in the plan's form.
#[must_use]
pub fn cell_field(cell: Cell) -> String {
    format!("cell_{cell}")
}

impl TryFrom<String> for Matrix {
    type Error = &'static str;
    fn try_from(letters: String) -> Result<Self, Self::Error> {
        let mut cells = [[Acceptance::Unacceptable; 5]; 5];
        if letters.chars().count() != 25 {
            return Err("a matrix has 25 cells");
        }
        for (place, letter) in letters.chars().enumerate() {
            cells[place / 5][place % 5] = match letter {
                'a' => Acceptance::Acceptable,
                'r' => Acceptance::Reduce,
                'u' => Acceptance::Unacceptable,
                _ => return Err("a cell is a, r or u"),
            };
        }
        Self::new(cells).map_err(|_| "a matrix does not get better as the risk rises")
    }
}

impl From<Matrix> for String {
    fn from(matrix: Matrix) -> Self {
        matrix.letters()
    }
}

/// The lowest probability of each band but the first, ascending. A value on a limit belongs to the higher band.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "[Probability; 4]", into = "[Probability; 4]")]
pub struct Limits([Probability; 4]);

impl Limits {
    /// One millionth, one hundred thousandth, one ten thousandth, one thousandth.
    pub const DEFAULT: Self = Self([
        Probability::power_of_ten(6),
        Probability::power_of_ten(5),
        Probability::power_of_ten(4),
        Probability::power_of_ten(3),
    ]);

    /// Limits of bands 2 to 5.
    ///
    /// # Errors
    /// A violation for every limit that is not above the one before it; the first must be above zero.
    pub fn new(limits: [Probability; 4]) -> Result<Self, Violations> {
        let mut wrong = Violations::none();
        let mut before = Probability::ZERO;
        for (limit, band) in limits.into_iter().zip(2..) {
            if limit <= before {
                wrong.push(
                    Violation::error(&limit_field(band), Code::Hazard(HazardCode::LimitsDoNotRise))
                        .resting_on(Citation::new(Document::Iso14971, "4.4")),
                );
            }
            before = limit;
        }
        wrong.into_result().map(|()| Self(limits))
    }

    /// The band that holds `probability`.
    #[must_use]
    pub fn band(&self, probability: Probability) -> Band {
        let reached = self.0.iter().filter(|limit| probability >= **limit).count();
        Band::ALL[reached.min(4)]
    }

    /// The limits of bands 2 to 5.
    #[must_use]
    pub const fn values(&self) -> [Probability; 4] {
        self.0
    }
}

/// The name of a limit's field in the plan's form.
#[must_use]
pub fn limit_field(band: u8) -> String {
    format!("limit_{band}")
}

impl TryFrom<[Probability; 4]> for Limits {
    type Error = &'static str;
    fn try_from(limits: [Probability; 4]) -> Result<Self, Self::Error> {
        Self::new(limits).map_err(|_| "limits rise from band to band")
    }
}

impl From<Limits> for [Probability; 4] {
    fn from(limits: Limits) -> Self {
        limits.0
    }
}

/// A step of a scale, in the words of the team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// One word, such as "critical".
    pub word: Name,
    /// What it means.
    pub meaning: Line,
}

/// The parts of a risk management plan that judge rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskPlan {
    /// The five steps of severity, mildest first.
    pub severities: [Step; 5],
    /// The five bands of probability, least probable first.
    pub bands: [Step; 5],
    /// Where the bands begin.
    pub limits: Limits,
    /// What a probability is counted per: a use, a device-year.
    pub unit: Name,
    /// What each cell means.
    pub matrix: Matrix,
    /// The criteria for a single risk, in words.
    pub criteria: Statement,
    /// How a risk is judged whose probability can not be estimated, in words.
    pub not_estimable: Statement,
}

impl RiskPlan {
    /// The plan that a product starts with, until its team writes their own.
    #[must_use]
    pub fn starting() -> Self {
        let step = |(word, meaning): (&str, &str)| Step {
            word: Name::stored(word.to_owned()),
            meaning: Line::stored(meaning.to_owned()),
        };
        Self {
            severities: [
                ("negligible", "Discomfort that passes without doing anything"),
                ("minor", "Injury that passes and needs no professional care"),
                ("serious", "Injury that needs professional care"),
                ("critical", "Impairment that stays, or danger to life"),
                ("catastrophic", "Death"),
            ]
            .map(step),
            bands: [
                ("improbable", "Not expected in the whole life of all devices"),
                ("remote", "Might happen once in the life of all devices"),
                ("occasional", "Happens now and then across all devices"),
                ("probable", "Happens every year somewhere"),
                ("frequent", "Happens often"),
            ]
            .map(step),
            limits: Limits::DEFAULT,
            unit: Name::stored("device-year".to_owned()),
            matrix: Matrix::DEFAULT,
            criteria: Statement::stored(
                "An acceptable risk needs no further control, though every practicable one is considered. A risk to \
                 reduce is lowered as far as practicable. An unacceptable risk is accepted only when a benefit-risk \
                 analysis shows that the benefits outweigh it."
                    .to_owned(),
            ),
            not_estimable: Statement::stored(
                "When the probability of a harm can not be estimated, the reason is recorded and the risk is judged \
                 on its severity alone, as if the harm were in the highest band."
                    .to_owned(),
            ),
        }
    }

    /// The band that holds a probability of harm.
    #[must_use]
    pub fn band(&self, probability: Probability) -> Band {
        self.limits.band(probability)
    }

    /// What a cell means.
    #[must_use]
    pub fn acceptance(&self, cell: Cell) -> Acceptance {
        self.matrix.at(cell)
    }

    /// The step of a severity.
    #[must_use]
    pub fn severity(&self, severity: Severity) -> &Step {
        &self.severities[usize::from(severity.level() - 1)]
    }

    /// The step of a band.
    #[must_use]
    pub fn band_step(&self, band: Band) -> &Step {
        &self.bands[usize::from(band.level() - 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Acceptance::{Acceptable as A, Reduce as R, Unacceptable as U};

    #[test]
    fn the_starting_matrix_keeps_the_rules_of_every_matrix() {
        assert_eq!(Matrix::new(Matrix::DEFAULT.0), Ok(Matrix::DEFAULT));
        assert_eq!(Limits::new(Limits::DEFAULT.0), Ok(Limits::DEFAULT));
    }

    #[test]
    fn a_cell_that_improves_as_the_risk_rises_is_refused_and_named() {
        let mut cells = Matrix::DEFAULT.0;
        cells[3][0] = A;
        cells[3][1] = A;
        assert!(Matrix::new(cells).is_ok());
        cells[4][1] = A;
        let wrong = Matrix::new(cells).unwrap_err();
        assert_eq!(wrong.0.iter().map(|v| v.field.as_str()).collect::<Vec<_>>(), ["cell_S5P2"]);
    }

    #[test]
    fn the_worst_cell_must_be_unacceptable() {
        let wrong = Matrix::new([[A; 5], [A; 5], [A; 5], [R; 5], [R; 5]]).unwrap_err();
        assert_eq!(wrong.0.len(), 1);
        assert_eq!(wrong.0[0].code.id(), "H005");
        assert!(Matrix::new([[U; 5]; 5]).is_ok());
    }

    #[test]
    fn a_value_on_a_limit_belongs_to_the_higher_band() {
        let limits = Limits::DEFAULT;
        for (value, band) in [
            ("0", 1),
            ("9.99e-7", 1),
            ("1e-6", 2),
            ("9.9e-6", 2),
            ("1e-5", 3),
            ("1e-4", 4),
            ("1e-3", 5),
            ("1", 5),
        ] {
            assert_eq!(limits.band(value.parse().unwrap()).level(), band, "{value}");
        }
        // 0.02 × 0.05 is exactly a thousandth; as binary fractions it need not be.
        let product = "0.02".parse::<Probability>().unwrap().times("0.05".parse().unwrap());
        assert_eq!(limits.band(product).level(), 5);
    }

    #[test]
    fn limits_must_rise() {
        let limit = |text: &str| text.parse::<Probability>().unwrap();
        let wrong = Limits::new([limit("0"), limit("1e-5"), limit("1e-5"), limit("1e-3")]).unwrap_err();
        assert_eq!(wrong.0.iter().map(|v| v.field.as_str()).collect::<Vec<_>>(), ["limit_2", "limit_4"]);
    }

    #[test]
    fn a_matrix_and_a_cell_are_read_back_as_they_were_written() {
        assert_eq!(Matrix::try_from(Matrix::DEFAULT.letters()), Ok(Matrix::DEFAULT));
        assert!(Matrix::try_from("a".repeat(25)).is_err());
        for severity in Severity::ALL {
            for band in Band::ALL {
                let cell = Cell { severity, band };
                assert_eq!(Cell::named(&cell.to_string()), Some(cell));
                assert_eq!(Cell::of_number(cell.number()), Some(cell));
            }
        }
        for name in ["S6P1", "S0P1", "S1P6", "", "S", "SP", "S11P", "S1P11"] {
            assert_eq!(
                Cell::named(name).map(|cell| cell.to_string()).filter(|read| read == name),
                None,
                "{name}"
            );
        }
    }
}
