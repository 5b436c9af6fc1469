//! The papers of payments as contexts of the crate `forms`.

use crate::model::Demand;
use forms::decision_notice::Kind;
use forms::guidance::Guidance;
use forms::parts::{Addressee, Amount, Contact, Issuer, Line, Seal};
use forms::{DecisionNotice, Form, FormError, Meta, Missing, PaymentSlip};
use kernel::Cleared;
use kernel::time::{Timestamp, fiscal_year, wareki};
use platform::{City, Fault};
use ports::ResidentFacts;
use webkit::Download;

fn unprintable(error: &FormError) -> Fault {
    Fault::conflict("印刷できません", error.to_string())
}

/// In whose name papers of this slice and its neighbours speak, and whom to ask.
pub fn letterhead(city: &City) -> (Issuer, Contact) {
    (issuer(city), contact(city))
}

fn issuer(city: &City) -> Issuer {
    let profile = city.profile();
    let title = format!("{}長", profile.name_ja);
    let name = profile.mayor_ja.strip_prefix(title.as_str()).unwrap_or(&profile.mayor_ja).trim().to_owned();
    Issuer { city: profile.name_ja.clone(), title, name, seal: Seal::Frame }
}

fn contact(city: &City) -> Contact {
    let name = &city.profile().name_ja;
    Contact {
        office: format!("{name} 健康福祉部 医療年金課"),
        address: format!("{}{name}役所", city.profile().prefecture_ja),
        phone: "電話 06-0000-0000(代表)".into(),
    }
}

fn addressee(to: &ResidentFacts) -> Addressee {
    Addressee {
        postal: to.postal_code.clone().unwrap_or_default(),
        lines: [to.address.clone(), to.building.clone()].into_iter().flatten().collect(),
        name: to.name.clone(),
        honorific: "様".into(),
        note: None,
        reference: None,
    }
}

/// 返還決定通知書 of a demand.
pub fn notice(city: &City, d: &Demand, to: &ResidentFacts, guidance: Vec<String>) -> DecisionNotice {
    DecisionNotice {
        kind: Kind::Repayment,
        subject: DecisionNotice::subject_for("子ども医療費助成", Kind::Repayment),
        document_no: d.document_no.clone(),
        date: wareki(d.decided_on),
        to: addressee(to),
        issuer: issuer(city),
        body: "市が負担した医療費のうち、次の額の返還を求めることを決定しました。同封の納付書で、納期限までに納めてください。"
            .into(),
        facts: vec![Line::new("件名", &d.title), Line::new("納期限", &wareki(d.due))],
        breakdown: vec![Amount::new("市が負担した額のうち返還の対象", "", d.amount)],
        total: Some(Amount::new("返還する額", "", d.amount)),
        reasons: vec![d.reason.clone()],
        articles: vec![d.article.clone()],
        trace: vec![],
        guidance: Guidance { paragraphs: guidance },
        contact: contact(city),
    }
}

/// 納付書 over what is still owed.
pub fn slip(city: &City, d: &Demand, to: &ResidentFacts) -> PaymentSlip {
    let year = fiscal_year(d.decided_on) - 2018;
    PaymentSlip {
        number: d.document_no.clone(),
        subject: d.title.clone(),
        date: wareki(city.today()),
        to: addressee(to),
        facts: vec![Line::new("年度", &format!("令和{year}年度"))],
        amount: d.amount - d.received,
        due: wareki(d.due),
        places: vec!["指定金融機関の本支店".into(), format!("{}役所 会計課", city.profile().name_ja)],
        issuer: issuer(city),
        contact: contact(city),
    }
}

/// Sets a paper; what leaves is what was cleared.
pub fn print(form: Form, name: &str, at: Timestamp) -> Result<Cleared<Download>, Fault> {
    let meta = Meta { ident: name.to_owned(), issued_at: at, missing: Missing::Geta };
    let body = forms::render(&form, &meta).map_err(|e| unprintable(&e))?;
    let download = Download { name: format!("{name}.pdf"), mime: "application/pdf", body, inline: true };
    match form {
        Form::DecisionNotice(c) => Ok(c.map(|_| download)),
        Form::PaymentSlip(c) => Ok(c.map(|_| download)),
        Form::PaymentLedger(c) => Ok(c.map(|_| download)),
        _ => Err(unprintable(&FormError::Nothing)),
    }
}
