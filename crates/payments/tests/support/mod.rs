//! A city that pays, a registry with one guardian, and the 医療年金課 at a browser.

#![allow(dead_code, reason = "each test file uses its part")]
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its city has failed")]

use async_trait::async_trait;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use kernel::access::{Action, Purpose};
use kernel::decision::FactRef;
use kernel::ident::{AtenaNo, SetaiNo};
use kernel::time::{PartialDate, Timestamp};
use kernel::{Date, Yen};
use payments::{Account, NewDemand, NewPayment, Orderer, Payee, Rules};
use platform::city::{CityProfile, Office};
use platform::keys::Keys;
use platform::policy::{FieldGroup, POLICIES, Policy, SCHEMA};
use platform::staff::{self, NewStaff, OpenCase, Post};
use platform::testing::{FixedClock, TestDatabase, fresh_databases};
use platform::{City, Fault, StaffContext, Unit, case};
use ports::facts::{IndividualNumber, ResidentFacts, ResidentHit};
use ports::{LinkUse, Ports, ResidentPort};
use std::sync::Arc;
use tower::ServiceExt;
use webkit::{House, Programme};

pub const TODAY: Date = Date::constant(2026, 11, 20);
const OFFICES: &[Office] = &[Office { code: "iryo", name_ja: "医療年金課", purposes: &["kodomo"] }];

/// 宛名番号 of the child and of the guardian.
pub fn atena(n: u64) -> AtenaNo {
    (n * 10..n * 10 + 10).find_map(|s| AtenaNo::issue(s).ok()).unwrap()
}

pub fn account() -> Account {
    Account::checked("0001", "001", "1", "1234567", "ミナト ハナコ").unwrap()
}

struct Registry;

#[async_trait]
impl ResidentPort for Registry {
    async fn person(&self, unit: &mut Unit, number: &AtenaNo, _: Date) -> Result<Option<ResidentFacts>, Fault> {
        let subject = unit.find_subject(number).await?.unwrap_or_default();
        let day = Date::constant(1990, 1, 1);
        Ok(Some(ResidentFacts {
            row: FactRef { register: "resident_person".into(), row_id: "1".into(), label_ja: "住民".into() },
            subject,
            atena_no: number.clone(),
            name: "港　花子".into(),
            kana: "ミナト　ハナコ".into(),
            alias: None,
            birth: PartialDate { text: "平成2年1月1日".into(), earliest: day, latest: day },
            sex: "女".into(),
            resident: true,
            resident_from: None,
            removed_on: None,
            removed_reason: None,
            planned_move_out: None,
            setai_no: None,
            relation: None,
            head_name: None,
            postal_code: Some("550-0014".into()),
            address: (*number == atena(2)).then(|| "みなと市西区北堀江1番2号".into()),
            building: None,
            ward: None,
            protected: *number != atena(2),
        }))
    }
    async fn household(&self, _: &mut Unit, _: &SetaiNo, _: Date) -> Result<Vec<ResidentFacts>, Fault> {
        Ok(vec![])
    }
    async fn search(&self, _: &mut Unit, _: &str, _: usize) -> Result<Vec<ResidentHit>, Fault> {
        Ok(vec![])
    }
    async fn individual_number(&self, _: &mut Unit, _: &AtenaNo) -> Result<Option<IndividualNumber>, Fault> {
        Ok(None)
    }
    async fn born_between(&self, _: &mut Unit, _: Date, _: Date, _: Date) -> Result<Vec<ResidentFacts>, Fault> {
        Ok(vec![])
    }
}

fn orderer(city: &CityProfile, _: Date) -> Result<Orderer, Fault> {
    let account = Account::checked("0001", "001", "1", "1000001", "ミナトシカイケイカンリシヤ").unwrap();
    Ok(Orderer { code: format!("{:0>10}", city.code), name: "ミナトシカイケイカンリシヤ".into(), account })
}

fn instruction(_: &City) -> Result<Vec<String>, Fault> {
    Ok(vec!["審査請求ができます。".into()])
}

fn programme() -> Programme {
    let ports = Ports { residents: Arc::new(Registry) };
    payments::programme(Rules { rank: |_, _, _| Some((2, "専決規程".into())), orderer, instruction }, ports)
}

/// A city on one database.
pub struct World {
    pub city: City,
    pub house: House,
    pub database: TestDatabase,
}

/// The same city on every database at hand.
pub async fn worlds() -> Vec<World> {
    let mut migrations = platform::MIGRATIONS.to_vec();
    migrations.extend(programme().migrations);
    let mut all = vec![];
    for database in fresh_databases(&migrations).await.unwrap() {
        let groups: Vec<_> = payments::GROUPS.iter().copied().chain([FieldGroup::plain("juki.identify", "氏名")]).collect();
        let policy = Policy::load(SCHEMA, POLICIES, &groups).unwrap();
        let profile = CityProfile {
            name_ja: "みなと市".into(),
            code: "279994".into(),
            prefecture_ja: "大阪府".into(),
            mayor_ja: "みなと市長 海野 渚".into(),
            wards: vec![],
            offices: OFFICES,
        };
        let purpose = Purpose { code: "kodomo", name_ja: "子ども医療", short_ja: "子医", basis_ja: "条例" };
        let clock = Arc::new(FixedClock::noon(TODAY));
        let city = City::new(database.db.clone(), Keys::ephemeral().unwrap(), clock, policy, profile, vec![purpose]);
        let house = House::new(city.clone(), vec![programme()]);
        all.push(World { city, house, database });
    }
    all
}

impl World {
    pub fn staff(&self, no: &str, rank: i64) -> StaffContext {
        StaffContext {
            staff_no: no.into(),
            name: format!("職員{no}"),
            post: Some(Post { id: 1, office: "iryo".into(), rank, roles: vec![], ward: None }),
            terminal: "T-1".into(),
            purpose: Some("kodomo".into()),
            case: Some(OpenCase { id: 1, number: "R8-子医-000001".into(), ground: "受付".into(), subjects: vec![] }),
            ..StaffContext::nobody()
        }
    }

    /// What 情報政策課 is told when a link of the person is found to be wrong.
    pub async fn uses(&self, who: &AtenaNo, since: Timestamp) -> Result<Vec<LinkUse>, Fault> {
        self.uses_for("hub", who, since).await
    }

    /// The same for somebody who works for another purpose.
    pub async fn uses_for(&self, purpose: &str, who: &AtenaNo, since: Timestamp) -> Result<Vec<LinkUse>, Fault> {
        let mut unit = self.unit(Action::Draft).await;
        let subject = platform::subject::of(&mut unit.tx, who).await?;
        unit.commit(()).await?;
        let mut staff = self.staff("4002", 3);
        staff.post = Some(Post { id: 1, office: "joho".into(), rank: 3, roles: vec![], ward: None });
        staff.purpose = Some(purpose.into());
        staff.case = staff.case.map(|case| OpenCase { subjects: vec![subject], ..case });
        let mut unit = Unit::look(&self.city, &staff, "誤った連携の解除", Action::Look).await?;
        payments::link_uses().uses(&mut unit, who, since).await
    }

    pub async fn unit(&self, action: Action) -> Unit {
        Unit::change(&self.city, &self.staff("2001", 1), "テスト", action).await.unwrap()
    }

    /// A decided payment to the guardian.
    pub async fn owes(&self, origin: &str, amount: i64) -> Result<i64, Fault> {
        let mut unit = self.unit(Action::Draft).await;
        let subject = platform::subject::of(&mut unit.tx, &atena(1)).await?;
        let payee = Payee::Person { subject, number: atena(2) };
        let account = account();
        let new = NewPayment { origin, title: "医療費の支給", payee, account: &account, amount: Yen(amount), due: None };
        let id = payments::request(&mut unit, new).await?;
        unit.commit(()).await?;
        Ok(id)
    }

    /// A decided demand on a debtor.
    pub async fn demands(&self, origin: &str, debtor: &AtenaNo, amount: i64) -> Result<i64, Fault> {
        let mut unit = self.unit(Action::Draft).await;
        let subject = platform::subject::of(&mut unit.tx, &atena(1)).await?;
        let new = NewDemand {
            origin,
            title: "自動償還の返還金",
            subject,
            debtor,
            amount: Yen(amount),
            reason: "レセプトが取り下げられ、月の上限を超えなくなったため。",
            article: "民法703条",
            document_no: None,
        };
        let id = payments::demand(&mut unit, new).await?;
        unit.commit(()).await?;
        Ok(id)
    }

    /// Drafts and decides a run over payments; answers the file's bytes.
    pub async fn sends(&self, desk: &Desk, head: &Desk, payments: &[i64]) -> StatusCode {
        let chosen: String = payments.iter().map(|p| format!("&payment={p}")).collect();
        let (status, _, page) = desk.post("/payments/transfers", &format!("pay_on=2026-11-20{chosen}")).await;
        if status != StatusCode::SEE_OTHER {
            return status;
        }
        let acts = platform::approval::Acts::new(programme().acts);
        let mut unit = Unit::change(&self.city, &head.staff().await, "決裁", Action::Decide).await.unwrap();
        let draft = draft_id(&mut unit).await;
        platform::approval::decide(&mut unit, &acts, draft, 1, platform::approval::Word::Approve, "").await.unwrap();
        unit.commit(()).await.unwrap();
        drop(page);
        status
    }
}

async fn draft_id(unit: &mut Unit) -> i64 {
    unit.tx.one("select max(id) as id from platform_draft", vec![]).await.unwrap().get("id").unwrap()
}

/// Somebody of the 医療年金課 at a browser, with a case about the child.
pub struct Desk {
    city: City,
    house: House,
    token: String,
    keys: std::sync::atomic::AtomicU32,
}

impl Desk {
    pub async fn open(world: &World, no: &str, rank: i64) -> Self {
        let mut tx = world.city.db().write().await.unwrap();
        let posts = [("iryo", rank, "", None)];
        let new = NewStaff { staff_no: no, name: "試験 係", password: "first-password", posts: &posts, from: TODAY };
        staff::register(&mut tx, &new).await.unwrap();
        tx.commit().await.unwrap();
        let token = staff::sign_in(&world.city, no, "first-password", "T-1").await.unwrap();
        let desk = Self { city: world.city.clone(), house: world.house.clone(), token, keys: 1.into() };
        let who = desk.staff().await;
        staff::change_password(&world.city, &who, "first-password", "a long password of my own").await.unwrap();
        let who = desk.staff().await;
        let mut tx = world.city.db().write().await.unwrap();
        let child = platform::subject::of(&mut tx, &atena(1)).await.unwrap();
        let opened = case::open(&world.city, &mut tx, &who, "受付", "支払の確認", &[child]).await.unwrap();
        case::resume(&mut tx, &who, opened.id).await.unwrap();
        tx.commit().await.unwrap();
        desk
    }

    pub async fn staff(&self) -> StaffContext {
        staff::session(&self.city, &self.token).await.unwrap().unwrap()
    }

    async fn send(&self, request: Request<Body>) -> (StatusCode, String, Vec<u8>) {
        let response = self.house.router().oneshot(request).await.unwrap();
        let location = response.headers().get(header::LOCATION).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
        let status = response.status();
        (status, location, response.into_body().collect().await.unwrap().to_bytes().to_vec())
    }

    pub async fn bytes(&self, path: &str) -> (StatusCode, Vec<u8>) {
        let cookie = format!("atena_session={}", self.token);
        let (status, _, body) = self.send(Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap()).await;
        (status, body)
    }

    pub async fn get(&self, path: &str) -> (StatusCode, String) {
        let (status, body) = self.bytes(path).await;
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    fn next_key(&self) -> u32 {
        self.keys.fetch_add(1, std::sync::atomic::Ordering::SeqCst)
    }

    pub async fn post(&self, path: &str, fields: &str) -> (StatusCode, String, String) {
        let cookie = format!("atena_session={}", self.token);
        let body = format!("_csrf={}&_key=form-key-{:06}&{fields}", self.staff().await.csrf, self.next_key());
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        let (status, location, body) = self.send(request).await;
        (status, location, String::from_utf8_lossy(&body).into_owned())
    }

    pub async fn upload(&self, path: &str, fields: &[(&str, &str)], name: &str, file: &[u8]) -> (StatusCode, String, String) {
        let cookie = format!("atena_session={}", self.token);
        let (csrf, key) = (self.staff().await.csrf, format!("form-key-{:06}", self.next_key()));
        let mut body = vec![];
        for (field, value) in fields.iter().copied().chain([("_csrf", csrf.as_str()), ("_key", key.as_str())]) {
            body.extend(format!("--part\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").bytes());
        }
        let head = format!("--part\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
        body.extend(head.bytes().chain(file.iter().copied()).chain(b"\r\n--part--\r\n".iter().copied()));
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=part")
            .body(Body::from(body))
            .unwrap();
        let (status, location, body) = self.send(request).await;
        (status, location, String::from_utf8_lossy(&body).into_owned())
    }
}
