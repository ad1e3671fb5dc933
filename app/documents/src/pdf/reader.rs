//! Reads a PDF for the tests, with another library than the one that writes it.

use std::collections::BTreeSet;

use hayro_interpret::font::Glyph;
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::hayro_syntax::Pdf;
use hayro_interpret::hayro_syntax::object::{Dict, Name};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, GlyphDrawMode, Image, InterpreterCache, InterpreterSettings, Paint,
    PathDrawMode, SoftMask, interpret_page,
};
use kurbo::{Affine, BezPath, Rect};

/// What was read.
pub(super) struct Read {
    /// The text of each page.
    pub(super) pages: Vec<String>,
    /// What its parts are tagged as.
    pub(super) tags: BTreeSet<String>,
    /// How far to the right a letter begins, in points.
    pub(super) right: f64,
}

impl Read {
    pub(super) fn of(file: &[u8]) -> Self {
        let pdf = Pdf::new(file.to_vec()).unwrap();
        let cache = InterpreterCache::new();
        let mut right = 0.0_f64;
        let pages = pdf
            .pages()
            .iter()
            .map(|page| {
                let nowhere = Rect::new(0.0, 0.0, 1.0, 1.0);
                let settings = InterpreterSettings::default();
                let mut context = Context::new(Affine::IDENTITY, nowhere, &cache, pdf.xref(), settings);
                let mut letters = Letters::default();
                interpret_page(page, &mut context, &mut letters);
                right = right.max(letters.right);
                letters.text
            })
            .collect();
        let tag = |object: Dict<'_>| {
            object
                .contains_key("P")
                .then(|| object.get::<Name<'_>>("S"))
                .flatten()
                .map(|name| name.as_str().to_owned())
        };
        let tags = pdf.objects().into_iter().filter_map(|object| object.into_dict().and_then(tag)).collect();
        Self { pages, tags, right }
    }

    /// The text of all pages.
    pub(super) fn text(&self) -> String {
        self.pages.join("\n")
    }
}

/// Takes the letters of a page, and where a new line begins.
#[derive(Default)]
struct Letters {
    text: String,
    line: Option<f64>,
    right: f64,
}

impl<'a> Device<'a> for Letters {
    fn draw_glyph(
        &mut self,
        glyph: &Glyph<'a>,
        at: Affine,
        inside: Affine,
        _: &Paint<'a>,
        _: &GlyphDrawMode,
    ) {
        let place = (at * inside).translation();
        if self.line.replace(place.y).is_some_and(|line| (line - place.y).abs() > 0.1) {
            self.text.push('\n');
        }
        self.right = self.right.max(place.x);
        match glyph.as_unicode() {
            Some(BfString::Char(letter)) => self.text.push(letter),
            Some(BfString::String(letters)) => self.text.push_str(&letters),
            None => {}
        }
    }

    fn set_soft_mask(&mut self, _: Option<SoftMask<'a>>) {}
    fn set_blend_mode(&mut self, _: BlendMode) {}
    fn draw_path(&mut self, _: &BezPath, _: Affine, _: &Paint<'a>, _: &PathDrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'a, '_>, _: Affine) {}
    fn pop_clip_path(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}
