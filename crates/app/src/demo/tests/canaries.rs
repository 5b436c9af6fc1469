//! Canaries: a resident whose every text is found nowhere else. Each member of staff opens every page, as HTML and as JSON, with a case
//! about this person; nothing comes out that the policy does not allow to that post, and what it allows is reached.

use super::{options, remove};
use crate::demo::browser::Browser;
use crate::demo::{DemoCity, load, open_city};
use crate::minato::{DemoStaff, OFFICES};
use kernel::access::{Action, Relation};
use kernel::ident::{AtenaNo, JuminhyoCode};
use platform::Unit;
use platform::policy::{Circumstances, Principal};
use resident::load::NewPerson;
use resident::model::Person;
use webkit::House;
use webkit::route::Method;

/// A text of the person: the column, its field group, and the value that stands nowhere else.
struct Canary {
    column: &'static str,
    group: &'static str,
    value: String,
}

macro_rules! plant {
    ($row:ident, $all:ident; $($needed:ident),*; $($optional:ident),*) => {{
        $( let value = format!("見張り{:03}", $all.len()); $row.$needed = value.clone(); $all.push((stringify!($needed), value)); )*
        $( let value = format!("見張り{:03}", $all.len()); $row.$optional = Some(value.clone()); $all.push((stringify!($optional), value)); )*
    }};
}

/// Puts the person into the registry, as a load would.
async fn plant(house: &House) -> (AtenaNo, Vec<Canary>) {
    let mut tx = house.city.db().read().await.unwrap();
    let like = AtenaNo::issue(1).unwrap();
    let sql = const_format::concatcp!(Person::SELECT, " where atena_no = $1 order by id desc limit 1");
    let mut row = Person::read(&tx.one(sql, vec![like.as_str().to_owned().into()]).await.unwrap()).unwrap();
    drop(tx);
    let number = AtenaNo::issue(900_001).unwrap();
    row.atena_no = number.to_string();
    (row.removed_on, row.valid_to, row.planned_move_out) = (None, None, None);
    let mut texts: Vec<(&'static str, String)> = vec![];
    plant!(row, texts; name, kana, address, change_reason, resident_reason, head_name;
        town_code, banchi, building, elementary, junior_high, maiden_name, koseki_head, domicile, alias_kana, alias, latin_kana,
        latin_name, katakana_name, nationality, residence_status, residence_kind, residence_term, card_no, previous_address,
        planned_to_address, confirmed_to_address, head_latin_name, pension_kind, sub_name, mailing_address);
    let my_number = mynumber::IndividualNumber::from_body("99000077777").unwrap().expose().to_owned();
    let code = (0..10).map(|d| format!("9900007777{d}")).find(|c| JuminhyoCode::parse(c).is_ok()).unwrap();
    let secrets = vec![("my_number", my_number.clone()), ("juminhyo_code", code.clone())];
    let staff = load::staff("shimin", "juki");
    let mut unit = Unit::change(&house.city, &staff, "データ移行", Action::Run).await.unwrap();
    resident::load::insert(&mut unit, &[NewPerson { rows: vec![row], secrets }]).await.unwrap();
    unit.commit(()).await.unwrap();
    let group = |column: &str| Person::REGISTER.columns.iter().find(|c| c.name == column).unwrap().group;
    let mut all: Vec<Canary> = texts.into_iter().map(|(column, value)| Canary { column, group: group(column), value }).collect();
    for (column, value) in [("my_number", my_number), ("juminhyo_code", code)] {
        all.push(Canary { column, group: "juki.mynumber", value });
    }
    (number, all)
}

/// May the post see the group at all: asked for or along the way, on a page or in a search?
fn allowed(house: &House, member: &DemoStaff, group: &str) -> bool {
    let roles = member.roles.split(',').filter(|r| !r.is_empty()).map(str::to_owned).collect();
    let who = Principal { office: member.office.into(), rank: member.rank, roles };
    let purposes = OFFICES.iter().find(|o| o.code == member.office).map_or(&[][..], |o| o.purposes);
    purposes.iter().any(|purpose| {
        [Relation::AskedFor, Relation::Incidental].into_iter().any(|relation| {
            let when =
                Circumstances {
                    purpose: (*purpose).into(), ground: "受付".into(), relation, protected: false, released: false
                };
            [Action::Look, Action::Search, Action::Draft].into_iter().any(|a| house.city.policy().allows(&who, a, group, &when))
        })
    })
}

/// Canaries in a text that may not be there.
fn leaks<'a>(text: &str, canaries: &'a [Canary], may: impl Fn(&str) -> bool) -> Vec<&'a str> {
    canaries.iter().filter(|c| text.contains(&c.value) && !may(c.group)).map(|c| c.column).collect()
}

/// Everything that a member of staff can fetch about the person, page by page.
async fn walk(house: &House, browser: &mut Browser, number: &AtenaNo) -> Vec<(String, String)> {
    let mut all = vec![];
    let kinds = [
        "name",
        "alias",
        "residence",
        "koseki",
        "insurance",
        "mailing",
        "correction",
        "clerical",
        "birth",
        "household",
        "cancel",
    ];
    for route in house.routes().filter(|r| r.method == Method::Get) {
        for kind in if route.path.contains("{kind}") { &kinds[..] } else { &[""] } {
            let path = route
                .path
                .replace("{no}", number.as_str())
                .replace("{number}", number.as_str())
                .replace("{kind}", kind)
                .replace("{month}", "202611")
                .replace("{id}", "1");
            for address in [path.clone(), format!("/api/v1{path}"), format!("{path}?q=%E8%A6%8B%E5%BC%B5%E3%82%8A")] {
                let bytes = browser.fetch(&address).await.unwrap();
                all.push((address, String::from_utf8_lossy(&bytes).into_owned()));
            }
        }
    }
    all
}

#[tokio::test]
async fn nothing_comes_out_that_the_post_may_not_see() {
    let options = options(None, "canaries");
    let DemoCity { house, passwords } = open_city(&options).await.unwrap();
    let (number, canaries) = plant(&house).await;
    let router = house.router();
    let (mut leaked, mut seen_by_clerk) = (vec![], String::new());
    for (member, password) in &passwords {
        let mut browser = Browser::new(router.clone(), member.name);
        browser.sign_in(member.staff_no, password).await.unwrap();
        browser.open("/").await.unwrap();
        browser.post("/case", &[("title", "見張り"), ("ground", "受付")]).await.unwrap();
        browser.open("/").await.unwrap();
        browser.post(&format!("/juki/person/{number}/take"), &[]).await.unwrap();
        let pages = walk(&house, &mut browser, &number).await;
        assert!(pages.iter().any(|(_, text)| !text.is_empty()), "{} sees nothing at all", member.staff_no);
        for (address, text) in &pages {
            for column in leaks(text, &canaries, |group| allowed(&house, member, group)) {
                leaked.push(format!("{} {address}: {column}", member.staff_no));
            }
        }
        if member.staff_no == "1001" {
            seen_by_clerk = pages.into_iter().map(|(_, text)| text).collect();
        }
    }
    // The check can find: the same page, read by somebody who may see nothing of it.
    let all = leaks(&seen_by_clerk, &canaries, |_| false).len();
    let secret = canaries.iter().filter(|c| c.group == "juki.mynumber").count();
    let missing: Vec<&str> =
        canaries.iter().filter(|c| c.group != "juki.mynumber" && !seen_by_clerk.contains(&c.value)).map(|c| c.column).collect();
    house.city.db().close().await;
    remove(&options, None).await;
    assert!(leaked.is_empty(), "{} leaks:\n{}", leaked.len(), leaked.join("\n"));
    assert!(missing.is_empty(), "the clerk of the registry cannot reach: {missing:?}");
    assert_eq!(all, canaries.len() - secret, "every planted text is recognised");
}
