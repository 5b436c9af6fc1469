//! The fonts on board, and which glyph prints which character.
//!
//! BIZ UD prints almost everything. IPAmj Mincho carries the 文字情報基盤 repertoire (外字, 異体字, variation sequences) and is
//! unpacked in memory when the first text needs it. A variation sequence that a font does not know would silently fall back to
//! the common shape of the character — the wrong name on a certificate — so every character is checked here before it is set.

use std::io::Read;
use std::sync::LazyLock;
use typst::foundations::Bytes;
use typst::layout::Abs;
use typst::text::{Font, FontBook, FontInstance, FontVariant, FontVariations};
use typst::utils::LazyHash;

static MINCHO: &[u8] = include_bytes!("../../../data/fonts/BIZUDMincho-Regular.ttf");
static GOTHIC: &[u8] = include_bytes!("../../../data/fonts/BIZUDGothic-Regular.ttf");
static GOTHIC_BOLD: &[u8] = include_bytes!("../../../data/fonts/BIZUDGothic-Bold.ttf");
static IPAMJ_ZSTD: &[u8] = include_bytes!("../../../data/fonts/ipamjm.ttf.zst");
const IPAMJ_SIZE: usize = 46_478_572;

/// Fonts that one document may use.
pub(crate) struct FontSet {
    pub(crate) book: LazyHash<FontBook>,
    pub(crate) fonts: Vec<Font>,
    /// The face that answers for the coverage of the whole set (the three BIZ UD faces cover the same characters).
    probe: FontInstance,
}

impl FontSet {
    fn new(fonts: Vec<Font>, probe: usize) -> Option<Self> {
        let face = fonts.get(probe)?.clone();
        let probe = face.instantiate(FontVariant::default(), Abs::pt(10.0), &FontVariations::default());
        Some(Self { book: LazyHash::new(FontBook::from_fonts(&fonts)), fonts, probe })
    }
}

static BIZ_UD: LazyLock<Option<FontSet>> = LazyLock::new(|| {
    let load = |data: &'static [u8]| Font::new(Bytes::new(data), 0);
    FontSet::new(vec![load(MINCHO)?, load(GOTHIC)?, load(GOTHIC_BOLD)?], 0)
});

static WITH_IPAMJ: LazyLock<Option<FontSet>> = LazyLock::new(|| {
    let mut data = Vec::with_capacity(IPAMJ_SIZE);
    ruzstd::decoding::StreamingDecoder::new(IPAMJ_ZSTD).ok()?.read_to_end(&mut data).ok()?;
    let mut fonts = BIZ_UD.as_ref()?.fonts.clone();
    fonts.push(Font::new(Bytes::new(data), 0)?);
    let last = fonts.len() - 1;
    FontSet::new(fonts, last)
});

/// The fonts for a document; with IPAmj Mincho only where a character needs it. `None` if the build carries broken font files.
pub(crate) fn set(with_ipamj: bool) -> Option<&'static FontSet> {
    if with_ipamj { WITH_IPAMJ.as_ref() } else { BIZ_UD.as_ref() }
}

/// The font that prints a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// BIZ UD 明朝 / ゴシック (both cover the same characters).
    BizUd,
    /// IPAmj 明朝; its glyphs are named after the MJ文字図形名.
    IpaMj,
}

/// The glyph that prints a character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glyph {
    /// The font it is in.
    pub face: Face,
    /// Its index in that font.
    pub id: u16,
    /// Its name in that font, for instance `mj022335`.
    pub name: String,
}

/// One character with its variation selector, and the glyph that prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// The character, with its variation selector if it has one.
    pub text: String,
    /// `None` if no font has it.
    pub glyph: Option<Glyph>,
}

/// Which glyphs print a text, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// Every character of the text except line breaks.
    pub clusters: Vec<Cluster>,
}

impl Coverage {
    /// Code points that no font prints, such as `U+845B U+E01EF`, each once.
    pub fn missing(&self) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for cluster in self.clusters.iter().filter(|c| c.glyph.is_none()) {
            let code = code_points(&cluster.text);
            if !out.contains(&code) {
                out.push(code);
            }
        }
        out
    }
}

/// Looks up the glyph of every character of `text`.
pub fn glyph_for(text: &str) -> Coverage {
    Coverage { clusters: clusters(text).map(|c| Cluster { text: c.to_owned(), glyph: glyph(c) }).collect() }
}

/// The glyph of one cluster. IPAmj Mincho stays packed where BIZ UD suffices.
pub(crate) fn glyph(cluster: &str) -> Option<Glyph> {
    if is_private_use(cluster) {
        return None;
    }
    glyph_in(Face::BizUd, BIZ_UD.as_ref()?, cluster).or_else(|| glyph_in(Face::IpaMj, WITH_IPAMJ.as_ref()?, cluster))
}

/// The glyph of one cluster in IPAmj Mincho, also where BIZ UD would print it.
pub(crate) fn glyph_in_ipamj(cluster: &str) -> Option<Glyph> {
    if is_private_use(cluster) { None } else { glyph_in(Face::IpaMj, WITH_IPAMJ.as_ref()?, cluster) }
}

/// Splits a text into characters, each with the variation selector that follows it. Line breaks are left out: they print nothing.
pub(crate) fn clusters(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches('\n');
        let mut chars = rest.char_indices();
        chars.next()?;
        let end = chars.find(|(_, c)| !is_selector(*c)).map_or(rest.len(), |(at, _)| at);
        let (head, tail) = rest.split_at(end);
        rest = tail;
        Some(head)
    })
}

/// `U+845B U+E0102`.
pub(crate) fn code_points(cluster: &str) -> String {
    cluster.chars().map(|c| format!("U+{:04X}", u32::from(c))).collect::<Vec<_>>().join(" ")
}

pub(crate) fn is_selector(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// Private-use code points mean a different 外字 in every city: no shipped font may answer for them.
fn is_private_use(cluster: &str) -> bool {
    cluster.chars().any(|c| matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}'))
}

fn glyph_in(face: Face, set: &FontSet, cluster: &str) -> Option<Glyph> {
    let font = set.probe.ttf();
    let mut chars = cluster.chars();
    let base = chars.next().filter(|c| !is_selector(*c))?;
    let id = match (chars.next(), chars.next()) {
        (None, _) => font.glyph_index(base),
        (Some(selector), None) => font.glyph_variation_index(base, selector),
        _ => None,
    }?;
    let name = font.glyph_name(id).map_or_else(|| format!("gid{}", id.0), str::to_owned);
    (id.0 != 0).then_some(Glyph { face, id: id.0, name })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Option<(Face, String)> {
        glyph_for(text).clusters.into_iter().next()?.glyph.map(|g| (g.face, g.name))
    }

    #[test]
    fn a_rare_character_is_printed_by_the_glyph_of_the_character_table() {
        let mj = |text| name(text).filter(|(face, _)| *face == Face::IpaMj).map(|(_, name)| name);
        assert_eq!(mj("𠮷").as_deref(), Some("mj032129"));
        assert_eq!(mj("邉\u{E0110}").as_deref(), Some("mj060248"));
        assert_eq!(mj("斉\u{E0103}").as_deref(), Some("mj059659"));
        assert_eq!(mj("葛\u{E0102}").as_deref(), Some("mj022335"));
        assert_eq!(mj("辻\u{E0102}").as_deref(), Some("mj025760"));
    }

    #[test]
    fn common_variants_of_names_are_in_the_face_of_the_text() {
        for text in ["髙", "﨑", "鷗", "葛\u{E0100}", "辻\u{E0100}", "祇\u{E0100}"] {
            assert_eq!(name(text).map(|n| n.0), Some(Face::BizUd), "{text}");
        }
        let ipamj = |text| glyph_in_ipamj(text).map(|g| g.name);
        assert_eq!(ipamj("髙").as_deref(), Some("mj028902"));
        assert_eq!(ipamj("﨑").as_deref(), Some("mj030196"));
        assert_eq!(ipamj("鷗").as_deref(), Some("mj029690"));
        assert_ne!(name("葛"), name("葛\u{E0100}"), "the plain character and its variant are different glyphs");
    }

    #[test]
    fn what_no_font_prints_is_named_by_its_code_points() {
        let coverage = glyph_for("髙\u{E000}葛\u{E01EF}\u{E000}\n\t");
        assert_eq!(coverage.missing(), ["U+E000", "U+845B U+E01EF", "U+0009"]);
    }

    #[test]
    fn a_private_use_character_is_never_taken_from_a_shipped_font() {
        assert!(('\u{E000}'..='\u{F8FF}').all(|c| glyph(&c.to_string()).is_none()));
    }

    #[test]
    fn the_three_faces_of_biz_ud_cover_the_same_characters() {
        let fonts = &BIZ_UD.as_ref().unwrap().fonts;
        let mut all = fonts.iter().map(|f| f.info().coverage.iter().collect::<Vec<_>>());
        let first = all.next().unwrap();
        assert!(first.len() > 11_000 && all.all(|c| c == first));
    }

    #[test]
    fn every_character_of_the_templates_is_in_biz_ud() {
        for (path, text) in crate::world::TEMPLATES {
            for cluster in clusters(text).filter(|c| !c.is_ascii()) {
                assert_eq!(glyph(cluster).map(|g| g.face), Some(Face::BizUd), "{path}: {cluster}");
            }
        }
    }
}
