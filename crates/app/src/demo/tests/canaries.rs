//! Canaries: after the story, every column of every register that can bear it gets a value that stands nowhere else. Then each member of
//! staff opens every page for each of their purposes, as HTML, JSON, PDF and file. What comes out must be exactly what the policy allows:
//! nothing more, and nothing less.

use super::played::played_connected;
use super::remove;
use crate::cities::{DemoStaff, OFFICES, STAFF};
use crate::demo::browser::Browser;
use crate::demo::exchange::{MEDICAL, TAX};
use crate::demo::open_city;
use kernel::Date;
use kernel::access::{Action, Relation};
use kernel::money::Yen;
use kernel::time::{wareki, wareki_short};
use platform::policy::{Circumstances, Principal};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Command, Stdio};
use webkit::House;
use webkit::route::Method;

/// A value of one column that stands nowhere else, in the spellings that a page may give it.
struct Canary {
    column: String,
    group: &'static str,
    /// The 事務 that keeps the register.
    purpose: &'static str,
    spellings: Vec<String>,
}

/// Columns whose value the programmes read to decide or to find a row by, so that an invented one would be a broken record.
fn decides(table: &str, column: &str) -> bool {
    const ANYWHERE: &[&str] = &[
        "state",
        "status",
        "kind",
        "valid_from",
        "valid_to",
        "programme",
        "sender",
        "office",
        "purpose",
        "approval",
        "origin",
        "number",
        "share",
        "topic",
        "register",
        "row_key",
        "row_after",
        "verdict",
        "sex",
        "document_no",
        "name_of_file",
        "judgement",
    ];
    const THERE: &[&str] = &[
        "resident_person.removed_on",
        "resident_person.planned_move_out",
        "resident_person.confirmed_on",
        "resident_person.birth",
        "resident_person.birth_earliest",
        "resident_person.birth_latest",
        "medical_aid_recipient.birth",
        "medical_aid_recipient.birth_earliest",
        "medical_aid_recipient.birth_latest",
        "medical_aid_recipient.acquired_on",
        "medical_aid_recipient.suspended_on",
        "medical_aid_recipient.resumed_on",
        "medical_aid_recipient.cancelled_on",
        "medical_aid_recipient.lost_on",
        "medical_aid_recipient.last_valid_day",
        "medical_aid_recipient.eligible_from",
        "medical_aid_recipient.eligible_to",
        "medical_aid_insurance.lost_on",
        "medical_aid_insurance.class",
        "medical_aid_income.basis",
        "medical_aid_income.role",
        "medical_aid_income.sign",
        "medical_aid_notice.change",
        "medical_aid_notice.effective",
        "medical_aid_claim.aid_kind",
        "medical_aid_claim.additional_state",
        "medical_aid_claim.high_cost_state",
        "medical_aid_claim_line.care_kind",
        "medical_aid_claim_line.visit_days",
        "medical_aid_decision.outcome",
        "medical_aid_card.collected_on",
        "claims_receipt.result",
        "claims_receipt.visit_days",
        "claims_finding.route",
        "claims_finding.scope",
        "exchange_inquiry.request",
        "exchange_inquiry.data_set",
        "exchange_copy.record_key",
    ];
    let joins = (column.ends_with("_no") && !matches!(column, "insured_no" | "management_no" | "notice_no" | "card_no"))
        || column.ends_with("token")
        || matches!(column, "account" | "sealed" | "sha256");
    joins || ANYWHERE.contains(&column) || THERE.contains(&format!("{table}.{column}").as_str())
}

pub fn leak(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// Puts a canary into every row of a column, if the database takes it.
async fn plant(house: &House) -> (Vec<Canary>, Vec<String>) {
    let (mut canaries, mut refused) = (vec![], vec![]);
    for register in house.programmes.iter().flat_map(|p| &p.registers) {
        for column in register.columns.iter().filter(|c| !decides(register.table, c.name)) {
            let n = canaries.len();
            // R23.8.1 also begins R23.8.15: the first three days of a month are left out.
            let days = std::iter::successors(Some(Date::constant(2041, 1, 4)), |day| day.tomorrow().ok());
            let day = days.filter(|day| day.day() > 3).nth(n).unwrap();
            let yen = Yen(7_000_000 + i64::try_from(n).unwrap() * 1_009);
            let word = if column.label_ja.contains("カナ") { format!("ミハリ{n:03}") } else { format!("見張{n:03}号") };
            let (value, spellings): (platform::db::Param, Vec<String>) = match column.kind {
                "String" | "Option<String>" => (word.clone().into(), vec![word]),
                "Date" | "Option<Date>" => (day.into(), vec![day.to_string(), wareki(day), wareki_short(day)]),
                "Yen" | "Option<Yen>" => (yen.into(), vec![yen.0.to_string(), kernel::money::grouped(yen.0)]),
                _ => continue,
            };
            let name = format!("{}.{}", register.table, column.name);
            let mut tx = house.city.db().write().await.unwrap();
            let sql = format!("update {} set {} = $1", register.table, column.name);
            match tx.run(leak(sql), vec![value]).await {
                Ok(0) => drop(tx),
                Ok(_) => {
                    tx.commit().await.unwrap();
                    canaries.push(Canary { column: name, group: column.group, purpose: register.purpose, spellings });
                }
                Err(_) => refused.push(name),
            }
        }
    }
    (canaries, refused)
}

/// May this member of staff, acting for the purpose, have the group in one of these ways?
fn allowed(house: &House, member: &DemoStaff, purpose: &str, actions: &[Action], group: &str) -> bool {
    let roles = member.roles.split(',').filter(|r| !r.is_empty()).map(str::to_owned).collect();
    let who = Principal { office: member.office.into(), rank: member.rank, roles };
    [Relation::AskedFor, Relation::Incidental].into_iter().any(|relation| {
        let when =
            Circumstances { purpose: purpose.into(), ground: "受付".into(), relation, protected: false, released: false };
        actions.iter().any(|a| house.city.policy().allows(&who, *a, group, &when))
    })
}

/// In what form something left the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Format {
    Page,
    Json,
    Paper,
    File,
}

impl Format {
    /// The ways of having a group that may lead to this form.
    fn actions(self) -> &'static [Action] {
        match self {
            Self::Page | Self::Json => &[Action::Look, Action::Search, Action::Draft, Action::Decide],
            Self::Paper => &[Action::Print],
            Self::File => &[Action::Export],
        }
    }
}

/// What a fetched document says, and in what form.
fn read(address: &str, bytes: &[u8]) -> (Format, String) {
    if bytes.starts_with(b"%PDF") {
        let mut reader = Command::new("pdftotext").args(["-", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut pipe = reader.stdin.take().unwrap();
        let given = bytes.to_vec();
        let writing = std::thread::spawn(move || pipe.write_all(&given));
        let text = reader.wait_with_output().unwrap().stdout;
        writing.join().unwrap().unwrap();
        return (Format::Paper, String::from_utf8_lossy(&text).chars().filter(|c| !c.is_whitespace()).collect());
    }
    if bytes.starts_with(b"<!DOCTYPE") || bytes.starts_with(b"<") {
        return (Format::Page, String::from_utf8_lossy(bytes).into_owned());
    }
    if address.starts_with("/api/") {
        return (Format::Json, String::from_utf8_lossy(bytes).into_owned());
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => (Format::File, text.to_owned()),
        Err(_) => (Format::File, encoding_rs::SHIFT_JIS.decode(bytes).0.into_owned()),
    }
}

/// Where the `{id}` of a page comes from: the newest rows of a table, or those that have most to show.
const IDS: &[(&str, &str)] = &[
    ("/approvals/", "select id from platform_draft"),
    (
        "/claims/receipts/",
        "select id from claims_receipt where id in (select receipt_id from claims_finding where note is not null)",
    ),
    ("/exchange/inquiries/", "select id from exchange_inquiry"),
    ("/hub/batches/", "select id from hub_batch"),
    ("/hub/deletions/", "select id from hub_deletion"),
    ("/hub/recalls/", "select id from hub_recall"),
    ("/hub/review/", "select id from hub_question"),
    ("/jobs/", "select id from platform_job"),
    ("/juki/certificates/", "select id from resident_certificate"),
    ("/kodomo/applications/", "select id from medical_aid_application"),
    ("/kodomo/cards/", "select id from medical_aid_card"),
    ("/kodomo/claims/", "select id from medical_aid_claim"),
    ("/kodomo/decisions/", "select id from medical_aid_decision"),
    ("/kodomo/notices/", "select id from medical_aid_notice"),
    ("/kodomo/refunds/", "select id from medical_aid_month_refund"),
    ("/payments/demands/", "select id from payments_demand"),
    ("/payments/transfers/", "select id from payments_transfer"),
    ("/payments/", "select id from payments_payment"),
];

/// Every address under which a route can be asked for in this city.
pub async fn addresses(house: &House, people: &[String]) -> Vec<String> {
    let mut tx = house.city.db().read().await.unwrap();
    let mut all = vec![];
    for route in house.routes().filter(|r| r.method == Method::Get) {
        let mut paths = vec![route.path.to_owned()];
        let mut fill = |part: &str, values: &[String]| {
            if route.path.contains(part) {
                paths = paths.iter().flat_map(|p| values.iter().map(|v| p.replace(part, v))).collect();
            }
        };
        fill("{no}", people);
        fill("{number}", people);
        fill("{month}", &["202611".into(), "202612".into(), "202610".into()]);
        fill("{sender}", &["1".into(), "2".into()]);
        // The city is opened without its lines: nothing of others waits there.
        fill("{permit}", &["00".repeat(16)]);
        fill("{procedure}", &[MEDICAL.into()]);
        fill("{data_set}", &[TAX.into()]);
        fill("{step}", &["extend".into(), "start".into()]);
        let kinds = [
            "correction",
            "clerical",
            "birth",
            "household",
            "cancel",
            "name",
            "alias",
            "residence",
            "koseki",
            "insurance",
            "mailing",
        ];
        fill("{kind}", &kinds.map(str::to_owned));
        if route.path.contains("{id}") {
            let (_, rows) = IDS.iter().find(|(start, _)| route.path.starts_with(start)).expect("rows for every {id}");
            let sql = format!("{rows} order by id desc limit 4");
            let ids: Vec<i64> = tx.all(leak(sql), vec![]).await.unwrap().iter().map(|r| r.get("id").unwrap()).collect();
            paths = paths.iter().flat_map(|p| ids.iter().map(|v| p.replace("{id}", &v.to_string()))).collect();
        }
        all.extend(paths);
    }
    all
}

/// What one member of staff got out of the house for one purpose.
async fn walk(
    house: &House,
    member: &DemoStaff,
    password: &str,
    purpose: &str,
    addresses: &[String],
) -> Vec<(String, Format, String)> {
    let mut browser = Browser::new(house.router(), &format!("見張り {} {purpose}", member.name));
    browser.open("/sign-in").await.unwrap();
    browser.post("/sign-in", &[("login", member.staff_no), ("password", password)]).await.unwrap();
    let choice = format!(":{purpose}");
    let page = browser.open("/session/purpose").await.unwrap();
    let value =
        page.split("value=\"").skip(1).filter_map(|v| v.split('"').next()).find(|v| v.ends_with(&choice)).map(str::to_owned);
    if let Some(value) = value {
        browser.post("/session/purpose", &[("purpose", &value)]).await.unwrap();
    }
    browser.open("/").await.unwrap();
    browser.post("/case", &[("title", "見張り"), ("ground", "受付")]).await.unwrap();
    browser.open("/").await.unwrap();
    let home = browser.page.clone();
    for number in addresses.iter().filter_map(|a| a.strip_prefix("/juki/person/")).filter(|n| !n.contains('/')) {
        browser.page.clone_from(&home);
        browser.post(&format!("/juki/person/{number}/take"), &[]).await.unwrap();
        browser.page.clone_from(&home);
        browser.post("/hub", &[("number", number)]).await.unwrap();
        browser.page.clone_from(&home);
        browser.post(&format!("/hub/outsiders/{number}/take"), &[]).await.unwrap();
        browser.page.clone_from(&home);
        browser.post("/exchange/subject", &[("number", number)]).await.unwrap();
    }
    for inquiry in addresses.iter().filter(|a| a.starts_with("/exchange/inquiries/") && !a.contains("/new/")) {
        browser.page.clone_from(&home);
        browser.post(&format!("{inquiry}/take"), &[]).await.unwrap();
    }
    let mut got = vec![];
    let mut waiting: Vec<String> = addresses.iter().flat_map(|path| [path.clone(), format!("/api/v1{path}")]).collect();
    while let Some(address) = waiting.pop() {
        let bytes = browser.fetch(&address).await.unwrap();
        assert!(browser.status.as_u16() < 500, "{} {address}: {}", member.staff_no, browser.status);
        if !browser.status.is_success() {
            continue;
        }
        let (format, text) = read(&address, &bytes);
        if format == Format::Page && !address.contains('?') {
            // The other tabs of the same page.
            let tab = format!("{address}?tab=");
            let links = text.split("href=\"").skip(1).filter_map(|l| l.split('"').next()).filter(|l| l.starts_with(&tab));
            waiting.extend(links.map(str::to_owned).collect::<BTreeSet<_>>());
        }
        got.push((address, format, text));
    }
    got
}

/// Columns whose canary stands in a text although the group may not come out in this form.
fn leaks<'a>(text: &str, canaries: &'a [Canary], may: impl Fn(&str) -> bool) -> Vec<&'a str> {
    found(text, canaries).filter(|c| !may(c.group)).map(|c| c.column.as_str()).collect()
}

fn found<'a>(text: &str, canaries: &'a [Canary]) -> impl Iterator<Item = &'a Canary> {
    canaries.iter().filter(move |c| c.spellings.iter().any(|s| text.contains(s)))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_out_is_exactly_what_the_policy_allows() {
    let (options, passwords) = played_connected("canaries").await;
    let house = open_city(&options).await.unwrap().house;
    let people = story_people(&house, &["exchange_difference", "exchange_record"]).await;
    let (mut canaries, refused) = plant(&house).await;
    canaries.extend(secrets());
    let addresses = addresses(&house, &people).await;
    let (mut leaked, mut hidden, mut formats) = (vec![], BTreeSet::new(), BTreeMap::new());
    for (member, password) in STAFF.iter().zip(&passwords) {
        for purpose in OFFICES.iter().find(|o| o.code == member.office).map_or(&[][..], |o| o.purposes) {
            let mut seen: BTreeMap<Format, BTreeSet<&str>> = BTreeMap::new();
            for (address, format, text) in walk(&house, member, password, purpose, &addresses).await {
                let may = |group: &str| allowed(&house, member, purpose, format.actions(), group);
                for column in leaks(&text, &canaries, may) {
                    leaked.push(format!("{} {purpose} {address} ({format:?}): {column}", member.staff_no));
                }
                seen.entry(format).or_default().extend(found(&text, &canaries).map(|c| c.column.as_str()));
            }
            // A programme shows its own staff every field of its registers; others get what they ask for through its port.
            let own = |c: &&Canary| c.purpose == *purpose && allowed(&house, member, purpose, &[Action::Look], c.group);
            for canary in canaries.iter().filter(own) {
                for format in [Format::Page, Format::Json] {
                    if !seen.get(&format).is_some_and(|columns| columns.contains(canary.column.as_str())) {
                        hidden.insert(format!("{} {purpose} {format:?}: {}", member.staff_no, canary.column));
                    }
                }
            }
            for (format, columns) in seen {
                formats.entry(format).or_insert_with(BTreeSet::new).extend(columns);
            }
        }
    }
    house.city.db().close().await;
    remove(&options, None).await;
    let hidden: Vec<String> = hidden.into_iter().collect();
    assert!(
        refused.is_empty() && leaked.is_empty() && hidden.is_empty(),
        "the database does not take a canary in: {refused:?}\n{} leaks:\n{}\n{} fields are on no page:\n{}",
        leaked.len(),
        leaked.join("\n"),
        hidden.len(),
        hidden.join("\n")
    );
    assert!(canaries.len() > 200, "only {} canaries", canaries.len());
    for (format, least) in [(Format::Page, 200), (Format::Json, 200), (Format::Paper, 20), (Format::File, 5)] {
        let n = formats.get(&format).map_or(0, BTreeSet::len);
        assert!(n >= least, "{format:?} bore only {n} of the canaries: {:?}", formats.get(&format));
    }
}

#[test]
fn a_leak_would_be_found_in_every_spelling() {
    let day = Date::constant(2041, 3, 5);
    let canary = |group, spellings: &[&str]| Canary {
        column: "t.c".into(),
        group,
        purpose: "juki",
        spellings: spellings.iter().map(|s| (*s).to_owned()).collect(),
    };
    let all =
        [canary("juki.koseki", &["見張001号"]), canary("juki.status", &[&day.to_string(), &wareki(day), &wareki_short(day)])];
    for text in ["<td>見張001号</td>", "令和23年3月5日から", "R23.3.5", "2041-03-05"] {
        assert_eq!(leaks(text, &all, |_| false).len(), 1, "{text}");
        assert!(leaks(text, &all, |_| true).is_empty(), "{text}");
    }
    assert!(leaks("見張002号 令和23年3月6日", &all, |_| false).is_empty());
}

/// 個人番号 and accounts of the story. They come out only where the office asks for them; nothing else may bear them.
fn secrets() -> Vec<Canary> {
    let numbers = ["99000010001", "99000010002", "99000010003", "99000010004", "99000010006"];
    let number = |body: &&str| mynumber::IndividualNumber::from_body(body).unwrap().expose().to_owned();
    let secret =
        |column: &str, group, value: String| Canary { column: column.into(), group, purpose: "", spellings: vec![value] };
    let accounts = ["4815926", "4815934", "4815942"];
    let all = numbers.iter().map(|n| secret("個人番号", "juki.mynumber", number(n)));
    all.chain(accounts.iter().map(|a| secret("口座", "kodomo.account", (*a).to_owned()))).collect()
}

/// 宛名番号 of some who have most to show, the richest first: children with a card, a claim, a notice; and of the last in each of `more`
/// registers, which only a connected city has filled.
pub async fn story_people(house: &House, more: &[&str]) -> Vec<String> {
    let mut tx = house.city.db().read().await.unwrap();
    let mut all: Vec<String> = vec![];
    for table in [
        "medical_aid_school_leave",
        "medical_aid_claim",
        "medical_aid_application",
        "medical_aid_notice",
        "medical_aid_income",
        "medical_aid_relief",
        "resident_protection",
        "resident_certificate",
        "hub_former_number f join hub_link l on l.dan_no = f.dan_no",
        "hub_outsider",
        "(select id, other_no as atena_no from hub_question) q",
    ]
    .iter()
    .chain(more)
    {
        let sql =
            format!("select atena_no from {table} order by {}id desc limit 1", if table.contains(" f ") { "f." } else { "" });
        let row = tx.one(leak(sql), vec![]).await.unwrap();
        let number: String = row.get("atena_no").unwrap();
        if !all.contains(&number) {
            all.push(number);
        }
    }
    all
}
