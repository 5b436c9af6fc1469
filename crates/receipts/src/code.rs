//! The small code tables of the record specification: who examines, which point table, what kind of receipt, who bears a line.

use std::fmt;

/// 審査支払機関: who examined the receipt and sends the bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Examiner {
    /// 1 社会保険診療報酬支払基金.
    PaymentFund,
    /// 2 国民健康保険団体連合会.
    HealthFederation,
}

impl Examiner {
    /// The examiner of a code.
    pub fn from_code(code: u64) -> Option<Self> {
        match code {
            1 => Some(Self::PaymentFund),
            2 => Some(Self::HealthFederation),
            _ => None,
        }
    }

    /// The code as recorded.
    pub fn code(self) -> u8 {
        match self {
            Self::PaymentFund => 1,
            Self::HealthFederation => 2,
        }
    }

    /// Name on pages.
    pub fn label(self) -> &'static str {
        match self {
            Self::PaymentFund => "支払基金",
            Self::HealthFederation => "国保連",
        }
    }

    /// Who examines the receipts of this insurer: 国民健康保険 (six digits), 後期高齢者医療 (39) and 退職者医療 (67) go to the
    /// federation, all others to the fund.
    pub fn of_insurer(insurer: &str) -> Self {
        if insurer.len() == 6 || insurer.starts_with("39") || insurer.starts_with("67") {
            Self::HealthFederation
        } else {
            Self::PaymentFund
        }
    }
}

/// 点数表: the fee schedule that an institution bills by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PointTable {
    /// 1 医科 (DPC too).
    Medical,
    /// 3 歯科.
    Dental,
    /// 4 調剤.
    Dispensing,
    /// 6 訪問看護.
    HomeNursing,
}

impl PointTable {
    /// The table of a code.
    pub fn from_code(code: u64) -> Option<Self> {
        match code {
            1 => Some(Self::Medical),
            3 => Some(Self::Dental),
            4 => Some(Self::Dispensing),
            6 => Some(Self::HomeNursing),
            _ => None,
        }
    }

    /// The code as recorded.
    pub fn code(self) -> u8 {
        match self {
            Self::Medical => 1,
            Self::Dental => 3,
            Self::Dispensing => 4,
            Self::HomeNursing => 6,
        }
    }

    /// Name on pages.
    pub fn label(self) -> &'static str {
        match self {
            Self::Medical => "医科",
            Self::Dental => "歯科",
            Self::Dispensing => "調剤",
            Self::HomeNursing => "訪問看護",
        }
    }
}

/// 男女区分.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sex {
    /// 1 男.
    Male,
    /// 2 女.
    Female,
}

impl Sex {
    /// The sex of a code.
    pub fn from_code(code: u64) -> Option<Self> {
        match code {
            1 => Some(Self::Male),
            2 => Some(Self::Female),
            _ => None,
        }
    }

    /// The code as recorded.
    pub fn code(self) -> u8 {
        match self {
            Self::Male => 1,
            Self::Female => 2,
        }
    }

    /// Name on pages.
    pub fn label(self) -> &'static str {
        match self {
            Self::Male => "男",
            Self::Female => "女",
        }
    }
}

/// Main payer of a receipt (second digit of レセプト種別).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Program {
    /// 1 医療保険 (被用者保険, 国民健康保険).
    Insured,
    /// 2 公費のみ.
    PublicOnly,
    /// 3 後期高齢者医療.
    LateElderly,
    /// 4 退職者医療.
    Retired,
}

/// Patient class (fourth digit of レセプト種別).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PatientClass {
    /// 本人 (also 世帯主 of 国民健康保険).
    Insured,
    /// 未就学者.
    Preschool,
    /// 家族, その他.
    Family,
    /// 高齢受給者・後期高齢者, 一般・低所得.
    ElderlyGeneral,
    /// 高齢受給者・後期高齢者, 七割.
    ElderlyHigh,
    /// A receipt of public payers alone has no class.
    None,
}

impl PatientClass {
    /// Name on pages.
    pub fn label(self) -> &'static str {
        match self {
            Self::Insured => "本人",
            Self::Preschool => "未就学者",
            Self::Family => "家族",
            Self::ElderlyGeneral => "高齢受給者",
            Self::ElderlyHigh => "高齢受給者７割",
            Self::None => "公費",
        }
    }
}

/// レセプト種別: four digits, decoded one by one (記録条件仕様 別表「レセプト種別コード」).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReceiptKind(u16);

impl ReceiptKind {
    /// 医科 入院外 医保単独 本人: what a receipt has before its RE is read.
    pub(crate) const UNREAD: Self = Self(1112);

    /// The kind of a code, `None` when a digit has no meaning.
    pub fn from_code(code: u64) -> Option<Self> {
        let kind = Self(u16::try_from(code).ok().filter(|c| (1000..=9999).contains(c))?);
        PointTable::from_code(u64::from(kind.0 / 1000))?;
        let (payer, combined, class) = (kind.0 / 100 % 10, kind.0 / 10 % 10, kind.0 % 10);
        let fits = match payer {
            2 => (1..=4).contains(&combined) && (1..=2).contains(&class),
            1 | 3 | 4 => (1..=5).contains(&combined),
            _ => false,
        };
        fits.then_some(kind)
    }

    /// The four digits.
    pub fn code(self) -> u16 {
        self.0
    }

    /// First digit: the point table.
    pub fn table(self) -> PointTable {
        PointTable::from_code(u64::from(self.0 / 1000)).unwrap_or(PointTable::Medical)
    }

    /// Second digit: the main payer.
    pub fn program(self) -> Program {
        match self.0 / 100 % 10 {
            1 => Program::Insured,
            2 => Program::PublicOnly,
            3 => Program::LateElderly,
            _ => Program::Retired,
        }
    }

    /// Third digit: how many public payers share the receipt.
    pub fn publics(self) -> usize {
        let digit = usize::from(self.0 / 10 % 10);
        if self.program() == Program::PublicOnly { digit } else { digit.saturating_sub(1) }
    }

    /// Fourth digit: the patient class.
    pub fn class(self) -> PatientClass {
        if self.program() == Program::PublicOnly {
            return PatientClass::None;
        }
        match self.0 % 10 {
            1 | 2 => PatientClass::Insured,
            3 | 4 => PatientClass::Preschool,
            5 | 6 => PatientClass::Family,
            7 | 8 => PatientClass::ElderlyGeneral,
            _ => PatientClass::ElderlyHigh,
        }
    }

    /// 入院 (the fourth digit is odd) or 入院外.
    pub fn inpatient(self) -> bool {
        self.0 % 2 == 1
    }

    /// 「医科 入院外 公費併用 未就学者」.
    pub fn label(self) -> String {
        let stay = match (self.table(), self.inpatient()) {
            (PointTable::Dispensing | PointTable::HomeNursing, _) => "",
            (_, true) => " 入院",
            (_, false) => " 入院外",
        };
        let payers = match (self.program(), self.publics()) {
            (Program::PublicOnly, 1) => "公費単独".to_owned(),
            (Program::PublicOnly, n) => format!("公費{n}種併用"),
            (Program::Insured, 0) => "医保単独".to_owned(),
            (Program::LateElderly, 0) => "後期単独".to_owned(),
            (Program::Retired, 0) => "退職単独".to_owned(),
            (Program::Insured, n) => format!("医保と公費{n}種併用"),
            (Program::LateElderly, n) => format!("後期と公費{n}種併用"),
            (Program::Retired, n) => format!("退職と公費{n}種併用"),
        };
        let class = if self.class() == PatientClass::None { "" } else { self.class().label() };
        format!("{}{stay} {payers} {class}", self.table().label()).trim_end().to_owned()
    }
}

impl fmt::Debug for ReceiptKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.0)
    }
}

/// One of the payers of a receipt, in the order of its records (負担者種別 1–5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Payer {
    /// 医療保険 (HO).
    Insurance,
    /// 第一公費 (first KO).
    Public1,
    /// 第二公費.
    Public2,
    /// 第三公費.
    Public3,
    /// 第四公費.
    Public4,
}

impl Payer {
    /// All, in order.
    pub const ALL: [Payer; 5] = [Self::Insurance, Self::Public1, Self::Public2, Self::Public3, Self::Public4];

    /// The payer of a 負担者種別 (1–5).
    pub fn from_code(code: u64) -> Option<Self> {
        usize::try_from(code).ok()?.checked_sub(1).and_then(|i| Self::ALL.get(i)).copied()
    }

    /// The public payer at a 0-based place among the KO records.
    pub fn public(place: usize) -> Option<Self> {
        Self::ALL.get(place.checked_add(1)?).copied()
    }

    /// 負担者種別, 1–5.
    pub fn code(self) -> u8 {
        self as u8 + 1
    }

    /// 0 for the insurance, 1–4 for the public payers.
    pub fn index(self) -> usize {
        self as usize
    }

    fn bit(self) -> u8 {
        1 << (self as u8)
    }
}

/// 負担区分: which payers bear a line, one letter or digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Burden(u8);

/// Letter and payers: bit 0 医保, bits 1–4 公費①–④ (別表「負担区分コード」).
const BURDENS: [(u8, u8); 32] = [
    (b'1', 0b00001),
    (b'5', 0b00010),
    (b'6', 0b00100),
    (b'B', 0b01000),
    (b'C', 0b10000),
    (b'2', 0b00011),
    (b'3', 0b00101),
    (b'E', 0b01001),
    (b'G', 0b10001),
    (b'7', 0b00110),
    (b'H', 0b01010),
    (b'I', 0b10010),
    (b'J', 0b01100),
    (b'K', 0b10100),
    (b'L', 0b11000),
    (b'4', 0b00111),
    (b'M', 0b01011),
    (b'N', 0b10011),
    (b'O', 0b01101),
    (b'P', 0b10101),
    (b'Q', 0b11001),
    (b'R', 0b01110),
    (b'S', 0b10110),
    (b'T', 0b11010),
    (b'U', 0b11100),
    (b'V', 0b01111),
    (b'W', 0b10111),
    (b'X', 0b11011),
    (b'Y', 0b11101),
    (b'Z', 0b11110),
    (b'9', 0b11111),
    (0, 0),
];

/// The table by letter, so that a line costs one lookup.
const MASKS: [u8; 256] = {
    let mut masks = [0u8; 256];
    let mut i = 0;
    while i < BURDENS.len() {
        masks[BURDENS[i].0 as usize] = BURDENS[i].1;
        i += 1;
    }
    masks
};

impl Burden {
    /// The burden of a column; nothing recorded or an unknown letter is borne by nobody.
    pub fn read(field: &[u8]) -> Self {
        match field {
            [letter] if masks(*letter) != 0 => Self(*letter),
            _ => Self(0),
        }
    }

    /// The burden borne by exactly these payers.
    pub fn of(payers: &[Payer]) -> Self {
        let mask = payers.iter().fold(0, |mask, p| mask | p.bit());
        Self(BURDENS.iter().find(|(_, m)| *m == mask).map_or(0, |(letter, _)| *letter))
    }

    /// The letter as recorded; `None` when unknown.
    pub fn letter(self) -> Option<char> {
        (self.0 != 0).then(|| char::from(self.0))
    }

    /// Bit 0 医保, bits 1–4 公費①–④.
    pub fn mask(self) -> u8 {
        masks(self.0)
    }

    /// Does this payer bear the line?
    pub fn includes(self, payer: Payer) -> bool {
        self.mask() & payer.bit() != 0
    }
}

fn masks(letter: u8) -> u8 {
    MASKS.get(usize::from(letter)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_combination_of_payers_has_exactly_one_letter() {
        let masks: BTreeSet<u8> = BURDENS.iter().map(|b| b.1).collect();
        let letters: BTreeSet<u8> = BURDENS.iter().map(|b| b.0).collect();
        assert_eq!((masks.len(), letters.len()), (32, 32));
        assert_eq!(Burden::read(b"2").mask(), 0b00011);
        assert_eq!(Burden::of(&[Payer::Insurance, Payer::Public2]).letter(), Some('3'));
        assert!(Burden::read(b"U").includes(Payer::Public4) && !Burden::read(b"U").includes(Payer::Public1));
        assert_eq!(Burden::read(b"D"), Burden::default());
        assert_eq!(Burden::read(b"12"), Burden::default());
    }

    #[test]
    fn the_usual_kinds_read_as_a_clerk_would_say_them() {
        let say = |code| ReceiptKind::from_code(code).map(|k| k.label());
        assert_eq!(say(1124).as_deref(), Some("医科 入院外 医保と公費1種併用 未就学者"));
        assert_eq!(say(1212).as_deref(), Some("医科 入院外 公費単独"));
        assert_eq!(say(3113).as_deref(), Some("歯科 入院 医保単独 未就学者"));
        assert_eq!(say(4126).as_deref(), Some("調剤 医保と公費1種併用 家族"));
        assert_eq!(say(1310).as_deref(), Some("医科 入院外 後期単独 高齢受給者７割"));
        for bad in [0, 112, 2112, 1512, 1162, 1218, 99_999] {
            assert_eq!(say(bad), None, "{bad}");
        }
    }

    #[test]
    fn insurers_belong_to_their_examiner() {
        assert_eq!(Examiner::of_insurer("272187"), Examiner::HealthFederation);
        assert_eq!(Examiner::of_insurer("39272182"), Examiner::HealthFederation);
        assert_eq!(Examiner::of_insurer("01270016"), Examiner::PaymentFund);
        assert_eq!(Examiner::of_insurer("06139999"), Examiner::PaymentFund);
    }
}
