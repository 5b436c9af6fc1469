//! Registry questions of the case files.

use crate::support::{case, day, params, row, run, same};
use kernel::time::Date;
use law::resident::juminhyo::{
    Delivery, Document, Item, Protection, Purpose, Release, Request, Requester, Window, allowed_items,
};
use law::resident::protection::{Standing, extended_term, extension_opens, standing, term};
use law::resident::{Notification, erased_on, notify_by};
use serde::Deserialize;

pub const FILES: &[&str] =
    &["resident/deadlines.toml", "resident/erasure.toml", "resident/juminhyo.toml", "resident/protection.toml"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeadlineCase {
    title: String,
    source: String,
    event: String,
    day: String,
    #[serde(default)]
    closed: Vec<String>,
    expected: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ErasureCase {
    title: String,
    source: String,
    planned: String,
    moved_in: Option<String>,
    expected: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProtectionCase {
    title: String,
    source: String,
    start: String,
    expected: ProtectionExpected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProtectionExpected {
    end: String,
    extension_opens: String,
    next_end: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JuminhyoCase {
    title: String,
    source: String,
    requester: String,
    document: Option<String>,
    purpose: Option<String>,
    #[serde(default = "yes")]
    identity: bool,
    #[serde(default = "yes")]
    authority: bool,
    #[serde(default)]
    special_need: bool,
    protection: Option<String>,
    waived_by: Option<String>,
    copies: Option<u16>,
    items: Vec<String>,
    expected: JuminhyoExpected,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JuminhyoExpected {
    outcome: String,
    items: Option<Vec<String>>,
    delivery: Option<String>,
    release: Option<String>,
    fee: Option<i64>,
}

case!(DeadlineCase, ErasureCase, ProtectionCase, JuminhyoCase);

#[test]
fn deadline_cases() {
    run("resident/deadlines.toml", |c: &DeadlineCase| {
        let on = day(&c.day);
        let event = match c.event.as_str() {
            "転入" => Notification::MoveIn(on),
            "転居" => Notification::MoveWithin(on),
            "世帯変更" => Notification::HouseholdChange(on),
            "出生" => Notification::Birth(on),
            "死亡" => Notification::Death(on),
            other => return Err(format!("unknown event {other}")),
        };
        let closed: Vec<Date> = c.closed.iter().map(|d| day(d)).collect();
        let found = notify_by(event, &params().resident, |d| closed.contains(&d)).map_err(|e| e.to_string())?;
        same("last day", day(&c.expected), found.last_day)
    });
}

#[test]
fn erasure_cases() {
    run("resident/erasure.toml", |c: &ErasureCase| {
        same("消除日", day(&c.expected), erased_on(day(&c.planned), c.moved_in.as_deref().map(day)))
    });
}

#[test]
fn protection_cases() {
    run("resident/protection.toml", |c: &ProtectionCase| {
        let rules = params().resident;
        let first = term(day(&c.start), &rules).map_err(|e| e.to_string())?;
        let end = first.to.ok_or("a term without an end")?;
        same("end", day(&c.expected.end), end)?;
        same("extension", day(&c.expected.extension_opens), extension_opens(end, &rules).map_err(|e| e.to_string())?)?;
        let next = extended_term(end, &rules).map_err(|e| e.to_string())?;
        same("next start", end.tomorrow().unwrap(), next.from)?;
        same("next end", Some(day(&c.expected.next_end)), next.to)
    });
}

#[test]
fn protection_never_ends_by_the_calendar() {
    let rules = params().resident;
    let first = term(day("2020-04-01"), &rules).unwrap();
    let at = |on: &str, ended: Option<&str>| standing(&first, ended.map(day), day(on), &rules).unwrap();
    assert_eq!(at("2021-02-27", None), Standing::Active);
    assert_eq!(at("2021-02-28", None), Standing::ExtensionOpen);
    assert_eq!(at("2021-03-01", None), Standing::ExtensionOpen);
    assert_eq!(at("2021-03-31", None), Standing::ExtensionOpen);
    assert_eq!(at("2021-04-01", None), Standing::Overdue);
    assert!(at("2031-04-01", None).blocks(), "ten years later it still blocks");
    assert!(at("2021-04-09", Some("2021-04-10")).blocks(), "a procedure of tomorrow has not ended it");
    assert_eq!(at("2021-04-10", Some("2021-04-10")), Standing::Ended);
    assert!(!Standing::Ended.blocks());
}

fn item(word: &str) -> Item {
    match word {
        "続柄" => Item::Relationship,
        "本籍" => Item::Koseki,
        "在留" => Item::Foreign,
        "個人番号" => Item::IndividualNumber,
        "住民票コード" => Item::ResidentCode,
        other => panic!("unknown item {other}"),
    }
}

fn requester(word: &str) -> Requester {
    match word {
        "本人" => Requester::Person,
        "同一世帯" => Requester::HouseholdMember,
        "法定代理人" => Requester::StatutoryAgent,
        "代理人" => Requester::Agent,
        "公用" => Requester::PublicBody,
        "第三者" => Requester::ThirdParty,
        "職務上請求" => Requester::Professional,
        other => panic!("unknown requester {other}"),
    }
}

fn request(c: &JuminhyoCase) -> Request {
    Request {
        requester: requester(&c.requester),
        identity_checked: c.identity,
        authority_shown: c.authority,
        window: Window::Counter,
        document: match c.document.as_deref() {
            None => Document::Copy,
            Some("除票") => Document::RemovedCopy,
            Some("記載事項証明") => Document::Statement,
            Some(other) => panic!("unknown document {other}"),
        },
        items: c.items.iter().map(|i| item(i)).collect(),
        purpose: match c.purpose.as_deref() {
            None => Purpose::NotStated,
            Some("十分") => Purpose::Sufficient,
            Some("不十分") => Purpose::Insufficient,
            Some(other) => panic!("unknown purpose {other}"),
        },
        special_need: c.special_need,
        protection: match c.protection.as_deref() {
            None => Protection::NotProtected,
            Some("本人") => Protection::ProtectedPerson,
            Some("相手方") => Protection::Opponent,
            Some("それ以外") => Protection::Others,
            Some("一覧なし") => Protection::ListMissing,
            Some(other) => panic!("unknown protection {other}"),
        },
        copies: c.copies.unwrap_or(1),
        fee_waived_by: c.waived_by.clone(),
        day: day("R8.11.20"),
        evidence: vec![row("desk_request", 1)],
    }
}

#[test]
fn juminhyo_cases() {
    run("resident/juminhyo.toml", |c: &JuminhyoCase| {
        let found = allowed_items(&request(c), &params().resident).map_err(|e| e.to_string())?;
        same("outcome", c.expected.outcome.as_str(), found.decision.outcome.label_ja())?;
        if let Some(items) = &c.expected.items {
            same("items", items.iter().map(|i| item(i)).collect(), found.items)?;
        }
        if let Some(delivery) = &c.expected.delivery {
            let word = match found.delivery {
                Delivery::AtCounter => "窓口",
                Delivery::PostToRequester => "請求者へ郵送",
                Delivery::PostToPerson => "本人へ郵送",
            };
            same("delivery", delivery.as_str(), word)?;
        }
        if let Some(release) = &c.expected.release {
            let word = match found.release {
                Release::Ordinary => "通常",
                Release::TwoPersons => "二人",
                Release::Locked => "不可",
            };
            same("release", release.as_str(), word)?;
        }
        if let Some(fee) = c.expected.fee {
            same("fee", fee, found.fee.get())?;
        }
        Ok(())
    });
}

const REQUESTERS: [Requester; 7] = [
    Requester::Person,
    Requester::HouseholdMember,
    Requester::StatutoryAgent,
    Requester::Agent,
    Requester::PublicBody,
    Requester::ThirdParty,
    Requester::Professional,
];

fn plain(who: Requester) -> Request {
    Request {
        requester: who,
        identity_checked: true,
        authority_shown: true,
        window: Window::Counter,
        document: Document::Copy,
        items: vec![Item::Relationship, Item::IndividualNumber, Item::ResidentCode],
        purpose: Purpose::Sufficient,
        special_need: true,
        protection: Protection::NotProtected,
        copies: 1,
        fee_waived_by: None,
        day: day("R8.11.20"),
        evidence: vec![],
    }
}

/// The 相手方 may compare the paper with that of anybody else who was refused: not one character differs.
#[test]
fn a_refusal_to_the_opponent_reveals_nothing() {
    let rules = params().resident;
    for who in REQUESTERS {
        for document in [Document::Copy, Document::RemovedCopy, Document::Statement] {
            let base = Request { document, ..plain(who) };
            let opponent = Request { protection: Protection::Opponent, ..base.clone() };
            let stranger = Request { purpose: Purpose::Insufficient, ..base };
            let opponent = allowed_items(&opponent, &rules).unwrap();
            let stranger = allowed_items(&stranger, &rules).unwrap();
            assert_eq!(opponent.refusal_ja, stranger.refusal_ja);
            assert!(!opponent.refusal_ja.is_empty());
            assert_eq!((opponent.items.len(), opponent.fee, opponent.release), (0, stranger.fee, stranger.release));
            let paper = opponent.refusal_ja.concat();
            for word in ["支援", "相手方", "抑止", "保護", "暴力"] {
                assert!(!paper.contains(word), "{paper}");
            }
        }
    }
}

/// 個人番号 and 住民票コード go to 本人, 同一世帯 and 法定代理人; to an agent only by post to the person; to nobody else at all.
#[test]
fn the_numbers_reach_only_the_person() {
    let rules = params().resident;
    for who in REQUESTERS {
        for window in [Window::Counter, Window::Post] {
            let found = allowed_items(&Request { window, ..plain(who) }, &rules).unwrap();
            let printed = found.items.contains(&Item::IndividualNumber) || found.items.contains(&Item::ResidentCode);
            let close = matches!(who, Requester::Person | Requester::HouseholdMember | Requester::StatutoryAgent);
            assert_eq!(printed, close || who == Requester::Agent, "{who:?}");
            assert_eq!(found.delivery == Delivery::PostToPerson, who == Requester::Agent, "{who:?}");
        }
    }
}

#[test]
fn a_protected_record_is_released_only_to_the_person_at_the_counter() {
    let rules = params().resident;
    for who in REQUESTERS {
        for window in [Window::Counter, Window::Post] {
            for protection in [Protection::ProtectedPerson, Protection::Opponent, Protection::Others, Protection::ListMissing] {
                let found = allowed_items(&Request { window, protection, ..plain(who) }, &rules).unwrap();
                let person = matches!(who, Requester::Person | Requester::HouseholdMember | Requester::StatutoryAgent);
                let open = person && window == Window::Counter && protection == Protection::ProtectedPerson;
                let expected = if open { Release::TwoPersons } else { Release::Locked };
                assert_eq!(found.release, expected, "{who:?} {window:?} {protection:?}");
                assert_eq!(found.items.is_empty(), !open);
            }
        }
    }
}
