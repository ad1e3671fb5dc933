//! A paper on sheets: lines broken between words, headings kept with what follows, a foot on every page.

use super::font::{Face, Font};
use crate::paper::{Block, Paper, Run, Weight, clean};

/// The size of a sheet and its margins, in points.
#[derive(Clone, Copy)]
pub(super) struct Sheet {
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) side: f32,
    pub(super) top: f32,
    pub(super) bottom: f32,
}

/// One page.
#[derive(Default)]
pub(super) struct Page {
    pub(super) words: Vec<Word>,
    pub(super) rules: Vec<Rule>,
}

/// Words of one face and size at a place.
pub(super) struct Word {
    pub(super) face: Face,
    pub(super) size: f32,
    pub(super) gray: f32,
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) glyphs: Vec<u16>,
}

impl Word {
    /// Whether words of this style go on without a break.
    fn is_set_as(&self, style: Style) -> bool {
        let (mine, other) = ((self.size, self.gray), (style.size, style.gray));
        self.face == style.face && mine == other
    }
}

/// A filled box: rules and bars.
pub(super) struct Rule {
    pub(super) gray: f32,
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
    pub(super) height: f32,
}

const BLACK: f32 = 0.08;
const GRAY: f32 = 0.36;

/// How words are set.
#[derive(Clone, Copy)]
struct Style {
    face: Face,
    size: f32,
    gray: f32,
}

const PLAIN: Style = Style { face: Face::Regular, size: 9.0, gray: BLACK };
const STRONG: Style = Style { face: Face::Bold, ..PLAIN };
const QUIET: Style = Style { face: Face::Regular, size: 7.5, gray: GRAY };
const TITLE: Style = Style { face: Face::Bold, size: 16.0, gray: BLACK };
const PART: Style = Style { face: Face::Bold, size: 11.0, gray: BLACK };
const FOOT: Style = Style { face: Face::Regular, size: 7.0, gray: GRAY };

/// How far the value of a pair and the words of an item stand in.
const OF_PAIR: f32 = 118.0;
const OF_ITEM: f32 = 18.0;
const OF_QUOTE: f32 = 10.0;

const fn style(weight: Weight) -> Style {
    match weight {
        Weight::Plain => PLAIN,
        Weight::Strong => STRONG,
        Weight::Quiet => QUIET,
    }
}

/// A line, measured, without a place on a page yet.
#[derive(Default)]
struct Line {
    words: Vec<Word>,
    height: f32,
    /// Space above it, which falls away at the head of a page.
    above: f32,
    /// It must not be the last of a page.
    keeps: bool,
    /// A rule above it.
    ruled: bool,
    /// A bar before it.
    barred: bool,
}

/// Sets a paper.
pub(super) fn pages(paper: &Paper, sheet: Sheet, fonts: &mut [Font; 2]) -> Vec<Page> {
    let mut setter = Setter { fonts, width: sheet.width - 2.0 * sheet.side, lines: Vec::new() };
    setter.text(&paper.title, TITLE, 0.0, 0.0);
    for block in &paper.blocks {
        setter.block(block);
    }
    let lines = setter.lines;
    let mut pages = place(lines, sheet);
    foot(&mut pages, &paper.foot, sheet, fonts);
    pages
}

struct Setter<'a> {
    fonts: &'a mut [Font; 2],
    width: f32,
    lines: Vec<Line>,
}

/// A piece that is not broken: a word, or the space after one.
struct Piece {
    style: Style,
    glyphs: Vec<u16>,
    width: f32,
    is_space: bool,
}

impl Setter<'_> {
    fn block(&mut self, block: &Block) {
        let from = self.lines.len();
        match block {
            Block::Heading(1, words) => {
                self.text(words, PART, 0.0, 18.0);
                self.each(from, |line| line.keeps = true);
                if let Some(line) = self.lines.get_mut(from) {
                    line.ruled = true;
                }
            }
            Block::Heading(_, words) => {
                self.text(words, STRONG, 0.0, 8.0);
                self.each(from, |line| line.keeps = true);
            }
            Block::Text(runs) => self.runs(runs, 0.0, 4.0),
            Block::Item(before, runs) => {
                self.runs(runs, OF_ITEM, 3.0);
                self.before(from, before, PLAIN);
            }
            Block::Quote(words) => {
                self.text(words, PLAIN, OF_QUOTE, 3.0);
                self.each(from, |line| line.barred = true);
            }
            Block::Pair(name, value) => {
                self.text(value, PLAIN, OF_PAIR, 3.0);
                self.before(from, name, QUIET);
            }
        }
    }

    fn each(&mut self, from: usize, change: impl Fn(&mut Line)) {
        self.lines.iter_mut().skip(from).for_each(change);
    }

    /// Puts words before the first of these lines.
    fn before(&mut self, from: usize, words: &str, style: Style) {
        let piece = self.piece(words, style);
        if self.lines.len() == from {
            self.lines.push(Line { height: style.size * 1.42, ..Line::default() });
        }
        self.lines[from].words.push(word(&piece, 0.0));
    }

    fn text(&mut self, words: &str, style: Style, indent: f32, above: f32) {
        let pieces = self.pieces(words, style);
        self.fill(pieces, indent, above);
    }

    fn runs(&mut self, runs: &[Run], indent: f32, above: f32) {
        let pieces = runs.iter().flat_map(|run| self.pieces(&run.text, style(run.weight))).collect();
        self.fill(pieces, indent, above);
    }

    fn font(&mut self, face: Face) -> &mut Font {
        &mut self.fonts[usize::from(face == Face::Bold)]
    }

    fn piece(&mut self, word: &str, style: Style) -> Piece {
        let font = self.font(style.face);
        let glyphs: Vec<u16> =
            word.chars().filter(|letter| *letter != '\n').map(|letter| font.glyph(letter)).collect();
        let width = glyphs.iter().map(|glyph| font.width(*glyph)).sum::<f32>() * style.size / 1000.0;
        Piece { style, glyphs, width, is_space: false }
    }

    /// Words and spaces; a forced end of a line is an empty piece.
    fn pieces(&mut self, text: &str, style: Style) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for (number, line) in clean(text).split('\n').enumerate() {
            if number > 0 {
                pieces.push(Piece { style, glyphs: Vec::new(), width: 0.0, is_space: false });
            }
            for word in line.split_inclusive(' ') {
                let (word, space) = word.strip_suffix(' ').map_or((word, false), |word| (word, true));
                if !word.is_empty() {
                    pieces.push(self.piece(word, style));
                }
                if space {
                    pieces.push(Piece { is_space: true, ..self.piece(" ", style) });
                }
            }
        }
        pieces
    }

    /// Fills lines with pieces.
    fn fill(&mut self, pieces: Vec<Piece>, indent: f32, above: f32) {
        let room = self.width - indent;
        let mut line = Line { above, ..Line::default() };
        let mut x = 0.0;
        let mut lines = Vec::new();
        for piece in pieces.into_iter().flat_map(|piece| self.broken(piece, room)) {
            let ends = piece.glyphs.is_empty();
            if ends || (!piece.is_space && x > 0.0 && x + piece.width > room) {
                line.height = line.height.max(piece.style.size * 1.42);
                lines.push(std::mem::take(&mut line));
                x = 0.0;
            }
            if ends || (piece.is_space && x == 0.0) {
                continue;
            }
            line.height = line.height.max(piece.style.size * 1.42);
            match line.words.last_mut().filter(|last| last.is_set_as(piece.style)) {
                Some(last) => last.glyphs.extend(&piece.glyphs),
                None => line.words.push(word(&piece, indent + x)),
            }
            x += piece.width;
        }
        if !line.words.is_empty() {
            lines.push(line);
        }
        self.lines.extend(lines);
    }

    /// A word that is longer than a line, in pieces that are not.
    fn broken(&mut self, piece: Piece, room: f32) -> Vec<Piece> {
        if piece.width <= room {
            return vec![piece];
        }
        let style = piece.style;
        let mut parts = Vec::new();
        let (mut glyphs, mut width) = (Vec::new(), 0.0);
        for glyph in piece.glyphs {
            let more = self.font(style.face).width(glyph) * style.size / 1000.0;
            if width + more > room && !glyphs.is_empty() {
                parts.push(Piece { style, glyphs: std::mem::take(&mut glyphs), width, is_space: false });
                width = 0.0;
            }
            glyphs.push(glyph);
            width += more;
        }
        parts.push(Piece { style, glyphs, width, is_space: false });
        parts
    }
}

fn word(piece: &Piece, x: f32) -> Word {
    let Style { face, size, gray } = piece.style;
    Word { face, size, gray, x, y: 0.0, glyphs: piece.glyphs.clone() }
}

/// Puts lines on pages.
fn place(lines: Vec<Line>, sheet: Sheet) -> Vec<Page> {
    let (head, end) = (sheet.height - sheet.top, sheet.bottom);
    let mut pages = vec![Page::default()];
    let mut y = head;
    let mut rest: std::collections::VecDeque<Line> = lines.into();
    while let Some(line) = rest.pop_front() {
        // What is kept with the next line needs room for both.
        let mut needs = line.height + line.above;
        if line.keeps {
            let kept = rest.iter().take_while(|line| line.keeps).count();
            needs += rest.iter().take(kept + 1).map(|line| line.height + line.above).sum::<f32>();
        }
        let is_first = y >= head;
        if !is_first && y - needs < end && needs < head - end {
            pages.push(Page::default());
            y = head;
        }
        let is_first = y >= head;
        y -= if is_first { line.height } else { line.height + line.above };
        if y < end && !is_first {
            pages.push(Page::default());
            y = head - line.height;
        }
        let Some(page) = pages.last_mut() else { continue };
        if line.ruled {
            let above = y + line.height + 4.0;
            page.rules.push(Rule {
                gray: BLACK,
                x: sheet.side,
                y: above,
                width: sheet.width - 2.0 * sheet.side,
                height: 0.6,
            });
        }
        if line.barred {
            page.rules.push(Rule {
                gray: 0.6,
                x: sheet.side + 1.0,
                y: y - 1.0,
                width: 1.2,
                height: line.height,
            });
        }
        // The foot of the letters stands a little above the end of the line.
        let base = y + line.height * 0.26;
        page.words.extend(line.words.into_iter().map(|word| Word {
            x: word.x + sheet.side,
            y: base,
            ..word
        }));
    }
    pages
}

/// The foot: the document at the start edge, the page at the end edge.
fn foot(pages: &mut [Page], words: &str, sheet: Sheet, fonts: &mut [Font; 2]) {
    let mut setter = Setter { fonts, width: sheet.width, lines: Vec::new() };
    let total = pages.len();
    for (number, page) in (1..).zip(pages.iter_mut()) {
        let start = setter.piece(&clean(words), FOOT);
        let end = setter.piece(&format!("{number} of {total}"), FOOT);
        let x = sheet.width - sheet.side - end.width;
        page.words.push(Word { y: sheet.bottom * 0.5, ..word(&start, sheet.side) });
        page.words.push(Word { y: sheet.bottom * 0.5, ..word(&end, x) });
    }
}
