//! Paper of the programme: cards and notices as contexts of the crate `forms`.

use crate::child::model::{Card, DecisionRow};
use crate::child::rules::{instruction, mayor, ordinance, unruled};
use forms::decision_notice::Kind;
use forms::guidance::Guidance;
use forms::parts::{Addressee, Amount, Contact, Issuer, Line, Seal};
use forms::{DecisionNotice, Form, FormError, MedicalCard, Meta, Missing, TableReport};
use kernel::Cleared;
use kernel::decision::{Decision, Verdict};
use kernel::ident::{KohiBearerNo, RecipientNo};
use kernel::money::Yen;
use kernel::time::{Date, Timestamp, wareki};
use platform::city::CityProfile;
use platform::{City, Fault};
use ports::ResidentFacts;
use webkit::route::Download;

const SCHEME: &str = "子ども医療費助成";

/// A form that cannot be printed, as a fault.
pub fn unprintable(error: FormError) -> Fault {
    Fault::conflict("印刷できません", error.to_string())
}

fn issuer(city: &City, seal: Seal) -> Issuer {
    let full = &city.profile().mayor_ja;
    let title = mayor(city);
    let name = full.strip_prefix(title.as_str()).unwrap_or(full).trim().to_owned();
    Issuer { city: city.profile().name_ja.clone(), title, name, seal }
}

fn contact(city: &City) -> Contact {
    let name = &city.profile().name_ja;
    Contact {
        office: format!("{name} 健康福祉部 医療年金課"),
        address: format!("{}{name}役所", city.profile().prefecture_ja),
        phone: "電話 06-0000-0000(代表)".into(),
    }
}

/// Where the paper goes. A person whose place may not be shown gets nothing by post: the caller refuses before.
fn addressee(to: &ResidentFacts, note: Option<String>) -> Addressee {
    let lines = [to.address.clone(), to.building.clone()].into_iter().flatten().collect();
    Addressee {
        postal: to.postal_code.clone().unwrap_or_default(),
        lines,
        name: to.name.clone(),
        honorific: "様".into(),
        note,
        reference: None,
    }
}

/// What is paid at the counter, from the values of the ordinance on a day.
///
/// # Errors
/// A rule without a value in force.
pub fn copay_words(city: &CityProfile, on: Date) -> Result<Vec<String>, Fault> {
    let rules = ordinance(city)?;
    let day = rules.copay_per_day.at(on).map_err(unruled)?.value;
    let days = rules.copay_days.at(on).map_err(unruled)?.value;
    let pharmacy = rules.pharmacy_copay_per_day.at(on).map_err(unruled)?.value;
    let cap = rules.monthly_cap.at(on).map_err(unruled)?.value;
    let meals = rules.meals_covered.at(on).map_err(unruled)?.value;
    let at_pharmacy = match pharmacy {
        Yen(0) => "薬局での負担はありません。".to_owned(),
        amount => format!("薬局では1日{amount}まで。"),
    };
    let not_covered = if meals {
        "保険外の費用は対象外です。"
    } else {
        "入院時の食事代と保険外の費用は対象外です。"
    };
    Ok(vec![
        format!("1つの医療機関につき1日{day}まで(月{days}日まで。それを超える日は負担なし)"),
        format!("{at_pharmacy}{not_covered}"),
        format!("1か月の負担が{cap}を超えたときは、超えた額を後日お返しします。"),
    ])
}

/// The card of a child.
///
/// # Errors
/// A rule without a value in force; a stored number without its check digit; a place that may not be printed.
pub fn medical_card(
    city: &City,
    card: &Card,
    child: &ResidentFacts,
    guardian: Option<&ResidentFacts>,
) -> Result<MedicalCard, Fault> {
    let Some(address) = &child.address else {
        let why = "住所を表示できない人です(支援措置など)。二人の確認による解除の後に印刷できます";
        return Err(Fault::conflict("医療証を印刷できません", why));
    };
    let address = [Some(address.as_str()), child.building.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let to = guardian.filter(|g| g.address.is_some()).unwrap_or(child);
    let note = (to.atena_no != child.atena_no).then(|| format!("({}様の保護者)", child.name));
    Ok(MedicalCard {
        title: "子ども医療証".into(),
        bearer_no: KohiBearerNo::parse(&card.bearer_no).map_err(unruled)?,
        recipient_no: RecipientNo::parse(&card.recipient_no).map_err(unruled)?,
        name: child.name.clone(),
        kana: Some(child.kana.clone()),
        birth: child.birth.text.clone(),
        sex: child.sex.clone(),
        address,
        guardian: guardian.map(|g| g.name.clone()),
        valid_from: wareki(card.valid_from),
        valid_to: wareki(card.valid_to),
        copay: copay_words(city.profile(), card.valid_from)?,
        issued_on: wareki(card.issued_on),
        issuer: issuer(city, Seal::Frame),
        to: addressee(to, note),
        usage: vec![
            "医療機関や薬局の窓口で、健康保険の資格を確認できるものと一緒に見せてください。".into(),
            format!(
                "{}の外で受診したときや、医療証を見せなかったときは、領収書を添えて申請してください。",
                city.profile().prefecture_ja
            ),
            "住所、氏名、加入している健康保険が変わったときは、届け出てください。".into(),
            "市の外へ転出したときは、医療証を返してください。".into(),
        ],
        contact: contact(city),
        reissue: card.reissue == "再発行",
    })
}

/// The kind of notice that a decision is told by.
pub fn notice_kind(decision: &DecisionRow) -> Kind {
    match (decision.kind.as_str(), decision.outcome.as_str()) {
        ("claim" | "auto", "支給") => Kind::Paid,
        ("claim" | "auto", "返還") => Kind::Repayment,
        ("claim" | "auto", _) => Kind::NotPaid,
        ("loss", _) => Kind::Lost,
        (_, "該当") => Kind::Recognised,
        _ => Kind::Rejected,
    }
}

/// What the notice of a decision on a claim lists besides the decision itself.
#[derive(Default)]
pub struct Money {
    /// 内訳
    pub breakdown: Vec<Amount>,
    /// 合計
    pub total: Option<Amount>,
    /// Further facts: 振込先, 診療の期間.
    pub facts: Vec<Line>,
}

/// The notice of a decision, with 理由, 根拠 and 教示.
///
/// # Errors
/// A place that may not be printed; parameters that cannot be read.
pub fn notice(
    city: &City,
    decision: &DecisionRow,
    grounds: Decision,
    child: &ResidentFacts,
    to: &ResidentFacts,
    money: Money,
) -> Result<DecisionNotice, Fault> {
    if to.address.is_none() {
        let why = "送付先の住所を表示できません(支援措置など)。二人の確認による解除の後に印刷できます";
        return Err(Fault::conflict("通知書を印刷できません", why));
    }
    let kind = notice_kind(decision);
    let body = match kind {
        Kind::Recognised => format!("申請のあった{SCHEME}について、次のとおり決定しました。"),
        Kind::Rejected => format!("申請のあった{SCHEME}について、次の理由により却下しました。"),
        Kind::Lost => format!("{SCHEME}を受ける資格がなくなりましたので、お知らせします。"),
        Kind::Paid => "申請のあった医療費について、次のとおり支給することを決定しました。".to_owned(),
        Kind::NotPaid => "申請のあった医療費について、次の理由により支給しないことを決定しました。".to_owned(),
        Kind::Repayment => "助成した医療費のうち、次の額の返還を求めることを決定しました。".to_owned(),
    };
    let mut facts = vec![Line::new("対象の子", &format!("{}({}生)", child.name, child.birth))];
    if let Some(from) = decision.period_from.filter(|_| kind == Kind::Recognised) {
        let to = decision.period_to.map_or_else(String::new, |to| format!("{}まで", wareki(to)));
        facts.push(Line::new("助成の期間", &format!("{}から{to}", wareki(from))));
    }
    if let (Kind::Lost, Some(last)) = (kind, decision.period_to) {
        facts.push(Line::new("最後に使える日", &wareki(last)));
        facts.push(Line::new("資格を失う日", &wareki(last.tomorrow().unwrap_or(last))));
    }
    facts.extend(money.facts);
    // A loss satisfies the conditions of losing; everything else explains what was not satisfied.
    let reasons = match kind {
        Kind::Lost | Kind::Repayment => {
            let satisfied = grounds.reasons.iter().filter(|r| r.verdict == Verdict::Satisfied);
            satisfied.map(|r| format!("{}。{}", r.title_ja, r.detail_ja)).collect()
        }
        kind if kind.is_adverse() => grounds.refusal_reasons(),
        _ => vec![],
    };
    let mut articles: Vec<String> = grounds.reasons.iter().map(|r| r.article.clone()).filter(|a| !a.is_empty()).collect();
    articles.sort();
    articles.dedup();
    let note = (to.atena_no != child.atena_no).then(|| format!("({}様の保護者)", child.name));
    Ok(DecisionNotice {
        kind,
        subject: DecisionNotice::subject_for(SCHEME, kind),
        document_no: decision.document_no.clone(),
        date: wareki(decision.decided_on),
        to: addressee(to, note),
        issuer: issuer(city, Seal::Frame),
        body,
        facts,
        breakdown: money.breakdown,
        total: money.total,
        reasons,
        articles,
        trace: grounds.trace,
        guidance: Guidance { paragraphs: instruction(city)? },
        contact: contact(city),
    })
}

fn meta(ident: &str, at: Timestamp) -> Meta {
    Meta { ident: ident.to_owned(), issued_at: at, missing: Missing::Geta }
}

fn download(name: &str, body: Vec<u8>) -> Download {
    Download { name: format!("{name}.pdf"), mime: "application/pdf", body, inline: true }
}

/// Sets a card; what leaves is what was cleared.
///
/// # Errors
/// A form that cannot be printed.
pub fn print_card(card: Cleared<MedicalCard>, name: &str, at: Timestamp) -> Result<Cleared<Download>, Fault> {
    let form = Form::MedicalCard(card);
    let body = forms::render(&form, &meta(name, at)).map_err(unprintable)?;
    match form {
        Form::MedicalCard(card) => Ok(card.map(|_| download(name, body))),
        _ => Err(unprintable(FormError::Nothing)),
    }
}

/// Sets 府補助の実績 as a table.
///
/// # Errors
/// A form that cannot be printed.
pub fn print_report(report: Cleared<TableReport>, name: &str, at: Timestamp) -> Result<Cleared<Download>, Fault> {
    let form = Form::TableReport(report);
    let body = forms::render(&form, &meta(name, at)).map_err(unprintable)?;
    match form {
        Form::TableReport(report) => Ok(report.map(|_| download(name, body))),
        _ => Err(unprintable(FormError::Nothing)),
    }
}

/// Sets a notice.
///
/// # Errors
/// A form that cannot be printed.
pub fn print_notice(notice: Cleared<DecisionNotice>, name: &str, at: Timestamp) -> Result<Cleared<Download>, Fault> {
    let form = Form::DecisionNotice(notice);
    let body = forms::render(&form, &meta(name, at)).map_err(unprintable)?;
    match form {
        Form::DecisionNotice(notice) => Ok(notice.map(|_| download(name, body))),
        _ => Err(unprintable(FormError::Nothing)),
    }
}
