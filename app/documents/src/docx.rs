//! DOCX: a paper for people who go on writing. Real headings and styles, so that it can be pasted into a technical
//! file. Written by hand: five small files in a ZIP need no library, and nothing in them knows a clock.

use time::format_description::well_known::Rfc3339;

use crate::paper::{Block, Paper, Run, Table, Weight, clean};
use crate::xml::escaped;
use crate::zip;

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/><Override PartName="/word/footer1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>"#;

const RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>"#;

const PARTS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer" Target="footer1.xml"/></Relationships>"#;

const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:cs="Arial"/><w:sz w:val="20"/><w:szCs w:val="20"/><w:lang w:val="en-GB"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="80" w:line="264" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="Normal"/><w:pPr><w:spacing w:after="160"/></w:pPr><w:rPr><w:b/><w:sz w:val="36"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/><w:next w:val="Normal"/><w:pPr><w:keepNext/><w:pBdr><w:top w:val="single" w:sz="6" w:space="4" w:color="222222"/></w:pBdr><w:spacing w:before="320"/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/><w:sz w:val="24"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Heading2"><w:name w:val="heading 2"/><w:basedOn w:val="Normal"/><w:next w:val="Normal"/><w:pPr><w:keepNext/><w:spacing w:before="160"/><w:outlineLvl w:val="1"/></w:pPr><w:rPr><w:b/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Outcome"><w:name w:val="Outcome"/><w:basedOn w:val="Normal"/><w:next w:val="Normal"/><w:pPr><w:keepNext/></w:pPr><w:rPr><w:b/><w:sz w:val="28"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Cell"><w:name w:val="Cell"/><w:basedOn w:val="Normal"/><w:pPr><w:spacing w:before="40" w:after="40" w:line="240" w:lineRule="auto"/></w:pPr><w:rPr><w:sz w:val="17"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="ListParagraph"><w:name w:val="List Paragraph"/><w:basedOn w:val="Normal"/><w:pPr><w:ind w:left="400" w:hanging="400"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Pair"><w:name w:val="Pair"/><w:basedOn w:val="Normal"/><w:pPr><w:tabs><w:tab w:val="left" w:pos="2400"/></w:tabs><w:ind w:left="2400" w:hanging="2400"/></w:pPr></w:style>
<w:style w:type="table" w:styleId="Lines"><w:name w:val="Lines"/><w:tblPr><w:tblBorders><w:bottom w:val="single" w:sz="4" w:color="C9CCC3"/><w:insideH w:val="single" w:sz="4" w:color="C9CCC3"/></w:tblBorders><w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="160" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>
</w:styles>"#;

const NAMES: &str = r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships""#;

/// The file.
#[must_use]
pub fn write(paper: &Paper) -> Vec<u8> {
    zip::pack(&[
        ("[Content_Types].xml", TYPES.into()),
        ("_rels/.rels", RELATIONS.into()),
        ("word/_rels/document.xml.rels", PARTS.into()),
        ("word/document.xml", document(paper).into_bytes()),
        ("word/styles.xml", STYLES.into()),
        ("word/footer1.xml", footer(paper).into_bytes()),
        ("docProps/core.xml", properties(paper).into_bytes()),
    ])
}

fn document(paper: &Paper) -> String {
    let mut body =
        paragraph("Normal", &[Run::quiet(&paper.kind)]) + &paragraph("Title", &[Run::plain(&paper.name)]);
    for block in &paper.blocks {
        body.push_str(&drawn(block));
    }
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:document {NAMES}><w:body>{body}<w:sectPr><w:footerReference w:type="default" r:id="rId2"/><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1247" w:bottom="1134" w:left="1247" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr></w:body></w:document>"#
    )
}

fn drawn(block: &Block) -> String {
    match block {
        Block::Outcome(outcome) => {
            let words = outcome
                .letter
                .as_ref()
                .map_or_else(|| outcome.words.clone(), |letter| format!("{letter}  {}", outcome.words));
            paragraph("Outcome", &[Run::plain(words)])
                + &paragraph("Normal", &[Run::plain(&outcome.standing)])
        }
        Block::Heading(1, words) => paragraph("Heading1", &[Run::plain(words)]),
        Block::Heading(_, words) => paragraph("Heading2", &[Run::plain(words)]),
        Block::Text(runs) => paragraph("Normal", runs),
        Block::List(items) => items.iter().map(|item| listed(item)).collect(),
        Block::Facts(facts) => facts.iter().map(|(name, value)| fact(name, value)).collect(),
        Block::Table(table) => tabled(table),
    }
}

fn listed(item: &[Run]) -> String {
    let all: Vec<Run> = std::iter::once(Run::plain("–\t")).chain(item.iter().cloned()).collect();
    paragraph("ListParagraph", &all)
}

fn fact(name: &str, value: &[Run]) -> String {
    let all: Vec<Run> =
        std::iter::once(Run::quiet(format!("{name}\t"))).chain(value.iter().cloned()).collect();
    paragraph("Pair", &all)
}

/// Between the margins, in twentieths of a point.
const WIDTH: u32 = 9412;

/// A table, whose head comes again on every page.
fn tabled(table: &Table) -> String {
    let widths: Vec<u32> = table.columns.iter().map(|(_, share)| WIDTH * u32::from(*share) / 100).collect();
    let grid: String = widths.iter().map(|width| format!(r#"<w:gridCol w:w="{width}"/>"#)).collect();
    let row = |of_row: &str, cells: Vec<String>| {
        let cells: String = cells
            .into_iter()
            .zip(&widths)
            .map(|(cell, width)| {
                format!(r#"<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{cell}</w:tc>"#)
            })
            .collect();
        format!("<w:tr><w:trPr>{of_row}</w:trPr>{cells}</w:tr>")
    };
    let names = table.columns.iter().map(|(name, _)| paragraph("Cell", &[Run::quiet(*name)])).collect();
    let head = row("<w:cantSplit/><w:tblHeader/>", names);
    let rows: String = table
        .rows
        .iter()
        .map(|cells| row("", cells.iter().map(|runs| paragraph("Cell", runs)).collect()))
        .collect();
    // A table needs a paragraph after it, or the next one would join it.
    let after = paragraph("Cell", &[]);
    format!(
        r#"<w:tbl><w:tblPr><w:tblStyle w:val="Lines"/><w:tblW w:w="{WIDTH}" w:type="dxa"/><w:tblLayout w:type="fixed"/><w:tblLook w:firstRow="1"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{head}{rows}</w:tbl>{after}"#
    )
}

fn paragraph(style: &str, runs: &[Run]) -> String {
    let runs: String = runs.iter().map(run).collect();
    format!(r#"<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{runs}</w:p>"#)
}

fn run(run: &Run) -> String {
    let look = match run.weight {
        Weight::Plain => "",
        Weight::Strong => "<w:rPr><w:b/></w:rPr>",
        Weight::Quiet => r#"<w:rPr><w:color w:val="5A5A5A"/><w:sz w:val="17"/></w:rPr>"#,
        Weight::Exact => {
            r#"<w:rPr><w:rFonts w:ascii="Courier New" w:hAnsi="Courier New"/><w:sz w:val="17"/></w:rPr>"#
        }
    };
    let (text, tab) = run.text.strip_suffix('\t').map_or((run.text.as_str(), ""), |text| (text, "<w:tab/>"));
    let lines: Vec<String> = clean(text)
        .split('\n')
        .map(|line| format!(r#"<w:t xml:space="preserve">{}</w:t>"#, escaped(line)))
        .collect();
    format!("<w:r>{look}{}{tab}</w:r>", lines.join("<w:br/>"))
}

fn footer(paper: &Paper) -> String {
    let foot = escaped(&clean(&format!("{} · {}", paper.head, paper.foot)));
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:ftr {NAMES}><w:p><w:pPr><w:tabs><w:tab w:val="right" w:pos="9412"/></w:tabs></w:pPr><w:r><w:rPr><w:sz w:val="15"/></w:rPr><w:t xml:space="preserve">{foot}</w:t><w:tab/></w:r><w:fldSimple w:instr=" PAGE "><w:r><w:rPr><w:sz w:val="15"/></w:rPr><w:t>1</w:t></w:r></w:fldSimple></w:p></w:ftr>"#
    )
}

fn properties(paper: &Paper) -> String {
    let title = escaped(&clean(&paper.title()));
    let moment = paper.moment.format(&Rfc3339).unwrap_or_default();
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{title}</dc:title><dc:creator>Hazel</dc:creator><dcterms:created xsi:type="dcterms:W3CDTF">{moment}</dcterms:created><dcterms:modified xsi:type="dcterms:W3CDTF">{moment}</dcterms:modified></cp:coreProperties>"#
    )
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::DeflateDecoder;

    use super::*;
    use crate::paper::sample as paper;

    /// What a reader finds under a name, by the list at the end of the file.
    fn read(file: &[u8], name: &str) -> String {
        let end = file.len() - 22;
        assert_eq!(&file[end..end + 4], b"PK\x05\x06");
        let number = |at: usize, bytes: usize| {
            file[at..at + bytes].iter().rev().fold(0_usize, |number, byte| number << 8 | usize::from(*byte))
        };
        let mut at = number(end + 16, 4);
        for _ in 0..number(end + 10, 2) {
            assert_eq!(&file[at..at + 4], b"PK\x01\x02");
            let (packed, length, named) = (number(at + 20, 4), number(at + 24, 4), number(at + 28, 2));
            let (sum, start) = (number(at + 16, 4), number(at + 42, 4));
            if &file[at + 46..at + 46 + named] == name.as_bytes() {
                let data = start + 30 + number(start + 26, 2) + number(start + 28, 2);
                let mut text = String::new();
                DeflateDecoder::new(&file[data..data + packed]).read_to_string(&mut text).unwrap();
                assert_eq!(text.len(), length);
                let mut crc = flate2::Crc::new();
                crc.update(text.as_bytes());
                assert_eq!(usize::try_from(crc.sum()).unwrap(), sum);
                return text;
            }
            at += 46 + named;
        }
        panic!("there is no {name}");
    }

    #[test]
    fn the_same_paper_gives_the_same_bytes() {
        assert_eq!(write(&paper("same")), write(&paper("same")));
        assert_ne!(write(&paper("same")), write(&paper("other")));
    }

    #[test]
    fn a_reader_finds_the_words_and_no_markup_of_people() {
        let file = write(&paper("<w:p/> & \"more\"\nnext\u{0}"));
        let text = read(&file, "word/document.xml");
        assert!(text.contains("&lt;w:p/&gt; &amp; &quot;more&quot;</w:t><w:br/>"), "{text}");
        assert!(text.contains(r#"<w:pStyle w:val="Heading1"/>"#) && !text.contains('\u{0}'));
        assert_eq!(
            text.matches("<w:tblHeader/>").count(),
            1,
            "the head of the table comes again on every page"
        );
        assert!(read(&file, "docProps/core.xml").contains("<dc:title>Sample: A &amp; B</dc:title>"));
        for part in ["[Content_Types].xml", "_rels/.rels", "word/styles.xml", "word/footer1.xml"] {
            assert!(read(&file, part).starts_with("<?xml"));
        }
    }
}
