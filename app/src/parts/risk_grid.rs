//! The matrix: severity up, probability to the right, counts that lead to their rows.

use leptos::prelude::*;

use super::icon::Icon;
use super::risk_cell::{RiskLevel, RiskMark};

/// One cell.
#[derive(Clone, Debug)]
pub struct GridCell {
    /// Where the criteria put the pair.
    pub level: RiskLevel,
    /// How many rows stand in it.
    pub count: usize,
    /// The register, filtered to the cell.
    pub href: String,
}

/// One line of the matrix: a severity.
#[derive(Clone, Debug)]
pub struct GridRow {
    /// The number of the severity.
    pub number: u8,
    /// Its word.
    pub word: String,
    /// The cells, smallest probability first.
    pub cells: Vec<GridCell>,
}

/// A matrix with counts. Hand the rows over worst severity first.
#[component]
pub fn RiskGrid(
    /// What it shows: "Before control".
    #[prop(into)]
    caption: String,
    /// Worst severity first.
    rows: Vec<GridRow>,
    /// The words of the probabilities, smallest first.
    probabilities: Vec<String>,
    /// Write the words of the severities beside their numbers; the second of two matrices leaves them out.
    #[prop(default = true)]
    words: bool,
    /// The large form of the matrix page.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    let totals = [RiskLevel::Unacceptable, RiskLevel::Reduce, RiskLevel::Acceptable].map(|level| {
        let total: usize =
            rows.iter().flat_map(|row| &row.cells).filter(|cell| cell.level == level).map(|cell| cell.count).sum();
        view! { <span class="grid-total"><strong class=level.tone()>{total}</strong>" "<RiskMark level /></span> }
    });
    let columns: Vec<_> = probabilities
        .iter()
        .enumerate()
        .map(|(place, word)| {
            view! { <th scope="col"><span class="grid-number">{place + 1}</span><span class="grid-word">{word.clone()}</span></th> }
        })
        .collect();
    let names = probabilities.clone();
    let lines: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let spoken = format!("severity {} {}", row.number, row.word);
            let cells: Vec<_> = row
                .cells
                .into_iter()
                .enumerate()
                .map(|(place, cell)| grid_cell(&cell, &spoken, place + 1, names.get(place).map_or("", String::as_str)))
                .collect();
            let word_class = if words { "grid-word" } else { "spoken" };
            view! {
                <tr>
                    <th scope="row"><span class=word_class>{row.word}</span>" "<span class="grid-number">{row.number}</span></th>
                    {cells}
                </tr>
            }
        })
        .collect();
    let class = if large { "grid grid-large" } else { "grid" };
    view! {
        <div class="grid-frame">
            <table class=class>
                <caption class="grid-caption">{caption}</caption>
                <tbody>{lines}</tbody>
                <tfoot><tr><td></td>{columns}</tr></tfoot>
            </table>
            <p class="grid-totals">{totals.into_iter().collect::<Vec<_>>()}</p>
        </div>
    }
}

fn grid_cell(cell: &GridCell, severity: &str, probability: usize, word: &str) -> impl IntoView + use<> {
    let spoken = format!(
        "{} {}, {severity}, probability {probability} {word}: {}",
        cell.count,
        if cell.count == 1 { "row" } else { "rows" },
        cell.level.word()
    );
    let class = format!("grid-cell {}", cell.level.tone());
    let shape = cell.level.shape();
    if cell.count == 0 {
        return view! {
            <td class=format!("{class} is-empty")>
                <span class="grid-inner">
                    <span aria-hidden="true">"·"</span>
                    <Icon shape />
                    <span class="spoken">{spoken}</span>
                </span>
            </td>
        }
        .into_any();
    }
    view! {
        <td class=class>
            <a class="grid-inner" href=cell.href.clone() aria-label=spoken>
                <span class="grid-count">{cell.count}</span>
                <Icon shape />
            </a>
        </td>
    }
    .into_any()
}
