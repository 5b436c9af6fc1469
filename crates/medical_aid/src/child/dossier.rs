//! Everything known about a child on a day, and the facts that the law is asked with.

use crate::child::model::{
    Application, Card, IncomeRow, InquiryRow, InsuranceRow, Notice, Recipient, ReliefRow, SchoolLeaveRow, SharePeriod,
};
use crate::child::rules::{ordinance, unruled};
use crate::child::store::eligibility as store;
use kernel::Date;
use kernel::access::Action;
use kernel::decision::FactRef;
use kernel::ident::AtenaNo;
use kernel::time::{Period, wareki};
use law::child_medical::{
    Eligibility, EndCause, Fact, Facts, Income, IncomeAnswer, Inquiry, Insurance, OtherScheme, Relief, ReliefKind, Residence,
    SchemeKind, SchoolLeave, eligibility,
};
use law::params::ChildMedical;
use platform::{Fault, Seen, Unit};
use ports::{Ports, ResidentFacts};

/// Groups of the programme that the page of a child shows.
pub const GROUPS: &[&str] =
    &["kodomo.eligibility", "kodomo.insurance", "kodomo.income", "kodomo.relief", "kodomo.card", "kodomo.claim"];

/// What the office holds about a child.
#[derive(Debug, Clone)]
pub struct Dossier {
    /// The city's ordinance.
    pub ordinance: &'static ChildMedical,
    /// The child in the log.
    pub subject: i64,
    /// What may be shown.
    pub seen: Seen,
    /// What the resident registry says.
    pub person: ResidentFacts,
    /// Stretches of entitlement, oldest first.
    pub recipients: Vec<Recipient>,
    /// 府市区分.
    pub shares: Vec<SharePeriod>,
    /// Cards, newest first.
    pub cards: Vec<Card>,
    /// Applications, newest first.
    pub applications: Vec<Application>,
    /// 申立書.
    pub leaves: Vec<SchoolLeaveRow>,
    /// Insurance.
    pub insurances: Vec<InsuranceRow>,
    /// Incomes of the guardians.
    pub incomes: Vec<IncomeRow>,
    /// Other schemes.
    pub reliefs: Vec<ReliefRow>,
    /// What was asked.
    pub inquiries: Vec<InquiryRow>,
    /// Notices of the registry, newest first.
    pub notices: Vec<Notice>,
}

impl Dossier {
    /// Opens the dossier of a child as of a day, as known at a commit; every group is asked of the policy and recorded.
    ///
    /// # Errors
    /// [`Fault::missing`] for a person nobody knows, a refusal, or the database's.
    pub async fn open(unit: &mut Unit, ports: &Ports, number: &AtenaNo, as_of: Date, known: i64) -> Result<Self, Fault> {
        let subject = unit.find_subject(number).await?.ok_or_else(|| Fault::missing("対象者"))?;
        let seen = unit.see_for(Action::Look, subject, GROUPS).await?;
        let person = ports.residents.person(unit, number, as_of).await?.ok_or_else(|| Fault::missing("対象者"))?;
        let ordinance = ordinance(unit.city().profile())?;
        let tx = &mut unit.tx;
        Ok(Self {
            ordinance,
            subject,
            seen,
            person,
            recipients: store::recipients(tx, number, known).await?,
            shares: store::shares(tx, number, known).await?,
            cards: store::cards(tx, number).await?,
            applications: store::applications(tx, number).await?,
            leaves: store::leaves(tx, number, known).await?,
            insurances: store::insurances(tx, number, known).await?,
            incomes: store::incomes(tx, number, known).await?,
            reliefs: store::reliefs(tx, number, known).await?,
            inquiries: store::inquiries(tx, number, known).await?,
            notices: store::notices(tx, number).await?,
        })
    }

    /// The newest stretch of entitlement that was not cancelled.
    pub fn current(&self) -> Option<&Recipient> {
        self.recipients.iter().rfind(|r| r.cancelled_on.is_none())
    }

    /// The application that waits for a decision.
    pub fn waiting(&self) -> Option<&Application> {
        self.applications.iter().find(|a| a.state == "受付")
    }

    /// Asks the law as of a day.
    ///
    /// # Errors
    /// A rule without a value in force.
    pub fn judge(&self, as_of: Date) -> Result<Eligibility, Fault> {
        eligibility(&self.facts(as_of), self.ordinance, as_of).map_err(unruled)
    }

    /// The facts that the law is asked with.
    pub fn facts(&self, as_of: Date) -> Facts {
        let applied = self.applications.iter().find(|a| matches!(a.state.as_str(), "受付" | "認定"));
        Facts {
            birth: Some(Fact { value: self.person.birth.clone(), evidence: self.person.row.clone() }),
            residence: Inquiry::Asked { on: as_of, rows: self.residence(), evidence: Some(self.person.row.clone()) },
            school_leaves: self.leaves.iter().map(school_leave).collect(),
            insurance: self.insurance(),
            relief: self.relief(),
            other_schemes: self.other_schemes(),
            incomes: self.incomes.iter().map(income).collect(),
            applied_on: applied.map(|a| Fact {
                value: a.applied_on,
                evidence: fact("medical_aid_application", a.id, &format!("交付申請 {}", wareki(a.applied_on))),
            }),
        }
    }

    fn residence(&self) -> Vec<Residence> {
        let p = &self.person;
        let Some(from) = p.resident_from else { return vec![] };
        let cause = match p.removed_reason.as_deref() {
            Some(r) if r.contains("死亡") => EndCause::Died,
            Some(r) if r.contains("転出") => EndCause::MovedOut,
            _ => EndCause::ExOfficio,
        };
        vec![Residence { from, ended: p.removed_on.map(|d| (d, cause)), evidence: p.row.clone() }]
    }

    fn asked(&self, topic: &str) -> Option<&InquiryRow> {
        self.inquiries.iter().rfind(|q| q.topic == topic)
    }

    fn insurance(&self) -> Inquiry<Insurance> {
        let valid = self.insurances.iter().filter(|i| i.cancelled_on.is_none());
        let rows: Vec<Insurance> = valid.clone().map(insurance).collect();
        let seen = valid.map(|i| i.checked_on).max();
        inquiry(rows, seen, self.asked("insurance"))
    }

    fn relief(&self) -> Inquiry<Relief> {
        let rows = self.reliefs.iter().filter_map(relief).collect();
        inquiry(rows, None, self.asked("relief"))
    }

    fn other_schemes(&self) -> Inquiry<OtherScheme> {
        let rows = self.reliefs.iter().filter_map(other_scheme).collect();
        inquiry(rows, None, self.asked("other_scheme"))
    }
}

fn inquiry<T>(rows: Vec<T>, seen: Option<Date>, asked: Option<&InquiryRow>) -> Inquiry<T> {
    let evidence = asked.map(|q| fact("medical_aid_inquiry", q.id, &format!("{} {}", q.how, wareki(q.checked_on))));
    match asked.map(|q| q.checked_on).max(seen) {
        Some(on) => Inquiry::Asked { on, rows, evidence },
        None if rows.is_empty() => Inquiry::NotAsked,
        None => Inquiry::Asked { on: Date::MIN, rows, evidence },
    }
}

/// A row of a register of this programme, as evidence.
pub fn fact(register: &str, id: i64, label: &str) -> FactRef {
    FactRef { register: register.into(), row_id: id.to_string(), label_ja: label.into() }
}

fn insurance(i: &InsuranceRow) -> Insurance {
    let label = format!("{} 保険者番号 {}", i.class, i.insurer_no);
    Insurance {
        period: Period { from: i.valid_from, to: i.valid_to },
        evidence: fact("medical_aid_insurance", i.id, &label),
        label_ja: label,
    }
}

/// 申立書 as the law reads it.
pub fn school_leave(l: &SchoolLeaveRow) -> SchoolLeave {
    SchoolLeave {
        period: Period { from: l.valid_from, to: l.valid_to },
        guardian_in_city: l.guardian_in_city,
        evidence: fact("medical_aid_school_leave", l.id, &format!("就学の申立書 {}", wareki(l.filed_on))),
    }
}

fn relief(r: &ReliefRow) -> Option<Relief> {
    let kind = match r.kind.as_str() {
        "生活保護" => ReliefKind::PublicAssistance,
        "生活保護(停止中)" => ReliefKind::PublicAssistanceSuspended,
        "措置入所" => ReliefKind::Placement,
        _ => return None,
    };
    Some(Relief {
        kind,
        period: Period { from: r.valid_from, to: r.valid_to },
        evidence: fact("medical_aid_relief", r.id, &r.kind),
    })
}

fn other_scheme(r: &ReliefRow) -> Option<OtherScheme> {
    let kind = match r.kind.as_str() {
        "重度障害者医療" => SchemeKind::Disability,
        "ひとり親家庭医療" => SchemeKind::SingleParent,
        _ => return None,
    };
    let period = Period { from: r.valid_from, to: r.valid_to };
    Some(OtherScheme { kind, period, evidence: fact("medical_aid_relief", r.id, &r.kind) })
}

fn income(i: &IncomeRow) -> Income {
    let dependants = i64::from(i.spouse) + i.elderly_dependants + i.other_dependants;
    Income {
        fiscal_year: i16::try_from(i.fiscal_year).unwrap_or_default(),
        guardian_ja: i.role.clone(),
        answer: if i.sign == "未申告" { IncomeAnswer::Undeclared } else { IncomeAnswer::Declared(i.net) },
        dependants: u16::try_from(dependants).unwrap_or_default(),
        checked_on: i.checked_on,
        evidence: fact("medical_aid_income", i.id, &format!("{} 令和{}年度 所得", i.role, i.fiscal_year - 2018)),
    }
}
