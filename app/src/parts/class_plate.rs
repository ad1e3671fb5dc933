//! The plate of a class: gauge fields that fill from the start edge, then the letter.
//! Plates are ink, never status colour: a class is neither good nor bad.

use domain::assessment::Classification;
use domain::scheme::Telling;
use domain::scheme::fda_documentation::Level;
use domain::scheme::iec62304::SafetyClass;
use domain::scheme::imdrf::Category;
use domain::scheme::mdr::MdrClass;
use domain::scheme::qualification::Qualification;
use domain::scheme::us_function::Status;
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
    /// A class of the MDR: three fields.
    Mdr(MdrClass),
    /// A category of the IMDRF: three fields.
    Imdrf(Category),
    /// A documentation level of the FDA: one field.
    Documentation(Level),
    /// A device function in the United States: a solid border, no fields.
    UsDevice,
    /// A function whose requirements the FDA does not enforce: a solid border, no fields.
    UsNotEnforced,
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

    /// The plate of a told verdict; nothing where no plate speaks of it.
    #[must_use]
    pub fn of_telling(told: &Telling) -> Option<Self> {
        Self::of_result(&told.pack, told.result.as_deref())
    }

    /// The plate of a result under a rule pack; nothing where no plate speaks of it.
    #[must_use]
    pub fn of_result(pack: &str, result: Option<&str>) -> Option<Self> {
        let Some(result) = result else { return Some(Self::Open) };
        fn named<T: Copy>(all: &[T], name: fn(T) -> &'static str, result: &str) -> Option<T> {
            all.iter().copied().find(|known| name(*known) == result)
        }
        match pack.split(' ').next().unwrap_or_default() {
            "iec-62304" => SafetyClass::named(result).map(Self::of_class),
            "eu-mdr-class" => MdrClass::named(result).map(Self::Mdr),
            "imdrf-category" => named(&Category::ALL, Category::name, result).map(Self::Imdrf),
            "us-documentation-level" => named(&Level::ALL, Level::name, result).map(Self::Documentation),
            "us-software-function" => named(&Status::ALL, Status::name, result).map(|status| match status {
                Status::NonDevice => Self::NotDevice,
                Status::EnforcementDiscretion => Self::UsNotEnforced,
                Status::Device => Self::UsDevice,
            }),
            _ => named(&Qualification::ALL, Qualification::name, result).map(|result| match result {
                Qualification::MedicalDeviceSoftware => Self::Device,
                Qualification::AccessoryOrComponent => Self::DevicePart,
                Qualification::NotSoftware | Qualification::NotADevice => Self::NotDevice,
            }),
        }
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
            Self::Mdr(class) => class.name(),
            Self::Imdrf(category) => category.name(),
            Self::Documentation(level) => level.name(),
            Self::UsDevice => "device",
            Self::UsNotEnforced => "not enforced",
            Self::Open => "open",
        }
    }

    fn spoken(self) -> String {
        match self {
            Self::SafetyA | Self::SafetyB | Self::SafetyC => {
                format!("software safety class {}", self.letter())
            }
            Self::Device => "medical device software".to_owned(),
            Self::DevicePart => "part of a medical device".to_owned(),
            Self::NotDevice => "not a medical device".to_owned(),
            Self::Mdr(class) => format!("MDR class {}", class.name()),
            Self::Imdrf(category) => format!("IMDRF category {}", category.name()),
            Self::Documentation(Level::None) => "no documentation level".to_owned(),
            Self::Documentation(level) => format!("documentation level {}", level.name()),
            Self::UsDevice => "a device in the United States".to_owned(),
            Self::UsNotEnforced => "under enforcement discretion in the United States".to_owned(),
            Self::Open => "not decided yet".to_owned(),
        }
    }

    /// How many of how many gauge fields are filled; nothing where there is no gauge.
    const fn gauge(self) -> Option<(usize, usize)> {
        match self {
            Self::SafetyA => Some((0, 2)),
            Self::SafetyB => Some((1, 2)),
            Self::SafetyC => Some((2, 2)),
            Self::Mdr(class) => Some((class as usize, 3)),
            Self::Imdrf(category) => Some((category as usize, 3)),
            Self::Documentation(Level::Basic) => Some((0, 1)),
            Self::Documentation(Level::Enhanced) => Some((1, 1)),
            _ => None,
        }
    }

    const fn class(self) -> &'static str {
        match self.gauge() {
            Some((filled, of)) if filled == of => "plate plate-c",
            Some(_) => "plate",
            None if matches!(self, Self::NotDevice | Self::Open | Self::Documentation(_)) => {
                "plate plate-word plate-dashed"
            }
            None => "plate plate-word",
        }
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
    let spoken = if draft { format!("draft: {}", plate.spoken()) } else { plate.spoken() };
    let (filled, of) = plate.gauge().unwrap_or_default();
    let fields: Vec<_> = (0..of)
        .map(|field| {
            let class = if field < filled && filled < of { "plate-field is-filled" } else { "plate-field" };
            view! { <span class=class aria-hidden="true"></span> }
        })
        .collect();
    view! {
        <span class=class>
            {fields}
            <span class="plate-letter" aria-hidden="true">{plate.letter()}</span>
            <span class="spoken">{spoken}</span>
        </span>
    }
}
