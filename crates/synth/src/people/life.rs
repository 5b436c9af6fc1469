//! What happens to a household, from the day it enters the register until today: each change adds rows to the people it concerns.

use super::family::{Role, relation};
use super::person::Live;
use crate::dice::{Dice, plus_days};
use crate::model::{Address, Confirmed, MoveOut, NamePart, Removal, ResidentRow};
use crate::numbers::Serials;
use crate::outside;
use crate::place::{self, Place};
use kernel::time::{Date, PartialDate, Period, YearMonth};

/// A household while its history is being written.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    pub serial: u64,
    pub address: Address,
    pub settled_on: Date,
    /// Place of the head among the people; `None` when nobody is left.
    pub head: Option<usize>,
}

/// Something that happens on a day.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    /// A child is born, or a spouse arrives: the person's record begins.
    Begin(usize),
    /// All people of home 0 move to another address of the city.
    Move(Address),
    /// These people leave home 0 and form home 1: at the same address (世帯分離) or at another one (転居).
    Split { who: Vec<usize>, to: Option<Address> },
    /// A person dies; the day may be partly unknown.
    Die { who: usize, unknown: bool },
    /// These people leave the city.
    Leave { who: Vec<usize>, away: Away },
    /// 転出届 of everybody, taken back some days later.
    LeaveAndStay,
    /// 職権消除.
    Erase(usize),
    /// 旧氏の記載.
    FormerName(usize, NamePart),
    /// 通称の記載.
    Alias(usize, NamePart),
    /// 誤記修正: the birth date was entered one day too early.
    CorrectBirth(usize),
}

/// How people leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Away {
    /// On the day they planned.
    AsPlanned,
    /// The other city names another day.
    OtherDay,
    /// To another country.
    Abroad(&'static str),
    /// The day is yet to come.
    Planned,
}

/// The history of one household and of what splits off from it.
pub(crate) struct Life<'a> {
    pub place: &'static Place,
    pub today: Date,
    pub dice: &'a mut Dice,
    pub serials: &'a mut Serials,
    pub people: Vec<Live>,
    pub homes: Vec<Home>,
}

impl Life<'_> {
    /// Lets the changes happen in the order of their days.
    pub fn run(&mut self, mut changes: Vec<(Date, Change)>) {
        changes.sort_by_key(|(day, _)| *day);
        for (day, change) in changes {
            self.happen(day, change);
        }
    }

    /// A working day on which something of `on` was reported, at most `within` days later and never after today.
    pub fn reported(&mut self, on: Date, within: i32) -> Date {
        let day = reference::holidays::office_day_from(plus_days(on, self.dice.between(0, within)));
        day.min(self.today.max(on))
    }

    /// Members of a home who live there.
    fn at_home(&self, home: usize) -> Vec<usize> {
        let lives = |p: &Live| p.home == home && p.lives();
        self.people.iter().enumerate().filter(|(_, p)| lives(p)).map(|(i, _)| i).collect()
    }

    fn happen(&mut self, on: Date, change: Change) {
        match change {
            Change::Begin(who) => self.begin(who, on),
            Change::Move(address) => self.move_home(on, address),
            Change::Split { who, to } => self.split(on, &who, to),
            Change::Die { who, unknown } => self.die(on, who, unknown),
            Change::Leave { who, away } => self.leave(on, &who, away),
            Change::LeaveAndStay => self.leave_and_stay(on),
            Change::Erase(who) => self.erase(on, who),
            Change::FormerName(who, name) => {
                let notified = self.reported(on, 0);
                self.amend(who, on, notified, "旧氏の記載", |row| row.name.former_family_name = Some(name.clone()));
            }
            Change::Alias(who, name) => {
                let notified = self.reported(on, 0);
                self.amend(who, on, notified, "通称の記載", |row| row.name.alias = Some(name.clone()));
            }
            Change::CorrectBirth(who) => self.correct_birth(on, who),
        }
    }

    /// The first row of a person, as their entry says; people who were here before the register was remade begin with 改製.
    pub fn begin(&mut self, who: usize, on: Date) {
        let processing_no = self.serials.processing();
        let Some(home) = self.people.get(who).and_then(|p| self.homes.get(p.home)) else { return };
        let head = home.head.unwrap_or(who);
        let (head_serial, head_role) = self.people.get(head).map_or((0, Role::Father), |h| (h.serial, h.role));
        let head_name = self.people.get(head).map(|h| h.name.clone()).unwrap_or_default();
        let Some(p) = self.people.get(who) else { return };
        let remade = p.entry.on < on;
        let row = ResidentRow {
            history_no: 1,
            processing_no,
            valid: Period { from: on, to: None },
            recorded_on: if remade { on } else { p.entry.notified_on },
            superseded_on: None,
            moved_on: PartialDate::known(on),
            notified_on: if remade { on } else { p.entry.notified_on },
            event: if remade { "改製" } else { p.entry.reason },
            class: if p.foreign.is_some() { "外国人住民" } else { "日本人住民" },
            household: home.serial,
            relation: relation(head_role, p.role),
            head: head_serial,
            head_name: head_name.main().to_owned(),
            head_latin_name: head_name.latin.map(|n| n.text),
            name: p.name.clone(),
            birth: p.birth.clone(),
            sex: p.sex,
            address: home.address.clone(),
            settled_on: home.settled_on.max(p.entry.on),
            entry: p.entry.clone(),
            removal: None,
            move_out: None,
            koseki: p.koseki.clone(),
            foreign: p.foreign.clone(),
            national_health: p.national_health,
            pension: p.pension.clone().filter(|pension| pension.since <= on),
            sub_name: None,
            mailing: None,
        };
        if let Some(p) = self.people.get_mut(who) {
            p.rows.push(row);
        }
    }

    /// Adds a row that differs from the last one by `change`. Nothing happens to a person whose record has not begun or began later.
    fn amend(&mut self, who: usize, on: Date, notified: Date, event: &'static str, change: impl FnOnce(&mut ResidentRow)) {
        let Some(p) = self.people.get_mut(who) else { return };
        let pension = p.pension.clone().filter(|pension| pension.since <= on);
        let Some(last) = p.rows.last_mut().filter(|last| last.valid.from < on) else { return };
        let mut row = last.clone();
        last.valid.to = Some(plus_days(on, -1));
        row.history_no += 1;
        row.processing_no = self.serials.processing();
        row.valid = Period { from: on, to: None };
        row.recorded_on = notified.max(on).min(self.today);
        row.moved_on = PartialDate::known(on);
        row.notified_on = notified;
        row.event = event;
        row.pension = pension;
        change(&mut row);
        p.rows.push(row);
    }

    /// Adds a row in which everything that follows from the household is as it now stands.
    fn rehouse(&mut self, who: usize, on: Date, notified: Date, event: &'static str) {
        let Some(home) = self.people.get(who).and_then(|p| self.homes.get(p.home)).cloned() else { return };
        let Some(head) = home.head.and_then(|h| self.people.get(h)) else { return };
        let (serial, role, name) = (head.serial, head.role, head.name.clone());
        let own = self.people.get(who).map_or(Role::Relative, |p| p.role);
        let itself = home.head == Some(who);
        self.amend(who, on, notified, event, |row| {
            row.household = home.serial;
            row.relation = if itself { "世帯主" } else { relation(role, own) };
            row.head = serial;
            row.head_name = name.main().to_owned();
            row.head_latin_name = name.latin.map(|n| n.text);
            row.address = home.address;
            row.settled_on = home.settled_on;
        });
    }

    fn move_home(&mut self, on: Date, address: Address) {
        let notified = self.reported(on, 13);
        let Some(home) = self.homes.first_mut() else { return };
        if home.address.ward != address.ward {
            // 区間異動: the household gets another number.
            home.serial = self.serials.household();
        }
        (home.address, home.settled_on) = (address, on);
        for who in self.at_home(0) {
            self.rehouse(who, on, notified, "転居");
        }
    }

    fn split(&mut self, on: Date, who: &[usize], to: Option<Address>) {
        let notified = self.reported(on, 10);
        let leaving: Vec<usize> = who.iter().copied().filter(|i| self.people.get(*i).is_some_and(Live::lives)).collect();
        let (Some(home), Some(first)) = (self.homes.first().cloned(), leaving.first().copied()) else { return };
        if leaving.len() >= self.at_home(0).len() {
            return;
        }
        let event = if to.is_some() { "転居" } else { "世帯分離" };
        let settled_on = if to.is_some() { on } else { home.settled_on };
        let serial = self.serials.household();
        self.homes.push(Home { serial, address: to.unwrap_or(home.address), settled_on, head: Some(first) });
        let new = self.homes.len() - 1;
        for i in &leaving {
            if let Some(p) = self.people.get_mut(*i) {
                p.home = new;
            }
        }
        for i in &leaving {
            self.rehouse(*i, on, notified, event);
        }
        if home.head.is_some_and(|h| leaving.contains(&h)) {
            self.next_head(0, on, notified);
        }
    }

    /// After a head has gone: the next one, by age among the grown-ups of the family.
    fn next_head(&mut self, home: usize, on: Date, notified: Date) {
        let left = self.at_home(home);
        let rank = |i: &usize| {
            let p = self.people.get(*i);
            let role = p.map_or(9, |p| match p.role {
                Role::Father => 0,
                Role::Mother => 1,
                Role::GrandFather | Role::GrandMother => 2,
                Role::Partner => 3,
                _ => 4,
            });
            (role, p.map_or(Date::MAX, |p| p.birth.earliest))
        };
        let next = left.iter().copied().min_by_key(rank);
        if let Some(home) = self.homes.get_mut(home) {
            home.head = next;
        }
        for who in left {
            self.rehouse(who, on, notified, "世帯主変更");
        }
    }

    fn remove(&mut self, who: usize, on: PartialDate, notified: Date, reason: &'static str, move_out: Option<MoveOut>) {
        let removal = Removal { on: on.clone(), notified_on: notified, reason };
        self.amend(who, on.earliest, notified, reason, |row| {
            row.moved_on = on;
            row.class = "除票";
            row.removal = Some(removal);
            row.move_out = move_out;
        });
    }

    fn die(&mut self, on: Date, who: usize, unknown: bool) {
        let notified = self.reported(plus_days(on, 1), 6);
        let Some(home) = self.people.get(who).filter(|p| p.lives()).map(|p| p.home) else { return };
        let month = YearMonth::of(on).wareki();
        let day = if unknown {
            let text = format!("{month}不詳日");
            PartialDate { text, earliest: YearMonth::of(on).first_day(), latest: on.last_of_month() }
        } else {
            PartialDate::known(on)
        };
        let notified = notified.max(day.latest.min(self.today));
        self.remove(who, day, notified, "死亡", None);
        if self.homes.get(home).is_some_and(|h| h.head == Some(who)) {
            self.next_head(home, plus_days(on, i32::from(unknown) * 31), notified);
        }
    }

    fn leave(&mut self, on: Date, who: &[usize], away: Away) {
        let town = outside::town(self.place, self.dice);
        let planned_address = match away {
            Away::Abroad(city) => city.to_owned(),
            _ => town.address(self.dice),
        };
        let notified_on = plus_days(on, -self.dice.between(2, 12)).min(self.today);
        let notified_on = reference::holidays::office_day_from(plus_days(notified_on, -3)).min(self.today);
        if away == Away::Planned {
            let notice = MoveOut { planned_address, planned_on: on, notified_on, confirmed: None };
            for i in who {
                self.amend(*i, notified_on, notified_on, "国内転出", |row| {
                    row.moved_on = PartialDate::known(notice.planned_on);
                    row.move_out = Some(notice.clone());
                });
            }
            return;
        }
        let arrived = match away {
            Away::OtherDay => {
                plus_days(on, if self.dice.per_mille(600) { -self.dice.between(1, 5) } else { self.dice.between(1, 6) })
            }
            _ => on,
        };
        let arrived = arrived.max(plus_days(notified_on, 1));
        // The record ends on the day that comes first; the notice of the other city comes some days after the arrival.
        let ends = on.min(arrived);
        let told = plus_days(arrived, self.dice.between(3, 12));
        let address = if self.dice.per_mille(880) { planned_address.clone() } else { town.address(self.dice) };
        let heard = told <= self.today && !matches!(away, Away::Abroad(_));
        let confirmed =
            heard.then(|| Confirmed { address, on: arrived, notified_on: reference::holidays::office_day_from(told) });
        let reason = if matches!(away, Away::Abroad(_)) { "国外転出" } else { "国内転出" };
        let home = who.first().and_then(|i| self.people.get(*i)).map_or(0, |p| p.home);
        for i in who {
            let notice =
                MoveOut { planned_address: planned_address.clone(), planned_on: on, notified_on, confirmed: confirmed.clone() };
            if self.people.get(*i).is_some_and(Live::lives) {
                self.remove(*i, PartialDate::known(ends), notified_on, reason, Some(notice));
            }
        }
        if self.homes.get(home).and_then(|h| h.head).is_some_and(|h| who.contains(&h)) {
            self.next_head(home, ends, notified_on);
        }
    }

    fn leave_and_stay(&mut self, on: Date) {
        let notified_on = reference::holidays::office_day_from(on);
        let planned_address = outside::town(self.place, self.dice).address(self.dice);
        let planned_on = plus_days(notified_on, 12);
        let back = reference::holidays::office_day_from(plus_days(notified_on, 8)).min(self.today);
        for who in self.at_home(0) {
            let notice = MoveOut { planned_address: planned_address.clone(), planned_on, notified_on, confirmed: None };
            self.amend(who, notified_on, notified_on, "国内転出", |row| {
                row.moved_on = PartialDate::known(planned_on);
                row.move_out = Some(notice);
            });
            self.amend(who, back, back, "異動の取消し(修正)", |row| row.move_out = None);
        }
    }

    fn erase(&mut self, on: Date, who: usize) {
        let on = reference::holidays::office_day_from(on).min(self.today);
        self.remove(who, PartialDate::known(on), on, "職権消除", None);
        if let Some(home) = self.homes.first_mut() {
            home.head = None;
        }
    }

    /// The row as it was entered stays, with the day on which the corrected one took its place.
    fn correct_birth(&mut self, on: Date, who: usize) {
        let on = reference::holidays::office_day_from(on).min(self.today);
        let processing_no = self.serials.processing();
        let Some(p) = self.people.get_mut(who).filter(|p| p.rows.len() == 1) else { return };
        let Some(first) = p.rows.first_mut().filter(|row| row.recorded_on < on) else { return };
        let mut row = first.clone();
        first.superseded_on = Some(on);
        first.birth = PartialDate::known(plus_days(first.birth.earliest, -1));
        row.history_no += 1;
        row.processing_no = processing_no;
        row.recorded_on = on;
        row.moved_on = PartialDate::known(on);
        row.notified_on = on;
        row.event = "誤記修正";
        p.rows.push(row);
    }
}

/// A town of another ward than this address; anywhere in a city without wards.
pub(crate) fn other_ward(place: &Place, dice: &mut Dice, than: &str) -> Address {
    let others: Vec<&str> = place.wards.iter().map(|(code, _)| *code).filter(|code| *code != than).collect();
    let ward = (!others.is_empty()).then(|| *dice.pick(&others));
    place::address(place, dice, ward)
}
