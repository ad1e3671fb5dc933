//! Looking for rows by words.

use domain::finding::Level;
use domain::ids::ProductId;
use domain::risk::Acceptance;

use super::{Filter, Found, Place, name_of};
use crate::{Store, StoreError};

/// Words that a row must hold, each of them somewhere: in its number, hazard, sequence of events, hazardous situation or
/// harm, or in the title of a control that it uses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(Vec<String>);

impl Words {
    /// More words than these narrow nothing down that a person would look through.
    const MOST: usize = 8;

    /// The words of what somebody typed. Large and small letters are the same.
    #[must_use]
    pub fn of(typed: &str) -> Self {
        Self(typed.split_whitespace().take(Self::MOST).map(str::to_lowercase).collect())
    }

    /// Whether there is none, so that every row fits.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As patterns of `like`.
    fn patterns(&self) -> Vec<String> {
        let escaped = |word: &String| word.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
        self.0.iter().map(|word| format!("%{}%", escaped(word))).collect()
    }
}

/// The rows that fit the filter and hold the words, by number.
///
/// A word may stand in the middle of another, and the words of one search in different texts, so no index finds them:
/// the texts of one product are read from its first row on until a page is full.
pub(super) async fn find_words(
    store: &Store,
    product: ProductId,
    filter: Filter,
    words: &Words,
    after: Place,
    limit: i64,
) -> Result<Vec<Found>, StoreError> {
    let left: Option<Option<Acceptance>> = if let Filter::Left(left) = filter { Some(left) } else { None };
    let (initial_cell, left_cell) = match filter {
        Filter::InitialCell(cell) => (Some(cell.number()), None),
        Filter::LeftCell(cell) => (None, Some(cell.number())),
        _ => (None, None),
    };
    let (hazard, situation, control) = match filter {
        Filter::Hazard(number) => (Some(number), None, None),
        Filter::Situation(number) => (None, Some(number), None),
        Filter::Control(number) => (None, None, Some(number)),
        _ => (None, None, None),
    };
    let blocks = if let Filter::With(level) = filter { Some(level == Level::Blocks) } else { None };
    let found = sqlx::query_as!(
        Found,
        r#"select r.risk_id, 0::smallint as "worst_first!", r.number
             from app.risk r
             join app.hazard h on h.product_id = r.product_id and h.hazard_id = r.hazard_id
             join app.sequence_of_events q
               on q.product_id = r.product_id and q.sequence_of_events_id = r.sequence_of_events_id
             join app.hazardous_situation s
               on s.product_id = r.product_id and s.hazardous_situation_id = r.hazardous_situation_id
             join app.harm m on m.product_id = r.product_id and m.harm_id = r.harm_id
             left join run.risk_standing t on t.product_id = r.product_id and t.risk_id = r.risk_id
             left join (select u.risk_id, array_agg(c.number) as numbers, string_agg(c.title, E'\n') as titles
                          from app.risk_control c join app.risk_control_use u using (risk_control_id)
                         where c.product_id = $1 and u.withdrawn_at is null
                         group by u.risk_id) c on c.risk_id = r.risk_id
            where r.product_id = $1 and (r.withdrawn_at is not null) = $2 and r.number > $3
              and lower(concat_ws(E'\n', 'r-' || lpad(r.number::text, greatest(3, length(r.number::text)), '0'),
                                  h.description, q.events, s.description, m.description, c.titles)) like all ($4)
              and ($5::text is null or r.left_evaluation = $5)
              and ($6::smallint is null or r.initial_cell = $6)
              and ($7::smallint is null or r.left_cell = $7)
              and ($8::int is null or h.number = $8)
              and ($9::int is null or s.number = $9)
              and ($10::int is null or $10 = any (c.numbers))
              and ($11::boolean is null or case when $11 then t.blocks > 0 else t.warns > 0 end)
            order by r.number limit $12"#,
        product.uuid(),
        filter == Filter::Withdrawn,
        after.number,
        &words.patterns(),
        left.map(name_of),
        initial_cell,
        left_cell,
        hazard,
        situation,
        control,
        blocks,
        limit
    )
    .fetch_all(store.read())
    .await?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_taken_word_by_word_and_letter_by_letter() {
        assert!(Words::of("  \t ").is_empty());
        assert_eq!(Words::of("Ärmel  100%_x\\").patterns(), ["%ärmel%", r"%100\%\_x\\%"]);
        assert_eq!(Words::of("a b c d e f g h i j").patterns().len(), Words::MOST);
    }
}
