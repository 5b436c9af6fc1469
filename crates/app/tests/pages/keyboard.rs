//! The story by keyboard alone: from a move-in to a child's card and a paid month of receipts, with nothing but Tab, arrows, Enter,
//! letters and function keys.

use crate::support::{TODAY, TestApp, one_time};
use kernel::time::YearMonth;
use std::path::PathBuf;
use std::time::Duration;
use testkit::browser::{Browser, Page};

/// Somebody at a keyboard.
struct Hands {
    page: Page,
}

impl Hands {
    async fn sign_in(app: &TestApp, staff_no: &str) -> Self {
        let hands = Self { page: Browser::shared().await.unwrap().page().await.unwrap() };
        hands.page.goto(&format!("{}/sign-in", app.origin)).await.unwrap();
        hands.write("login", staff_no).await;
        hands.write("password", &one_time(staff_no)).await;
        hands.press("Enter").await;
        hands.write("old", &one_time(staff_no)).await;
        hands.write("new", "a long password of my own").await;
        hands.press("Enter").await;
        hands.page.wait_for_text("受付・処理待ち").await.unwrap();
        hands
    }

    /// A key that leads to another page.
    async fn press(&self, key: &str) {
        self.page.load_after(self.page.press(key)).await.unwrap();
    }

    async fn is_on(&self, selector: &str) -> bool {
        let script = format!("document.activeElement?.matches({}) ?? false", serde_json::json!(selector));
        self.page.eval(&script).await.unwrap() == true
    }

    /// Goes there with Tab, as somebody without a mouse must.
    async fn tab_to(&self, selector: &str) {
        for _ in 0..400 {
            if self.is_on(selector).await {
                return;
            }
            self.page.press("Tab").await.unwrap();
        }
        let shown: String = self.page.text().await.unwrap().chars().take(600).collect();
        panic!("Tab never reaches {selector} on {}:\n{shown}", self.page.url().await.unwrap());
    }

    /// Types into a field, or moves to a choice with the arrows.
    async fn write(&self, name: &str, value: &str) {
        let field = format!("[name=\"{name}\"]");
        self.tab_to(&field).await;
        let kind = self.page.eval("document.activeElement.type").await.unwrap();
        match kind.as_str().unwrap_or_default() {
            "checkbox" => {
                let alone = format!("document.querySelectorAll({}).length === 1", serde_json::json!(field));
                if self.page.eval(&alone).await.unwrap() != true {
                    self.tab_to(&format!("{field}[value=\"{value}\"]")).await;
                }
                self.page.press("Space").await.unwrap();
                assert_eq!(self.page.eval("document.activeElement.checked").await.unwrap(), true, "{name} is ticked");
            }
            "radio" | "select-one" => {
                let wanted = serde_json::json!(value);
                let chosen = format!("document.activeElement.value === {wanted} && (document.activeElement.checked ?? true)");
                for _ in 0..40 {
                    if self.page.eval(&chosen).await.unwrap() == true {
                        return;
                    }
                    self.page.press("ArrowDown").await.unwrap();
                }
                panic!("the arrows never reach {value} of {name}");
            }
            _ => {
                self.page.press("Ctrl+a").await.unwrap();
                self.page.type_text(value).await.unwrap();
            }
        }
    }

    async fn fill(&self, values: &[(&str, &str)]) {
        for (name, value) in values {
            self.write(name, value).await;
        }
    }

    /// Follows a link or presses a button by Enter.
    async fn enter(&self, selector: &str) {
        self.tab_to(selector).await;
        self.press("Enter").await;
    }

    async fn open_case(&self, title: &str) {
        self.write("title", title).await;
        self.press("F9").await;
    }

    /// Loads a page again, as F5 does, until the work behind it is done.
    async fn until(&self, address: &str, words: &str) {
        for _ in 0..200 {
            self.page.goto(address).await.unwrap();
            if self.page.text().await.unwrap().contains(words) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("「{words}」 never comes:\n{}", self.page.text().await.unwrap());
    }

    /// The approver opens the draft that waits and approves it.
    async fn approve(&self, words: &str) {
        self.enter("a[href=\"/approvals\"]").await;
        self.enter("main a[href^=\"/approvals/\"]").await;
        self.page.wait_for_text(words).await.unwrap();
        self.press("F10").await;
    }
}

#[tokio::test]
async fn a_family_moves_in_and_its_child_gets_a_card_without_a_mouse() {
    let app = TestApp::start().await;
    somebody_is_protected(&app).await;
    let clerk = Hands::sign_in(&app, "1001").await;
    clerk.open_case("転入の届出").await;
    clerk.enter("a[href=\"/juki/move-in\"]").await;
    clerk
        .fill(&[
            ("moved_on", "R8.11.18"),
            ("notified_on", "R8.11.20"),
            ("address", "みなと市中央区港町二丁目7番5号"),
            ("postal_code", "5999001"),
            ("previous_address", "東京都新宿区歌舞伎町一丁目4番1号"),
            ("name_1", "辻永 健一"),
            ("kana_1", "ツジナガ ケンイチ"),
            ("birth_1", "S60.2.28"),
            ("sex_1", "男"),
            ("relation_1", "世帯主"),
            ("my_number_1", "990000100013"),
            ("name_2", "辻永 陽翔"),
            ("kana_2", "ツジナガ ハルト"),
            ("birth_2", "R2.11.3"),
            ("sex_2", "男"),
            ("relation_2", "子"),
            ("my_number_2", "990000100030"),
        ])
        .await;
    clerk.press("F9").await;
    clerk.page.wait_for_text("転入 2人").await.unwrap();
    let chief = Hands::sign_in(&app, "1002").await;
    chief.approve("辻永 陽翔").await;

    clerk.enter("a[href=\"/juki/search\"]").await;
    clerk.page.press("/").await.unwrap();
    clerk.page.type_text("ツジナガ ケンイチ").await.unwrap();
    clerk.press("Enter").await;
    clerk.enter("main form[action$=\"/take\"] button").await;
    clerk.page.wait_for_text("住民票の記録").await.unwrap();
    clerk.press("F8").await;
    clerk.fill(&[("requester", "person"), ("extent", "household"), ("identity", "1"), ("reason", "1")]).await;
    clerk.page.press("F8").await.unwrap();
    for _ in 0..100 {
        if issued(&app).await == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(issued(&app).await, 1, "the certificate is issued; the page shows: {}", clerk.page.text().await.unwrap());

    let aid = Hands::sign_in(&app, "2001").await;
    aid.open_case("交付申請").await;
    for _ in 0..40 {
        aid.enter("a[href=\"/kodomo/recommend\"]").await;
        if aid.page.text().await.unwrap().contains("陽翔") {
            break;
        }
    }
    aid.enter("main a[href^=\"/kodomo/apply/\"]").await;
    let account = [("bank", "0005"), ("branch", "001"), ("kind", "1"), ("number", "4815926"), ("holder", "ツジナガ ケンイチ")];
    aid.fill(&[("applied_on", "R8.11.20"), ("ward", "中央区"), ("consent", "1")]).await;
    aid.fill(&account).await;
    aid.press("F9").await;
    aid.page.wait_for_text("要確認").await.unwrap();
    let application = aid.page.url().await.unwrap();
    let evidence = [
        (
            "insurance",
            vec![
                ("class", "協会けんぽ"),
                ("insurer_no", "01279918"),
                ("insurer_name", "全国健康保険協会 みなと支部"),
                ("symbol", "12345"),
                ("insured_no", "67"),
                ("insured_name", "辻永 健一"),
                ("relation", "家族"),
                ("valid_from", "R8.11.18"),
                ("checked_on", "R8.11.20"),
            ],
        ),
        (
            "income",
            vec![("role", "父"), ("year", "8"), ("basis", "課税証明書"), ("checked_on", "R8.11.20"), ("total", "3200000")],
        ),
        ("relief", vec![("checked_on", "R8.11.20"), ("how", "照会")]),
    ];
    for (page, values) in evidence {
        aid.enter(&format!("main a[href$=\"/{page}\"]")).await;
        aid.fill(&values).await;
        aid.press("F9").await;
    }
    let review = application.trim_start_matches(&app.origin).to_owned();
    aid.enter(&format!("a[href=\"{review}\"]")).await;
    aid.press("F9").await;
    let head = Hands::sign_in(&app, "2002").await;
    head.approve("医療証の交付").await;
    let mut tx = app.house.city.db().read().await.unwrap();
    let cards: i64 = tx.one("select count(*) as n from medical_aid_card", vec![]).await.unwrap().get("n").unwrap();
    drop(tx);
    assert_eq!(cards, 1, "the child has a card");
    let chief_of_aid = paid_in_cash(&app, &aid, &head).await;
    receipts_are_paid(&app, &aid, &chief_of_aid).await;
    // The paper fills the window; its address line leads back.
    clerk.page.goto(&app.origin).await.unwrap();
    moves_out(&clerk, &chief).await;
    app.stop().await;
}

/// Care outside of the prefecture was paid in cash: claimed, decided, and paid by a run that a third person decides.
async fn paid_in_cash(app: &TestApp, aid: &Hands, head: &Hands) -> Hands {
    aid.enter("a[href=\"/kodomo/recipients\"]").await;
    aid.enter("main a[href^=\"/kodomo/person/\"]").await;
    aid.enter("a[href$=\"?tab=kyufu\"]").await;
    aid.press("F9").await;
    let claim = [
        ("aid_kind", "府外受診"),
        ("claimed_on", "R8.11.20"),
        ("receipt_on", "R8.11.19"),
        ("ward", "中央区"),
        ("institution", "隣県医院"),
        ("care_kind", "医科"),
        ("place", "外来"),
        ("days", "R8.11.19"),
        ("charge", "2000"),
        ("total_cost", "10000"),
        ("high_cost_state", "なし"),
        ("additional_state", "なし"),
        ("bank", "0005"),
        ("branch", "001"),
        ("kind", "1"),
        ("number", "4815926"),
        ("holder", "ツジナガ ケンイチ"),
    ];
    aid.fill(&claim).await;
    aid.press("F9").await;
    aid.page.wait_for_text("1,500円").await.unwrap();
    aid.press("F9").await;
    head.approve("1,500円").await;
    aid.enter("a[href=\"/payments\"]").await;
    aid.tab_to("main input[type=checkbox][name]").await;
    aid.page.press("Space").await.unwrap();
    aid.press("F9").await;
    let chief = Hands::sign_in(app, "2003").await;
    chief.approve("1,500円").await;
    let mut tx = app.house.city.db().read().await.unwrap();
    let sent: i64 = tx
        .one("select count(*) as n from payments_payment where state = 'sent' and amount = 1500", vec![])
        .await
        .unwrap()
        .get("n")
        .unwrap();
    assert_eq!(sent, 1, "the claim is paid once");
    chief
}

/// The files of a month are chosen and taken in, checked against the register, one finding goes back, and the bill is paid to the yen.
async fn receipts_are_paid(app: &TestApp, aid: &Hands, chief: &Hands) {
    let month = YearMonth::of(TODAY);
    let sent = synth::City::generate(7, 200, TODAY).receipt_month(month, 40);
    let folder = std::env::temp_dir().join(format!("atena-keyboard-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let files: Vec<PathBuf> = sent.files.iter().map(|f| folder.join(&f.name)).collect();
    for (path, file) in files.iter().zip(&sent.files) {
        std::fs::write(path, &file.bytes).unwrap();
    }
    aid.enter("a[href=\"/claims\"]").await;
    aid.tab_to("[name=\"file\"]").await;
    aid.page.choose("Enter", &files.iter().map(PathBuf::as_path).collect::<Vec<_>>()).await.unwrap();
    aid.press("F9").await;
    let month_page = aid.page.url().await.unwrap();
    aid.until(&month_page, &format!("{}件", sent.ledger.len())).await;
    aid.press("F9").await;
    aid.until(&month_page, "完了").await;
    std::fs::remove_dir_all(&folder).unwrap();

    aid.enter("a[href$=\"/findings\"]").await;
    aid.tab_to("main input[type=checkbox][name=finding]").await;
    aid.page.press("Space").await.unwrap();
    aid.fill(&[("route", "問題なし"), ("note", "窓口で確かめた")]).await;
    aid.press("F9").await;
    chief.approve("窓口で確かめた").await;

    for bill in &sent.bills {
        aid.page.goto(&month_page).await.unwrap();
        aid.fill(&[
            ("sender", &bill.sender.code().to_string()),
            ("count", &bill.count.to_string()),
            ("amount", &bill.amount.0.to_string()),
            ("fee_count", &bill.fee_count.to_string()),
            ("fee_amount", &bill.fee_amount.0.to_string()),
            ("due", &kernel::time::wareki_short(bill.due)),
        ])
        .await;
        aid.enter("form[action$=\"/bills\"] button[type=submit]").await;
        aid.enter(&format!("form[action$=\"/bills/{}/pay\"] button", bill.sender.code())).await;
        chief.approve(&bill.total().to_string()).await;
    }
    let mut tx = app.house.city.db().read().await.unwrap();
    let paid = "select count(*) as n from claims_bill where state = 'decided'";
    let paid: i64 = tx.one(paid, vec![]).await.unwrap().get("n").unwrap();
    assert_eq!(usize::try_from(paid), Ok(sent.bills.len()), "every sender is paid");
}

/// The family gives notice of moving out.
async fn moves_out(clerk: &Hands, chief: &Hands) {
    clerk.enter("a[href=\"/juki/search\"]").await;
    clerk.page.press("/").await.unwrap();
    clerk.page.type_text("ツジナガ ハルト").await.unwrap();
    clerk.press("Enter").await;
    clerk.enter("main form[action$=\"/take\"] button").await;
    clerk.tab_to("form[action$=\"/move-out\"] [name=\"planned_on\"]").await;
    clerk.page.press("Ctrl+a").await.unwrap();
    clerk.page.type_text("R8.11.30").await.unwrap();
    clerk.fill(&[("to_address", "奈良県奈良市二条大路南一丁目1番1号")]).await;
    clerk.press("Enter").await;
    chief.approve("11月30日").await;
    clerk.enter("a[href=\"/juki/search\"]").await;
    clerk.page.press("/").await.unwrap();
    clerk.page.type_text("ツジナガ ハルト").await.unwrap();
    clerk.press("Enter").await;
    clerk.enter("main form[action$=\"/take\"] button").await;
    clerk.page.wait_for_text("転出予定").await.unwrap();
}

async fn issued(app: &TestApp) -> i64 {
    let mut tx = app.house.city.db().read().await.unwrap();
    tx.one("select count(*) as n from resident_certificate where outcome = 'issued'", vec![]).await.unwrap().get("n").unwrap()
}

/// Nothing is printed while the list of 支援措置 is empty.
async fn somebody_is_protected(app: &TestApp) {
    let mut tx = app.house.city.db().write().await.unwrap();
    let number = kernel::ident::AtenaNo::issue(900_000).unwrap();
    let subject = platform::subject::of(&mut tx, &number).await.unwrap();
    let now = app.house.city.now();
    platform::subject::protect(&mut tx, subject, Some("本"), now).await.unwrap();
    tx.commit().await.unwrap();
}
