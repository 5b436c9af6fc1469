//! 住民票の写し: what the law lets this requester have, the fee, one 発行番号 a paper. The paper and the person are bound in one unit.

use crate::model::{Certificate, Person};
use crate::store;
use forms::juminhyo::{Extent, ForeignItems, Item as Printed, Juminhyo, Member, Removal};
use forms::parts::{Issuer, Seal};
use forms::{Form, Meta, Missing};
use kernel::Cleared;
use kernel::access::Action;
use kernel::decision::{Outcome, Verdict};
use kernel::ident::AtenaNo;
use kernel::time::{clock_time, wareki};
use law::resident::juminhyo::{Answer, Document, Item, Protection, Purpose, Request, Requester, Window, allowed_items};
use platform::keys::Place;
use platform::{Fault, Unit, case, file, subject};

/// What is asked for at the desk.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Whose record.
    pub number: AtenaNo,
    /// The whole household.
    pub household: bool,
    /// Who asks.
    pub requester: Requester,
    /// 本人確認 done.
    pub identity_checked: bool,
    /// 委任状 or the like shown.
    pub authority_shown: bool,
    /// Asked for: 続柄, 本籍, 個人番号, 住民票コード …
    pub items: Vec<Item>,
    /// A reason that the law knows was stated.
    pub purpose: Purpose,
    /// The requester is the 相手方 of a 支援措置 (the desk has compared).
    pub opponent: bool,
}

/// A printed paper, or a refusal in words that reveal nothing.
#[derive(Debug)]
pub enum Issued {
    /// The paper: number and PDF.
    Paper {
        /// 発行番号
        number: String,
        /// PDF.
        pdf: Vec<u8>,
    },
    /// 不交付, with 理由.
    Refused(Vec<String>),
}

/// Asks the law what may be printed, without printing.
///
/// # Errors
/// Nobody with that number, or a policy that does not let this office see them.
pub async fn answer(unit: &mut Unit, asked: &Asked) -> Result<(Answer, Person, i64), Fault> {
    let person_subject = unit.find_subject(&asked.number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
    unit.require(person_subject, &["juki.identify"]).await?;
    let today = unit.today();
    let person = crate::record::current(unit, &asked.number, today).await?;
    let protected = subject::is_protected(&mut unit.tx, person_subject).await?;
    let list = subject::protection_list(&mut unit.tx).await;
    let protection = match (list, protected, asked.opponent, asked.requester) {
        (Err(_), ..) => Protection::ListMissing,
        (_, false, ..) => Protection::NotProtected,
        (_, true, true, _) => Protection::Opponent,
        (_, true, false, Requester::Person) => Protection::ProtectedPerson,
        (_, true, false, _) => Protection::Others,
    };
    let request = Request {
        requester: asked.requester,
        identity_checked: asked.identity_checked,
        authority_shown: asked.authority_shown,
        window: Window::Counter,
        document: if person.is_resident(today) { Document::Copy } else { Document::RemovedCopy },
        items: asked.items.clone(),
        purpose: asked.purpose,
        special_need: false,
        protection,
        copies: 1,
        fee_waived_by: None,
        day: today,
        evidence: vec![],
    };
    let rules = &super::rules(unit)?.resident;
    let unclear = |e: law::RuleError| Fault::conflict("交付の可否を判定できません", e.to_string());
    let mut answer = allowed_items(&request, rules).map_err(unclear)?;
    if answer.decision.outcome == Outcome::Unclear && !protected {
        // Nothing is refused yet: the counter hears what it has to make sure of first.
        let open = answer.decision.reasons.iter().filter(|r| r.verdict == Verdict::Unclear);
        answer.refusal_ja = open.map(|r| format!("{}: {}", r.title_ja, r.detail_ja)).collect();
    }
    if protected && answer.decision.outcome != Outcome::Granted && answer.refusal_ja.is_empty() {
        // Whoever is turned away hears what a stranger without a sufficient reason hears about anybody.
        let stranger = Request { protection: Protection::NotProtected, purpose: Purpose::Insufficient, ..request };
        answer.refusal_ja = allowed_items(&stranger, rules).map_err(unclear)?.refusal_ja;
    }
    Ok((answer, person, person_subject))
}

/// Issues the paper, or records the refusal. Everything happens in the one unit that belongs to the request: a paper can carry only the
/// person whom its own unit has read (two requests in the same second once printed each other's paper elsewhere).
///
/// # Errors
/// A protected person's paper without the release of two people; a paper that cannot be printed. Nothing is recorded as issued then.
pub async fn issue(mut unit: Unit, asked: &Asked) -> Result<Cleared<Issued>, Fault> {
    let (answer, person, _) = answer(&mut unit, asked).await?;
    let today = unit.today();
    let serial = case::next_number(&mut unit.tx, &format!("certificate-{today}")).await?;
    let number = format!("{}-{}-{serial:05}", today.strftime("%Y%m%d"), unit.city().profile().code);
    let mut row = Certificate {
        id: 0,
        number: number.clone(),
        atena_no: asked.number.to_string(),
        requester: asked.requester.label_ja().into(),
        items: answer.items.iter().map(|i| i.label_ja()).collect::<Vec<_>>().join("、"),
        fee: answer.fee,
        outcome: "refused".into(),
        file_id: None,
        case_id: unit.staff().case.as_ref().map(|c| c.id),
        issued_by: unit.staff().name.clone(),
        issued_at: unit.now(),
    };
    if answer.decision.outcome != Outcome::Granted {
        row.insert(&mut unit.tx).await?;
        return unit.commit(Issued::Refused(answer.refusal_ja)).await;
    }
    let mut groups = vec!["juki.identify", "juki.address", "juki.status", "juki.household", "juki.moves"];
    if answer.items.contains(&Item::IndividualNumber) || answer.items.contains(&Item::ResidentCode) {
        groups.push("juki.mynumber");
    }
    if answer.items.contains(&Item::Koseki) {
        groups.push("juki.koseki");
    }
    if answer.items.contains(&Item::Foreign) {
        groups.push("juki.foreign");
    }
    let people = match asked.household {
        true => store::household(&mut unit.tx, &person.household()?, today).await?,
        false => vec![person.clone()],
    };
    let (mut members, mut about) = (vec![], vec![]);
    for member in &people {
        let number = member.number()?;
        let subject = unit.find_subject(&number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
        unit.take_into_case(subject).await?;
        let seen = unit.see_for(Action::Print, subject, &groups).await?;
        // One protected member hides the address that the whole household shares.
        if seen.protected && !seen.has("juki.address") {
            let why = "支援措置の対象の方が含まれます。二人での解除を受けてから交付してください";
            return Err(unit.refuse_because("juki.address", why).await);
        }
        if !groups.iter().all(|group| seen.has(group)) {
            return Err(unit.refuse_because("juki.address", "この事務では印刷できない項目が含まれます").await);
        }
        members.push(printed(&mut unit, subject, member, &answer.items, today).await?);
        about.push((number, subject));
    }
    let city = unit.city().clone();
    let profile = city.profile();
    let (title, name) = profile.mayor_ja.split_once(' ').unwrap_or((profile.mayor_ja.as_str(), ""));
    let removed = !person.is_resident(today);
    let paper = Juminhyo {
        extent: match (removed, asked.household) {
            (true, _) => Extent::Removed,
            (false, true) => Extent::Household,
            (false, false) => Extent::Part,
        },
        head: item(&answer.items, Item::Relationship, &person.head_name),
        address: person.full_address(),
        members,
        number: number.clone(),
        issued_on: wareki(today),
        issuer: Issuer { city: profile.name_ja.clone(), title: title.into(), name: name.into(), seal: Seal::Frame },
        notes: vec![],
    };
    // The gate's mark is needed to print; the entry itself becomes durable below, before the bytes leave.
    let meta = Meta { ident: number.clone(), issued_at: unit.now(), missing: Missing::Refuse };
    let sheet = Sheet { number: number.clone(), about: about.iter().map(|(n, _)| n.clone()).collect(), paper };
    #[cfg(test)]
    let sheet = swapped::pass(sheet);
    let (pdf, belongs) = unit.render(sheet, |sheet| {
        let belongs = belongs(asked, &row, &sheet);
        (forms::render(&Form::Juminhyo(sheet.map(|s| s.paper)), &meta), belongs)
    });
    belongs?;
    let pdf = pdf.map_err(|e| Fault::conflict("証明書を印刷できません", e.to_string()))?;
    let case_id = row.case_id;
    row.file_id = Some(file::store(&mut unit.tx, &city, &format!("{number}.pdf"), "application/pdf", &pdf, case_id).await?);
    row.outcome = "issued".into();
    row.insert(&mut unit.tx).await?;
    // What two people opened for this paper is shut again with it.
    let now = unit.now();
    for (_, subject) in about {
        if let Some(case) = case_id {
            subject::relock(&mut unit.tx, subject, case, now).await?;
        }
    }
    unit.note(format!("発行番号 {number} {}", clock_time(unit.now())));
    unit.commit(Issued::Paper { number, pdf }).await
}

/// Planted fault: two requests share one shelf, and the second takes what the first has put there. It shows that the check of
/// [`belongs`] is what stops the wrong paper.
#[cfg(test)]
pub mod swapped {
    use super::{AtenaNo, Sheet};
    use std::sync::Mutex;

    /// The shelf that both requests use.
    #[derive(Default)]
    pub struct Shelf {
        sheet: Mutex<Option<Sheet>>,
        /// Is the check switched off?
        pub unchecked: bool,
        /// Whose records went to the printer, sheet by sheet.
        pub printed: Mutex<Vec<Vec<AtenaNo>>>,
    }

    impl Shelf {
        /// An empty shelf, with the check on or off.
        pub fn empty(unchecked: bool) -> Self {
            Self { unchecked, ..Self::default() }
        }
    }

    tokio::task_local! {
        /// The fault holds for the tasks that carry it.
        pub static SHELF: std::sync::Arc<Shelf>;
    }

    /// The first sheet is copied to the shelf; the second request gets the first one's.
    pub(super) fn pass(own: Sheet) -> Sheet {
        let other = SHELF.try_with(|shelf| {
            let mut place = shelf.sheet.lock().unwrap();
            let taken = place.take();
            if taken.is_none() {
                *place = Some(own.clone());
            }
            taken
        });
        other.ok().flatten().unwrap_or(own)
    }

    /// Is the check off? Then what goes to the printer is noted.
    pub(super) fn unchecked(sheet: &Sheet) -> bool {
        let off = SHELF.try_with(|shelf| {
            if shelf.unchecked {
                shelf.printed.lock().unwrap().push(sheet.about.clone());
            }
            shelf.unchecked
        });
        off.unwrap_or(false)
    }
}

/// A sheet before it is set, and whose records are on it.
#[cfg_attr(test, derive(Clone))]
struct Sheet {
    number: String,
    about: Vec<AtenaNo>,
    paper: Juminhyo,
}

/// Does the sheet belong to this request? Its 発行番号 is the one of the row that will be stored, and the row and the sheet are about the
/// person who was asked for; without the household the sheet is about nobody else.
fn belongs(asked: &Asked, row: &Certificate, sheet: &Sheet) -> Result<(), Fault> {
    #[cfg(test)]
    if swapped::unchecked(sheet) {
        return Ok(());
    }
    let number = sheet.number == row.number && sheet.paper.number == row.number;
    let person = row.atena_no == asked.number.as_str() && sheet.about.contains(&asked.number);
    let alone = asked.household || sheet.about.len() == 1;
    if number && person && alone && sheet.about.len() == sheet.paper.members.len() {
        return Ok(());
    }
    Err(Fault::conflict("証明書を交付できません", "印刷しようとした用紙が、この請求のものではありません"))
}

fn item(allowed: &[Item], wanted: Item, value: &str) -> Printed {
    if allowed.contains(&wanted) { Printed::shown(value) } else { Printed::Omitted }
}

async fn printed(unit: &mut Unit, subject: i64, p: &Person, items: &[Item], today: kernel::Date) -> Result<Member, Fault> {
    let number = p.number()?;
    let individual_number = match items.contains(&Item::IndividualNumber) {
        true => secret(unit, subject, &number, "my_number").await?,
        false => Printed::Omitted,
    };
    let juminhyo_code = match items.contains(&Item::ResidentCode) {
        true => secret(unit, subject, &number, "juminhyo_code").await?,
        false => Printed::Omitted,
    };
    let foreign = p.nationality.as_ref().map(|nationality| {
        let show = |value: Option<String>| item(items, Item::Foreign, &value.unwrap_or_default());
        ForeignItems {
            nationality: item(items, Item::Foreign, nationality),
            category: show(p.residence_kind.clone()),
            status: show(p.residence_status.clone()),
            term: show(p.residence_term.clone()),
            expires: show(p.residence_until.map(wareki)),
            card: show(p.card_no.clone()),
        }
    });
    Ok(Member {
        name: p
            .latin_name
            .clone()
            .filter(|_| p.nationality.is_some())
            .map_or_else(|| p.name.clone(), |l| if l == p.name { l } else { format!("{l} {}", p.name) }),
        kana: Some(p.kana.clone()),
        former_surname: p.maiden_name.clone(),
        alias: p.alias.clone(),
        birth: p.birth.clone(),
        sex: p.sex.clone(),
        relation: item(items, Item::Relationship, &p.relation),
        resident_since: wareki(p.resident_on),
        address_since: wareki(p.changed_on),
        notified: wareki(p.notified_on),
        previous_address: p.previous_address.clone(),
        domicile: p.domicile.as_ref().map(|d| item(items, Item::Koseki, d)),
        domicile_head: p.koseki_head.as_ref().map(|d| item(items, Item::Koseki, d)),
        individual_number,
        juminhyo_code,
        foreign,
        removal: (!p.is_resident(today)).then(|| Removal {
            cause: p.removed_reason.clone().unwrap_or_default(),
            date: p.removed_on.map(wareki).unwrap_or_default(),
            notified: p.removed_notified_on.map(wareki).unwrap_or_default(),
            destination: p.confirmed_to_address.clone(),
        }),
        remarks: vec![],
    })
}

async fn secret(unit: &mut Unit, subject: i64, number: &AtenaNo, kind: &'static str) -> Result<Printed, Fault> {
    let Some(row) = store::secret(&mut unit.tx, number, kind).await? else { return Ok(Printed::Omitted) };
    let place = Place { table: "resident_secret", column: kind, row: number.as_str() };
    Ok(Printed::Shown(unit.unseal(subject, place, &row.sealed).await?))
}
