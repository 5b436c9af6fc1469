//! What the registry tells 住基ネット, on the city's own line.

use super::CityLines;
use async_trait::async_trait;
use kernel::ident::{AtenaNo, JuminhyoCode};
use mynumber::IndividualNumber;
use platform::Fault;
use resident::juki_net::{Facts, JukiNet};
use serde_json::{Value, json};

/// 性別 as the four facts spell it.
fn sex(ja: &str) -> &'static str {
    match ja {
        "男" => "male",
        "女" => "female",
        _ => "unknown",
    }
}

/// The answer to a request for numbers.
fn numbers(answer: &Value) -> Option<(IndividualNumber, JuminhyoCode)> {
    let text = |name: &str| answer.get(name).and_then(Value::as_str);
    Some((IndividualNumber::parse(text("individual_number")?).ok()?, JuminhyoCode::parse(text("resident_code")?).ok()?))
}

#[async_trait]
impl JukiNet for CityLines {
    async fn lives_here(&self, number: &IndividualNumber, address: &str) -> Result<(), Fault> {
        self.ask_juki("/moved-in", &json!({ "individual_number": number.expose(), "address": address })).await.map(drop)
    }

    async fn died(&self, number: &IndividualNumber) -> Result<(), Fault> {
        self.ask_juki("/ended", &json!({ "individual_number": number.expose(), "standing": "deceased" })).await.map(drop)
    }

    async fn numbers(&self, who: &AtenaNo, facts: Facts<'_>) -> Result<(IndividualNumber, JuminhyoCode), Fault> {
        let wanted = json!({
            "reference": who, "name": facts.name, "birth": facts.birth, "sex": sex(facts.sex), "address": facts.address,
        });
        let answer = self.ask_juki("/newborn", &wanted).await?;
        let unread = || Fault::conflict("個人番号の通知を読めません", "住基ネットの答えの形が違います");
        numbers(&answer).ok_or_else(unread)
    }
}
