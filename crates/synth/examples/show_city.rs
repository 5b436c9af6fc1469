//! Prints some households of the city, to look at: `cargo run -p synth --example show_city -- 10`.

fn main() {
    let number = |n: usize| std::env::args().nth(n).and_then(|a| a.parse::<u32>().ok());
    let today = jiff::civil::date(2026, 11, 20);
    let city = synth::City::generate(2026, number(2).unwrap_or(10_000), today);
    for household in city.households().take(number(1).unwrap_or(5) as usize) {
        println!("== {} {}", household.serial, household.kind);
        for person in &household.people {
            println!("{} {}", person.serial, person.juminhyo_code);
            for row in &person.rows {
                println!(
                    "  {} {}〜{} {} {} {} {} {} {:?} {} {:?} 世帯{} {}",
                    row.history_no,
                    row.valid.from,
                    row.valid.to.map_or(String::new(), |d| d.to_string()),
                    row.event,
                    row.name.main(),
                    row.name.kana(),
                    row.relation,
                    row.birth,
                    row.sex,
                    row.address.text,
                    row.address.building.as_ref().map(|b| b.text.as_str()),
                    row.household,
                    row.head_name,
                );
            }
        }
        println!("{:#?}", household.protections);
        for aid in &household.aids {
            println!("{aid:?}");
        }
    }
}
