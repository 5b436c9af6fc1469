//! Makes a whole city and a month, and says how long it took: `cargo run --release -p synth --example count_city -- 340000 100000`.

use std::collections::BTreeMap;
use std::time::Instant;

fn main() {
    let number = |n: usize| std::env::args().nth(n).and_then(|a| a.parse::<u32>().ok());
    let today = jiff::civil::date(2026, 11, 20);
    let city = synth::City::generate(2026, number(1).unwrap_or(340_000), today);
    let begin = Instant::now();
    let (mut households, mut people, mut residents, mut rows, mut children, mut foreign) = (0, 0, 0, 0, 0, 0);
    let (mut events, mut kinds) = (BTreeMap::new(), BTreeMap::new());
    for household in city.households() {
        households += 1;
        *kinds.entry(household.kind).or_insert(0) += 1;
        children += household.aids.len();
        for person in &household.people {
            people += 1;
            residents += usize::from(person.is_resident());
            foreign += usize::from(person.is_resident() && person.current().foreign.is_some());
            rows += person.rows.len();
            for row in &person.rows {
                *events.entry(row.event).or_insert(0) += 1;
            }
        }
    }
    println!(
        "{households} households, {people} people, {residents} residents ({foreign} foreign), {rows} rows, {children} children: {:?}",
        begin.elapsed()
    );
    println!("{kinds:?}\n{events:?}");
    let begin = Instant::now();
    let practices = city.practices();
    println!("{} with a card: {:?}", practices.recipients().len(), begin.elapsed());
    let begin = Instant::now();
    let order = synth::MonthOrder::new(kernel::time::YearMonth { year: 2026, month: 10 }, number(2).unwrap_or(100_000) as usize);
    let month = practices.month(&order);
    let bytes: usize = month.files.iter().map(|f| f.bytes.len()).sum();
    println!("{} receipts, {bytes} bytes, {} faults: {:?}", month.ledger.len(), month.answers.len(), begin.elapsed());
    for bill in &month.bills {
        print!("{}", bill.to_csv());
    }
}
