//! Looks at the pages themselves: which glyph of which font stands for each character.

use crate::juminhyo::Juminhyo;
use crate::{Form, FormError, Meta, Missing, fonts, prepare, samples, set, world};
use kernel::Cleared;
use serde_json::{Value, json};
use typst::layout::{Frame, FrameItem};
use typst_layout::PagedDocument;

fn meta() -> Meta {
    Meta { ident: "1".into(), issued_at: "2026-11-20T00:00:00Z".parse().unwrap(), missing: Missing::Refuse }
}

/// A copy of one person with this name.
fn copy_for(name: &str) -> Form {
    let mut copy: Juminhyo = samples::juminhyo().remove(1);
    copy.members[0].name = name.into();
    Form::Juminhyo(Cleared::seal(copy, 1))
}

/// Text, font family and glyph number of everything on the pages.
fn glyphs(pages: &PagedDocument) -> Vec<(String, String, u16)> {
    fn walk(frame: &Frame, out: &mut Vec<(String, String, u16)>) {
        for (_, item) in frame.items() {
            match item {
                FrameItem::Group(group) => walk(&group.frame, out),
                FrameItem::Text(text) => out.extend(text.glyphs.iter().map(|g| {
                    let range = usize::from(g.range.start)..usize::from(g.range.end);
                    (text.text[range].to_owned(), text.font.info().family.clone(), g.id)
                })),
                _ => {}
            }
        }
    }
    let mut out = Vec::new();
    pages.pages().iter().for_each(|p| walk(&p.frame, &mut out));
    out
}

#[test]
fn the_paper_carries_the_very_glyph_that_the_report_names() {
    let names = ["邉\u{E0110}田 𠮷江", "葛\u{E0102}城 斉\u{E0103}", "葛\u{E0100}城 髙﨑鷗", "𣘺爪 邉\u{E010F}"];
    for name in names {
        let printed = glyphs(&set(&[copy_for(name)], &meta()).unwrap());
        for cluster in fonts::clusters(name).filter(|c| *c != " ") {
            let expected = fonts::glyph(cluster).unwrap();
            let allowed = [Some(("BIZ UDMincho", expected.id)), fonts::glyph_in_ipamj(cluster).map(|g| ("IPAmjMincho", g.id))];
            let family = match expected.face {
                fonts::Face::BizUd => &allowed[..],
                fonts::Face::IpaMj => &allowed[1..],
            };
            let hits: Vec<_> = printed.iter().filter(|(text, _, _)| text == cluster).collect();
            assert!(!hits.is_empty(), "{cluster} of {name} is on the paper");
            for (_, font, id) in hits {
                assert!(family.contains(&Some((font.as_str(), *id))), "{cluster} of {name}: {font} {id}");
            }
        }
        assert!(printed.iter().all(|(_, _, id)| *id != 0), "no empty box on the paper");
    }
}

/// What the check is for: without it the type setter prints the common shape of the character and says nothing.
#[test]
fn without_the_check_a_wrong_shape_would_be_printed_in_silence() {
    let name = "邉\u{E0110}田";
    let mut forms = [copy_for(name).data().unwrap()];
    let asked = prepare::Glyphs::check(&mut forms, Missing::Refuse).unwrap().ipamj;
    let mut data = json!({ "title": "t", "forms": forms });
    assert!(asked.contains(name));
    let printed = |data: &Value, with| {
        let pages = world::set_pages(serde_json::to_vec(data).unwrap(), with).unwrap();
        glyphs(&pages).into_iter().find(|(text, _, _)| text.starts_with('邉')).map(|(_, font, id)| (font, id))
    };
    data["ipamj"] = json!([]);
    let plain = fonts::glyph("邉").unwrap();
    assert_eq!(printed(&data, true), Some(("BIZ UDMincho".into(), plain.id)), "the shape of another family's name");
    data["ipamj"] = json!(asked);
    assert_eq!(printed(&data, true), Some(("IPAmjMincho".into(), fonts::glyph(&name[..7]).unwrap().id)));
}

#[test]
fn a_name_with_one_rare_character_is_set_in_one_font() {
    let pages = set(&[copy_for("髙﨑 𠮷乃介")], &meta()).unwrap();
    let printed = glyphs(&pages);
    let font = |text: &str| printed.iter().filter(|(t, _, _)| t == text).map(|(_, f, _)| f.as_str()).collect::<Vec<_>>();
    assert_eq!((font("𠮷"), font("乃")), (vec!["IPAmjMincho"], vec!["IPAmjMincho"]));
}

#[test]
fn a_lost_character_stops_the_print_and_is_named_without_the_name() {
    let err = set(&[copy_for("髙\u{E000}健一")], &meta()).unwrap_err();
    assert!(matches!(&err, FormError::Glyphs(codes) if codes == &["U+E000"]));
    let words = err.to_string();
    assert!(words.contains("U+E000") && words.contains('〓') && !words.contains("健一"));
}

#[test]
fn names_with_punctuation_never_become_a_search_pattern() {
    let mut forms = [json!({ "name": "𠮷田(.*)|髙﨑" })];
    let asked = prepare::Glyphs::check(&mut forms, Missing::Refuse).unwrap().ipamj;
    assert_eq!(asked.into_iter().collect::<Vec<_>>(), ["𠮷"]);
}
