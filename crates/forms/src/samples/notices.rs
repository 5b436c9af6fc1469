use super::{guardian, mayor, office};
use crate::address_label::AddressLabel;
use crate::decision_notice::{DecisionNotice, Kind};
use crate::guidance::Guidance;
use crate::parts::{Amount, Line, Seal};
use kernel::Yen;
use kernel::decision::Step;

fn notice(kind: Kind, body: &str) -> DecisionNotice {
    DecisionNotice {
        kind,
        subject: DecisionNotice::subject_for("子ども医療費助成", kind),
        document_no: "みな医第482号".into(),
        date: "令和8年11月20日".into(),
        to: guardian(),
        issuer: mayor(Seal::Frame),
        body: body.into(),
        facts: vec![Line::new("対象の子", "髙﨑 颯太（令和2年11月3日生）"), Line::new("受給者番号", "0123455")],
        breakdown: vec![],
        total: None,
        reasons: vec![],
        articles: vec!["みなと市子ども医療費助成条例第3条".into()],
        trace: vec![],
        guidance: Guidance::for_city("みなと市", "みなと市長", "みなと市長"),
        contact: office(),
    }
}

fn step(label: &str, formula: &str, amount: i64, article: &str) -> Step {
    Step { label_ja: label.into(), formula_ja: formula.into(), amount: Some(Yen(amount)), article: article.into(), param: None }
}

/// One notice of each kind; the repayment fills two pages.
pub fn decision_notices() -> Vec<DecisionNotice> {
    let mut recognised =
        notice(Kind::Recognised, "令和8年11月4日に申請のあった子ども医療費の助成について、次のとおり認定しました。");
    recognised.facts.push(Line::new("助成の期間", "令和8年11月4日から令和21年3月31日まで"));
    recognised.issuer = mayor(Seal::Omitted);

    let mut rejected =
        notice(Kind::Rejected, "令和8年11月4日に申請のあった子ども医療費の助成について、次の理由により却下しました。");
    rejected.reasons = vec!["申請の日に市内に住所がありません。住民票の転出予定日は令和8年10月31日です。".into()];

    let mut lost = notice(Kind::Lost, "子ども医療費の助成を受ける資格がなくなりましたので、お知らせします。");
    lost.facts.push(Line::new("最後に使える日", "令和8年9月16日"));
    lost.reasons = vec!["令和8年9月16日に神戸市へ転出したため（転入通知による。）。".into()];

    vec![recognised, rejected, paid(), not_paid(), lost, repayment()]
}

fn paid() -> DecisionNotice {
    let mut n = notice(
        Kind::Paid,
        "令和8年7月6日に申請のあった医療費（令和8年6月 入院・○○大学附属病院分）について、次のとおり支給することを決定しました。",
    );
    n.facts.push(Line::new("振込先", "みなと信用金庫 本店 普通 ＊＊＊＊567"));
    n.facts.push(Line::new("振込予定日", "令和8年12月10日"));
    n.breakdown = vec![
        Amount::new("窓口で支払った額", "保険診療分 令和8年6月1日から8日まで", Yen(84_340)),
        Amount::new("高額療養費", "○○健康保険組合から支給", Yen(-4_101)),
        Amount::new("附加給付", "○○健康保険組合 令和8年11月2日の通知", Yen(-55_200)),
        Amount::new("一部自己負担金", "500円 × 2日", Yen(-1_000)),
    ];
    n.total = Some(Amount::new("支給する額", "", Yen(24_039)));
    n.articles = vec!["みなと市子ども医療費助成条例第4条".into(), "同条例施行規則第6条".into()];
    n.trace = vec![
        step("自己負担額", "総医療費の3割として窓口で支払った額", 84_340, "健康保険法第110条"),
        step("高額療養費を引いた額", "84,340円 − 4,101円", 80_239, "健康保険法第115条"),
        step("附加給付を引いた額", "80,239円 − 55,200円", 25_039, "健康保険法第53条"),
        step("一部自己負担金", "1日500円、1か月2日まで", 1_000, "条例第5条"),
        step("支給額", "25,039円 − 1,000円", 24_039, "条例第4条"),
    ];
    n
}

fn not_paid() -> DecisionNotice {
    let mut n = notice(Kind::NotPaid, "令和8年7月6日に申請のあった医療費について、次の理由により支給しないことを決定しました。");
    n.facts.push(Line::new("診療の期間", "令和8年6月1日から8日まで（入院）"));
    n.breakdown = vec![
        Amount::new("窓口で支払った額", "保険診療分", Yen(56_201)),
        Amount::new("附加給付", "○○健康保険組合 令和8年11月2日の通知", Yen(-55_201)),
        Amount::new("一部自己負担金", "500円 × 2日", Yen(-1_000)),
    ];
    n.total = Some(Amount::new("支給する額", "", Yen(0)));
    n.reasons = vec![
        "加入する健康保険組合から附加給付として55,201円が支給されるため、助成の対象となる負担が残りません。助成は、他の法令や保険者の給付を受けることができる場合は、その額を除いて行います。".into(),
        "残る1,000円は、条例第5条に定める一部自己負担金（1日500円、1か月2日まで）に当たるため、助成の対象となりません。".into(),
        "個室の使用料、食事代、文書料は、健康保険の対象とならない費用のため、助成の対象となりません。".into(),
    ];
    n.articles = vec![
        "みなと市子ども医療費助成条例第4条第2項".into(),
        "同条例第5条".into(),
        "同条例施行規則第6条第1項第2号".into(),
        "健康保険法第53条".into(),
    ];
    n.trace = vec![
        step("自己負担額", "総医療費の3割として窓口で支払った額", 56_201, "健康保険法第110条"),
        step("附加給付を引いた額", "56,201円 − 55,201円", 1_000, "健康保険法第53条"),
        step("一部自己負担金", "1日500円、1か月2日まで", 1_000, "条例第5条"),
        step("支給額", "1,000円 − 1,000円", 0, "条例第4条"),
    ];
    n
}

fn repayment() -> DecisionNotice {
    let mut n = notice(
        Kind::Repayment,
        "助成した医療費のうち、次の額の返還を求めることを決定しました。納付書により、納期限までに納めてください。",
    );
    n.facts.push(Line::new("納期限", "令和8年12月28日"));
    let clinics = ["小児科よしだ医院", "みなと市立総合医療センター", "北堀江こどもの歯科", "堀江耳鼻咽喉科クリニック"];
    n.breakdown = clinics
        .iter()
        .cycle()
        .take(14)
        .enumerate()
        .map(|(i, clinic)| {
            Amount::new(clinic, &format!("令和8年9月{}日受診分", 17 + i), Yen(1_200 + 137 * i64::try_from(i).unwrap_or(0)))
        })
        .collect();
    n.total = Some(Amount::new("返還する額", "14件", Yen(29_267)));
    n.reasons = vec![
        "令和8年9月16日に転出したため、翌17日から助成を受ける資格がありません。17日以後の受診に医療証が使われ、市が医療機関に支払いました。".into(),
    ];
    n.articles = vec!["みなと市子ども医療費助成条例第10条".into(), "民法第703条".into()];
    n
}

/// A cover sheet with marks and several enclosures.
pub fn address_labels() -> Vec<AddressLabel> {
    vec![AddressLabel {
        to: guardian(),
        marks: vec!["親展".into(), "転送不要".into()],
        date: "令和8年11月20日".into(),
        enclosed: vec!["子ども医療費助成 支給決定通知書 1通".into(), "子ども医療証 1枚".into(), "返信用封筒 1枚".into()],
        message: "日ごろから市政にご理解とご協力をいただき、ありがとうございます。次の書類をお送りしますので、お確かめください。"
            .into(),
        contact: office(),
    }]
}
