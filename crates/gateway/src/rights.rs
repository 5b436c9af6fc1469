//! 権限管理 by 特定個人情報 (CHK-09): besides the function, a member of staff needs the right to the kind of data. Each kind is a field group of
//! its own, which `policies/gateway.cedar` gives to a role.

use kernel::access::Action;
use platform::Unit;

/// 住民票関係情報.
pub const RESIDENT: &str = "gateway.resident";
/// 地方税関係情報.
pub const TAX: &str = "gateway.tax";
/// 生活保護, 児童手当, 児童扶養手当, 障害者.
pub const WELFARE: &str = "gateway.welfare";
/// 医療保険, 国民健康保険, 後期高齢者医療, 介護保険, 年金.
pub const INSURANCE: &str = "gateway.insurance";
/// 母子保健, 予防接種.
pub const HEALTH: &str = "gateway.health";
/// A 特定個人情報 that is not sorted in here yet: nobody has a right to it.
pub const UNSORTED: &str = "gateway.unsorted";

/// The kinds with the right that each gives, as the page of 職員認証・権限管理 says it.
pub(crate) const KINDS: [(&str, &str); 5] = [
    (RESIDENT, "住民票関係情報を扱う"),
    (TAX, "地方税関係情報を扱う"),
    (WELFARE, "福祉・児童・障害の情報を扱う"),
    (INSURANCE, "医療保険・介護・年金の情報を扱う"),
    (HEALTH, "母子保健・予防接種の情報を扱う"),
];

/// The kind of each 特定個人情報, by its 特定個人情報名コード.
const SETS: [(&str, &str); 14] = [
    ("TM00000000000001", RESIDENT),
    ("TM00000000000002", TAX),
    ("TM00000000000003", WELFARE),
    ("TM00000000000004", INSURANCE),
    ("TM00000000000005", WELFARE),
    ("TM00000000000006", WELFARE),
    ("TM00000000000007", INSURANCE),
    ("TM00000000000008", WELFARE),
    ("TM00000000000009", WELFARE),
    ("TM00000000000010", HEALTH),
    ("TM00000000000011", INSURANCE),
    ("TM00000000000012", INSURANCE),
    ("TM00000000000013", HEALTH),
    ("TM00000000000014", INSURANCE),
];

/// The kind of a 特定個人情報, by its 特定個人情報名コード.
pub fn kind_of(data_set: &str) -> &'static str {
    SETS.iter().find(|(set, _)| *set == data_set).map_or(UNSORTED, |(_, kind)| kind)
}

/// The 特定個人情報名コード that the member of staff has a right to: a list asks the database for nothing else.
pub(crate) fn allowed(unit: &Unit, action: Action) -> Vec<&'static str> {
    SETS.iter().filter(|(_, kind)| unit.may(action, kind)).map(|(set, _)| *set).collect()
}

/// Leaves out what the member of staff has no right to.
pub(crate) fn keep_allowed<T>(unit: &Unit, action: Action, all: &mut Vec<T>, data_set: impl Fn(&T) -> &str) {
    all.retain(|one| unit.may(action, kind_of(data_set(one))));
}
