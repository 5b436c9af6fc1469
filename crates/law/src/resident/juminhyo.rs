//! 住民票の写し: who may have which items, how it is handed over, and what it costs.
//!
//! 住民基本台帳法12条 (本人・同一世帯), 12条の2 (公用), 12条の3 (第三者・職務上), 15条の4 (除票), 30条の45 (外国人住民).

use crate::RuleError;
use crate::params::ResidentRules;
use crate::reasons::{Finding, numbered, step};
use kernel::decision::{Decision, FactRef, Outcome, Verdict};
use kernel::money::Yen;
use kernel::time::Date;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requester {
    /// 本人
    Person,
    /// 同一の世帯に属する者
    HouseholdMember,
    /// 法定代理人 of one of them.
    StatutoryAgent,
    /// 任意代理人 with 委任状.
    Agent,
    /// 国・地方公共団体の機関
    PublicBody,
    /// 第三者
    ThirdParty,
    /// 弁護士等の職務上請求
    Professional,
}

impl Requester {
    /// The word on screen.
    pub fn label_ja(self) -> &'static str {
        match self {
            Requester::Person => "本人",
            Requester::HouseholdMember => "同一世帯",
            Requester::StatutoryAgent => "法定代理人",
            Requester::Agent => "代理人",
            Requester::PublicBody => "公用",
            Requester::ThirdParty => "第三者",
            Requester::Professional => "職務上請求",
        }
    }

    fn for_the_person(self) -> bool {
        matches!(self, Requester::Person | Requester::HouseholdMember | Requester::StatutoryAgent | Requester::Agent)
    }

    fn article(self, document: Document) -> &'static str {
        match (self, document) {
            (Requester::PublicBody, Document::RemovedCopy) => "住民基本台帳法15条の4第2項",
            (Requester::ThirdParty | Requester::HouseholdMember, Document::RemovedCopy) => "住民基本台帳法15条の4第3項",
            (Requester::Professional, Document::RemovedCopy) => "住民基本台帳法15条の4第4項",
            (_, Document::RemovedCopy) => "住民基本台帳法15条の4第1項",
            (Requester::PublicBody, _) => "住民基本台帳法12条の2",
            (Requester::ThirdParty, _) => "住民基本台帳法12条の3第1項",
            (Requester::Professional, _) => "住民基本台帳法12条の3第2項",
            _ => "住民基本台帳法12条1項",
        }
    }
}

/// Which paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Document {
    /// 住民票の写し
    Copy,
    /// 除票の写し: of a person who left or died. 同一世帯 does not exist for it.
    RemovedCopy,
    /// 住民票記載事項証明書
    Statement,
}

/// Items beyond name, birth date, sex, address and their dates, all omitted unless asked for (12条5項).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Item {
    /// 世帯主の氏名・世帯主との続柄 (7条4号)
    Relationship,
    /// 本籍・筆頭者 (7条5号)
    Koseki,
    /// 国籍・在留資格等 (30条の45)
    Foreign,
    /// 国民健康保険等の資格 (7条9号–12号)
    Insurance,
    /// 異動の履歴・備考
    History,
    /// 個人番号 (7条8号の2)
    IndividualNumber,
    /// 住民票コード (7条13号)
    ResidentCode,
}

impl Item {
    /// The word on screen.
    pub fn label_ja(self) -> &'static str {
        match self {
            Item::Relationship => "世帯主・続柄",
            Item::Koseki => "本籍・筆頭者",
            Item::Foreign => "国籍・在留資格等",
            Item::Insurance => "国民健康保険等の資格",
            Item::History => "異動の履歴・備考",
            Item::IndividualNumber => "個人番号",
            Item::ResidentCode => "住民票コード",
        }
    }

    fn is_number(self) -> bool {
        matches!(self, Item::IndividualNumber | Item::ResidentCode)
    }
}

/// Where the request arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// 窓口
    Counter,
    /// 郵送
    Post,
}

/// What was said about the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Nothing.
    NotStated,
    /// Stated, and the office finds it sufficient.
    Sufficient,
    /// Not sufficient, or plainly improper.
    Insufficient,
}

/// What the protection list (支援措置) says about the subject and this requester.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// The list could not be read: nothing is issued.
    ListMissing,
    /// The subject is not on the list.
    NotProtected,
    /// The protected person, or somebody protected together with them, asks for the own record.
    ProtectedPerson,
    /// 相手方 (or somebody acting for them).
    Opponent,
    /// Anybody else asks for a protected person's record: 厳格審査.
    Others,
}

/// A request for one subject's record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Who asks.
    pub requester: Requester,
    /// 本人確認 of the person at the counter, done?
    pub identity_checked: bool,
    /// 委任状, proof of 法定代理, 職員証 or 資格証 shown? Not needed of 本人 and 同一世帯.
    pub authority_shown: bool,
    /// Counter or post.
    pub window: Window,
    /// Which paper.
    pub document: Document,
    /// Items asked for.
    pub items: Vec<Item>,
    /// Reason of the request.
    pub purpose: Purpose,
    /// A third party's special need for 続柄, 本籍 and the like was shown (12条の3第7項).
    pub special_need: bool,
    /// 支援措置
    pub protection: Protection,
    /// Number of copies.
    pub copies: u16,
    /// Article of the ordinance that waives the fee, if one applies.
    pub fee_waived_by: Option<String>,
    /// Day of the request.
    pub day: Date,
    /// Application, identity paper, list entry.
    pub evidence: Vec<FactRef>,
}

/// How the paper reaches the requester.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Over the counter.
    AtCounter,
    /// To the requester's registered address.
    PostToRequester,
    /// To the person's own registered address: an agent never carries 個人番号 or 住民票コード.
    PostToPerson,
}

/// What the desk must do before it prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    /// Nothing special.
    Ordinary,
    /// Two persons release a protected record for the person themself, then it locks again.
    TwoPersons,
    /// Not released.
    Locked,
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// For the case file of the office. It may name a 支援措置 and never leaves the office.
    pub decision: Decision,
    /// Items that will be printed, in order.
    pub items: Vec<Item>,
    /// Items asked for and left out, with the article.
    pub omitted: Vec<(Item, &'static str)>,
    /// How it is handed over.
    pub delivery: Delivery,
    /// What must happen before printing.
    pub release: Release,
    /// Fee for all copies; zero when nothing is issued.
    pub fee: Yen,
    /// 理由 of a refusal as the applicant reads it. It is the same text whether or not a 支援措置 exists.
    pub refusal_ja: Vec<String>,
}

/// Decides a request: 1 entitled, 2 identity, 3 reason, 4 支援措置, 5 items.
///
/// # Errors
/// [`RuleError::Param`] when no fee is in force, [`RuleError::TooLarge`].
pub fn allowed_items(request: &Request, rules: &ResidentRules) -> Result<Answer, RuleError> {
    let article = request.requester.article(request.document);
    let (items, omitted) = items(request);
    let listed: Vec<String> = omitted.iter().map(|(item, why)| format!("{}({why})", item.label_ja())).collect();
    let left_out = if listed.is_empty() {
        "求められた項目をすべて載せます".to_owned()
    } else {
        format!("載せない項目: {}", listed.join("、"))
    };
    let reasons = vec![
        entitled(request, article).with(request.evidence.iter().cloned()).reason("請求できる者である"),
        identity(request).reason("本人確認ができている"),
        purpose(request, article).reason("請求の理由が法の定めに当たる"),
        protection(request, article).reason("支援措置による制限がない"),
        Finding::new(Verdict::Info, left_out, "住民基本台帳法12条5項・12条の3第7項").reason("載せる項目"),
    ];
    let mut decision = Decision::from_reasons(numbered(reasons), vec![]);
    let issued = decision.outcome == Outcome::Granted;
    let fee = if issued {
        let (fee, fee_step) = fee(request, rules)?;
        decision.trace.push(fee_step);
        fee
    } else {
        Yen::ZERO
    };
    let release = match request.protection {
        _ if !issued => Release::Locked,
        Protection::ProtectedPerson => Release::TwoPersons,
        _ => Release::Ordinary,
    };
    let refusal_ja = if decision.outcome == Outcome::Refused { refusal(request, &decision, rules)? } else { vec![] };
    let items = if issued { items } else { vec![] };
    let delivery = delivery(request, &items);
    Ok(Answer { decision, items, omitted, delivery, release, fee, refusal_ja })
}

/// The refusal as the applicant reads it. For the 相手方 it is, word for word, the refusal of the same request to somebody whose reason
/// is insufficient where no protection exists.
fn refusal(request: &Request, decision: &Decision, rules: &ResidentRules) -> Result<Vec<String>, RuleError> {
    if request.protection != Protection::Opponent {
        return Ok(decision.refusal_reasons());
    }
    let plain = Request { protection: Protection::NotProtected, purpose: Purpose::Insufficient, ..request.clone() };
    Ok(allowed_items(&plain, rules)?.decision.refusal_reasons())
}

/// A 除票 has no household: a former member asks as a third party.
fn as_third_party(request: &Request) -> bool {
    matches!(request.requester, Requester::ThirdParty | Requester::Professional)
        || (request.document == Document::RemovedCopy && request.requester == Requester::HouseholdMember)
}

fn entitled(request: &Request, article: &str) -> Finding {
    let who = request.requester.label_ja();
    match request.requester {
        Requester::Person => Finding::new(Verdict::Satisfied, who, article),
        Requester::HouseholdMember if as_third_party(request) => {
            Finding::new(Verdict::Satisfied, "除票に同一世帯はないため、第三者として扱います", article)
        }
        Requester::HouseholdMember | Requester::ThirdParty => Finding::new(Verdict::Satisfied, who, article),
        _ if request.authority_shown => Finding::new(Verdict::Satisfied, format!("{who}・権限の書類を確認"), article),
        _ => Finding::new(Verdict::Unclear, format!("{who}・委任状や資格を示す書類が確かめられていません"), article),
    }
}

fn identity(request: &Request) -> Finding {
    let article = "住民基本台帳法12条3項・12条の3第5項";
    match request.identity_checked {
        true => Finding::new(Verdict::Satisfied, "窓口に来た人・送付を求めた人を確認", article),
        false => Finding::new(Verdict::Unclear, "本人確認がまだです", article),
    }
}

fn purpose(request: &Request, article: &str) -> Finding {
    let needed = request.requester == Requester::PublicBody || as_third_party(request);
    match (request.purpose, needed) {
        (Purpose::Insufficient, true) => {
            Finding::new(Verdict::NotSatisfied, "示された理由では交付を相当と認められません", article)
        }
        (Purpose::Insufficient, false) => {
            Finding::new(Verdict::NotSatisfied, "示された事情では交付を相当と認められません", "住民基本台帳法12条6項")
        }
        (Purpose::NotStated, true) => Finding::new(Verdict::Unclear, "理由が示されていません", article),
        (Purpose::NotStated, false) => Finding::new(Verdict::Satisfied, "理由を示す必要はありません", article),
        (Purpose::Sufficient, _) => Finding::new(Verdict::Satisfied, "示された理由を相当と認めます", article),
    }
}

fn protection(request: &Request, article: &str) -> Finding {
    let manual = "住民基本台帳事務処理要領 第5-10";
    match request.protection {
        Protection::NotProtected => Finding::new(Verdict::Satisfied, "制限なし", manual),
        Protection::ListMissing => Finding::new(Verdict::Unclear, "支援措置の一覧を確かめられないため、交付できません", manual),
        Protection::Opponent => Finding::new(Verdict::NotSatisfied, "相手方からの請求です。存在を知らせずに断ります", article),
        Protection::Others => Finding::new(Verdict::Unclear, "支援措置の対象者です。使う目的を厳格に審査してください", manual),
        Protection::ProtectedPerson => {
            // Violence often comes with a stolen or borrowed identity: nothing goes to agents or by post.
            let in_person = request.window == Window::Counter && !matches!(request.requester, Requester::Agent);
            match in_person && request.requester.for_the_person() {
                true => Finding::new(Verdict::Satisfied, "本人の請求です。二人で解除して交付し、再び抑止します", manual),
                false => Finding::new(Verdict::Unclear, "本人の来庁で確かめてください(代理人・郵送では交付しません)", manual),
            }
        }
    }
}

/// Which of the requested items may be printed, and why others are left out.
fn items(request: &Request) -> (Vec<Item>, Vec<(Item, &'static str)>) {
    let mut asked = request.items.clone();
    asked.sort_unstable();
    asked.dedup();
    let (mut granted, mut omitted) = (vec![], vec![]);
    let third = as_third_party(request);
    for item in asked {
        let refused = match (item.is_number(), request.requester) {
            (true, Requester::PublicBody) => Some("住民基本台帳法12条の2第1項"),
            (true, _) if third => Some("住民基本台帳法12条の3第1項・30条の37・番号法19条"),
            (false, _) if third && !request.special_need => Some("住民基本台帳法12条の3第7項"),
            _ => None,
        };
        match refused {
            Some(article) => omitted.push((item, article)),
            None => granted.push(item),
        }
    }
    (granted, omitted)
}

fn delivery(request: &Request, items: &[Item]) -> Delivery {
    let carries_number = items.iter().any(|i| i.is_number());
    match (request.requester, request.window) {
        (Requester::Agent, _) if carries_number => Delivery::PostToPerson,
        (_, Window::Post) => Delivery::PostToRequester,
        (_, Window::Counter) => Delivery::AtCounter,
    }
}

fn fee(request: &Request, rules: &ResidentRules) -> Result<(Yen, kernel::decision::Step), RuleError> {
    let (name, row) = match request.document {
        Document::Copy => ("住民票の写しの手数料", rules.fee_juminhyo.at(request.day)?),
        Document::RemovedCopy => ("除票の写しの手数料", rules.fee_removed.at(request.day)?),
        Document::Statement => ("記載事項証明書の手数料", rules.fee_statement.at(request.day)?),
    };
    if request.requester == Requester::PublicBody {
        return Ok((Yen::ZERO, step(name, "公用のため無料", Yen::ZERO, row)));
    }
    if let Some(article) = &request.fee_waived_by {
        return Ok((Yen::ZERO, step(name, format!("免除({article})"), Yen::ZERO, row)));
    }
    let fee = row.value.times(i64::from(request.copies)).ok_or(RuleError::TooLarge)?;
    Ok((fee, step(name, format!("{} × {}通", row.value, request.copies), fee, row)))
}
