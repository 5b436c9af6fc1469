//! Checks every character of a document before it is set, and says which font prints it.

use crate::fonts::{self, Face};
use crate::{FormError, Missing};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Longest text, in characters, that is set in one font as a name is.
const NAME_LENGTH: usize = 40;

/// The mark that stands for a character that cannot be printed.
const GETA: &str = "〓";

/// What the text of a document asks of the fonts.
#[derive(Default)]
pub(crate) struct Glyphs {
    known: BTreeMap<String, Option<Face>>,
    /// Texts to set in IPAmj Mincho: whole names where one of their characters needs it, so that a name has one hand; else the
    /// single characters.
    pub(crate) ipamj: BTreeSet<String>,
    /// Code points that no font prints, of the form that is being walked.
    lost: BTreeSet<String>,
}

impl Glyphs {
    /// Walks every text of the forms. Where `missing` allows 〓, it takes the place of what cannot be printed, and the form's
    /// `substituted` lists the code points for the remark on its pages.
    ///
    /// # Errors
    /// [`FormError::Glyphs`] with every code point that no font prints, if `missing` does not allow 〓.
    pub(crate) fn check(forms: &mut [Value], missing: Missing) -> Result<Self, FormError> {
        let mut glyphs = Self::default();
        let mut all = BTreeSet::new();
        for form in forms {
            glyphs.walk(form);
            let lost = std::mem::take(&mut glyphs.lost);
            if let Value::Object(fields) = form {
                fields.insert("substituted".into(), lost.iter().cloned().collect());
            }
            all.extend(lost);
        }
        if all.is_empty() || missing == Missing::Geta { Ok(glyphs) } else { Err(FormError::Glyphs(all.into_iter().collect())) }
    }

    fn walk(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => items.iter_mut().for_each(|v| self.walk(v)),
            Value::Object(fields) => fields.values_mut().for_each(|v| self.walk(v)),
            _ => {}
        }
    }

    fn text(&mut self, text: &mut String) {
        let (mut rare, mut lost) = (Vec::new(), Vec::new());
        for cluster in fonts::clusters(text).filter(|c| !matches!(c.as_bytes(), [0x20..=0x7e])) {
            let face = match self.known.get(cluster) {
                Some(face) => *face,
                None => {
                    let face = fonts::glyph(cluster).map(|g| g.face);
                    self.known.insert(cluster.to_owned(), face);
                    face
                }
            };
            match face {
                Some(Face::BizUd) => {}
                Some(Face::IpaMj) => rare.push(cluster.to_owned()),
                None => lost.push(cluster.to_owned()),
            }
        }
        if !rare.is_empty()
            && lost.is_empty()
            && is_name(text)
            && fonts::clusters(text).all(|c| fonts::glyph_in_ipamj(c).is_some())
        {
            self.ipamj.insert(text.clone());
        } else {
            self.ipamj.extend(rare);
        }
        for cluster in lost {
            self.lost.insert(fonts::code_points(&cluster));
            *text = text.replace(&cluster, GETA);
        }
    }
}

/// Short, and letters and spaces only. The type setter searches for these texts by a pattern: punctuation stays out of it.
fn is_name(text: &str) -> bool {
    text.chars().count() <= NAME_LENGTH
        && text.chars().all(|c| c.is_alphanumeric() || c == ' ' || c == '\u{3000}' || fonts::is_selector(c))
}
