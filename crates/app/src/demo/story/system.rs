//! 庁内連携: a system that is no part of Atena asks by itself for the number of somebody who is no resident.

use super::{check, list, text};
use crate::demo::browser::Browser;
use anyhow::Context;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hub::systems::{INQUIRY, INQUIRY_SCOPE, NUMBERING, NUMBERING_SCOPE};
use platform::client::{self, NewClient};
use serde_json::{Value, json};
use webkit::House;
use webkit::systems::TOKEN_PATH;

/// A token, a number, the same number again, and the record.
pub(super) async fn calls(house: &House) -> anyhow::Result<()> {
    println!("庁内連携");
    let scopes = [NUMBERING_SCOPE, INQUIRY_SCOPE];
    let from = house.city.today();
    let new = NewClient { name: "生活保護システム", programme: "seiho", office: "iryo", scopes: &scopes, from };
    let (id, secret) = client::register(&house.city, &new).await?;
    let mut system = Browser::new(house.router(), new.name);
    let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{}", secret.expose())));
    let form = "grant_type=client_credentials".to_owned();
    let granted = system.system(TOKEN_PATH, &basic, "application/x-www-form-urlencoded", form).await?;
    check("他システムは、自分を証明してトークンを受け取る", text(&granted, "token_type") == "Bearer")?;
    let bearer = format!("Bearer {}", text(&granted, "access_token"));
    let person = json!({
        "shikuchosonkodo": house.city.profile().code, "sosashaid": "seiho-012", "shorikubun": "0", "shimei": "架空　次郎",
        "shimeifurigana": "カクウ　ジロウ", "seinengappi": "1958-03-09", "seibetsu": "1", "jusho": "京都府京都市北区1番",
        "idonengappi": from.to_string(),
    });
    let first = asked(&mut system, NUMBERING, &bearer, &person).await?;
    let again = asked(&mut system, NUMBERING, &bearer, &person).await?;
    check("同じ依頼をもう一度送っても、番号は増えない", !first.is_null() && first == again)?;
    let wrong = system.system(NUMBERING, &bearer, "application/json", json!({}).to_string()).await?;
    let code = list(&wrong, "errors").first().map(|e| text(e, "code")).unwrap_or_default();
    check("足りない項目は、公開された仕様の符号で返す", system.status == 400 && code == "E0001")?;
    let number = first.get("atenabango").cloned().context("宛名番号が返りません")?;
    let inquiry = json!({ "shikuchosonkodo": house.city.profile().code, "sosashaid": "seiho-012", "atenabango": number });
    let record = asked(&mut system, INQUIRY, &bearer, &inquiry).await?;
    check("付番した人の記録を照会できる", text(&record, "shimei") == "架空　次郎")?;
    system.system(INQUIRY, "Bearer 0", "application/json", inquiry.to_string()).await?;
    check("トークンがなければ、何も返さない", system.status == 401)
}

/// The one result of a call.
async fn asked(system: &mut Browser, path: &str, bearer: &str, body: &Value) -> anyhow::Result<Value> {
    let answer = system.system(path, bearer, "application/json", body.to_string()).await?;
    list(&answer, "result").first().cloned().with_context(|| format!("× {path} ({}): {answer}", system.status))
}
