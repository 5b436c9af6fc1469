//! みなと市, the fictitious city of the demo: its offices, purposes and staff.

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

/// The demo staff.
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

/// What is fixed for みなと市. Its code is one that no municipality of Japan has.
pub fn profile() -> CityProfile {
    CityProfile {
        name_ja: "みなと市".into(),
        code: "279994".into(),
        prefecture_ja: "大阪府".into(),
        mayor_ja: "みなと市長 潮見 一郎".into(),
        wards: vec![("01".into(), "北区".into()), ("02".into(), "中央区".into()), ("03".into(), "南区".into())],
        offices: OFFICES,
    }
}
