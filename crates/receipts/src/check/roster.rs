//! The roster: every entitled person of the schemes under check, packed so that a look-up touches two cache lines.

use super::claim::Claim;
use super::day;
use crate::code::Sex;
use crate::text;
use kernel::time::{Date, Period};

/// One entitled person (or one of several stretches of the same number: rows with equal numbers are joined).
#[derive(Debug, Clone, Copy)]
pub struct Entitled<'a> {
    /// 公費負担者番号, eight digits.
    pub bearer: &'a str,
    /// 受給者番号, seven digits.
    pub recipient: &'a str,
    /// 生年月日 in the register; `None` when partly unknown.
    pub birth: Option<Date>,
    /// 性別 in the register.
    pub sex: Option<Sex>,
    /// カナ氏名 in the register.
    pub kana: &'a str,
    /// 給付割合 in percent, where it does not simply follow age.
    pub benefit_rate: Option<u8>,
    /// When the person is entitled, last valid day included.
    pub periods: &'a [Period],
    /// When entitlement is suspended.
    pub suspensions: &'a [Period],
    /// Cards of other laws that pay first (法別番号 and period).
    pub other_laws: &'a [(u8, Period)],
}

/// One person's facts as the checks need them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub key: u32,
    /// Day number; `i32::MIN` unknown.
    pub birth: i32,
    /// The only period, or the hull of several.
    pub from: i32,
    pub to: i32,
    /// Place in `details`, `u32::MAX` for a person with one period and nothing else.
    pub detail: u32,
    /// 0 unknown.
    pub sex: u8,
    /// 0: by age.
    pub rate: u8,
    pub kana: u64,
}

/// What only some people have.
#[derive(Debug, Default, Clone)]
pub(super) struct Detail {
    pub periods: Vec<(i32, i32)>,
    pub suspensions: Vec<(i32, i32)>,
    pub other_laws: Vec<(u8, i32, i32)>,
}

/// All entitled people, found by bearer and recipient number.
#[derive(Debug, Default)]
pub struct Roster {
    bearers: Vec<u32>,
    rows: Vec<Row>,
    details: Vec<Detail>,
    /// Open addressing: key and place of a row; place `u32::MAX` is free.
    slots: Vec<(u32, u32)>,
    shift: u32,
}

impl Roster {
    /// Packs people. Rows whose bearer or recipient is no number, or that have no period, are left out and counted in the second value.
    pub fn build<'a>(people: impl IntoIterator<Item = Entitled<'a>>) -> (Self, usize) {
        let mut roster = Self::default();
        let mut left_out = 0;
        let mut joined: Vec<(u32, Row, Detail)> = Vec::new();
        for person in people {
            match roster.pack(&person) {
                Some(packed) => joined.push(packed),
                None => left_out += 1,
            }
        }
        joined.sort_by_key(|(key, ..)| *key);
        let mut joined = joined.into_iter().peekable();
        while let Some((key, mut row, mut detail)) = joined.next() {
            while let Some((_, later, more)) = joined.next_if(|next| next.0 == key) {
                detail.periods.extend(more.periods);
                detail.suspensions.extend(more.suspensions);
                detail.other_laws.extend(more.other_laws);
                row = later;
            }
            detail.periods.sort_unstable();
            row.from = detail.periods.first().map_or(row.from, |p| p.0);
            row.to = detail.periods.iter().map(|p| p.1).max().unwrap_or(row.to);
            if detail.periods.len() > 1 || !detail.suspensions.is_empty() || !detail.other_laws.is_empty() {
                row.detail = u32::try_from(roster.details.len()).unwrap_or(u32::MAX);
                roster.details.push(detail);
            }
            roster.rows.push(row);
        }
        roster.index();
        (roster, left_out)
    }

    fn pack(&mut self, person: &Entitled<'_>) -> Option<(u32, Row, Detail)> {
        let number = |text: &str, width: usize| text.parse::<u32>().ok().filter(|_| text.len() == width);
        let bearer = number(person.bearer, 8)?;
        let recipient = number(person.recipient, 7)?;
        let periods: Vec<(i32, i32)> = person.periods.iter().map(day::span).collect();
        let (from, to) = *periods.first()?;
        let place = match self.bearers.iter().position(|b| *b == bearer) {
            Some(place) => place,
            None => {
                self.bearers.push(bearer);
                self.bearers.len() - 1
            }
        };
        let key = key(place, recipient)?;
        let row = Row {
            key,
            birth: person.birth.map_or(i32::MIN, day::number),
            from,
            to,
            detail: u32::MAX,
            sex: person.sex.map_or(0, Sex::code),
            rate: person.benefit_rate.unwrap_or(0),
            kana: text::kana_mark(person.kana),
        };
        let law = |(law, period): &(u8, Period)| {
            let (from, to) = day::span(period);
            (*law, from, to)
        };
        let suspensions = person.suspensions.iter().map(day::span).collect();
        Some((key, row, Detail { periods, suspensions, other_laws: person.other_laws.iter().map(law).collect() }))
    }

    fn index(&mut self) {
        let size = (self.rows.len() * 2).next_power_of_two().max(16);
        self.shift = 64 - size.trailing_zeros();
        self.slots = vec![(0, u32::MAX); size];
        for (place, row) in self.rows.iter().enumerate() {
            let mut slot = hash(row.key, self.shift);
            while let Some(held) = self.slots.get_mut(slot) {
                if held.1 == u32::MAX {
                    *held = (row.key, u32::try_from(place).unwrap_or(u32::MAX));
                    break;
                }
                slot = (slot + 1) & (size - 1);
            }
        }
    }

    /// How many people.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Nobody.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Is this 公費負担者番号 one of the roster's?
    pub fn has_bearer(&self, bearer: u32) -> bool {
        self.bearers.contains(&bearer)
    }

    /// The place of a person.
    #[inline]
    pub(super) fn find(&self, bearer: u32, recipient: u32) -> Option<u32> {
        let key = key(self.bearers.iter().position(|b| *b == bearer)?, recipient)?;
        let mut slot = hash(key, self.shift);
        loop {
            let (held, place) = *self.slots.get(slot)?;
            if place == u32::MAX {
                return None;
            }
            if held == key {
                return Some(place);
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }

    /// Looks up many people at once, in two short loops over nothing else: memory answers slowly, but many questions at a time.
    pub(super) fn find_all(&self, claims: &[Claim], found: &mut Vec<Option<(u32, Row)>>, places: &mut Vec<Option<u32>>) {
        places.clear();
        places.extend(claims.iter().map(|c| self.find(c.bearer, c.recipient)));
        found.clear();
        found.extend(places.iter().map(|place| {
            let place = (*place)?;
            self.rows.get(place as usize).map(|row| (place, *row))
        }));
    }

    pub(super) fn detail(&self, row: &Row) -> Option<&Detail> {
        self.details.get(row.detail as usize)
    }
}

/// Bearers take the upper 8 bits, recipients (seven digits) the lower 24.
fn key(bearer_place: usize, recipient: u32) -> Option<u32> {
    let bearer = u8::try_from(bearer_place).ok()?;
    (recipient <= 9_999_999).then_some(u32::from(bearer) << 24 | recipient)
}

fn hash(key: u32, shift: u32) -> usize {
    (u64::from(key).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> shift) as usize
}
