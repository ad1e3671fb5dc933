//! What is printed and kept: each figure beside its goal.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What a figure must be.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
}

/// A figure.
#[derive(Clone, Debug, Serialize)]
struct Figure {
    part: &'static str,
    what: String,
    /// The number that the goal speaks of.
    value: f64,
    unit: &'static str,
    goal: Option<Goal>,
    is_met: Option<bool>,
    /// Everything measured, in words.
    measured: String,
    /// The same for programs, where there is more than the one value.
    #[serde(skip_serializing_if = "Value::is_null")]
    numbers: Value,
}

impl Figure {
    fn goal_in_words(&self) -> String {
        match self.goal {
            None => String::new(),
            Some(Goal::AtMost(limit)) => format!("≤ {} {}", number(limit), self.unit),
            Some(Goal::AtLeast(limit)) => format!("≥ {} {}", number(limit), self.unit),
        }
    }

    fn verdict(&self) -> String {
        let (limit, met) = match self.goal {
            None => return String::new(),
            Some(Goal::AtMost(limit)) => (limit, self.value <= limit),
            Some(Goal::AtLeast(limit)) => (limit, self.value >= limit),
        };
        if met {
            "ok".to_owned()
        } else {
            let off = (self.value - limit).abs();
            format!("missed by {} {} ({:.0} %)", number(off), self.unit, off / limit * 100.0)
        }
    }
}

/// A number with as many digits as are of use.
pub fn number(value: f64) -> String {
    let digits = match value.abs() {
        value if value >= 100.0 => 0,
        value if value >= 10.0 => 1,
        _ => 2,
    };
    let plain = format!("{value:.digits$}");
    let (whole, rest) = plain.split_once('.').map_or((plain.as_str(), ""), |(whole, rest)| (whole, rest));
    let rest = rest.trim_end_matches('0');
    let mut spaced = String::new();
    for (place, digit) in whole.chars().enumerate() {
        let left = whole.len() - place;
        if place > 0 && left % 3 == 0 && !spaced.ends_with('-') {
            spaced.push(',');
        }
        spaced.push(digit);
    }
    if rest.is_empty() { spaced } else { format!("{spaced}.{rest}") }
}

/// The middle one.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// All figures of a run.
#[derive(Debug)]
pub struct Report {
    figures: Vec<Figure>,
    quick: bool,
    began: OffsetDateTime,
    load_before: String,
    load_after: String,
}

impl Report {
    /// An empty one.
    pub fn begin(quick: bool) -> Self {
        Self {
            figures: Vec::new(),
            quick,
            began: OffsetDateTime::now_utc(),
            load_before: load_average(),
            load_after: String::new(),
        }
    }

    /// Notes how busy the machine was at the end.
    pub fn end(&mut self) {
        self.load_after = load_average();
    }

    /// Adds a figure and says it at once.
    pub fn add(
        &mut self,
        part: &'static str,
        what: impl Into<String>,
        value: f64,
        unit: &'static str,
        goal: Option<Goal>,
        measured: impl Into<String>,
    ) {
        let mut figure = Figure {
            part,
            what: what.into(),
            value,
            unit,
            goal,
            is_met: None,
            measured: measured.into(),
            numbers: Value::Null,
        };
        if figure.measured.is_empty() {
            figure.measured = format!("{} {unit}", number(value));
        }
        let verdict = figure.verdict();
        figure.is_met = goal.map(|_| verdict == "ok");
        crate::tell(&format!("{}: {} {verdict}", figure.what, figure.measured));
        self.figures.push(figure);
    }

    /// Adds numbers for programs to the last figure.
    pub fn also(&mut self, numbers: Value) {
        if let Some(figure) = self.figures.last_mut() {
            figure.numbers = numbers;
        }
    }

    /// The table, as Markdown that reads well in a terminal.
    pub fn table(&self) -> String {
        let head = ["what", "measured", "goal", ""];
        let rows: Vec<[String; 4]> = self
            .figures
            .iter()
            .map(|figure| {
                [figure.what.clone(), figure.measured.clone(), figure.goal_in_words(), figure.verdict()]
            })
            .collect();
        let width = |column: usize| {
            let longest = rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
            longest.max(head[column].len())
        };
        let widths: Vec<usize> = (0..4).map(width).collect();
        let line = |cells: [&str; 4]| {
            let cells: Vec<String> = cells
                .iter()
                .zip(&widths)
                .map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.chars().count())))
                .collect();
            format!("| {} |\n", cells.join(" | "))
        };
        let mut table = line(head);
        let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
        table.push_str(&line([&rule[0], &rule[1], &rule[2], &rule[3]]));
        for [what, measured, goal, verdict] in &rows {
            table.push_str(&line([what, measured, goal, verdict]));
        }
        let missed = self.figures.iter().filter(|figure| figure.is_met == Some(false)).count();
        let of = self.figures.iter().filter(|figure| figure.is_met.is_some()).count();
        let _ = write!(table, "\n{} of {of} goals met. {}", of - missed, self.conditions());
        table
    }

    fn conditions(&self) -> String {
        format!(
            "{}{}, {}, {} GB; load average {} before, {} after; load generator, server and database on this machine.",
            if self.quick { "A quick run, no measurement. " } else { "" },
            processor(),
            cores(),
            memory(),
            self.load_before,
            self.load_after,
        )
    }

    /// Everything for programs.
    pub fn json(&self) -> String {
        let all = json!({
            "began": self.began.format(&Rfc3339).unwrap_or_default(),
            "quick": self.quick,
            "seed": bench::installation::SEED,
            "build": env!("CARGO_PKG_VERSION"),
            "machine": {
                "processor": processor(),
                "cores": cores(),
                "memory_gb": memory(),
                "load_average_before": self.load_before,
                "load_average_after": self.load_after,
            },
            "figures": self.figures,
        });
        serde_json::to_string_pretty(&all).unwrap_or_default()
    }
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

fn load_average() -> String {
    read("/proc/loadavg").split(' ').next().unwrap_or_default().to_owned()
}

fn processor() -> String {
    let found = read("/proc/cpuinfo");
    let name = found.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown processor");
    name.trim_start_matches([' ', '\t', ':']).to_owned()
}

fn cores() -> String {
    format!("{} cores", std::thread::available_parallelism().map_or(1, std::num::NonZero::get))
}

fn memory() -> u64 {
    let found = read("/proc/meminfo");
    let kilobytes = found.lines().find_map(|line| line.strip_prefix("MemTotal:")?.split_whitespace().next());
    kilobytes.and_then(|text| text.parse::<u64>().ok()).unwrap_or(0) / 1_000_000
}
