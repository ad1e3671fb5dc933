//! Shared parts of pages, on native elements. Each works without script; none knows where its values come from.
//!
//! | part | for | most used props |
//! |---|---|---|
//! | [`PageHead`] | the head of every page, with the only `<h1>` | `title`, `crumbs`, `lead`, `actions=view!{…}.into_any()`, children = marks under the title |
//! | [`Section`] | a rule, a title, a remark, the link to the room | `title`, `remark`, `link=Some((href, word))`, `id` |
//! | [`Panel`] | the frame of an instrument (verdict, integrity) | `title` |
//! | [`Pairs`], [`Pair`] | names and values | `name` |
//! | [`Form`] | a plain form to an operation; shows what came back | `action`, `id`, `revision=Some(…)`, `class="form-inline"` |
//! | [`Field`], [`TextArea`], [`Select`], [`Choice`], [`Choices`], [`Check`] | fields; refill themselves, show their faults, show both versions after a conflict | `name`, `label`, `value`, `hint`, `max`, `required` |
//! | [`Hidden`], [`Actions`], [`ButtonForm`] | hidden values, the buttons under a form, a form that is one button | `submit`, `severe` |
//! | [`ClassPlate`] | class A, B, C, device, not a device, open | `plate=Plate::SafetyB`, `large`, `draft` |
//! | [`RiskCell`], [`RiskMark`] | a risk with or without S and P | `level=Some(RiskLevel::Reduce)`, `pair="S4 × P2"` |
//! | [`RiskGrid`] | the matrix with links | `rows`, `probabilities`, `words` |
//! | [`FindingMark`], [`FindingLine`], [`FindingNote`] | what is wrong: inline, in `<ul class="findings">`, beside its record | `weight=Weight::Blocks`, `code`, `sentence`, `fix` |
//! | [`ContradictionList`] | two pieces that do not go together, with the ways out | `contradictions`, `ways` |
//! | [`SchemeMoves`], [`OwedChange`], [`ContradictionChange`], [`Effects`] | now and then, of anything that is tried | `moves` / `owing` / `contradictions` / `effects` |
//! | [`ProgressMark`] | the state of a record | `progress=Progress::Draft`, `word` |
//! | [`NeedBar`] | required, partly, not required | `need=Need::Partly` |
//! | [`Completeness`], [`Ring`] | how far a set is | `done`, `total`, `of` / `counts` |
//! | [`Clause`], [`Clauses`] | a citation, always a link | `citation`, `short` |
//! | [`DataTable`] with [`Column`] | tables with sort links; children are `<tr>` | `caption`, `columns`, `class="table-compact"` |
//! | [`FilterBar`] with [`Filter`], [`FilterForm`], [`Pager`] | lists whose address is the view | `filters` / `action` / `shown`, `next` |
//! | [`Time`] | UTC; the viewer's own time is added by script | `at`, `shown=Shown::Day` |
//! | [`Badge`], [`Icon`], [`Key`] | small words, shapes, keys | `word` / `shape` / `name` |
//! | [`Disclosure`] | what opens in place; open by itself when its `form` came back | `label`, `form` |
//! | [`MarketNote`] | what is known about a market, and how well | `note` |
//! | [`Empty`] | a list with nothing in it | `title`, `words`, children = first step |
//! | [`Flash`] | what the last action did; drawn by the shell | `said` |
//!
//! Optional props that are `Option<…>` take the value or the option (`max=120`, `link=maybe_link`).
//! Classes are listed on top of each file of `style/`. No part writes a `style` attribute.

pub mod badge;
pub mod choice;
pub mod class_plate;
pub mod clause;
pub mod conflict;
pub mod contradiction;
pub mod data_table;
pub mod dialog;
pub mod empty;
pub mod error_summary;
pub mod field;
pub mod filter_bar;
pub mod finding;
pub mod flash;
pub mod form;
pub mod icon;
pub mod kept;
pub mod key;
pub mod market_note;
pub mod pager;
pub mod progress;
pub mod ring;
pub mod risk_cell;
pub mod risk_grid;
pub mod section;
pub mod select;
pub mod text_area;
pub mod time;
pub mod what_if;

pub use badge::Badge;
pub use choice::{Check, Choice, Choices};
pub use class_plate::{ClassPlate, Plate};
pub use clause::{Clause, Clauses};
pub use data_table::{Column, DataTable, Sorted};
pub use dialog::Disclosure;
pub use empty::Empty;
pub use field::Field;
pub use filter_bar::{Filter, FilterBar, FilterForm};
pub use finding::{FindingLine, FindingMark, FindingNote, Weight};
pub use flash::Flash;
pub use form::{Actions, ButtonForm, Form, Hidden};
pub use icon::{Icon, Shape};
pub use key::Key;
pub use market_note::MarketNote;
pub use pager::Pager;
pub use progress::{Completeness, Need, NeedBar, Progress, ProgressMark};
pub use ring::Ring;
pub use risk_cell::{RiskCell, RiskLevel, RiskMark};
pub use risk_grid::{GridCell, GridRow, RiskGrid};
pub use section::{PageHead, Pair, Pairs, Panel, Section};
pub use select::{Choosable, Select};
pub use text_area::TextArea;
pub use time::{Shown, Time};
