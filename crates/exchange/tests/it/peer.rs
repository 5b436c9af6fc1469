//! The other end of the line: keeps 副本 like a gateway, and answers inquiries as a test says.

use async_trait::async_trait;
use exchange::lines::{Gateway, Unsent};
use kernel::ident::DanNo;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Mutex;
use wire::compare::{Fault, Fingerprint, differences, fingerprint};
use wire::ident::InstitutionCode;
use wire::replica::ReplicaRecord;

pub const A: &str = "0220127140310001";
pub const B: &str = "0220113104110001";

#[derive(Default)]
pub struct State {
    /// The line is cut.
    pub down: bool,
    /// The line is cut after so many more files.
    pub files_left: Option<usize>,
    /// What was called, in order.
    pub calls: Vec<String>,
    pub replica: Vec<ReplicaRecord>,
    /// A person about whom nothing is taken.
    pub refuses: Option<DanNo>,
    /// Procedures for which a consent is needed, and those that came.
    pub consents: Vec<Json>,
    /// Inquiry → what is shown, and the answer.
    pub inquiries: BTreeMap<String, (String, Json)>,
    /// Inquiries as they came.
    pub asked: Vec<Json>,
    /// How a new inquiry is answered.
    pub next: (String, Json),
    /// No 符号 yet for so many attempts.
    pub unbound: usize,
    /// Permit → line of the provision.
    pub provisions: BTreeMap<String, Json>,
    pub records: Json,
    results: BTreeMap<String, String>,
    serial: u64,
}

#[derive(Default)]
pub struct Peer(pub Mutex<State>);

fn refused(code: &str, detail: &str) -> Unsent {
    Unsent::Refused { code: code.into(), detail: detail.into() }
}

impl State {
    fn inquiry(&mut self, id: &str, body: &Json) -> Result<Json, Unsent> {
        let request = body["request"].as_str().unwrap().to_owned();
        match id {
            "SKI_10111" if self.unbound > 0 => {
                self.unbound -= 1;
                return Err(refused("CODE_NOT_BOUND", "符号の取得を待っています"));
            }
            "SKI_10111" => {
                let consented = self.consents.iter().any(|c| c["dan"] == body["dan"] && c["procedure"] == body["procedure"]);
                if !consented {
                    return Err(refused("NOT_PERMITTED", "同意の記録がありません"));
                }
                self.asked.push(body.clone());
                self.inquiries.entry(request.clone()).or_insert(self.next.clone());
            }
            "SKI_50111" => {
                self.inquiries.insert(request.clone(), ("cancelled".into(), json!([])));
            }
            _ => {}
        }
        let (shown, records) = self.inquiries.get(&request).unwrap().clone();
        let answered = shown == "answered";
        Ok(json!({
            "request": request, "shown": shown, "words": "", "since": "2026-11-20T03:00:00Z", "error": null, "records": records,
            "as_of": answered.then_some("2026-11-20T02:00:00Z"), "root": answered.then(|| "11".repeat(32)),
        }))
    }

    fn provision(&mut self, id: &str, body: &Json) -> Result<Json, Unsent> {
        let permit = body["permit"].as_str().unwrap().to_owned();
        let held = self.provisions.get_mut(&permit).ok_or_else(|| refused("NOT_FOUND", "照会がありません"))?;
        match id {
            "TKY_11512" => return Ok(held["asked"].clone()),
            "TKY_20311" => {
                held["state"] = json!("CONTENT_REGISTERED");
                held["by"] = body["staff"].clone();
                held["content"] = body["records"].clone();
            }
            "TKY_20511" if held["by"] == body["staff"] => {
                return Err(refused("CONFLICT", "送信の許可は、内容を登録した職員とは別の職員が行ってください"));
            }
            "TKY_20511" => held["state"] = json!("SEND_PERMITTED"),
            _ => {}
        }
        Ok(json!({ "permit": permit, "state": held["state"], "records": held["content"] }))
    }

    fn take(&mut self, record: &ReplicaRecord) -> Result<(), &'static str> {
        if self.refuses.as_ref() == Some(&record.dan) {
            return Err("版が違います");
        }
        // レコード識別番号 rises with every change that a city sends, also after a deletion.
        if record.serial <= self.serial {
            return Err("レコード識別番号が重なっています");
        }
        self.serial = record.serial;
        if self.replica.iter().any(|r| r.slot() == record.slot() && r.serial > record.serial) {
            // Overtaken: nothing to do.
            return Ok(());
        }
        self.replica.retain(|r| r.slot() != record.slot());
        if record.items.is_some() {
            self.replica.push(record.clone());
        }
        Ok(())
    }

    fn file(&mut self, text: &str) -> Json {
        let (head, rows) = text.split_once('\n').unwrap();
        let head: Json = serde_json::from_str(head).unwrap();
        let digest = platform::keys::hex(&platform::keys::sha256(rows.as_bytes()));
        assert_eq!(head["sha256"], json!(digest), "the file says what it holds");
        assert_eq!(head["count"], json!(rows.lines().count()));
        let answers: Vec<Json> = rows
            .lines()
            .map(|row| match head["interface"].as_str().unwrap() {
                "DBM_20113" => match self.take(&serde_json::from_str(row).unwrap()) {
                    Ok(()) => json!({ "ok": {} }),
                    Err(why) => json!({ "error": { "code": "X", "detail": why } }),
                },
                id => panic!("nobody sends a file of {id}"),
            })
            .collect();
        let number = head["file"].as_str().unwrap().to_owned();
        let result = answers.iter().map(|a| format!("{a}\n")).collect::<String>();
        self.results.insert(number.clone(), format!("{{}}\n{result}"));
        let bad = answers.iter().filter(|a| a.get("error").is_some()).count();
        json!({ "file": number, "good": answers.len() - bad, "bad": bad })
    }

    fn answer(&mut self, path: &str, body: &[u8]) -> Result<String, Unsent> {
        let text = String::from_utf8(body.to_vec()).unwrap();
        let json: Json = serde_json::from_str(&text).unwrap_or_default();
        let interface = path.strip_prefix("/if/");
        Ok(match (path, interface) {
            ("/consents", _) => {
                self.consents.extend(json.as_array().unwrap().iter().cloned());
                return Ok(String::new());
            }
            ("/rechecking", _) => {
                let after = json["after"].as_str().unwrap_or_default();
                let called = self.inquiries.iter().filter(|(id, (shown, _))| shown == "rechecking" && id.as_str() > after);
                json!({ "requests": called.map(|(id, _)| id).take(1).collect::<Vec<_>>() }).to_string()
            }
            ("/compare", _) => {
                let theirs = Fingerprint {
                    root: serde_json::from_value(json["root"].clone()).unwrap(),
                    people: serde_json::from_value(json["people"].clone()).unwrap(),
                };
                let people = fingerprint(&self.replica).differing(&theirs);
                let serial = self.replica.iter().map(|r| r.serial).max().unwrap_or_default();
                json!({ "comparison": 1, "people": people, "serial": serial }).to_string()
            }
            ("/explain", _) => {
                let ours: Vec<DanNo> = serde_json::from_value(json["people"].clone()).unwrap();
                let theirs: Vec<ReplicaRecord> = serde_json::from_value(json["records"].clone()).unwrap();
                let mine: Vec<_> = self.replica.iter().filter(|r| ours.contains(&r.dan)).collect();
                let line = |d: wire::compare::Difference| {
                    let (fault, item) = match d.fault {
                        Fault::MissingInReplica => ("missing", None),
                        Fault::ExtraInReplica => ("extra", None),
                        Fault::OtherValue(item) => ("value", Some(item)),
                        Fault::OtherDays => ("days", None),
                    };
                    json!({ "dan": d.dan, "data_set": d.data_set, "key": d.key, "fault": fault, "item": item })
                };
                let found: Vec<Json> = differences(&theirs, mine).into_iter().map(line).collect();
                json!({ "differences": found }).to_string()
            }
            (_, Some("DBM_20113")) => {
                if self.files_left == Some(0) {
                    return Err(Unsent::Down("つながりません".into()));
                }
                self.files_left = self.files_left.map(|left| left - 1);
                self.file(&text).to_string()
            }
            (_, Some("DBM_20314")) => self.results.get(json["file"].as_str().unwrap()).unwrap().clone(),
            ("/waiting", _) => {
                let after = json["after"].as_str().unwrap_or_default();
                let waits = |p: &&Json| ["HELD", "CONTENT_REGISTERED"].contains(&p["state"].as_str().unwrap());
                let found = self.provisions.iter().filter(|(permit, p)| permit.as_str() > after && waits(p));
                json!({ "provisions": found.map(|(_, p)| p).take(100).collect::<Vec<_>>() }).to_string()
            }
            ("/records", _) => {
                let after = json["after"].as_i64().unwrap();
                let found = self.records.as_array().into_iter().flatten().filter(|r| r["change"].as_i64().unwrap() > after);
                json!({ "records": found.take(2).collect::<Vec<_>>() }).to_string()
            }
            (_, Some(id)) if id.starts_with("TKY") => self.provision(id, &json)?.to_string(),
            (_, Some(id)) => self.inquiry(id, &json)?.to_string(),
            _ => panic!("nobody calls {path}"),
        })
    }
}

#[async_trait]
impl Gateway for Peer {
    async fn post(&self, path: &str, body: Vec<u8>) -> Result<Vec<u8>, Unsent> {
        let mut state = self.0.lock().unwrap();
        if state.down {
            return Err(Unsent::Down("つながりません".into()));
        }
        state.calls.push(path.to_owned());
        state.answer(path, &body).map(String::into_bytes)
    }

    fn me(&self) -> InstitutionCode {
        InstitutionCode::parse(A).unwrap()
    }

    fn institutions(&self) -> Vec<(InstitutionCode, String)> {
        [(A, "みなと市"), (B, "やまて市")].map(|(id, name)| (InstitutionCode::parse(id).unwrap(), name.to_owned())).into()
    }
}
