//! セキュリティ管理: certificates and their ends, what was refused, keys by fingerprint; and 職員認証・権限管理: who may do what here.

use super::{at, extent, since};
use crate::keeper::Keeper;
use crate::model::{ANSWER, RECORD, REPLICA, STATE};
use crate::rights;
use crate::store::registers;
use crate::watch::{KINDS, party_ja};
use kernel::access::{Action as Act, Relation};
use kernel::time::Timestamp;
use maud::{Markup, html};
use platform::keys::{hex, sha256};
use platform::policy::{Circumstances, Principal};
use platform::{Fault, staff};
use serde_json::json;
use webkit::components::{AsidePanel, Cell, Column, Row, Table, Tone, badge, card, definition_list, pair, table};
use webkit::{Call, Reply, Screen};

/// Open alarms of the list.
const LINES: i64 = 200;
/// A certificate that ends within these days is shown as ending.
const SOON_DAYS: i64 = 3;

/// The last instant of a certificate with how that stands.
fn until(end: Option<Timestamp>, now: Timestamp) -> Markup {
    let Some(end) = end else { return html! { "証明書なしの回線" } };
    let left = end.duration_since(now).as_hours();
    let state = match left {
        hours if hours < 0 => badge(Tone::Bad, "期限切れ"),
        hours if hours < SOON_DAYS * 24 => badge(Tone::Warn, "まもなく期限"),
        _ => badge(Tone::Ok, "有効"),
    };
    html! { (at(end)) " " (state) }
}

/// The first 16 digits of a hash: enough to compare by eye.
fn fingerprint(bytes: &[u8]) -> String {
    hex(&sha256(bytes)).chars().take(16).collect()
}

/// セキュリティ管理.
pub async fn show(call: Call, keeper: Keeper) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(Act::Search, STATE).await?;
    let now = unit.now();
    let (refused, all) = registers::alarms_of(&mut unit.tx, &KINDS, LINES).await?;
    let (met, ours_until) = keeper.watch().seen();
    let tenant = keeper.tenant();
    let prints = [
        ("回答を開ける鍵", fingerprint(tenant.key.public().as_bytes())),
        ("ネットワークの鍵", fingerprint(tenant.network.as_bytes())),
        ("記録簿の鍵", fingerprint(&keeper.city().keys().log_public_key())),
    ];
    let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let rows = met.iter().map(|(party, m)| {
        Row::new(vec![
            party_ja(keeper.profile(), party).into(),
            at(m.last_at).into(),
            until(m.until, now).into(),
            count(m.calls).into(),
            count(m.refused).into(),
        ])
    });
    let peers = Table {
        caption: "相手の証明書".into(),
        columns: vec![
            Column::text("相手"),
            Column::text("最後の接続"),
            Column::text("証明書の期限"),
            Column::number("受信"),
            Column::number("断った数"),
        ],
        rows: rows.collect(),
        empty: ("接続してきた相手はまだありません".into(), "相手が接続すると、証明書の期限とともに出ます。".into()),
        ..Table::default()
    };
    let rows = refused.iter().map(|a| {
        Row::new(vec![a.detail.clone().into(), a.times.into(), Cell::from(at(a.last_at)).second_line(since(a.first_at))])
    });
    let refusals = Table {
        caption: "断った通信".into(),
        columns: vec![Column::text("内容"), Column::number("回数"), Column::text("最後(最初)")],
        rows: rows.collect(),
        empty: ("断った通信はありません".into(), "許されない相手や、使えない許可証があると、ここに出ます。".into()),
        ..Table::default()
    };
    let keys: Vec<(&str, Markup)> = prints.iter().map(|(name, print)| (*name, html! { span.mono { (print) } })).collect();
    let ours = definition_list(&[
        ("機関コード", html! { (tenant.institution) }),
        ("証明書の期限", until(ours_until, now)),
        ("接続の方式", html! { "相互TLS 1.3(認証局が発行した証明書だけ)" }),
    ]);
    let main = html! {
        (pair(card("この中間サーバー", "", ours), card("鍵の指紋", "公開側のSHA-256の先頭16桁", definition_list(&keys))))
        (card("断った通信", &format!("{}。対応済にするのは運用状況の警報から", extent("新しい順", refused.len(), all)), table(&refusals)))
        (card("相手の証明書", "この処理が始まってから", table(&peers)))
    };
    let data = json!({
        "institution": tenant.institution, "certificate_until": ours_until,
        "keys": prints.iter().map(|(name, print)| json!({ "name": name, "sha256": print })).collect::<Vec<_>>(),
        "peers": met.iter().map(|(party, m)| json!({
            "party": party, "last_at": m.last_at, "until": m.until, "calls": m.calls, "refused": m.refused,
        })).collect::<Vec<_>>(),
        "refused_all": all, "refused": refused.iter().map(|a| json!({
            "kind": a.kind, "detail": a.detail, "times": a.times, "first_at": a.first_at, "last_at": a.last_at,
        })).collect::<Vec<_>>(),
    });
    let about =
        "証明書は期限の前に自動で更新されます。更新は動いたまま引き継がれ、10分以内にすべての接続が新しい証明書になります。";
    let screen = Screen {
        title: "セキュリティ管理".into(),
        main,
        aside: vec![AsidePanel::text("証明書の更新", about)],
        data,
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// What one may do here, with the group and the action that it needs.
const DEEDS: [(&str, Act, &str); 6] = [
    ("運用状況を見る", Act::Search, STATE),
    ("警報に対応する", Act::Run, STATE),
    ("副本の状況を見る", Act::Search, REPLICA),
    ("一人の記録を見る", Act::Look, RECORD),
    ("送る内容を登録する", Act::Draft, ANSWER),
    ("送信を許可する", Act::Decide, ANSWER),
];

fn rank_ja(rank: i64) -> &'static str {
    match rank {
        1 => "係員",
        2 => "係長",
        3 => "課長",
        4 => "部長",
        _ => "",
    }
}

/// 職員認証・権限管理.
pub async fn people(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(Act::Run, STATE).await?;
    let all = staff::holders(&mut unit.tx, call.city.today()).await?;
    let policy = call.city.policy();
    let may = |holder: &staff::Holder, act: Act, group: &str| {
        let who = Principal { office: holder.post.office.clone(), rank: holder.post.rank, roles: holder.post.roles.clone() };
        let when = Circumstances {
            purpose: crate::PURPOSE.code.to_owned(),
            ground: "受付".to_owned(),
            relation: Relation::AskedFor,
            protected: false,
            released: false,
        };
        policy.allows(&who, act, group, &when)
    };
    let deeds = |h: &staff::Holder| -> Vec<&str> {
        let functions = DEEDS.iter().filter(|(_, act, group)| may(h, *act, group)).map(|(name, ..)| *name);
        functions.chain(rights::KINDS.iter().filter(|(group, _)| may(h, Act::Look, group)).map(|(_, name)| *name)).collect()
    };
    let rows = all.iter().map(|h| {
        let deeds = deeds(h);
        Row::new(vec![
            Cell::from(h.name.clone()).second_line(h.staff_no.clone()),
            Cell::from(call.city.office_name(&h.post.office)).second_line(rank_ja(h.post.rank)),
            if deeds.is_empty() { badge(Tone::Neutral, "なし").into() } else { deeds.join("、").into() },
        ])
    });
    let list = Table {
        caption: "職員とできること".into(),
        columns: vec![Column::text("職員"), Column::text("所属・職"), Column::text("できること")],
        rows: rows.collect(),
        empty: ("職員がいません".into(), "端末の atena staff で登録します。".into()),
        filter: true,
        ..Table::default()
    };
    let data = json!({ "staff": all.iter().map(|h| json!({
        "staff_no": h.staff_no, "name": h.name, "office": h.post.office, "rank": h.post.rank, "roles": h.post.roles,
        "may": deeds(h),
    })).collect::<Vec<_>>() });
    let about = "「できること」は、いま動いている権限の規則に一人ずつ当てはめた結果です。一人の記録を見るには、案件も要ります。送る内容は、その特定個人情報を扱える人だけが見て、登録し、許可します。登録した人は、同じ回答の送信を許可できません。";
    let screen = Screen {
        title: "職員認証・権限管理".into(),
        main: card("職員とできること", "情報連携の事務で", table(&list)),
        aside: vec![AsidePanel::text("読み方", about)],
        data,
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}
