//! The three staff pages of the design pictures.

use kernel::decision::{Decision, FactRef, Reason, Step, Verdict};
use kernel::time::PartialDate;
use kernel::{Date, Yen};
use maud::{Markup, html};
use webkit::components::*;
use webkit::frame::{Frame, NavGroup, NavItem, PurposeChoice, TimeTravel, page};

pub const TODAY: Date = Date::constant(2026, 11, 20);

/// The frame of a clerk of 医療年金課, standing at `current` in the left column.
pub fn frame(current: &str) -> Frame {
    let item = |label: &str, count| NavItem { label: label.into(), href: "#".into(), count, current: label == current };
    let group = |label: &str, items: Vec<NavItem>| NavGroup { label: label.into(), items };
    let purpose = |label: &str, current| PurposeChoice { value: label.into(), label: label.into(), current };
    Frame {
        city: "みなと市".into(),
        purposes: vec![purpose("子ども医療・資格", true), purpose("子ども医療・給付", false), purpose("子ども医療・支払", false)],
        case: Some(("R8-子医-001482".into(), "#".into())),
        office: "医療年金課".into(),
        name: "森田 由紀".into(),
        terminal: "T-0231 ・ 顔認証済".into(),
        nav: vec![
            group("わたしの仕事", vec![item("受付・処理待ち", Some((12, false))), item("決裁待ち", Some((3, true)))]),
            group("住民", vec![item("住民を探す", None), item("異動届", None), item("証明書", None)]),
            group(
                "子ども医療",
                vec![item("受給者", None), item("レセプト・請求", None), item("償還払い", None), item("支払", None)],
            ),
            group("共通", vec![item("バッチ", None), item("情報照会", None), item("持ち出し申請", None), item("閲覧記録", None)]),
        ],
        csrf: "token".into(),
        idle_seconds: Some(600),
        now: "令和8年11月20日 10:05".into(),
        straight: "/person/".into(),
        ..Frame::default()
    }
}

pub fn moment(label: &str, date: &str, note: &str, kind: MomentKind) -> Moment {
    let href = (kind != MomentKind::Chosen).then(|| "#".to_owned());
    Moment { label: label.into(), date: date.into(), note: note.into(), kind, href }
}

fn tab(label: &str, current: bool) -> Tab {
    Tab { label: label.into(), href: "#".into(), current, count: None }
}

pub fn strip() -> Markup {
    let birth = PartialDate::known(Date::constant(2020, 11, 3));
    person_strip(&PersonStrip {
        kana: "タカサキ ソウタ",
        name: "髙﨑 颯太",
        birth: Some((&birth, TODAY)),
        atena_no: Some("000000104273866"),
        household: Some("髙﨑 健一 ほか3人"),
        status: Some("住登者 (令和2年11月3日から)"),
        badges: &[(Tone::Ok, "子ども医療 受給中")],
        ..PersonStrip::default()
    })
}

fn reason(no: u8, title: &str, verdict: Verdict, word: Option<&str>, detail: &str, article: &str) -> Reason {
    let fact =
        FactRef { register: "resident_person".into(), row_id: "1".into(), label_ja: "住民記録 令和6年10月15日".into() };
    Reason {
        no,
        title_ja: title.into(),
        verdict,
        verdict_ja: word.map(str::to_owned),
        detail_ja: detail.into(),
        article: article.into(),
        evidence: if no == 2 { vec![fact] } else { vec![] },
    }
}

pub fn eligibility() -> Decision {
    use Verdict::{Info, Satisfied};
    let ordinance = "市子ども医療費助成条例3条";
    Decision::from_reasons(
        vec![
            reason(
                1,
                "18歳に達する日以後の最初の3月31日まで",
                Satisfied,
                None,
                "18歳に達する日 令和20年11月2日(誕生日の前日) → 令和21年3月31日まで",
                ordinance,
            ),
            reason(2, "市内に住所がある", Satisfied, None, "令和6年10月15日 転居後も市内", "同条例3条1項"),
            reason(
                3,
                "医療保険に加入している",
                Satisfied,
                None,
                "国保 保険者番号 272187 ・ 令和5年4月1日から ・ 資格確認 令和8年11月4日",
                "同条例3条2項",
            ),
            reason(
                4,
                "生活保護・措置等で医療を受けていない",
                Satisfied,
                None,
                "生活保護 該当なし(令和8年11月20日 照会)",
                "同条例3条3項",
            ),
            reason(
                5,
                "府補助の対象か: 就学前(令和9年3月31日まで) かつ 所得基準内",
                Info,
                Some("市単独分"),
                "父 所得 4,120,000円 > 基準 3,570,000円(4人世帯) ・ 確認日 令和8年10月30日",
                "府補助金交付要綱",
            ),
        ],
        vec![],
    )
}

fn record_panel(note: &str) -> AsidePanel {
    AsidePanel::record(2_841_093, true, note)
}

fn person_frame() -> Frame {
    let relation = |text: &str| (text.to_owned(), Some("#".to_owned()));
    Frame {
        title: "受給者 髙﨑 颯太".into(),
        lead: Some(html! {
            (strip())
            (tabs("受給者", &[tab("資格", true), tab("給付", false), tab("世帯", false), tab("履歴", false), tab("帳票", false), tab("閲覧記録", false)]))
        }),
        time_travel: Some(TimeTravel {
            as_of: "令和8年11月20日".into(),
            is_today: true,
            action: "#".into(),
            today_href: "#".into(),
            moments: vec![
                moment("出生", "R2.11.3", "", MomentKind::Event),
                moment("申請・認定", "R2.11.16", "R2.11.3から", MomentKind::Event),
                moment("保険変更", "R5.4.1", "社保→国保", MomentKind::Event),
                moment("転居", "R6.10.15", "", MomentKind::Event),
                moment("基準日", "R8.11.20", "", MomentKind::Chosen),
            ],
            ..TimeTravel::default()
        }),
        main: decision_card(
            "判定",
            "令和2年11月3日 ～ 令和21年3月31日",
            "府市区分 市単独",
            &eligibility(),
            button_row(
                &[
                    Action::submit("医療証の交付を起案").key("F9").primary(),
                    Action::submit("喪失を起案").key("F7"),
                    Action::link("説明書を印刷", "#print").key("F8"),
                ],
                html! {},
            ),
        ),
        aside: vec![
            AsidePanel::basis(
                "子ども医療費助成(資格)",
                "番号法9条2項・条例別表第1の5",
                "資格・保険・所得区分",
                "世帯員の氏名(3人)",
            ),
            record_panel("本人の閲覧履歴に載ります"),
            AsidePanel::links(
                "関係する人",
                &[relation("父 髙﨑 健一(保護者)"), relation("母 LIN MEILING 林 美玲"), relation("妹 髙﨑 陽葵・受給中")],
            ),
            AsidePanel::text("お知らせ", "医療証の有効期限は 令和9年3月31日。年次更新の対象です。"),
        ],
        ..frame("受給者")
    }
}

pub fn person() -> Markup {
    page(&person_frame())
}

/// The same page as of another day: tinted, and nothing can be written.
pub fn past() -> Markup {
    let mut frame = person_frame();
    if let Some(time) = &mut frame.time_travel {
        time.as_of = "令和5年4月1日".into();
        time.known_at = "令和8年11月19日".into();
        time.is_today = false;
        for moment in &mut time.moments {
            let chosen = moment.label == "保険変更";
            moment.kind = if chosen { MomentKind::Chosen } else { MomentKind::Event };
        }
        if let Some(last) = time.moments.last_mut() {
            last.label = "今日".into();
            last.kind = MomentKind::Open;
            last.href = Some("#".into());
        }
    }
    page(&frame)
}

pub fn approve() -> Markup {
    let diff = |item: &str, old: &str, new: &str, reason: &str| DiffRow {
        item: item.into(),
        old: old.into(),
        new: new.into(),
        reason: reason.into(),
    };
    let uses = |a: &str, b: &str, c: &str, d: &str| Row::new(vec![a.into(), b.into(), c.into(), d.into()]);
    let main = html! {
        (card("職権修正", "髙﨑 颯太 ・ 生年月日の訂正(住民基本台帳法9条2項の通知による)", diff_table("職権修正", &[
            diff("生年月日", "令和2年11月3日", "令和2年11月2日", "本籍地からの通知(令和8年11月18日受理) ・ 出生届の写し"),
            diff("出生届出日", "令和2年11月10日", "令和2年11月10日", ""),
            diff("続柄", "長男", "長男", ""),
        ])))
        (card("この訂正を使っている業務", "中身は見えません。各課に「確かめる仕事」が届きます", html! {
            (table(&Table {
                caption: "この訂正を使っている業務".into(),
                columns: vec![Column::text("業務"), Column::text("担当"), Column::text("使っている決定"), Column::text("届くもの")],
                rows: vec![
                    uses("子ども医療", "医療年金課", "1件", "資格期間と給付の見直し"),
                    uses("統合宛名・中間サーバー", "情報政策課", "副本 4件", "再登録 ・ 提供済の相手 1機関へ訂正の通知"),
                    uses("予防接種", "健康課", "2件", "接種間隔の再確認"),
                ],
                ..Table::default()
            }))
            (button_row(
                &[
                    Action::submit("承認する").key("F10").primary(),
                    Action::submit("差し戻す").key("F6"),
                    Action::submit("保留").key("F7"),
                    Action::link("次の件へ", "#next").key("ArrowDown").quiet(),
                    Action::link("前の件へ", "#previous").key("ArrowUp").quiet(),
                ],
                html! {},
            ))
        }))
        (card("記録の残り方", "", html! {
            (timeline(&[
                moment("出生の記載", "R2.11.10", "令和2年11月3日と記録", MomentKind::Event),
                moment("この訂正", "R8.11.20", "令和2年11月2日と訂正", MomentKind::Event),
                moment("今日", "R8.11.20", "", MomentKind::Open),
            ]))
            p.note { "「知り得た日」を11月19日に戻すと、訂正前の記録がそのまま見えます。" }
        }))
    };
    page(&Frame {
        purposes: vec![PurposeChoice { value: "juki".into(), label: "住民記録".into(), current: true }],
        case: Some(("R8-住記-020877".into(), "#".into())),
        office: "市民課 係長".into(),
        name: "佐々木 亮".into(),
        terminal: "T-0107 ・ 顔認証済".into(),
        title: "決裁".into(),
        subtitle: "3件のうち1件目 ・ 起案 市民課 大野 修 (11月20日 9:42) ・ 専決 係長(規程 別表2の4)".into(),
        main,
        aside: vec![
            AsidePanel::text(
                "二人で決める",
                "起案者と決裁者は別の人です。あなたはこの案件の起案・入力に関わっていません。専決の範囲: 職権修正(証拠あり)",
            ),
            AsidePanel::next(
                "この決裁の後",
                &[
                    "記録を追加(元の記録は残ります)",
                    "住民票コードの本人確認情報を更新",
                    "関係業務へ知らせる",
                    "本人へ訂正の通知書",
                ],
            ),
            AsidePanel::links(
                "証拠",
                &[
                    ("9条2項通知.pdf(1頁)".into(), Some("#".into())),
                    ("出生届写し.pdf(1頁)".into(), Some("#".into())),
                    ("検査済 ・ 改変なし ✓".into(), None),
                ],
            ),
            record_panel("求めた人 1人 ・ 付随 0人"),
        ],
        ..frame("決裁待ち")
    })
}

struct Finding<'a> {
    tone: Tone,
    why: &'a str,
    code: &'a str,
    person: &'a str,
    number: &'a str,
    clinic: &'a str,
    care: &'a str,
    care_note: &'a str,
    points: i64,
    yen: i64,
    basis: &'a str,
    plan: &'a str,
}

#[rustfmt::skip]
const FINDINGS: [Finding<'static>; 4] = [
    Finding { tone: Tone::Bad, why: "資格喪失後の受診", code: "基金 ・ 100018", person: "林 陽翔", number: "0412387", clinic: "港中央病院", care: "R8.9 入院 2日", care_note: "9歳 3割", points: 4120, yen: 11360, basis: "R8.8.31 まで有効(転出)", plan: "再審査等請求 公費分のみ" },
    Finding { tone: Tone::Bad, why: "重複請求", code: "国保連", person: "森 さくら", number: "0398107", clinic: "みなと小児科", care: "R8.9 外来 3日", care_note: "8歳 3割", points: 1204, yen: 2612, basis: "同じ月・同じ医療機関 2件", plan: "過誤申立" },
    Finding { tone: Tone::Warn, why: "精神通院の公費が先", code: "基金 ・ 他法優先", person: "佐野 悠真", number: "0377424", clinic: "こころクリニック", care: "R8.9 外来 2日", care_note: "11歳 3割", points: 962, yen: 1886, basis: "法別21 の受給者証あり", plan: "返戻を求める" },
    Finding { tone: Tone::Warn, why: "生年月日が違う", code: "基金 ・ 100012", person: "髙﨑 颯太", number: "0420117", clinic: "青葉薬局", care: "R8.9 調剤", care_note: "5歳 2割", points: 411, yen: 822, basis: "レセプト R2.11.3 / 台帳 R2.11.2", plan: "同一人と確認" },
];

fn finding_row(f: &Finding) -> Row {
    Row::new(vec![
        Cell::html(badge(f.tone, f.why)).second_line(f.code),
        Cell::from(f.person).second_line(f.number),
        f.clinic.into(),
        Cell::from(f.care).second_line(f.care_note),
        f.points.into(),
        Yen(f.yen).into(),
        f.basis.into(),
        f.plan.into(),
    ])
    .opens("#receipt")
    .choosable(f.number, f.person)
}

pub fn receipts() -> Markup {
    let bill = |sender: &str, sum: Cell, billed: i64, state: Markup| {
        Row::new(vec![sender.into(), sum, Yen(billed).into(), state.into()])
    };
    let bills = table(&Table {
        caption: "請求との突合".into(),
        columns: vec![
            Column::text("請求元"),
            Column::number("レセプト計"),
            Column::number("請求額"),
            Column::text("結果").unseen().keep(),
        ],
        rows: vec![
            bill("支払基金", Yen(98_412_306).into(), 98_412_306, badge(Tone::Ok, "一致")),
            bill("国保連", Yen(41_007_180).into(), 41_009_003, badge(Tone::Bad, "1,823円 多い")),
            bill("審査手数料", "103,482件".into(), 7_968_114, badge(Tone::Ok, "一致")),
        ],
        ..Table::default()
    });
    let bar = |tone, word: &str, count| Bar { tone, word: word.into(), count, href: Some("#".into()) };
    let results =
        bars("資格突合の結果", &[bar(Tone::Ok, "適合", 102_861), bar(Tone::Warn, "要確認", 417), bar(Tone::Bad, "不適合", 204)]);
    let findings = table(&Table {
        caption: "所見".into(),
        columns: vec![
            Column::text("理由").sortable("reason"),
            Column::text("受給者").sortable("person").keep(),
            Column::text("医療機関"),
            Column::text("診療").keep(),
            Column::number("点数").sortable("points"),
            Column::number("公費負担").sortable("yen"),
            Column::text("根拠"),
            Column::text("扱い(案)"),
        ],
        rows: FINDINGS.iter().map(finding_row).collect(),
        filter: true,
        select: Some(Select { name: "finding".into(), form: None }),
        sorting: Some(Sorting { base: "?month=R8.10&".into(), key: "yen".into(), descending: true }),
        ..Table::default()
    });
    let hidden = [(CSRF_FIELD, "token"), (KEY_FIELD, "k1")];
    let main = html! {
        (pair(card("請求との突合", "", bills), section(html! { "資格突合 " (badge(Tone::Ok, "完了")) }, "", results)))
        (card("所見", "621件 ・ 金額の大きい順", post_form("findings", "#", false, &hidden, html! {
            (findings)
            (pager(&Pager { base: "?month=R8.10&".into(), page: 1, size: 4, total: 621 }))
            (button_row(
                &[
                    Action::submit("選んだ件を起案").key("F9").primary(),
                    Action::link("持ち出しを申請", "#export").key("F8"),
                    Action::submit("支払を起案").blocked("国保連の差 1,823円が解けるまで起案できません"),
                ],
                html! {},
            ))
        })))
        (card("自動償還", "同じ月に複数の医療機関にかかった人", html! {
            (definition_list(&[("髙﨑 颯太 R8.9診療分", why(Yen(200), &cap_trace()))]))
        }))
    };
    page(&Frame {
        purposes: vec![PurposeChoice { value: "kyufu".into(), label: "子ども医療・給付".into(), current: true }],
        case: Some(("R8-子医-突合-1110".into(), "#".into())),
        title: "レセプト・請求".into(),
        subtitle: "令和8年10月審査分 ・ 103,482件 ・ 7ファイル".into(),
        main,
        aside: vec![
            AsidePanel::text(
                "書き換えはできません",
                "レセプトは医療機関の請求であり、市は訂正しません。誤りは支払基金・国保連・医療機関へ申し立てます。",
            ),
            AsidePanel::new(
                "点検の実施状況",
                html! {
                    p { "資格 ✓ ・ 重複 ✓ ・ 縦覧 ✓ ・ 他法優先 ✓" } p { "給付割合 " (badge(Tone::Warn, "未実施")) }
                },
            ),
            AsidePanel::new(
                "支払まで",
                html! {
                    p { "国保連の請求 1,823円の差が解けるまで、支払は起案できません。" } p { "納期限 11月30日" }
                },
            ),
            record_panel("一覧表示 4人(求めた) ・ 0人(付随)"),
        ],
        ..frame("レセプト・請求")
    })
}

fn cap_trace() -> Vec<Step> {
    let step = |label: &str, formula: &str, yen| Step {
        label_ja: label.into(),
        formula_ja: formula.into(),
        amount: Some(Yen(yen)),
        article: "市子ども医療費助成条例5条2項".into(),
        param: Some("kodomo.copay.month_cap 令和8年4月1日".into()),
    };
    vec![
        step("自己負担の合計", "900円(A医科) + 800円(B歯科) + 1,000円(C入院)", 2700),
        step("月の上限", "1人 1か月 2,500円", 2500),
        step("償還する額", "2,700円 − 2,500円", 200),
    ]
}
