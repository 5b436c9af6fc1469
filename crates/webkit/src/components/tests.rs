use super::*;
use kernel::decision::{Decision, Reason, Step, Verdict};
use kernel::time::PartialDate;
use kernel::{Date, Yen};
use maud::{Markup, html};

fn text(markup: Markup) -> String {
    markup.into_string()
}

fn reason(no: u8, verdict: Verdict, word: Option<&str>) -> Reason {
    Reason {
        no,
        title_ja: format!("条件{no}"),
        verdict,
        verdict_ja: word.map(str::to_owned),
        detail_ja: "詳細".into(),
        article: "条例3条".into(),
        evidence: vec![],
    }
}

#[test]
fn every_reason_says_its_verdict_in_words_and_a_rule_may_choose_the_word() {
    let decision = Decision::from_reasons(
        vec![reason(1, Verdict::Satisfied, None), reason(2, Verdict::Unclear, None), reason(3, Verdict::Info, Some("市単独分"))],
        vec![],
    );
    let html = text(decision_card("判定", "", "", &decision, html! {}));
    for word in ["満たす", "要確認", "市単独分", "条例3条"] {
        assert!(html.contains(word), "{word}");
    }
    assert!(!html.contains("なぜこの金額か"), "no amount, no question");
}

#[test]
fn an_amount_opens_its_steps_with_article_and_parameter() {
    let step = Step {
        label_ja: "償還する額".into(),
        formula_ja: "2,700円 − 2,500円".into(),
        amount: Some(Yen(200)),
        article: "条例5条2項".into(),
        param: Some("kodomo.copay.month_cap".into()),
    };
    let html = text(why(Yen(200), &[step]));
    assert!(html.contains("<details") && html.contains("200円") && html.contains("条例5条2項") && html.contains("month_cap"));
}

#[test]
fn the_strip_tells_the_age_only_of_a_known_birth_date() {
    let today = Date::constant(2026, 11, 20);
    let strip = |birth: &PartialDate| {
        text(person_strip(&PersonStrip { name: "髙﨑 颯太", birth: Some((birth, today)), ..PersonStrip::default() }))
    };
    assert!(strip(&PartialDate::known(Date::constant(2020, 11, 3))).contains("令和2年11月3日 (2020) ・ 6歳"));
    let unknown = PartialDate::parse("昭和20年3月不詳日").expect("readable");
    let html = strip(&unknown);
    assert!(html.contains("昭和20年3月不詳日") && !html.contains("歳"));
}

#[test]
fn a_protected_address_leaves_no_trace_in_the_strip() {
    assert!(!text(person_strip(&PersonStrip { name: "秘", address: None, ..PersonStrip::default() })).contains("住所"));
}

fn list(rows: Vec<Row>) -> Table {
    Table {
        caption: "所見".into(),
        columns: vec![Column::text("受給者").sortable("person"), Column::number("公費負担").sortable("yen")],
        rows,
        select: Some(Select { name: "finding".into(), form: Some("draft".into()) }),
        sorting: Some(Sorting { base: "?month=R8.10&".into(), key: "yen".into(), descending: true }),
        empty: ("所見はありません".into(), "突合はまだです。".into()),
        ..Table::default()
    }
}

#[test]
fn a_list_sorts_by_link_and_names_every_checkbox() {
    let row = Row::new(vec!["髙﨑 颯太".into(), Yen(11_360).into()]).opens("/receipt/1").choosable("1", "髙﨑 颯太");
    let html = text(table(&list(vec![row])));
    assert!(html.contains(r#"aria-sort="descending""#) && html.contains("?month=R8.10&amp;sort=yen&amp;dir=asc"));
    assert!(html.contains("?month=R8.10&amp;sort=person&amp;dir=asc"));
    assert!(html.contains(r#"name="finding" value="1" form="draft""#) && html.contains("髙﨑 颯太を選ぶ"));
    assert!(html.contains(r#"<td class="num">11,360円"#) && html.contains(r#"href="/receipt/1""#));
}

#[test]
fn an_empty_list_says_what_and_why_instead_of_a_bare_head() {
    let html = text(table(&list(vec![])));
    assert!(html.contains("所見はありません") && html.contains("突合はまだです") && !html.contains("<table"));
}

#[test]
fn a_page_number_beyond_all_bounds_does_no_harm() {
    let far = Pager { base: "?".into(), page: u64::MAX, size: u64::MAX, total: u64::MAX };
    text(pager(&far));
    let html = text(pager(&Pager { base: "?q=a&".into(), page: 2, size: 100, total: 621 }));
    assert!(html.contains("101–200件目 / 全621件") && html.contains("page=1") && html.contains("page=3"));
}

#[test]
fn the_approver_sees_what_changes_and_what_does_not() {
    let row =
        |item: &str, old: &str, new: &str| DiffRow { item: item.into(), old: old.into(), new: new.into(), reason: String::new() };
    let html = text(diff_table(
        "職権修正",
        &[row("生年月日", "令和2年11月3日", "令和2年11月2日"), row("続柄", "長男", "長男"), row("通称", "", "髙﨑 リン")],
    ));
    assert!(html.contains("<del>令和2年11月3日</del>") && html.contains("<ins>令和2年11月2日</ins>"));
    assert!(html.contains("変わらない") && !html.contains("<del>長男"));
    assert!(html.contains("なし") && html.contains("<ins>髙﨑 リン</ins>"));
}

#[test]
fn a_wrong_field_is_tied_to_its_hint_and_its_error() {
    let html = text(Field::new("birth", "生年月日").required().value("R2.13.1").error(Some("暦にない日です")).date());
    assert!(html.contains(r#"for="f-birth""#) && html.contains(r#"id="f-birth""#) && html.contains("必須"));
    assert!(html.contains(r#"aria-describedby="e-birth h-birth""#) && html.contains(r#"aria-invalid="true""#));
    assert!(text(error_summary(&[FieldError { field: "birth".into(), message: "暦にない日です".into() }])).contains("#f-birth"));
    assert!(text(error_summary(&[])).is_empty());
}

#[test]
fn a_password_never_comes_back_from_the_server() {
    assert!(!text(Field::new("password", "パスワード").value("ひみつ").password()).contains("ひみつ"));
}

#[test]
fn a_blocked_act_says_why_and_has_no_key() {
    let html = text(Action::submit("支払を起案").key("F9").blocked("差が解けるまで起案できません").render());
    assert!(html.contains(" disabled") && html.contains("差が解けるまで") && !html.contains("data-key"));
}

#[test]
fn a_small_result_stays_visible_beside_a_large_one() {
    let bar = |count| Bar { tone: Tone::Ok, word: "適合".into(), count, href: None };
    let html = text(bars("結果", &[bar(1_000_000), bar(1), bar(0)]));
    assert!(html.contains(r#"width="1.50""#) && html.contains(r#"width="0.00""#) && html.contains("1,000,000件"));
}

#[test]
fn long_work_tells_rate_and_rest_only_while_it_runs() {
    let job = Progress {
        state: JobState::Running,
        done: 41_230,
        total: Some(103_482),
        per_second: Some(5_200),
        seconds_left: Some(130),
        ..Progress::default()
    };
    assert_eq!(job.line(), "41,230 / 103,482件 ・ 毎秒 5,200件 ・ 残り 約3分");
    assert!(job.answer().live);
    let done = Progress { state: JobState::Done, ..job };
    assert_eq!(done.line(), "41,230 / 103,482件");
    assert!(!text(progress("取込", "/job/1", &done, "", &[])).contains("data-poll"), "a finished job is not asked again");
}
