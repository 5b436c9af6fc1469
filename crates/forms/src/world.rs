//! The closed world a form is set in: the templates compiled into the binary, one JSON file with the data, the fonts on board.
//! There is no disk, no network, no clock; any other file is refused. Data never becomes source text, so it cannot be code.

use crate::fonts::{self, FontSet};
use crate::{FormError, Meta};
use kernel::time::civil;
use std::path::PathBuf;
use std::sync::LazyLock;
use typst::diag::{FileError, FileResult, SourceDiagnostic, Warned};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

/// Compilations that a memoised result outlives without being used; keeps the memory of a long run flat.
const MEMO_AGE: usize = 4;

const MAIN: &str = "/main.typ";
const DATA: &str = "/data.json";
pub(crate) const TEMPLATES: [(&str, &str); 10] = [
    (MAIN, include_str!("../templates/main.typ")),
    ("/base.typ", include_str!("../templates/base.typ")),
    ("/address_label.typ", include_str!("../templates/address_label.typ")),
    ("/appeal_request.typ", include_str!("../templates/appeal_request.typ")),
    ("/decision_notice.typ", include_str!("../templates/decision_notice.typ")),
    ("/juminhyo.typ", include_str!("../templates/juminhyo.typ")),
    ("/medical_card.typ", include_str!("../templates/medical_card.typ")),
    ("/payment_ledger.typ", include_str!("../templates/payment_ledger.typ")),
    ("/payment_slip.typ", include_str!("../templates/payment_slip.typ")),
    ("/table_report.typ", include_str!("../templates/table_report.typ")),
];

struct Files {
    main: FileId,
    data: FileId,
    sources: Vec<Source>,
}

static FILES: LazyLock<Option<Files>> = LazyLock::new(|| {
    let id = |path: &str| Some(RootedPath::new(VirtualRoot::Project, VirtualPath::new(path).ok()?).intern());
    let sources = TEMPLATES.iter().map(|(path, text)| Some(Source::new(id(path)?, (*text).to_owned())));
    Some(Files { main: id(MAIN)?, data: id(DATA)?, sources: sources.collect::<Option<_>>()? })
});

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));

struct FormWorld {
    files: &'static Files,
    fonts: &'static FontSet,
    data: Bytes,
}

impl World for FormWorld {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.fonts.book
    }

    fn main(&self) -> FileId {
        self.files.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.files.sources.iter().find(|s| s.id() == id).cloned().ok_or_else(|| refused(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.files.data { Ok(self.data.clone()) } else { Err(refused(id)) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn refused(id: FileId) -> FileError {
    FileError::NotFound(PathBuf::from(id.vpath().get_with_slash()))
}

/// Sets the pages of one document from its data. Any warning is an error: a warning on paper is a missing font or a lost glyph.
pub(crate) fn set_pages(data: Vec<u8>, with_ipamj: bool) -> Result<PagedDocument, FormError> {
    let files = FILES.as_ref().ok_or(FormError::Fonts)?;
    let fonts = fonts::set(with_ipamj).ok_or(FormError::Fonts)?;
    let world = FormWorld { files, fonts, data: Bytes::new(data) };
    let Warned { output, warnings } = typst::compile::<PagedDocument>(&world);
    typst::comemo::evict(MEMO_AGE);
    if !warnings.is_empty() {
        return Err(template_error(&warnings));
    }
    output.map_err(|errors| template_error(&errors))
}

/// Writes the pages as PDF/A-2u, with a structure tree for screen readers if `tagged`. Same pages, same `meta`: same bytes.
pub(crate) fn write_pdf(pages: &PagedDocument, meta: &Meta, tagged: bool) -> Result<Vec<u8>, FormError> {
    let standards = PdfStandards::new(&[PdfStandard::A_2u]).map_err(|e| FormError::Template(e.message().to_string()))?;
    let options = PdfOptions {
        ident: Smart::Custom(meta.ident.clone()),
        creator: Smart::Custom(Some("Atena".to_owned())),
        timestamp: timestamp(meta.issued_at),
        standards,
        tagged,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(pages, &options).map_err(|errors| template_error(&errors))
}

/// The instant in Japanese time, as PDF metadata.
fn timestamp(at: kernel::time::Timestamp) -> Option<Timestamp> {
    let (day, second) = (civil(at), (at.as_second() + 9 * 3_600).rem_euclid(86_400));
    let part = |n: i64| u8::try_from(n).ok();
    let (h, m, s) = (part(second / 3_600)?, part(second / 60 % 60)?, part(second % 60)?);
    let (month, date) = (part(day.month().into())?, part(day.day().into())?);
    Timestamp::new_local(Datetime::from_ymd_hms(day.year().into(), month, date, h, m, s)?, 9 * 60)
}

/// A fault of a template. Its messages name template code, never the values of the data file.
fn template_error(all: &[SourceDiagnostic]) -> FormError {
    let text = all.iter().map(|d| d.message.as_str()).collect::<Vec<_>>().join("; ");
    FormError::Template(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world() -> FormWorld {
        FormWorld { files: FILES.as_ref().unwrap(), fonts: fonts::set(false).unwrap(), data: Bytes::new(b"{}".to_vec()) }
    }

    fn file(path: &str) -> FileId {
        RootedPath::new(VirtualRoot::Project, VirtualPath::new(path).unwrap()).intern()
    }

    #[test]
    fn nothing_but_the_templates_and_the_data_can_be_read() {
        let world = world();
        for path in ["/etc/passwd", "/other.json", "/base.typ.bak", "/"] {
            assert!(world.file(file(path)).is_err() && world.source(file(path)).is_err(), "{path}");
        }
        assert!(world.file(file("/base.typ")).is_err(), "a template is a source, not data");
        assert!(world.source(file(DATA)).is_err(), "data is never source text");
        assert!(world.file(file(DATA)).is_ok() && world.source(file(MAIN)).is_ok());
    }

    #[test]
    fn a_package_cannot_be_loaded_in_the_place_of_a_template() {
        let package = VirtualRoot::Package("@preview/base:0.1.0".parse().unwrap());
        let id = RootedPath::new(package, VirtualPath::new(MAIN).unwrap()).intern();
        assert!(world().source(id).is_err());
    }

    #[test]
    fn there_is_no_today() {
        assert_eq!(world().today(None), None);
    }

    #[test]
    fn a_warning_of_the_type_setter_is_an_error() {
        // The data asks for IPAmj Mincho, which this document does not carry: for Typst an unknown font is only a warning.
        let data = br#"{"title": "t", "forms": [], "ipamj": ["\u3042"]}"#;
        assert!(set_pages(data.to_vec(), true).is_ok());
        let err = set_pages(data.to_vec(), false).unwrap_err();
        assert!(matches!(&err, FormError::Template(text) if text.contains("unknown font family")), "{err}");
    }

    #[test]
    fn the_time_in_the_pdf_is_japanese() {
        let at = "2026-11-19T15:00:01Z".parse().unwrap();
        assert_eq!(
            format!("{:?}", timestamp(at)),
            format!("{:?}", Timestamp::new_local(Datetime::from_ymd_hms(2026, 11, 20, 0, 0, 1).unwrap(), 540))
        );
    }
}
