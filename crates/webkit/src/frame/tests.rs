use super::*;
use crate::components::{Action, Field};

fn frame() -> Frame {
    Frame {
        city: "みなと市".into(),
        purposes: vec![PurposeChoice { value: "juki".into(), label: "住民記録".into(), current: true }],
        title: "受給者".into(),
        main: html! { (Field::new("note", "備考").text()) (Action::submit("起案").key("F9").primary().render()) },
        ..Frame::default()
    }
}

#[test]
fn every_page_has_one_heading_one_main_and_no_inline_style_or_script() {
    let html = page(&frame()).into_string();
    assert_eq!(html.matches("<h1").count(), 1);
    assert_eq!(html.matches("<main").count(), 1);
    assert!(html.contains("lang=\"ja\"") && html.contains("本文へ移る"));
    assert!(!html.contains(" style=") && !html.contains("<style") && !html.contains(" onclick="));
    let scripts: Vec<&str> = html.split("<script").skip(1).collect();
    assert!(scripts.iter().all(|s| s.contains("src=") && s.contains("></script>")));
}

#[test]
fn looking_at_another_day_switches_writing_off_and_says_so() {
    let today = TimeTravel { as_of: "令和8年11月20日".into(), is_today: true, ..TimeTravel::default() };
    let html = page(&Frame { time_travel: Some(today), ..frame() }).into_string();
    assert!(!html.contains("<fieldset class=\"past-main\"") && !html.contains("is-past"));

    let past = TimeTravel { as_of: "令和6年4月1日".into(), is_today: false, ..TimeTravel::default() };
    let html = page(&Frame { time_travel: Some(past), ..frame() }).into_string();
    assert!(html.contains("is-past") && html.contains("書き込みはできません"));
    let (before, inside) =
        html.split_once("<fieldset class=\"past-main\" role=\"presentation\" disabled>").expect("disabled fieldset");
    assert!(before.contains("この時点で見る"), "the way back to today stays usable");
    assert!(inside.contains("起案"));
}

#[test]
fn names_from_the_register_cannot_become_markup() {
    let html = page(&Frame { title: "<b onclick=x>\"&".into(), name: "</header><script>".into(), ..frame() }).into_string();
    assert!(!html.contains("<b onclick") && !html.contains("</header><script>"));
}
