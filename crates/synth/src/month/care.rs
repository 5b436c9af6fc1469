//! One receipt: what was done on which days, who pays what, and the draft for the file.

use super::institutions::{Institution, InstitutionKind};
use super::recipients::Recipient;
use crate::dice::Dice;
use crate::model::InsuranceFact;
use kernel::money::Yen;
use kernel::time::{Date, YearMonth};
use receipts::{
    Burden, Code, Confirmation, Days, DiseaseDraft, Draft, Examiner, Insurance, ItemDraft, ItemKind, Payer, PointTable, Public,
    ReceiptKind,
};

/// 一部自己負担: so much a day, on so many days of a month (`params/child_medical/minato.toml`).
const COPAY_PER_DAY: i64 = 500;
const COPAY_DAYS: usize = 2;

/// A receipt before it becomes lines.
#[derive(Debug, Clone)]
pub(super) struct Care {
    pub recipient: Recipient,
    pub institution: &'static Institution,
    pub inpatient: bool,
    pub month: YearMonth,
    /// Day of the month and points of that day, in order.
    pub visits: Vec<(u8, u32)>,
    pub insurance: InsuranceFact,
    /// Use the national card, where the child has one.
    pub with_other_law: bool,
    /// 未就学: the lower share. Follows age unless a fault says otherwise.
    pub preschool: bool,
    /// 公費負担者番号 on the receipt.
    pub bearer: &'static str,
    /// 受給者番号 on the receipt.
    pub number: String,
    /// Taken from the family; `None` for what the rule says.
    pub copay: Option<i64>,
}

impl Care {
    /// A visit of this child by chance; `None` when the child has no insurance on those days.
    pub fn by_chance(
        recipient: &Recipient,
        institution: &'static Institution,
        inpatient: bool,
        month: YearMonth,
        dice: &mut Dice,
    ) -> Option<Self> {
        let visits = visits(institution.kind, inpatient, month, dice);
        let day = |n: Option<&(u8, u32)>| n.map(|(day, _)| on(month, *day));
        let insurance = recipient.insurance_on(day(visits.first())?)?;
        if recipient.insurance_on(day(visits.last())?)? != insurance {
            return None;
        }
        Some(Self {
            preschool: recipient.preschool(month),
            number: recipient.number.clone(),
            insurance: insurance.clone(),
            recipient: recipient.clone(),
            institution,
            inpatient,
            month,
            visits,
            with_other_law: true,
            bearer: recipient.bearer,
            copay: None,
        })
    }

    pub fn sender(&self) -> Examiner {
        Examiner::of_insurer(self.insurance.insurer_no)
    }

    /// What makes a receipt a second one of another: recipient, institution, month, kind.
    pub fn identity(&self) -> (String, String, YearMonth, bool) {
        (self.number.clone(), self.institution.code.as_str().to_owned(), self.month, self.inpatient)
    }

    pub fn points(&self) -> u32 {
        self.visits.iter().map(|(_, points)| points).sum()
    }

    /// 医療費 in yen: ten to the point.
    fn share_of(&self, points: u32) -> i64 {
        i64::from(points) * if self.preschool { 2 } else { 3 }
    }

    fn national(&self) -> Option<(&'static str, &str, i64)> {
        let first = self.visits.first().map(|(day, _)| on(self.month, *day))?;
        let card = self.recipient.other_law_on(first).filter(|_| self.with_other_law)?;
        // 21: one tenth; 52 and 54: two tenths; never more than the insurance leaves, nor than the month's limit.
        let tenths = if card.law == 21 { 1 } else { 2 };
        let due = (i64::from(self.points()) * tenths).min(self.share_of(self.points())).min(card.monthly_limit.0);
        Some((card.bearer, card.recipient.as_str(), due))
    }

    /// What insurance and national schemes leave: to be shared between city and family.
    pub fn charge(&self) -> i64 {
        self.national().map_or_else(|| self.share_of(self.points()), |(_, _, due)| due)
    }

    /// 一部自己負担額 by the rule.
    pub fn lawful_copay(&self) -> i64 {
        if self.institution.kind == InstitutionKind::Pharmacy {
            return 0;
        }
        let days = self.visits.iter().take(COPAY_DAYS);
        days.map(|(_, points)| self.share_of(*points).min(COPAY_PER_DAY)).sum::<i64>().min(self.charge())
    }

    /// KO 負担金額 of the city's scheme.
    pub fn copay(&self) -> i64 {
        self.copay.unwrap_or_else(|| self.lawful_copay())
    }

    /// What the city is billed.
    pub fn city_pays(&self) -> Yen {
        Yen((self.charge() - self.copay()).max(0))
    }

    /// レセプト種別.
    #[expect(clippy::expect_used, reason = "every sum of these four digits is a kind; a test goes through them")]
    fn kind(&self, publics: usize) -> ReceiptKind {
        let table = u64::from(self.institution.table().code());
        let class = match (self.preschool, self.insurance.family) {
            (true, _) => 4,
            (false, "本人") => 2,
            (false, _) => 6,
        };
        let code = table * 1_000 + 100 + (1 + publics as u64) * 10 + class - u64::from(self.inpatient);
        ReceiptKind::from_code(code).expect("a kind of receipt")
    }

    /// The receipt as it is written, with its key.
    pub fn draft(&self, key: &str, number: u32) -> Draft {
        let points = self.points();
        let days = u16::try_from(self.visits.len()).unwrap_or(u16::MAX);
        let narrow = |yen: i64| u32::try_from(yen).unwrap_or(u32::MAX);
        let mut publics = Vec::new();
        let plain = Public { days: Some(days), points: Some(points), ..Public::default() };
        if let Some((bearer, recipient, due)) = self.national() {
            publics.push(Public { bearer: code(bearer), recipient: code(recipient), copay: Some(narrow(due)), ..plain });
        }
        publics.push(Public {
            bearer: code(self.bearer),
            recipient: code(&self.number),
            copay: Some(narrow(self.copay())),
            ..plain
        });
        let federation = self.sender() == Examiner::HealthFederation;
        let meals = self.inpatient.then(|| days * 3);
        let mut draft = Draft::new(self.kind(publics.len()), self.month);
        draft.management_no = key.to_owned();
        draft.number = number;
        draft.name = self.recipient.name.clone();
        draft.kana = self.recipient.kana.clone();
        draft.sex = Some(self.recipient.sex);
        draft.birth = Some(self.recipient.birth);
        draft.benefit_rate = federation.then_some(if self.preschool { 80 } else { 70 });
        draft.admitted_on = self.visits.first().filter(|_| self.inpatient).map(|(day, _)| on(self.month, *day));
        draft.chart_no = format!("{:06}", self.recipient.person % 1_000_000);
        draft.search_no = format!("27{key}");
        draft.insurance = Some(Insurance {
            insurer: code(self.insurance.insurer_no),
            days: Some(days),
            points: Some(points),
            meals,
            meal_amount: meals.map(|n| u32::from(n) * 690),
            copay: None,
        });
        draft.symbol.clone_from(&self.insurance.symbol);
        draft.insured_no.clone_from(&self.insurance.number);
        let payers = Payer::ALL.into_iter().take(1 + publics.len());
        let counted = self.visits.iter().fold(0u32, |mask, (day, _)| mask | 1 << (u32::from(*day) - 1));
        for payer in payers.clone() {
            draft.visits[payer.index()] = Days { counted, ..Days::default() };
            draft.confirmations.push(Confirmation {
                payer,
                method: Some(1),
                insurer: Code::default(),
                branch: if payer == Payer::Insurance { code(&self.insurance.branch) } else { Code::default() },
                recipient: Code::default(),
            });
        }
        let burden = Burden::of(&payers.collect::<Vec<_>>());
        draft.publics = publics;
        draft.window = Some(0);
        self.contents(&mut draft, burden);
        draft
    }

    /// Diagnoses and lines; their points add up to the receipt's.
    fn contents(&self, draft: &mut Draft, burden: Burden) {
        let started = self.visits.first().map(|(day, _)| on(self.month, *day));
        let table = self.institution.table();
        if table == PointTable::Dispensing {
            return;
        }
        let mark = usize::try_from(self.recipient.person).unwrap_or(0) + self.visits.len();
        let disease = DISEASES[mark % DISEASES.len()];
        let (code, name) = if table == PointTable::Dental { (Some(999), "う蝕症第２度") } else { disease };
        let outcome = Some(if mark.is_multiple_of(3) { 2 } else { 1 });
        draft.diseases.push(DiseaseDraft {
            code,
            started,
            outcome,
            main: true,
            name: name.to_owned(),
            ..DiseaseDraft::default()
        });
        if self.institution.kind == InstitutionKind::DpcHospital && self.inpatient {
            let written = |day: Option<&(u8, u32)>| day.map_or(String::new(), |(day, _)| compact(on(self.month, *day)));
            draft.extra.push(format!("BU,040100xxxxx00x,{},{},1", written(self.visits.first()), written(self.visits.last())));
        }
        for (at, (day, points)) in self.visits.iter().enumerate() {
            let basic = match (table, self.inpatient, at) {
                (PointTable::Dental, _, 0) => (11, 301_000_110, 267),
                (PointTable::Dental, _, _) => (12, 301_001_610, 58),
                (_, true, _) => (90, 190_117_710, 1_688),
                (_, false, 0) => (11, 111_000_110, 291),
                (_, false, _) => (12, 112_007_410, 75),
            };
            let (section, act, most) = basic;
            let first = most.min(*points);
            let mut line = |section, act, points: u32| {
                let points = i32::try_from(points).unwrap_or(i32::MAX);
                draft.items.push(ItemDraft::once(ItemKind::Act, section, burden, act, points, *day));
            };
            line(section, act, first);
            if *points > first {
                let (section, act) =
                    if table == PointTable::Dental { (41, 309_000_110) } else { OTHERS[(mark + at) % OTHERS.len()] };
                line(section, act, points - first);
            }
        }
    }
}

/// 傷病名: a code of the national master, or 未コード化 with a name.
const DISEASES: [(Option<u32>, &str); 8] = [
    (Some(4_660_009), ""),
    (Some(4_939_008), ""),
    (Some(6_918_002), ""),
    (Some(999), "急性咽頭炎"),
    (Some(999), "ヘルパンギーナ"),
    (Some(999), "急性中耳炎"),
    (Some(999), "結膜炎"),
    (Some(999), "感染性胃腸炎"),
];

/// 診療識別 and act of whatever else was done.
const OTHERS: [(u8, u32); 4] = [(60, 160_208_510), (40, 140_000_610), (13, 113_001_210), (80, 120_002_910)];

fn code<const N: usize>(text: &str) -> Code<N> {
    Code::try_from(text).unwrap_or_default()
}

/// A day of a month.
pub(super) fn on(month: YearMonth, day: u8) -> Date {
    crate::dice::ymd(month.year, month.month, i8::try_from(day).unwrap_or(1))
}

fn compact(date: Date) -> String {
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
}

/// Days and points of a stay or of some visits; nobody visits on a Sunday.
fn visits(kind: InstitutionKind, inpatient: bool, month: YearMonth, dice: &mut Dice) -> Vec<(u8, u32)> {
    let last = i32::from(month.last_day().day());
    if inpatient {
        let stay = dice.between(2, 8);
        let first = dice.between(1, last - stay + 1);
        let daily = if kind == InstitutionKind::DpcHospital { (2_600, 5_400) } else { (1_900, 3_300) };
        let day = |n| (n as u8, dice.between(daily.0, daily.1) as u32);
        return (first..first + stay).map(day).collect();
    }
    let (times, low, high) = match kind {
        InstitutionKind::Clinic => (dice.weighted(&[(1, 62), (2, 26), (3, 9), (5, 3)]), 130, 780),
        InstitutionKind::Dental => (dice.weighted(&[(1, 48), (2, 37), (3, 15)]), 220, 910),
        InstitutionKind::Pharmacy => (dice.weighted(&[(1, 74), (2, 22), (3, 4)]), 140, 920),
        _ => (dice.weighted(&[(1, 80), (2, 16), (4, 4)]), 360, 2_900),
    };
    let mut days: Vec<u8> = (0..times).map(|_| weekday(month, dice.between(1, last))).collect();
    days.sort_unstable();
    days.dedup();
    days.into_iter().map(|day| (day, dice.between(low, high) as u32)).collect()
}

/// The day, or the Monday after a Sunday; the Saturday before where the month ends.
fn weekday(month: YearMonth, day: i32) -> u8 {
    let date = on(month, day as u8);
    let sunday = date.weekday() == jiff::civil::Weekday::Sunday;
    (match (sunday, date == month.last_day()) {
        (false, _) => day,
        (true, false) => day + 1,
        (true, true) => day - 1,
    }) as u8
}
