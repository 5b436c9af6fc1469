//! Notices and certificates on paper: a typed context that has passed the disclosure gate goes in, a PDF comes out.
//!
//! Every context arrives as [`Cleared`], so a path around the gate does not compile. The pages are set by Typst inside a closed
//! world (no disk, no network, no clock): the same context and the same [`Meta`] give the same bytes, as tagged PDF/A-2u.
//! A character that no font on board prints is an error that names its code point; 〓 is printed only where the caller allows it,
//! and the page then says so.

pub mod address_label;
pub mod appeal_request;
pub mod decision_notice;
pub mod fonts;
pub mod guidance;
pub mod juminhyo;
pub mod medical_card;
pub mod parts;
pub mod payment_ledger;
pub mod payment_slip;
mod prepare;
pub mod samples;
pub mod table_report;
#[cfg(test)]
mod tests;
mod world;

pub use address_label::AddressLabel;
pub use appeal_request::AppealRequest;
pub use decision_notice::DecisionNotice;
pub use juminhyo::Juminhyo;
pub use medical_card::MedicalCard;
pub use payment_ledger::PaymentLedger;
pub use payment_slip::PaymentSlip;
pub use table_report::TableReport;

use kernel::Cleared;
use kernel::time::Timestamp;
use serde_json::{Value, json};
use thiserror::Error;

/// Why a form was not printed. No message carries a value from the form, except the code point of a lost character.
#[derive(Debug, Error)]
pub enum FormError {
    /// A form says nothing that it must say.
    #[error("{form}に{what}がありません。記載が欠けたまま印刷することはできません。入力を確かめてください")]
    Incomplete {
        /// The form.
        form: &'static str,
        /// What it lacks.
        what: &'static str,
    },
    /// Characters that no font on board prints, as code points.
    #[error("印刷できない文字があります({})。文字を確かめるか、代替文字〓での印刷を選んでください", .0.join("、"))]
    Glyphs(Vec<String>),
    /// Nothing to print.
    #[error("印刷する帳票がありません。対象を選んでください")]
    Nothing,
    /// The build carries broken font files.
    #[error("帳票の文字フォントを読み込めません。システム担当に連絡してください")]
    Fonts,
    /// A fault of a template: an error or a warning of the type setter.
    #[error("帳票を組版できません。システム担当に連絡してください({0})")]
    Template(String),
}

/// What to do with a character that no font prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// Refuse to print.
    Refuse,
    /// Print 〓 in its place, with a remark on every page that names the code points.
    Geta,
}

/// What a document carries besides its pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// Stable and unique name of the document, such as its 発行番号; only its hash enters the PDF.
    pub ident: String,
    /// When it was made; printed in the PDF's metadata only.
    pub issued_at: Timestamp,
    /// What to do with a character that no font prints.
    pub missing: Missing,
}

/// One form, ready to leave.
#[derive(Debug)]
pub enum Form {
    /// 住民票の写し.
    Juminhyo(Cleared<Juminhyo>),
    /// 医療証.
    MedicalCard(Cleared<MedicalCard>),
    /// 決定通知書.
    DecisionNotice(Cleared<DecisionNotice>),
    /// A list over many pages.
    TableReport(Cleared<TableReport>),
    /// 再審査等請求内訳書 / 過誤申立書.
    AppealRequest(Cleared<AppealRequest>),
    /// 支出・振込明細.
    PaymentLedger(Cleared<PaymentLedger>),
    /// 納付書.
    PaymentSlip(Cleared<PaymentSlip>),
    /// 送付用宛名.
    AddressLabel(Cleared<AddressLabel>),
}

impl Form {
    /// Checks that the form says what it must, and turns it into data for its template.
    fn data(&self) -> Result<Value, FormError> {
        let (template, context) = match self {
            Form::Juminhyo(c) => ("juminhyo", c.check().map(|()| serde_json::to_value(&**c))?),
            Form::MedicalCard(c) => ("medical_card", c.check().map(|()| serde_json::to_value(&**c))?),
            Form::DecisionNotice(c) => ("decision_notice", c.check().map(|()| serde_json::to_value(&**c))?),
            Form::TableReport(c) => ("table_report", c.check().map(|()| serde_json::to_value(&**c))?),
            Form::AppealRequest(c) => ("appeal_request", c.check().map(|()| serde_json::to_value(&**c))?),
            Form::PaymentLedger(c) => ("payment_ledger", c.check().map(|()| serde_json::to_value(&**c))?),
            Form::PaymentSlip(c) => ("payment_slip", c.check().map(|()| serde_json::to_value(&**c))?),
            Form::AddressLabel(c) => ("address_label", serde_json::to_value(&**c)),
        };
        let context = context.map_err(|e| FormError::Template(e.to_string()))?;
        Ok(json!({ "template": template, "context": context }))
    }

    /// Working lists carry no structure tree: that of a long table would be larger than the table.
    fn is_list(&self) -> bool {
        matches!(self, Form::TableReport(_) | Form::AppealRequest(_) | Form::PaymentLedger(_))
    }

    /// Title of the PDF document; never a person's name.
    fn title(&self) -> &str {
        match self {
            Form::Juminhyo(c) => c.title(),
            Form::MedicalCard(c) => &c.title,
            Form::DecisionNotice(c) => &c.subject,
            Form::TableReport(c) => &c.title,
            Form::AppealRequest(c) => c.route.title_ja(),
            Form::PaymentLedger(_) => "支出・振込明細",
            Form::PaymentSlip(_) => "納付書",
            Form::AddressLabel(_) => "送付用宛名",
        }
    }
}

/// Prints one form as a PDF document.
///
/// # Errors
/// [`FormError`]: the form lacks something it must say, or has a character that no font prints.
pub fn render(form: &Form, meta: &Meta) -> Result<Vec<u8>, FormError> {
    render_batch(std::slice::from_ref(form), meta)
}

/// Prints many forms as one PDF document, in the given order; pages are numbered within each form. A hundred forms a document
/// is a good size: larger ones are no faster and need more memory.
///
/// # Errors
/// [`FormError`]: one of the forms lacks something, or has a character that no font prints; then nothing is printed.
pub fn render_batch(forms: &[Form], meta: &Meta) -> Result<Vec<u8>, FormError> {
    let pages = set(forms, meta)?;
    world::write_pdf(&pages, meta, !forms.iter().all(Form::is_list))
}

fn set(forms: &[Form], meta: &Meta) -> Result<typst_layout::PagedDocument, FormError> {
    let title = forms.first().map(Form::title).ok_or(FormError::Nothing)?;
    let mut contexts = forms.iter().map(Form::data).collect::<Result<Vec<_>, _>>()?;
    let glyphs = prepare::Glyphs::check(&mut contexts, meta.missing)?;
    let data = json!({ "title": title, "forms": contexts, "ipamj": glyphs.ipamj });
    let bytes = serde_json::to_vec(&data).map_err(|e| FormError::Template(e.to_string()))?;
    world::set_pages(bytes, !glyphs.ipamj.is_empty())
}
