//! The plate of a class: gauge fields that fill from the start edge, then the letter.
//! Plates are ink, never status colour: a class is neither good nor bad.

use domain::assessment::Classification;
use domain::scheme::iec62304::SafetyClass;
use domain::scheme::qualification::Qualification;
use leptos::prelude::*;

/// What a plate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plate {
    /// IEC 62304 class A: both fields empty.
    SafetyA,
    /// IEC 62304 class B: one of two fields filled.
    SafetyB,
    /// IEC 62304 class C: the whole plate inverted.
    SafetyC,
    /// Qualified as medical device software: a solid border, no fields.
    Device,
    /// Qualified as an accessory or part of another device: a solid border, no fields.
    DevicePart,
    /// Not a medical device: a dashed border.
    NotDevice,
    /// Nothing decided yet: a dashed border.
    Open,
}

impl Plate {
    /// The plate of a safety class.
    #[must_use]
    pub const fn of_class(class: SafetyClass) -> Self {
        match class {
            SafetyClass::A => Self::SafetyA,
            SafetyClass::B => Self::SafetyB,
            SafetyClass::C => Self::SafetyC,
        }
    }

    /// The plate of a classification.
    #[must_use]
    pub const fn of(classification: Classification) -> Self {
        match classification {
            Classification::NotADevice => Self::NotDevice,
            Classification::Class(class) => Self::of_class(class),
        }
    }

    /// The plate of a verdict by the stable name of its result; nothing where no plate speaks of it.
    #[must_use]
    pub fn of_result(result: &str) -> Option<Self> {
        if let Some(class) = SafetyClass::named(result) {
            return Some(Self::of_class(class));
        }
        Some(match Qualification::ALL.into_iter().find(|known| known.name() == result)? {
            Qualification::MedicalDeviceSoftware => Self::Device,
            Qualification::AccessoryOrComponent => Self::DevicePart,
            Qualification::NotSoftware | Qualification::NotADevice => Self::NotDevice,
        })
    }

    /// The plate of what stands: class C applies, but is nobody's verdict, while nothing was approved.
    #[must_use]
    pub const fn of_record(classification: Classification, is_approved: bool) -> Self {
        if is_approved { Self::of(classification) } else { Self::Open }
    }

    const fn letter(self) -> &'static str {
        match self {
            Self::SafetyA => "A",
            Self::SafetyB => "B",
            Self::SafetyC => "C",
            Self::Device => "MDSW",
            Self::DevicePart => "part",
            Self::NotDevice => "not a device",
            Self::Open => "open",
        }
    }

    const fn spoken(self) -> &'static str {
        match self {
            Self::SafetyA => "software safety class A",
            Self::SafetyB => "software safety class B",
            Self::SafetyC => "software safety class C",
            Self::Device => "medical device software",
            Self::DevicePart => "part of a medical device",
            Self::NotDevice => "not a medical device",
            Self::Open => "not decided yet",
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::SafetyA => "plate plate-a",
            Self::SafetyB => "plate plate-b",
            Self::SafetyC => "plate plate-c",
            Self::Device | Self::DevicePart => "plate plate-word",
            Self::NotDevice | Self::Open => "plate plate-word plate-dashed",
        }
    }

    const fn has_fields(self) -> bool {
        matches!(self, Self::SafetyA | Self::SafetyB | Self::SafetyC)
    }
}

/// `<ClassPlate plate=Plate::SafetyB />`; `large` for the verdict panel; `draft` when it is not of record.
#[component]
pub fn ClassPlate(
    /// What it says.
    plate: Plate,
    /// The size of the live verdict.
    #[prop(optional)]
    large: bool,
    /// A draft verdict, which is not of record: said aloud and outlined with dashes.
    #[prop(optional)]
    draft: bool,
) -> impl IntoView {
    let mut class = plate.class().to_owned();
    if large {
        class.push_str(" plate-large");
    }
    if draft {
        class.push_str(" plate-draft");
    }
    let spoken = if draft { format!("draft: {}", plate.spoken()) } else { plate.spoken().to_owned() };
    view! {
        <span class=class>
            {plate
                .has_fields()
                .then(|| view! { <span class="plate-field" aria-hidden="true"></span><span class="plate-field" aria-hidden="true"></span> })}
            <span class="plate-letter" aria-hidden="true">{plate.letter()}</span>
            <span class="spoken">{spoken}</span>
        </span>
    }
}
