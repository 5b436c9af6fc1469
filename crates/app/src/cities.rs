//! The fictitious cities of the demo: みなと市 with wards and やまて市 without, their offices, purposes and staff.

use kernel::Date;
use kernel::access::Purpose;
use platform::city::{CityProfile, Office};

/// Purposes that belong to no programme's register.
pub const PURPOSES: &[Purpose] = &[
    Purpose { code: "it", name_ja: "情報政策", short_ja: "情政", basis_ja: "市情報セキュリティ規程" },
    Purpose { code: "hogo", name_ja: "個人情報保護", short_ja: "保護", basis_ja: "個人情報保護法66条・68条" },
    Purpose { code: "kansa", name_ja: "監査", short_ja: "監査", basis_ja: "市個人情報取扱監査要綱" },
];

/// Offices and the purposes their staff may act for.
pub const OFFICES: &[Office] = &[
    Office { code: "shimin", name_ja: "市民課", purposes: &["juki"] },
    Office { code: "iryo", name_ja: "医療年金課", purposes: &["kodomo"] },
    Office { code: "hogo", name_ja: "個人情報保護担当", purposes: &["hogo"] },
    Office { code: "joho", name_ja: "情報政策課", purposes: &["it", "hub", "renkei"] },
    Office { code: "kansa", name_ja: "監査事務局", purposes: &["kansa"] },
];

/// A member of the demo staff.
#[derive(Debug, Clone, Copy)]
pub struct DemoStaff {
    /// Staff number.
    pub staff_no: &'static str,
    /// Name (invented).
    pub name: &'static str,
    /// Office code.
    pub office: &'static str,
    /// Rank.
    pub rank: i64,
    /// Roles.
    pub roles: &'static str,
    /// What they do, for the list that the demo prints.
    pub job_ja: &'static str,
}

/// The staff of みなと市.
pub const STAFF: &[DemoStaff] = &[
    DemoStaff { staff_no: "1001", name: "大野 修", office: "shimin", rank: 1, roles: "", job_ja: "市民課 係員" },
    DemoStaff {
        staff_no: "1002", name: "佐々木 亮", office: "shimin", rank: 2, roles: "protection", job_ja: "市民課 係長"
    },
    DemoStaff {
        staff_no: "1003", name: "岡本 恵", office: "shimin", rank: 3, roles: "protection", job_ja: "市民課 課長"
    },
    DemoStaff { staff_no: "2001", name: "森田 由紀", office: "iryo", rank: 1, roles: "", job_ja: "医療年金課 係員" },
    DemoStaff { staff_no: "2002", name: "西村 健", office: "iryo", rank: 2, roles: "", job_ja: "医療年金課 係長" },
    DemoStaff { staff_no: "2003", name: "黒田 真理", office: "iryo", rank: 3, roles: "", job_ja: "医療年金課 課長" },
    DemoStaff {
        staff_no: "3001",
        name: "石川 文",
        office: "hogo",
        rank: 2,
        roles: "protection_officer",
        job_ja: "個人情報保護担当",
    },
    DemoStaff { staff_no: "4001", name: "上田 誠", office: "joho", rank: 2, roles: "it_policy", job_ja: "情報政策課" },
    DemoStaff {
        staff_no: "4002", name: "平井 香", office: "joho", rank: 3, roles: "it_policy", job_ja: "情報政策課 課長"
    },
    DemoStaff { staff_no: "5001", name: "中川 学", office: "kansa", rank: 2, roles: "auditor", job_ja: "監査事務局" },
];

/// The staff of やまて市: the same posts, other people.
const YAMATE_STAFF: &[DemoStaff] = &[
    DemoStaff { staff_no: "1001", name: "久保田 隆", office: "shimin", rank: 1, roles: "", job_ja: "市民課 係員" },
    DemoStaff {
        staff_no: "1002", name: "小野寺 静", office: "shimin", rank: 2, roles: "protection", job_ja: "市民課 係長"
    },
    DemoStaff {
        staff_no: "1003", name: "村瀬 徹", office: "shimin", rank: 3, roles: "protection", job_ja: "市民課 課長"
    },
    DemoStaff { staff_no: "2001", name: "高橋 千尋", office: "iryo", rank: 1, roles: "", job_ja: "医療年金課 係員" },
    DemoStaff { staff_no: "2002", name: "河合 信", office: "iryo", rank: 2, roles: "", job_ja: "医療年金課 係長" },
    DemoStaff { staff_no: "2003", name: "今井 節子", office: "iryo", rank: 3, roles: "", job_ja: "医療年金課 課長" },
    DemoStaff {
        staff_no: "3001",
        name: "三浦 直",
        office: "hogo",
        rank: 2,
        roles: "protection_officer",
        job_ja: "個人情報保護担当",
    },
    DemoStaff { staff_no: "4001", name: "松原 慎", office: "joho", rank: 2, roles: "it_policy", job_ja: "情報政策課" },
    DemoStaff {
        staff_no: "4002", name: "水野 律", office: "joho", rank: 3, roles: "it_policy", job_ja: "情報政策課 課長"
    },
    DemoStaff { staff_no: "5001", name: "野口 進", office: "kansa", rank: 2, roles: "auditor", job_ja: "監査事務局" },
];

/// A fictitious city: what is fixed for it, and who works and lives there. Both have the same offices; each decides by its own ordinances
/// and 専決規程 (`params/`).
#[derive(Debug)]
pub struct DemoCity {
    /// みなと市
    pub name_ja: &'static str,
    /// 都道府県 name.
    prefecture_ja: &'static str,
    /// The author of every notice.
    mayor_ja: &'static str,
    /// 機関コード, as the list of permitted inquiries names it.
    pub institution: &'static str,
    /// Who works there.
    pub staff: &'static [DemoStaff],
    /// Where it lies.
    place: &'static synth::Place,
    /// Seed of its people. Nobody lives in both cities.
    seed: u64,
}

/// みなと市: a large city with wards.
pub static MINATO: DemoCity = DemoCity {
    name_ja: "みなと市",
    prefecture_ja: "大阪府",
    mayor_ja: "みなと市長 潮見 一郎",
    institution: "0220127140310001",
    staff: STAFF,
    place: &synth::MINATO,
    seed: crate::synthetic::SEED,
};

/// やまて市: a dense city without wards.
pub static YAMATE: DemoCity = DemoCity {
    name_ja: "やまて市",
    prefecture_ja: "東京都",
    mayor_ja: "やまて市長 早苗 千歳",
    institution: "0220113104110001",
    staff: YAMATE_STAFF,
    place: &synth::YAMATE,
    seed: crate::synthetic::SEED + 450_000_000,
};

/// The cities of the demo.
pub static ALL: [&DemoCity; 2] = [&MINATO, &YAMATE];

impl DemoCity {
    /// What is fixed for it. Its code is one that no municipality of Japan has.
    pub fn profile(&self) -> CityProfile {
        let whole = |name: &str| if name.is_empty() { self.name_ja.to_owned() } else { name.to_owned() };
        CityProfile {
            name_ja: self.name_ja.into(),
            code: self.place.code.into(),
            prefecture_ja: self.prefecture_ja.into(),
            mayor_ja: self.mayor_ja.into(),
            wards: self.place.wards.iter().map(|(code, name)| ((*code).to_owned(), whole(name))).collect(),
            offices: OFFICES,
        }
    }

    /// Its people.
    pub fn people(&self, residents: u32, today: Date) -> synth::City {
        synth::City::of(self.place, self.seed, residents, today)
    }
}
