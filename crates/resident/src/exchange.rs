//! What the registry offers to others: facts, through the asker's own unit.

use crate::model::Person;
use crate::store::{self, Span};
use async_trait::async_trait;
use kernel::Date;
use kernel::access::Action;
use kernel::decision::FactRef;
use kernel::ident::{AtenaNo, SetaiNo};
use kernel::text;
use mynumber::IndividualNumber;
use platform::keys::Place;
use platform::{Fault, Seen, Unit, subject};
use ports::facts::ResidentHit;
use ports::{ComparePort, Likeness, ResidentFacts, ResidentPort};
use std::collections::BTreeSet;

/// The registry as others see it.
pub struct Residents;

const GROUPS: &[&str] = &["juki.identify", "juki.address", "juki.household", "juki.status"];

fn facts(person: &Person, subject: i64, seen: &Seen, as_of: Date) -> Result<ResidentFacts, Fault> {
    let status = |d: Option<Date>| seen.show("juki.status", d).flatten();
    let place = |text: &Option<String>| seen.show("juki.address", text.clone()).flatten();
    Ok(ResidentFacts {
        row: FactRef {
            register: "resident_person".into(),
            row_id: person.id.to_string(),
            label_ja: format!("住民記録 {}", person.change_reason),
        },
        subject,
        atena_no: person.number()?,
        name: person.name.clone(),
        kana: person.kana.clone(),
        alias: person.alias.clone(),
        birth: person.birth_date(),
        sex: person.sex.clone(),
        resident: person.is_resident(as_of),
        resident_from: status(Some(person.resident_on)),
        removed_on: status(person.removed_on),
        removed_reason: seen.show("juki.status", person.removed_reason.clone()).flatten(),
        planned_move_out: status(person.planned_move_out),
        setai_no: if seen.has("juki.household") { Some(person.household()?) } else { None },
        relation: seen.show("juki.household", person.relation.clone()),
        head_name: seen.show("juki.household", person.head_name.clone()),
        postal_code: place(&person.postal_code),
        address: seen.show("juki.address", person.address.clone()),
        building: place(&person.building),
        ward: place(&person.ward),
        protected: seen.protected,
    })
}

async fn shown(unit: &mut Unit, person: &Person, as_of: Date) -> Result<ResidentFacts, Fault> {
    let number = person.number()?;
    let id = unit.find_subject(&number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
    let seen = unit.see_for(Action::Look, id, GROUPS).await?;
    if !seen.has("juki.identify") {
        return Err(Fault::refused("氏名を扱えない事務です"));
    }
    facts(person, id, &seen, as_of)
}

/// What was typed into the search box, word by word.
#[derive(Debug, Clone, Default)]
struct Asked {
    number: Option<AtenaNo>,
    spans: Vec<Span>,
    /// Keys that the address has to contain.
    places: Vec<String>,
    birth: Option<Date>,
}

impl Asked {
    /// Reads a query: one way to look, or two when a birth date is asked for (known days, and days that are partly unknown).
    /// A word that nobody's name begins with is a place, where the asker may see places.
    async fn read(unit: &mut Unit, query: &str) -> Result<Vec<Self>, Fault> {
        let may_place = unit.may(Action::Search, "juki.address");
        let mut asked = Self::default();
        for word in query.split_whitespace() {
            if let Ok(number) = AtenaNo::parse(&text::fold_width(word)) {
                asked.number = Some(number);
                continue;
            }
            if let Some(day) = text::parse_birth_query(word) {
                asked.birth = Some(day);
                continue;
            }
            let names: Vec<Span> =
                text::name_query(word, reference::fold).iter().map(|prefix| Span::prefix("name", prefix)).collect();
            let mut nobody = names.is_empty();
            for span in &names {
                nobody |= store::count_tokens(&mut unit.tx, span).await? == 0;
            }
            let parts = text::address_query(word, reference::fold);
            match (nobody, may_place && !parts.is_empty()) {
                (false, _) => asked.spans.extend(names),
                (true, true) => {
                    asked.spans.extend(parts.iter().map(|part| Span::exact("address", part)));
                    asked.places.push(text::address_key(word, reference::fold));
                }
                (true, false) => return Ok(vec![]),
            }
        }
        let Some(day) = asked.birth else { return Ok(vec![asked]) };
        let known = [asked.spans.clone(), vec![Span::exact("birth", &day.to_string())]].concat();
        let unknown = [asked.spans.clone(), vec![Span::exact("birth", store::BIRTH_UNKNOWN)]].concat();
        Ok(vec![Self { spans: known, ..asked.clone() }, Self { spans: unknown, ..asked }])
    }

    /// A page of those who may be meant.
    async fn candidates(&self, unit: &mut Unit, after: Option<&AtenaNo>) -> Result<Vec<AtenaNo>, Fault> {
        match &self.number {
            Some(number) => Ok([number.clone()].into_iter().filter(|_| after.is_none()).collect()),
            None => Ok(store::find(&mut unit.tx, &self.spans, after).await?),
        }
    }

    fn fits(&self, person: &Person) -> bool {
        let tokens = store::tokens(person);
        let place = text::address_key(&person.address, reference::fold);
        self.spans.iter().all(|span| span.holds(&tokens))
            && self.places.iter().all(|key| place.contains(key.as_str()))
            && self.birth.is_none_or(|day| person.birth_earliest <= day && day <= person.birth_latest)
    }
}

#[async_trait]
impl ResidentPort for Residents {
    async fn person(&self, unit: &mut Unit, number: &AtenaNo, as_of: Date) -> Result<Option<ResidentFacts>, Fault> {
        match store::as_of(&mut unit.tx, number, as_of, store::NOW).await? {
            Some(person) => shown(unit, &person, as_of).await.map(Some),
            None => Ok(None),
        }
    }

    async fn household(&self, unit: &mut Unit, household: &SetaiNo, as_of: Date) -> Result<Vec<ResidentFacts>, Fault> {
        let mut all = vec![];
        for person in store::household(&mut unit.tx, household, as_of).await? {
            all.push(shown(unit, &person, as_of).await?);
        }
        Ok(all)
    }

    async fn search(&self, unit: &mut Unit, query: &str, limit: usize) -> Result<Vec<ResidentHit>, Fault> {
        unit.permit(Action::Search, "juki.identify").await?;
        let today = unit.today();
        let mut hits = vec![];
        for asked in Asked::read(unit, query).await? {
            for number in asked.candidates(unit, None).await? {
                if hits.len() >= limit {
                    return Ok(hits);
                }
                let (Some(person), Some(id)) =
                    (store::as_of(&mut unit.tx, &number, today, store::NOW).await?, subject::find(&mut unit.tx, &number).await?)
                else {
                    continue;
                };
                // A protected person is never found by a place: not even that somebody lives there is said.
                let by_place = !asked.places.is_empty();
                if !asked.fits(&person) || (by_place && subject::is_protected(&mut unit.tx, id).await?) {
                    continue;
                }
                let seen = unit.see_for(Action::Search, id, &["juki.identify", "juki.address"]).await?;
                hits.push(ResidentHit {
                    atena_no: number,
                    name: person.name.clone(),
                    kana: person.kana.clone(),
                    birth: person.birth.clone(),
                    sex: person.sex.clone(),
                    address: if seen.protected { None } else { seen.show("juki.address", person.address.clone()) },
                    status: person.status_ja(today),
                });
            }
        }
        Ok(hits)
    }

    async fn individual_number(&self, unit: &mut Unit, number: &AtenaNo) -> Result<Option<IndividualNumber>, Fault> {
        let Some(id) = unit.find_subject(number).await? else { return Ok(None) };
        unit.require(id, &["juki.mynumber"]).await?;
        let Some(row) = store::secret(&mut unit.tx, number, "my_number").await? else { return Ok(None) };
        let place = Place { table: "resident_secret", column: "my_number", row: number.as_str() };
        let plain = unit.unseal(id, place, &row.sealed).await?;
        Ok(IndividualNumber::parse(&plain).ok())
    }

    async fn born_between(&self, unit: &mut Unit, from: Date, to: Date, as_of: Date) -> Result<Vec<ResidentFacts>, Fault> {
        unit.permit(Action::Search, "juki.identify").await?;
        let mut all = vec![];
        let mut subjects = vec![];
        for person in store::born_between(&mut unit.tx, from, to, as_of).await? {
            let number = person.number()?;
            let Some(id) = subject::find(&mut unit.tx, &number).await? else { continue };
            let protected = subject::is_protected(&mut unit.tx, id).await?;
            subjects.push(id);
            let groups = if protected { &["juki.identify", "juki.household", "juki.status"][..] } else { GROUPS };
            all.push(facts(&person, id, &Seen::bulk(groups, protected), as_of)?);
        }
        unit.bulk(&subjects, GROUPS);
        Ok(all)
    }
}

/// Residents who answer to a query, at most `limit`; nothing of them is shown.
async fn numbers_of(unit: &mut Unit, query: &str, limit: usize) -> Result<Vec<AtenaNo>, Fault> {
    let today = unit.today();
    let mut found = vec![];
    // A word that is nobody's name would be looked for as a place: whom 名寄せ looks for has a name.
    for asked in Asked::read(unit, query).await?.into_iter().filter(|asked| asked.places.is_empty()) {
        let mut page = asked.candidates(unit, None).await?;
        while let Some(last) = page.last().cloned() {
            for number in page {
                let person = store::as_of(&mut unit.tx, &number, today, store::NOW).await?;
                if found.len() < limit && person.is_some_and(|person| asked.fits(&person)) {
                    found.push(number);
                }
            }
            page = asked.candidates(unit, Some(&last)).await?;
        }
    }
    Ok(found)
}

#[async_trait]
impl ComparePort for Residents {
    async fn alike(&self, unit: &mut Unit, likeness: &Likeness<'_>) -> Result<Vec<ResidentFacts>, Fault> {
        unit.permit(Action::Search, "juki.identify").await?;
        let today = unit.today();
        let mut numbers: BTreeSet<AtenaNo> = likeness.numbers.iter().cloned().collect();
        let birth = likeness.birth.map(kernel::time::wareki_short).unwrap_or_default();
        for query in [birth.as_str(), likeness.kana, likeness.name] {
            if !query.trim().is_empty() {
                numbers.extend(numbers_of(unit, query, usize::MAX).await?);
            }
        }
        let mut all = vec![];
        for number in numbers {
            all.extend(self.person(unit, &number, today).await?);
        }
        Ok(all)
    }
}
