//! Every other state: the resident's page, forms, errors, nothing there, very long names, long work.

use crate::staff::{TODAY, frame, strip};
use kernel::Date;
use kernel::time::PartialDate;
use maud::{Markup, html};
use webkit::components::*;
use webkit::frame::plain::{self, ErrorPage, Plain, SignIn};
use webkit::frame::{Frame, Notice, page};

pub fn resident() -> Markup {
    let month = |label: &str, count, marked| MonthColumn { label: label.into(), count, marked };
    let look = |at: &str, office: &str, why: &str, what: &str, state: Markup, link: &str| {
        Row::new(vec![
            at.into(),
            Cell::from(office).second_line(why),
            what.into(),
            state.into(),
            Cell::html(html! { a href="#" { (link) (spoken(at)) " ›" } }),
        ])
    };
    let asked = || badge(Tone::Ok, "求めて見た");
    let rows = vec![
        look("11月20日 10:04", "医療年金課", "お子さんの医療証の更新", "所得の区分", asked(), "くわしく"),
        look("11月14日 15:31", "市民課", "住民票の写し(あなたの請求)", "氏名・住所・続柄", asked(), "くわしく"),
        look("11月2日 9:12", "日本年金機構", "年金の手続きのための照会", "住民税の額", badge(Tone::Ok, "提供した"), "くわしく"),
        look("10月28日 18:47", "保険年金課", "案件との関係を確かめています", "住所", badge(Tone::Bad, "確認中"), "たずねる"),
        look(
            "10月11日 11:20",
            "子ども家庭課",
            "きょうだいの健診の案内",
            "世帯主の名前",
            badge(Tone::Warn, "付随して見えた"),
            "くわしく",
        ),
    ];
    let list = table(&Table {
        caption: "だれが、いつ、何のために見たか".into(),
        columns: ["日時", "どこが・なぜ", "何を", "見え方"]
            .map(Column::text)
            .into_iter()
            .chain([Column::text("つぎ").unseen()])
            .collect(),
        rows,
        ..Table::default()
    });
    plain::plain(&Plain {
        brand: "みなと市 わたしの記録".into(),
        who: ("髙﨑 健一 さん".into(), "本人確認 マイナンバーカード".into()),
        leave: Some(("終了".into(), "#".into())),
        title: "だれが、いつ、何のために見たか".into(),
        intro: html! { p { "令和8年8月20日から11月20日までの記録です。お見せできる記録に" b { "抜けや書き換えがないこと" } "を、あなた自身で確かめられます。" } },
        main: html! {
            (message_with(Tone::Ok, "抜け・書き換えはありません", html! {
                p { "13件 ・ 11月20日 10時05分の封印まで ・ 監査委員と隣の市が立会人として署名" }
            }, &Action::link("証明書を保存", "#proof").primary()))
            (card("月ごとの回数", "", month_columns("月ごとの回数", "手続きのための閲覧", "確認中", &[
                month("8月", 2, 0), month("9月", 1, 0), month("10月", 3, 1), month("11月", 6, 0),
            ])))
            section.card {
                (list)
                p.note { "わからないこと、思い当たらないことは「たずねる」から市に確かめられます。開示・訂正・利用停止の請求もここからできます。" }
            }
        },
        ..Plain::default()
    })
}

pub fn household() -> Markup {
    let child = |relation: &str, name: &str, note: &str, current, badge: Option<(Tone, String)>| Member {
        relation: relation.into(),
        name: name.into(),
        note: note.into(),
        badge,
        href: Some("#".into()),
        current,
        under: vec![],
    };
    let tree = household_tree(&[Member {
        relation: "世帯主".into(),
        name: "髙﨑 健一".into(),
        note: "昭和60年2月28日 (1985) ・ 41歳".into(),
        under: vec![
            child("妻", "LIN MEILING 林 美玲", "通称 髙﨑 リン", false, None),
            child("子", "髙﨑 颯太", "6歳", true, Some((Tone::Ok, "受給中".into()))),
            child("子", "髙﨑 陽葵", "3歳", false, Some((Tone::Ok, "受給中".into()))),
        ],
        ..Member::default()
    }]);
    let step = |label: &str, note: &str, state| StepItem { label: label.into(), note: note.into(), state };
    page(&Frame {
        title: "世帯 髙﨑 健一".into(),
        lead: Some(strip()),
        notice: Some(Notice {
            tone: Tone::Ok,
            title: "世帯変更を仮登録しました".into(),
            text: "決裁が済むまで、ほかの業務には見えません。".into(),
        }),
        main: html! {
            (steps(&[
                step("受付", "大野 修 11月20日 9:12", StepState::Done),
                step("審査", "大野 修 11月20日 9:42", StepState::Done),
                step("決裁", "係長 佐々木 亮", StepState::Now),
                step("本登録", "", StepState::Todo),
            ]))
            (pair(
                card("世帯の人", "4人", tree),
                card("世帯の記録", "", definition_list(&[
                    ("世帯番号", html! { "000000000512044" }),
                    ("住所", html! { "みなと市港町一丁目2番3号 コーポ潮風405" }),
                    ("住所を定めた日", html! { "令和6年10月15日 (2024)" }),
                    ("前住所", html! {}),
                ])),
            ))
        },
        aside: vec![
            AsidePanel::record(2_841_101, false, "本人の閲覧履歴に載ります"),
            AsidePanel::actions("次にすること", &[Action::link("決裁の状況を見る", "#")]),
        ],
        ..frame("異動届")
    })
}

/// Names and addresses as long as registers hold them, beside a part of the frame that is just as full.
pub fn long_name() -> Markup {
    let birth = PartialDate {
        text: "昭和20年3月不詳日".into(),
        earliest: Date::constant(1945, 3, 1),
        latest: Date::constant(1945, 3, 31),
    };
    let name = "MARIA FERNANDA DE LOS ANGELES GUADALUPE VON HOHENZOLLERN-SIGMARINGEN Y MONTGOMERY FITZGERALD";
    let lead = person_strip(&PersonStrip {
        kana: "マリア フェルナンダ デ ロス アンヘレス グアダルーペ フォン ホーエンツォレルン ジグマリンゲン イ モンゴメリー フィッツジェラルド",
        name,
        also: Some(("通称", "渡邉󠄁 󠄀齋藤 邊󠄂見 﨑")),
        birth: Some((&birth, TODAY)),
        atena_no: Some("000000104273866"),
        household: Some("ヴィルヘルム・アレクサンダー・フォン・ホーエンツォレルン＝ジグマリンゲン ほか11人"),
        status: Some("住登者 (平成31年4月30日から)"),
        address: Some(
            "みなと市大字上之島字西ノ内北外城町四丁目1234番地の5678 グランドメゾンみなと中央公園前ウエストタワー第3棟 10405号室 様方",
        ),
        badges: &[(Tone::Warn, "要確認"), (Tone::Ok, "子ども医療 受給中"), (Tone::Bad, "住所の扱いに注意")],
    });
    let rows = (0..3)
        .map(|i| {
            Row::new(vec![
                name.into(),
                "000000104273866".into(),
                "みなと市大字上之島字西ノ内北外城町四丁目1234番地の5678 グランドメゾン".into(),
                (1_234_567_890_i64 * (i + 1)).into(),
            ])
            .opens("#")
        })
        .collect();
    page(&Frame {
        city: "おおみなとしおかぜ台第二中央市".into(),
        title: format!("受給者 {name}"),
        office: "健康福祉部 子ども未来局 子育て支援医療年金課 主任主事".into(),
        name: "ヴィルヘルム アレクサンダー".into(),
        lead: Some(lead),
        main: card(
            "関係する人",
            "12人",
            table(&Table {
                caption: "関係する人".into(),
                columns: vec![Column::text("氏名"), Column::text("宛名番号"), Column::text("住所"), Column::number("所得")],
                rows,
                filter: true,
                ..Table::default()
            }),
        ),
        aside: vec![AsidePanel::basis("子ども医療費助成(資格)", "番号法9条2項・条例別表第1の5", "氏名・住所", "")],
        ..frame("受給者")
    })
}

fn move_in(errors: &[FieldError]) -> Markup {
    let wrong = |name: &str| errors.iter().find(|e| e.field == name).map(|e| e.message.as_str());
    let bad = !errors.is_empty();
    let kinds = [
        Choice::new("domestic", "国内から"),
        Choice::new("abroad", "国外から"),
        Choice { value: "special", label: "特例転入", note: "マイナンバーカードで転出した人" },
    ];
    let hidden = [(CSRF_FIELD, "token"), (KEY_FIELD, "k2")];
    post_form(
        "movein",
        "#",
        true,
        &hidden,
        html! {
            (error_summary(errors))
            (card("届出", "", html! {
                (field_group("届出のあらまし", html! {
                    (Field::new("kind", "転入の種類").required().value("domestic").radio(&kinds))
                    (Field::new("moved", "転入した日").required().value(if bad { "R8.13.40" } else { "R8.11.16" }).error(wrong("moved")).date())
                    (Field::new("received", "届出の日").required().value("R8.11.20").date())
                    (Field::new("ward", "区").value("naka").short().select(&[Choice::new("", "選んでください"), Choice::new("naka", "中区")]))
                }))
                (field_group("転入する人", html! {
                    (Field::new("kana", "カナ").required().value(if bad { "" } else { "タカサキ ケンイチ" }).error(wrong("kana")).kana())
                    (Field::new("name", "氏名").required().value("髙﨑 健一").hint("戸籍どおりの字で。外字は文字情報基盤から選べます").text())
                    (Field::new("income", "所得").value("4120000").yen())
                    (Field::new("insurer", "保険者番号").short().value("272187").digits())
                    (Field::new("checked", "本人確認").required().checkboxes(&[Choice::new("card", "マイナンバーカード"), Choice::new("license", "運転免許証")], &["card"]))
                    (Field::new("consent", "所得の照会に同意します").required().error(wrong("consent")).checkbox(!bad))
                    (Field::new("paper", "転出証明書").hint("PDF、20MBまで").file(".pdf"))
                    (Field::new("note", "備考").textarea(3))
                }))
                (button_row(
                    &[Action::submit("仮登録する").key("F9").primary(), Action::link("戻る", "#").key("F6"), Action::submit("取り消す").danger().sending("act", "cancel")],
                    html! {},
                ))
            }))
        },
    )
}

fn form_page(errors: &[FieldError]) -> Markup {
    page(&Frame {
        title: "転入届".into(),
        subtitle: "R8-住記-020901".into(),
        main: move_in(errors),
        aside: vec![AsidePanel::next("この届出の後", &["仮登録", "決裁(係長)", "住民票に記載", "前住所地へ転入通知"])],
        ..frame("異動届")
    })
}

pub fn form() -> Markup {
    form_page(&[])
}

pub fn form_error() -> Markup {
    let error = |field: &str, message: &str| FieldError { field: field.into(), message: message.into() };
    form_page(&[
        error("moved", "転入した日「R8.13.40」は暦にありません。R8.11.16 のように入れてください。"),
        error("kana", "カナが空です。住民票の振り仮名を入れてください。"),
        error("consent", "同意がないと所得を照会できません。同意しないときは所得証明書を受け取ってください。"),
    ])
}

pub fn empty() -> Markup {
    page(&Frame {
        case: None,
        title: "受付・処理待ち".into(),
        subtitle: "医療年金課".into(),
        main: html! {
            (problem("保存できませんでした", "別の職員(大野 修)が同じ人を編集しています。", "入力した内容は下書きに残っています。10分ほど待って、もう一度「仮登録する」を押してください。"))
            (card("待っている仕事", "", table(&Table {
                caption: "待っている仕事".into(),
                empty: ("待っている仕事はありません".into(), "新しい申請や通知が届くと、期限の近い順にここに並びます。".into()),
                ..Table::default()
            })))
            (card("期限の近いもの", "", empty_state("30日以内に期限の来るものはありません", "", Some(Action::link("すべての期限を見る", "#").render()))))
        },
        aside: vec![AsidePanel::text("この画面の根拠", "自分の課の仕事だけが並びます。")],
        ..frame("受付・処理待ち")
    })
}

pub fn job() -> Markup {
    let running = Progress {
        state: JobState::Running,
        done: 41_230,
        total: Some(103_482),
        per_second: Some(5_200),
        seconds_left: Some(12),
        note: "国保連 令和8年10月審査分 3ファイル目を検査しています。".into(),
    };
    let queued = Progress { note: "取込が終わると始まります。".into(), ..Progress::default() };
    let failed = Progress {
        state: JobState::Failed,
        done: 8_112,
        total: Some(21_004),
        note: "合計が合いません(ファイルの総括 98,412,306円、明細 98,410,483円)。このファイルは1件も取り込んでいません。".into(),
        ..Progress::default()
    };
    let cancel = Action::post("取り消す", "#", vec![(CSRF_FIELD.into(), "token".into())]).danger();
    let again = Action::post("送り直してもらったファイルで再開", "#", vec![(CSRF_FIELD.into(), "token".into())]);
    page(&Frame {
        title: "バッチ".into(),
        subtitle: "レセプトの取込と突合".into(),
        refresh: Some(5),
        main: html! {
            (progress("レセプトの取込", "/job/41.json", &running, "画面を閉じても続きます。取込中のデータはまだどこにも見えません。受給者の登録はいつもどおりできます。", &[cancel]))
            (progress("資格突合", "/job/42.json", &queued, "", &[]))
            (progress("支払基金 2ファイル目", "/job/40.json", &failed, "", &[again]))
        },
        aside: vec![AsidePanel::record(2_841_377, true, "")],
        ..frame("バッチ")
    })
}

pub fn search() -> Markup {
    let found = |kana: &str, name: &str, birth: &str, area: &str, state: (Tone, &str)| {
        Row::new(vec![Cell::from(name).second_line(kana), birth.into(), area.into(), badge(state.0, state.1).into()]).opens("#")
    };
    page(&Frame {
        title: "住民を探す".into(),
        main: html! {
            (search_box("#", "q", "たかさき", Some("/person/")))
            (card("見つかった人", "3人 ・ 見分けるための項目だけを出しています", table(&Table {
                caption: "見つかった人".into(),
                columns: vec![Column::text("氏名"), Column::text("生年月日").keep(), Column::text("町名"), Column::text("住民状態")],
                rows: vec![
                    found("タカサキ ケンイチ", "髙﨑 健一", "昭和60年2月28日 (1985)", "港町一丁目", (Tone::Ok, "住登者")),
                    found("タカサキ ソウタ", "髙﨑 颯太", "令和2年11月3日 (2020)", "港町一丁目", (Tone::Ok, "住登者")),
                    found("タカサキ トメ", "高崎 トメ", "大正15年12月1日 (1926)", "", (Tone::Neutral, "消除")),
                ],
                filter: true,
                ..Table::default()
            })))
        },
        aside: vec![
            AsidePanel::basis("子ども医療費助成(資格)", "番号法9条2項", "氏名・生年月日・町名", ""),
            AsidePanel::record(2_841_378, false, "3人(求めた)"),
        ],
        ..frame("住民を探す")
    })
}

pub fn sign_in() -> Markup {
    plain::sign_in(&SignIn {
        city: "みなと市".into(),
        action: "#".into(),
        login: "m-morita".into(),
        error: Some("職員番号かパスワードが違います。5回続けて違うと15分間使えなくなります。".into()),
        reason: Some("10分間操作がなかったため、席を離れたものとしました。".into()),
        csrf: "token".into(),
        panels: vec![AsidePanel::text(
            "この画面から先は記録されます",
            "だれが、何のために、だれの何を見たかは、本人が確かめられます。",
        )],
        ..SignIn::default()
    })
}

pub fn locked() -> Markup {
    plain::locked("みなと市", "森田 由紀", "m-morita", "#", "token", None)
}

pub fn error() -> Markup {
    plain::error_page(&ErrorPage {
        city: "みなと市".into(),
        what: "この人は、開いている案件の対象ではありません".into(),
        why: "案件 R8-子医-001482 の対象は、申請のあった子と保護者です。".into(),
        how: "別の用件であれば、その案件を開いてから探してください。断られたことも記録されています。".into(),
        kept: "入力していたものはありません。".into(),
        reference: "7f3a-20c1".into(),
        back: "#".into(),
    })
}
