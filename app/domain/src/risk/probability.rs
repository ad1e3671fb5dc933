//! Probabilities as people write them, kept and compared exactly.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The most significant digits of an entered value. A product of two has at most twice as many.
const MOST_DIGITS: u32 = 9;
/// The most decimal places of an entered value.
const MOST_PLACES: u32 = 60;

/// A decimal number from 0 to 1, exact: `mantissa × 10^-places`.
///
/// No binary fraction is ever involved, so that a value on a limit is on the limit, on every machine, and the text
/// in the trail is the text that was meant.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Probability {
    /// Without trailing zeros; 0 only for the value 0.
    mantissa: u64,
    /// 0 for the values 0 and 1.
    places: u32,
}

/// A text is not a decimal number from 0 to 1, or has more digits than are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAProbability;

impl fmt::Display for NotAProbability {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a probability is a decimal number from 0 to 1")
    }
}

impl std::error::Error for NotAProbability {}

impl Probability {
    /// Never.
    pub const ZERO: Self = Self { mantissa: 0, places: 0 };
    /// Certain.
    pub const ONE: Self = Self { mantissa: 1, places: 0 };

    /// `10^-places`.
    #[must_use]
    pub const fn power_of_ten(places: u32) -> Self {
        Self { mantissa: 1, places }
    }

    fn reduced(mut mantissa: u64, mut places: u32) -> Self {
        if mantissa == 0 {
            return Self::ZERO;
        }
        while places > 0 && mantissa.is_multiple_of(10) {
            mantissa /= 10;
            places -= 1;
        }
        Self { mantissa, places }
    }

    /// The exact product.
    ///
    /// Both factors hold at most nine digits when they were entered. A factor that is itself a product is rounded up
    /// to nine digits first, so that the result is never smaller than the truth.
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        let (left, right) = (self.short(), other.short());
        Self::reduced(left.mantissa * right.mantissa, left.places + right.places)
    }

    /// At most [`MOST_DIGITS`] digits, rounded up.
    fn short(self) -> Self {
        let excess = digits(self.mantissa).saturating_sub(MOST_DIGITS);
        if excess == 0 {
            return self;
        }
        let step = 10_u64.pow(excess);
        Self::reduced(self.mantissa.div_ceil(step), self.places - excess)
    }

    /// The exponent of ten of the first digit: -2 for 0.025.
    fn magnitude(self) -> i64 {
        i64::from(digits(self.mantissa)) - 1 - i64::from(self.places)
    }

    /// The digits, and the power of ten of the first: `("25", -2)` for 0.025.
    fn scientific(self) -> (String, i64) {
        (self.mantissa.to_string(), self.magnitude())
    }

    /// As a document shows it: `2.5 × 10⁻²`.
    #[must_use]
    pub fn shown(self) -> String {
        if self.places == 0 {
            return self.mantissa.to_string();
        }
        let (digits, power) = self.scientific();
        let raised: String = power.to_string().chars().map(superscript).collect();
        format!("{} × 10{raised}", with_point(&digits))
    }
}

fn digits(number: u64) -> u32 {
    number.checked_ilog10().map_or(1, |log| log + 1)
}

fn with_point(digits: &str) -> String {
    match digits.split_at(1) {
        (first, "") => first.to_owned(),
        (first, rest) => format!("{first}.{rest}"),
    }
}

fn superscript(character: char) -> char {
    match character {
        '-' => '⁻',
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        '9' => '⁹',
        other => other,
    }
}

fn from_superscript(character: char) -> char {
    match character {
        '⁻' | '−' | '–' => '-',
        '⁰' => '0',
        '¹' => '1',
        '²' => '2',
        '³' => '3',
        '⁴' => '4',
        '⁵' => '5',
        '⁶' => '6',
        '⁷' => '7',
        '⁸' => '8',
        '⁹' => '9',
        ',' => '.',
        other => other,
    }
}

/// The stored form: `0`, `1`, or one digit before the point and a power of ten, such as `2.5e-2`.
impl fmt::Display for Probability {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.places == 0 {
            return write!(formatter, "{}", self.mantissa);
        }
        let (digits, power) = self.scientific();
        write!(formatter, "{}e{power}", with_point(&digits))
    }
}

impl fmt::Debug for Probability {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for Probability {
    type Err = NotAProbability;

    /// Reads `0.02`, `0,02`, `2e-2`, `2×10⁻²`, `2*10^-2`, `10⁻³`, `2 %`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain: String = text.chars().filter(|c| !c.is_whitespace()).map(from_superscript).collect();
        if plain.len() > 80 {
            return Err(NotAProbability);
        }
        let (plain, percent) = match plain.strip_suffix('%') {
            Some(rest) => (rest.to_owned(), 2),
            None => (plain, 0),
        };
        let (number, power) = split_power(&plain)?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() {
            return Err(NotAProbability);
        }
        if !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
            return Err(NotAProbability);
        }
        let all = format!("{whole}{fraction}");
        let significant = all.trim_start_matches('0').trim_end_matches('0');
        let mantissa: u64 = match significant {
            "" => return Ok(Self::ZERO),
            text if text.len() > MOST_DIGITS as usize => return Err(NotAProbability),
            text => text.parse().map_err(|_| NotAProbability)?,
        };
        let trailing = all.len() - all.trim_end_matches('0').len();
        let places = i64::try_from(fraction.len()).map_err(|_| NotAProbability)?
            - i64::try_from(trailing).map_err(|_| NotAProbability)?
            - power
            + percent;
        let value = if places < 0 {
            let step = u32::try_from(-places).ok().and_then(|power| 10_u64.checked_pow(power));
            let mantissa = step.and_then(|step| mantissa.checked_mul(step)).ok_or(NotAProbability)?;
            Self { mantissa, places: 0 }
        } else {
            let places = u32::try_from(places).map_err(|_| NotAProbability)?;
            if places > MOST_PLACES {
                return Err(NotAProbability);
            }
            Self::reduced(mantissa, places)
        };
        if value > Self::ONE { Err(NotAProbability) } else { Ok(value) }
    }
}

/// Splits `2e-2`, `2x10^-2` and `10-3` (that was `10⁻³`) into the number and the power of ten.
fn split_power(plain: &str) -> Result<(&str, i64), NotAProbability> {
    let power = |text: &str| -> Result<i64, NotAProbability> {
        let text = text.strip_prefix('^').unwrap_or(text);
        let number = text.strip_prefix(['-', '+']).unwrap_or(text);
        if number.is_empty() || number.len() > 3 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NotAProbability);
        }
        text.parse().map_err(|_| NotAProbability)
    };
    if let Some((number, rest)) = plain.split_once(['e', 'E']) {
        return Ok((number, power(rest)?));
    }
    if let Some((number, rest)) = plain.split_once(['×', 'x', 'X', '*', '·']) {
        return Ok((number, power(rest.strip_prefix("10").ok_or(NotAProbability)?)?));
    }
    match plain.strip_prefix("10") {
        Some(rest) if rest.starts_with(['-', '^']) => Ok(("1", power(rest)?)),
        _ => Ok((plain, 0)),
    }
}

impl TryFrom<String> for Probability {
    type Error = NotAProbability;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Probability> for String {
    fn from(probability: Probability) -> Self {
        probability.to_string()
    }
}

impl PartialOrd for Probability {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Probability {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.mantissa, other.mantissa) {
            (0, 0) => return Ordering::Equal,
            (0, _) => return Ordering::Less,
            (_, 0) => return Ordering::Greater,
            _ => {}
        }
        self.magnitude().cmp(&other.magnitude()).then_with(|| {
            // Same power of ten of the first digit: bring both to the same number of digits.
            let (left, right) = (digits(self.mantissa), digits(other.mantissa));
            let longest = left.max(right);
            let padded = |mantissa: u64, length: u32| u128::from(mantissa) * 10_u128.pow(longest - length);
            padded(self.mantissa, left).cmp(&padded(other.mantissa, right))
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn p(text: &str) -> Probability {
        text.parse().unwrap_or_else(|_| panic!("{text} is a probability"))
    }

    #[test]
    fn the_ways_people_write_a_probability_all_mean_the_same() {
        for text in [
            "2e-2",
            "0.02",
            "0,02",
            ".02",
            "2×10⁻²",
            "2 × 10⁻²",
            "2*10^-2",
            "2x10-2",
            "20e-3",
            "2 %",
            "0.0200",
        ] {
            assert_eq!(p(text), p("2e-2"), "{text}");
        }
        assert_eq!(p("10⁻³"), p("0.001"));
        assert_eq!(p("1"), Probability::ONE);
        assert_eq!(p("100%"), Probability::ONE);
        assert_eq!(p("0.000"), Probability::ZERO);
        assert_eq!(p("10e-1"), Probability::ONE);
    }

    #[test]
    fn what_is_not_a_probability_is_refused() {
        for text in [
            "",
            "-",
            ".",
            "1.1",
            "2",
            "-0.1",
            "0.1.1",
            "1e",
            "e-3",
            "1e-99",
            "1e-1000",
            "0.1234567891",
            "NaN",
            "inf",
            "0x1",
            "1/1000",
            "10⁻",
            "2×11⁻²",
            "1e1",
            "٠٫١",
            "1e--1",
            "1e-99999999999999999999",
        ] {
            assert!(text.parse::<Probability>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_product_is_exact_where_binary_fractions_are_not() {
        assert_eq!(p("0.1").times(p("0.1")), p("0.01"));
        assert_eq!(p("0.3").times(p("0.1")), p("0.03"));
        assert_eq!(p("0.123456789").times(p("0.987654321")).to_string(), "1.21932631112635269e-1");
        assert_eq!(p("2e-2").times(p("5e-1")), p("1e-2"));
    }

    #[test]
    fn it_is_shown_as_documents_write_it() {
        assert_eq!(p("0.025").shown(), "2.5 × 10⁻²");
        assert_eq!(p("1e-10").shown(), "1 × 10⁻¹⁰");
        assert_eq!(p("1").shown(), "1");
        assert_eq!(p("0").shown(), "0");
        assert_eq!(p("0.5").to_string(), "5e-1");
    }

    prop_compose! {
        fn any_probability()(mantissa in 0_u64..1_000_000_000, places in 9_u32..30) -> Probability {
            Probability::reduced(mantissa, places)
        }
    }

    proptest! {
        #[test]
        fn the_stored_text_is_read_back_as_the_same_value(value in any_probability()) {
            prop_assert_eq!(p(&value.to_string()), value);
            prop_assert_eq!(p(&value.shown()), value);
        }

        #[test]
        fn a_product_is_never_larger_than_its_factors(left in any_probability(), right in any_probability()) {
            let product = left.times(right);
            prop_assert!(product <= left && product <= right);
            prop_assert_eq!(product, right.times(left));
        }

        #[test]
        fn the_order_is_that_of_the_numbers(left in 0_u64..1_000_000_000, right in 0_u64..1_000_000_000, shift in 0_u32..6) {
            let wide = |mantissa: u64, power: u32| u128::from(mantissa) * 10_u128.pow(power);
            let expected = wide(left, shift).cmp(&wide(right, 0));
            prop_assert_eq!(Probability::reduced(left, 12).cmp(&Probability::reduced(right, 12 + shift)), expected);
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,30}") {
            let _ = text.parse::<Probability>();
        }
    }
}
