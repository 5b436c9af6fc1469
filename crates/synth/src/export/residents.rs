//! Households, people, their histories and 支援措置.

use super::Open;
use super::table::{Table, flag, or_empty};
use crate::model::{Household, NamePart, Protection, ResidentRow};
use kernel::ident::{AtenaNo, SetaiNo};
use std::io;

const ROWS: &str = "宛名番号,履歴番号,個人処理番号,有効開始日,有効終了日,処理日,訂正日,異動日,届出日,異動事由,住民区分,世帯番号,続柄,\
世帯主宛名番号,現在世帯主名,漢字氏名,漢字氏名カナ,アルファベット氏名,アルファベット氏名カナ,カタカナ表記,通称,通称カナ,旧氏,生年月日,\
生年月日_最早,生年月日_最遅,性別,区,町丁コード,住所,番地,枝番,小枝番,方書,郵便番号,小学校区,中学校区,住定年月日,住民年月日,住民届出日,\
住民事由,転入前住所,消除年月日,消除届出日,消除事由,転出予定先,転出予定日,転出届出日,転出確定先,転出確定日,転入通知日,本籍,筆頭者,\
国籍・地域,在留資格,在留区分,在留期間,在留期間満了日,在留カード番号,国保,年金種別,年金取得日,サブ氏名,サブ氏名業務,送付先,送付先業務";

/// The tables of the resident registry.
pub(super) struct Tables {
    households: Table,
    people: Table,
    rows: Table,
    protections: Table,
}

impl Tables {
    pub fn open(open: Open<'_>) -> io::Result<Self> {
        Ok(Self {
            households: Table::open(open, "residents/households.csv", "世帯番号,世帯の類型,世帯主宛名番号,現在の人数")?,
            people: Table::open(open, "residents/people.csv", "宛名番号,個人番号,住民票コード,基礎年金番号")?,
            rows: Table::open(open, "residents/history.csv", ROWS)?,
            protections: Table::open(
                open,
                "residents/protections.csv",
                "宛名番号,申出者宛名番号,状態,事由,申出日,相談機関等,意見日,決定日,開始日,終了予定日,終了日,終了事由,相手方宛名番号,相手方氏名,\
相手方続柄,相手方住所",
            )?,
        })
    }

    pub fn household(&mut self, household: &Household) -> io::Result<()> {
        let head = or_empty(household.head().map(|p| atena(p.serial)));
        self.households.row(&[&setai(household.serial), &household.kind, &head, &household.residents().count()])?;
        for person in &household.people {
            let number = atena(person.serial);
            let pension = or_empty(person.current().pension.as_ref().map(|p| p.number.as_str()));
            let (my_number, code) = (person.individual_number.expose(), person.juminhyo_code.as_str());
            self.people.row(&[&number, &my_number, &code, &pension])?;
            for row in &person.rows {
                self.row(&number, row)?;
            }
        }
        for protection in &household.protections {
            self.protection(protection)?;
        }
        Ok(())
    }

    fn row(&mut self, number: &str, r: &ResidentRow) -> io::Result<()> {
        let part = |part: Option<&NamePart>| part.cloned().unwrap_or_default();
        let (kanji, latin, alias) = (part(r.name.kanji.as_ref()), part(r.name.latin.as_ref()), part(r.name.alias.as_ref()));
        let former = part(r.name.former_family_name.as_ref());
        let (removal, out, koseki) = (r.removal.as_ref(), r.move_out.as_ref(), r.koseki.as_ref());
        let (confirmed, foreign) = (out.and_then(|m| m.confirmed.as_ref()), r.foreign.as_ref());
        let (pension, sub, mailing) = (r.pension.as_ref(), r.sub_name.as_ref(), r.mailing.as_ref());
        self.rows.row(&[
            &number,
            &r.history_no,
            &r.processing_no,
            &r.valid.from,
            &or_empty(r.valid.to),
            &r.recorded_on,
            &or_empty(r.superseded_on),
            &r.moved_on.text,
            &r.notified_on,
            &r.event,
            &r.class,
            &setai(r.household),
            &r.relation,
            &atena(r.head),
            &r.head_name,
            &kanji.text,
            &kanji.kana,
            &latin.text,
            &latin.kana,
            &or_empty(r.name.katakana.as_ref()),
            &alias.text,
            &alias.kana,
            &former.text,
            &r.birth.text,
            &r.birth.earliest,
            &r.birth.latest,
            &r.sex.label(),
            &r.address.ward,
            &r.address.town_code,
            &r.address.text,
            &r.address.lot,
            &or_empty(r.address.branch.as_ref()),
            &or_empty(r.address.sub_branch.as_ref()),
            &or_empty(r.address.building.as_ref().map(|b| &b.text)),
            &r.address.postal_code,
            &r.address.primary_school,
            &r.address.middle_school,
            &r.settled_on,
            &r.entry.on,
            &r.entry.notified_on,
            &r.entry.reason,
            &or_empty(r.entry.previous_address.as_ref()),
            &or_empty(removal.map(|m| &m.on.text)),
            &or_empty(removal.map(|m| m.notified_on)),
            &or_empty(removal.map(|m| m.reason)),
            &or_empty(out.map(|m| &m.planned_address)),
            &or_empty(out.map(|m| m.planned_on)),
            &or_empty(out.map(|m| m.notified_on)),
            &or_empty(confirmed.map(|c| &c.address)),
            &or_empty(confirmed.map(|c| c.on)),
            &or_empty(confirmed.map(|c| c.notified_on)),
            &or_empty(koseki.map(|k| &k.place)),
            &or_empty(koseki.map(|k| &k.head)),
            &or_empty(foreign.map(|f| f.nationality)),
            &or_empty(foreign.and_then(|f| f.status)),
            &or_empty(foreign.map(|f| f.class)),
            &or_empty(foreign.and_then(|f| f.term)),
            &or_empty(foreign.and_then(|f| f.expires_on)),
            &or_empty(foreign.and_then(|f| f.card_no.as_ref())),
            &flag(r.national_health),
            &or_empty(pension.map(|p| p.class)),
            &or_empty(pension.map(|p| p.since)),
            &or_empty(sub.map(|s| &s.name)),
            &or_empty(sub.map(|s| s.programme)),
            &or_empty(mailing.map(|m| &m.address)),
            &or_empty(mailing.map(|m| m.programme)),
        ])
    }

    fn protection(&mut self, p: &Protection) -> io::Result<()> {
        let opponent = p.opponents.first();
        let (first, last) = (p.periods.first(), p.periods.last());
        for serial in std::iter::once(p.protected).chain(p.together.iter().copied()) {
            self.protections.row(&[
                &atena(serial),
                &atena(p.protected),
                &if p.decided_on.is_some() { "本" } else { "仮" },
                &p.ground,
                &p.applied_on,
                &p.consulted,
                &or_empty(p.opinion_on),
                &or_empty(p.decided_on),
                &or_empty(first.map(|t| t.from)),
                &or_empty(last.and_then(|t| t.to)),
                &or_empty(p.ended_on),
                &or_empty(p.end_reason),
                &or_empty(opponent.and_then(|o| o.person).map(atena)),
                &or_empty(opponent.map(|o| &o.name)),
                &or_empty(opponent.map(|o| o.relation)),
                &or_empty(opponent.and_then(|o| o.address.as_ref())),
            ])?;
        }
        Ok(())
    }

    pub fn close(self) -> io::Result<()> {
        self.households.close()?;
        self.people.close()?;
        self.rows.close()?;
        self.protections.close()
    }
}

/// 宛名番号 of a person serial: the number that the house would issue.
pub(super) fn atena(serial: u64) -> String {
    AtenaNo::issue(serial).map(|n| n.as_str().to_owned()).unwrap_or_default()
}

fn setai(serial: u64) -> String {
    SetaiNo::issue(serial).map(|n| n.as_str().to_owned()).unwrap_or_default()
}
