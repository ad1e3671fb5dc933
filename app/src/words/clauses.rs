//! What the clauses of ISO 14971 that Hazel points at are about, in our own words.

/// Clause and subject, in order.
pub const ISO_14971: &[(&str, &str)] = &[
    (
        "4.4",
        "The plan: scope, who decides what, the criteria for acceptable risk, how controls are verified.",
    ),
    ("4.5", "The file: every hazard can be followed to its analysis, its controls and their verification."),
    ("5.2", "What the product is for, and the ways in which it will foreseeably be misused."),
    ("5.3", "The characteristics that bear on safety, with their limits."),
    (
        "5.4",
        "Hazards, the sequences of events that lead from them, and the hazardous situations they end in.",
    ),
    ("5.5", "The estimate of each risk: how severe the harm is, and how likely."),
    ("6", "Judging each risk against the criteria of the plan."),
    ("7.1", "Choosing controls: safe by design first, then protection, then information for safety."),
    ("7.2", "Carrying controls out, and verifying twice: that they are in place, and that they work."),
    ("7.3", "The risk that is left, judged against the same criteria."),
    ("7.4", "Benefits against a risk that is left, where it can not be brought further down."),
    ("7.5", "New hazards, and other risks, that controls themselves bring."),
    ("7.6", "Completeness: every hazardous situation was looked at."),
    ("8", "The overall risk that is left, judged as a whole."),
    ("9", "The review before release: the plan was carried out and the whole is acceptable."),
    ("10", "What production and use teach, and what follows from it."),
];
