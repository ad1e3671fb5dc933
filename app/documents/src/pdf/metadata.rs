//! What an archive reads first: what the file is, and what its colours mean.

use time::format_description::well_known::Rfc3339;

use crate::paper::{Paper, clean};
use crate::xml::escaped;

/// The metadata in the form that the standard for archives asks for (XMP).
pub(super) fn xml(paper: &Paper) -> String {
    let title = escaped(&clean(&paper.title));
    let moment = paper.moment.format(&Rfc3339).unwrap_or_default();
    format!(
        r#"<?xpacket begin="{mark}" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<xmp:CreateDate>{moment}</xmp:CreateDate>
<xmp:ModifyDate>{moment}</xmp:ModifyDate>
<xmp:CreatorTool>Hazel</xmp:CreatorTool>
<pdf:Producer>Hazel</pdf:Producer>
<pdfaid:part>2</pdfaid:part>
<pdfaid:conformance>U</pdfaid:conformance>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"#,
        mark = '\u{feff}',
    )
}

/// A number with sixteen bits behind the point.
fn fixed(value: f64) -> [u8; 4] {
    #[expect(clippy::cast_possible_truncation, reason = "all values here are small")]
    let whole = (value * 65_536.0).round() as i32;
    whole.to_be_bytes()
}

fn xyz(values: [f64; 3]) -> Vec<u8> {
    let mut tag = b"XYZ \0\0\0\0".to_vec();
    values.into_iter().for_each(|value| tag.extend(fixed(value)));
    tag
}

/// The profile of sRGB as a matrix with one curve, written from its published figures (IEC 61966-2-1, white D50).
pub(super) fn colours() -> Vec<u8> {
    const D50: [f64; 3] = [0.9642, 1.0, 0.8249];
    let name = b"sRGB\0";
    let mut description = b"desc\0\0\0\0".to_vec();
    description.extend(5_u32.to_be_bytes());
    description.extend(name);
    // No other scripts: code and count of each are nothing, the last with room for 67 letters.
    description.resize(description.len() + 4 + 4 + 2 + 1 + 67, 0);
    let rights = b"text\0\0\0\0No rights reserved\0".to_vec();
    let mut curve = b"curv\0\0\0\0".to_vec();
    curve.extend(1_u32.to_be_bytes());
    curve.extend(0x0233_u16.to_be_bytes());
    let tags: [(&[u8; 4], Vec<u8>); 9] = [
        (b"desc", description),
        (b"cprt", rights),
        (b"wtpt", xyz(D50)),
        (b"rXYZ", xyz([0.4360, 0.2225, 0.0139])),
        (b"gXYZ", xyz([0.3851, 0.7169, 0.0971])),
        (b"bXYZ", xyz([0.1431, 0.0606, 0.7139])),
        (b"rTRC", curve.clone()),
        (b"gTRC", curve.clone()),
        (b"bTRC", curve),
    ];
    let mut table = 9_u32.to_be_bytes().to_vec();
    let mut data = Vec::new();
    let start = 128 + 4 + 12 * tags.len();
    for (name, content) in &tags {
        table.extend(*name);
        for number in [start + data.len(), content.len()] {
            table.extend(u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes());
        }
        data.extend(content);
        data.resize(data.len().next_multiple_of(4), 0);
    }
    let size = u32::try_from(start + data.len()).unwrap_or(u32::MAX);
    let mut profile = size.to_be_bytes().to_vec();
    profile.extend([0; 4]);
    profile.extend([2, 0x10, 0, 0]);
    profile.extend(b"mntrRGB XYZ ");
    for number in [2026_u16, 1, 1, 0, 0, 0] {
        profile.extend(number.to_be_bytes());
    }
    profile.extend(b"acsp");
    profile.resize(68, 0);
    D50.into_iter().for_each(|value| profile.extend(fixed(value)));
    profile.resize(128, 0);
    profile.extend(table);
    profile.extend(data);
    profile
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_is_as_long_as_it_says_and_its_tags_lie_inside() {
        let profile = colours();
        let at = |place: usize| {
            usize::try_from(u32::from_be_bytes(profile[place..place + 4].try_into().unwrap())).unwrap()
        };
        assert_eq!(at(0), profile.len());
        assert_eq!(&profile[36..40], b"acsp");
        assert_eq!(at(128), 9);
        for tag in 0..9 {
            let (place, length) = (at(132 + tag * 12 + 4), at(132 + tag * 12 + 8));
            assert!(place >= 128 && place + length <= profile.len() && place % 4 == 0);
        }
    }
}
