//! The answer sheet: what is in the city, and what was planted into its months.

use crate::City;
use crate::model::Household;
use crate::month::{Bill, MonthOrder, PlantedFault, ReceiptMonth, UkeFile};
use serde_json::{Value, json};

/// The sheet while the files are written.
pub(super) struct Answers {
    city: City,
    counts: Counts,
    months: Vec<Value>,
}

#[derive(Default)]
struct Counts {
    households: usize,
    people: usize,
    residents: usize,
    history_rows: usize,
    corrected_rows: usize,
    foreign_residents: usize,
    with_former_name: usize,
    with_alias: usize,
    protections: usize,
    children: usize,
    recipients: usize,
}

impl Answers {
    pub fn of(city: &City) -> Self {
        Self { city: *city, counts: Counts::default(), months: Vec::new() }
    }

    pub fn count(&mut self, household: &Household) {
        let c = &mut self.counts;
        c.households += 1;
        c.people += household.people.len();
        c.protections += household.protections.len();
        c.children += household.aids.len();
        c.recipients += household.aids.iter().filter(|a| a.recipient_no.is_some()).count();
        for person in &household.people {
            let row = person.current();
            c.residents += usize::from(person.is_resident());
            c.history_rows += person.rows.len();
            c.corrected_rows += person.rows.iter().filter(|r| r.superseded_on.is_some()).count();
            c.foreign_residents += usize::from(person.is_resident() && row.foreign.is_some());
            c.with_former_name += usize::from(row.name.former_family_name.is_some());
            c.with_alias += usize::from(row.name.alias.is_some());
        }
    }

    pub fn month(&mut self, order: &MonthOrder, month: &ReceiptMonth) {
        let off = order.bill_off_by.map(|(sender, by)| json!({"sender": sender.label(), "yen": by.0}));
        self.months.push(json!({
            "month": month.month.compact(),
            "receipts": month.ledger.len(),
            "city_pays": month.ledger.iter().map(|c| c.city_pays.0).sum::<i64>(),
            "files": month.files.iter().map(file).collect::<Vec<_>>(),
            "bills": month.bills.iter().map(bill).collect::<Vec<_>>(),
            "bill_off_by": off,
            "planted": month.answers.iter().map(planted).collect::<Vec<_>>(),
        }));
    }

    pub fn json(&self) -> String {
        let c = &self.counts;
        let sheet = json!({
            "seed": self.city.seed,
            "residents_ordered": self.city.residents,
            "business_date": self.city.today.to_string(),
            "households": c.households,
            "people": c.people,
            "residents": c.residents,
            "history_rows": c.history_rows,
            "corrected_rows": c.corrected_rows,
            "foreign_residents": c.foreign_residents,
            "with_former_name": c.with_former_name,
            "with_alias": c.with_alias,
            "protections": c.protections,
            "children": c.children,
            "recipients": c.recipients,
            "months": self.months,
        });
        format!("{sheet:#}\n")
    }
}

fn file(f: &UkeFile) -> Value {
    json!({"name": f.name, "sender": f.sender.label(), "kind": f.kind.label(), "receipts": f.receipts, "bytes": f.bytes.len()})
}

fn bill(b: &Bill) -> Value {
    let corrections: i64 = b.corrections.iter().map(|c| c.amount.0).sum();
    json!({
        "sender": b.sender.label(), "count": b.count, "amount": b.amount.0, "fee_amount": b.fee_amount.0, "total": b.total().0,
        "corrections": b.corrections.len(), "corrected_by": corrections,
    })
}

fn planted(f: &PlantedFault) -> Value {
    json!({
        "key": f.key, "sender": f.sender.label(), "fault": format!("{:?}", f.kind), "care_month": f.care_month.compact(),
        "recipient": f.recipient, "days": f.days, "amount": f.amount.0, "expected": f.expected,
    })
}
