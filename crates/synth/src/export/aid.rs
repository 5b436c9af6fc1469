//! 子ども医療: what the programme keeps about the children.

use super::Open;
use super::residents::atena;
use super::table::{Table, flag, or_empty, yen};
use crate::model::{ChildAid, Entitlement, IncomeFact, InsuranceFact};
use std::io;

const INCOMES: &str = "宛名番号,所得者宛名番号,年度,所得根拠区分,対象者区分,未申告,総所得金額,短期,長期,先物,山林,退職,その他,所得額合計,\
控除額,扶養人数,所得制限額,控除後所得額,判定,確認日";

/// The tables of 子ども医療.
pub(super) struct Tables {
    applications: Table,
    entitlements: Table,
    shares: Table,
    cards: Table,
    insurances: Table,
    incomes: Table,
    reliefs: Table,
    leaves: Table,
}

impl Tables {
    pub fn open(open: Open<'_>) -> io::Result<Self> {
        let mut table = |name: &str, headings: &str| Table::open(open, &format!("kodomo/{name}.csv"), headings);
        Ok(Self {
            applications: table(
                "applications",
                "宛名番号,保護者宛名番号,受給者番号,届出日,受付区,同意,銀行コード,支店コード,預金種別,口座番号,名義人カナ",
            )?,
            entitlements: table(
                "entitlements",
                "宛名番号,受給者番号,決裁状態,届出日,異動日,異動事由,受付区,取消日,資格状態,取得日,取得事由,停止日,停止事由,解除日,\
解除事由,最終有効日,喪失日,喪失事由,年齢到達基準日,判定区分",
            )?,
            shares: table("shares", "宛名番号,資格取得日,府市区分,開始日,終了日")?,
            cards: table(
                "cards",
                "宛名番号,受給者番号,有効開始日,有効終了日,交付日,発行処理日,帳票種別,再発行区分,証発行区分,交付事由,回収日",
            )?,
            insurances: table(
                "insurances",
                "宛名番号,保険者番号,保険者名称,保険種別,記号,番号,枝番,被保険者氏名,本人家族区分,取得日,最終有効日,喪失日,取消日,\
特定疾病認定日,附加給付,還元金,確認日",
            )?,
            incomes: table("incomes", INCOMES)?,
            reliefs: table("reliefs", "宛名番号,種別,法別番号,公費負担者番号,公費受給者番号,開始日,終了日,月額上限")?,
            leaves: table("school_leaves", "宛名番号,申立日,学校,開始日,終了日")?,
        })
    }

    pub fn child(&mut self, aid: &ChildAid) -> io::Result<()> {
        let (number, recipient) = (atena(aid.child), or_empty(aid.recipient_no.as_ref().map(|n| n.as_str())));
        if let Some(a) = &aid.application {
            let (b, guardian) = (&a.account, or_empty(aid.guardian.map(atena)));
            self.applications.row(&[
                &number,
                &guardian,
                &recipient,
                &a.received_on,
                &a.ward,
                &flag(a.consent),
                &b.bank,
                &b.branch,
                &b.kind,
                &b.number,
                &b.holder_kana,
            ])?;
        }
        for entitlement in &aid.entitlements {
            self.entitlement(&number, &recipient, entitlement)?;
        }
        for c in &aid.cards {
            self.cards.row(&[
                &number,
                &recipient,
                &c.valid.from,
                &or_empty(c.valid.to),
                &c.issued_on,
                &c.processed_on,
                &c.form,
                &c.reissue,
                &c.issue,
                &c.reason,
                &or_empty(c.collected.map(|(day, ..)| day)),
            ])?;
        }
        for insurance in &aid.insurances {
            self.insurance(&number, insurance)?;
        }
        for income in &aid.incomes {
            self.income(&number, income)?;
        }
        self.others(&number, aid)
    }

    fn entitlement(&mut self, number: &str, recipient: &str, e: &Entitlement) -> io::Result<()> {
        let released = e.stop.and_then(|s| s.released);
        self.entitlements.row(&[
            &number,
            &recipient,
            &e.record.approval,
            &e.record.notified_on,
            &e.record.changed_on,
            &e.record.reason,
            &e.record.ward,
            &or_empty(e.record.cancelled_on),
            &e.state,
            &e.acquired_on,
            &e.acquired_reason,
            &or_empty(e.stop.map(|s| s.from)),
            &or_empty(e.stop.map(|s| s.reason)),
            &or_empty(released.map(|(day, _)| day)),
            &or_empty(released.map(|(_, why)| why)),
            &or_empty(e.last_day),
            &or_empty(e.lost_on),
            &or_empty(e.lost_reason),
            &e.age_limit_on,
            &e.judgement,
        ])?;
        for (share, period) in &e.shares {
            self.shares.row(&[&number, &e.acquired_on, share, &period.from, &or_empty(period.to)])?;
        }
        Ok(())
    }

    fn insurance(&mut self, number: &str, i: &InsuranceFact) -> io::Result<()> {
        self.insurances.row(&[
            &number,
            &i.insurer_no,
            &i.insurer_name,
            &i.class,
            &i.symbol,
            &i.number,
            &i.branch,
            &i.insured_name,
            &i.family,
            &i.period.from,
            &or_empty(i.period.to),
            &or_empty(i.lost_on),
            &or_empty(i.cancelled_on),
            &or_empty(i.specified_disease_on),
            &or_empty(i.supplement.map(|s| s.note)),
            &or_empty(i.rebate.map(|s| s.note)),
            &i.checked_on,
        ])
    }

    fn income(&mut self, number: &str, f: &IncomeFact) -> io::Result<()> {
        let i = &f.items;
        self.incomes.row(&[
            &number,
            &atena(f.person),
            &f.fiscal_year,
            &f.basis,
            &f.role,
            &flag(f.undeclared),
            &yen(i.total),
            &yen(i.short_term),
            &yen(i.long_term),
            &yen(i.futures),
            &yen(i.forestry),
            &yen(i.retirement),
            &yen(i.other),
            &yen(i.sum),
            &yen(i.deductions),
            &i.dependants(),
            &yen(f.limit),
            &yen(f.net),
            &f.verdict,
            &f.checked_on,
        ])
    }

    fn others(&mut self, number: &str, aid: &ChildAid) -> io::Result<()> {
        for r in &aid.reliefs {
            self.reliefs.row(&[&number, &r.kind, &"", &"", &"", &r.period.from, &or_empty(r.period.to), &""])?;
        }
        for s in &aid.other_schemes {
            self.reliefs.row(&[&number, &s.kind, &"", &"", &"", &s.period.from, &or_empty(s.period.to), &""])?;
        }
        for o in &aid.other_laws {
            let (to, limit) = (or_empty(o.period.to), yen(o.monthly_limit));
            self.reliefs.row(&[&number, &"他法", &o.law, &o.bearer, &o.recipient, &o.period.from, &to, &limit])?;
        }
        if let Some(l) = &aid.school_leave {
            self.leaves.row(&[&number, &l.filed_on, &l.school, &l.period.from, &or_empty(l.period.to)])?;
        }
        Ok(())
    }

    pub fn close(self) -> io::Result<()> {
        let Self { applications, entitlements, shares, cards, insurances, incomes, reliefs, leaves } = self;
        [applications, entitlements, shares, cards, insurances, incomes, reliefs, leaves].into_iter().try_for_each(Table::close)
    }
}
