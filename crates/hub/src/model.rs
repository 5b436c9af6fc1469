//! Records of the hub.

use kernel::Date;
use kernel::ident::{AtenaNo, DanNo};
use kernel::time::Timestamp;

/// Field group of the 団番 itself. It stands for a person's 個人番号 (番号法2条8項), so it is never shown along the way.
pub const NUMBER: &str = "hub.number";
/// Field group of the programmes' numbers that belong to a person.
pub const LINK: &str = "hub.link";
/// Programme code of the resident registry, whose 宛名番号 every other link hangs on.
pub const JUKI: &str = "juki";
/// Name of the keyed token of a 個人番号.
pub const MY_NUMBER: &str = "my_number";

platform::register! {
    /// A person: one 団番 for one 個人番号, for ever.
    pub struct Person in "hub_person" named "団体内統合宛名", purpose "hub", basis "番号法9条1項・3項、番号法施行令", retention "個人番号を利用する事務がある間。なくなった後は番号法20条により消去" {
        /// 団番.
        dan_no: DanNo, "団体内統合宛名番号", "hub.number", Personal, [];
        /// Keyed token of the present 個人番号; the number itself is not kept here.
        number_token: Vec<u8>, "個人番号の照合値", "hub.number", Secret, [];
        /// When the 団番 was issued.
        issued_at: Timestamp, "付番日時", "hub.number", Plain, [];
        /// Commit that issued it.
        seq: i64, "登録番号", "hub.number", Plain, [];
    }
}

platform::register! {
    /// A 個人番号 that the person had before: the 団番 stayed.
    pub struct FormerNumber in "hub_former_number" named "個人番号の変更履歴", purpose "hub", basis "番号法7条2項", retention "団体内統合宛名と同じ" {
        /// 団番.
        dan_no: DanNo, "団体内統合宛名番号", "hub.number", Personal, [];
        /// Keyed token of the former 個人番号.
        number_token: Vec<u8>, "変更前の個人番号の照合値", "hub.number", Secret, [];
        /// Day on which the registry changed it.
        changed_on: Date, "変更年月日", "hub.number", Personal, [];
        /// When the hub learned of it.
        recorded_at: Timestamp, "登録日時", "hub.number", Plain, [];
        /// Commit.
        seq: i64, "登録番号", "hub.number", Plain, [];
    }
}

platform::register! {
    /// A programme's number of a person. It stays when the person moves away: past years are still asked for.
    pub struct Link in "hub_link" named "業務の番号との連携", purpose "hub", basis "番号法9条1項・2項、番号法施行令", retention "団体内統合宛名と同じ" {
        /// Purpose code of the programme.
        programme: String, "業務", "hub.link", Plain, [];
        /// The programme's number; for the resident registry the 宛名番号.
        number: String, "業務の番号", "hub.link", Personal, [];
        /// 宛名番号.
        atena_no: AtenaNo, "宛名番号", "hub.link", Personal, [];
        /// 団番; none until the 個人番号 is known.
        dan_no: Option<DanNo>, "団体内統合宛名番号", "hub.number", Personal, [];
        /// Day from which the number belongs to the person.
        valid_from: Date, "連携年月日", "hub.link", Personal, [];
        /// When the hub learned of it.
        recorded_at: Timestamp, "登録日時", "hub.link", Plain, [];
        /// Commit.
        seq: i64, "登録番号", "hub.link", Plain, [];
    }
}

/// Why the hub asks a person to look: it never joins two people on its own when it is in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// The new 個人番号 belongs to another 団番 already.
    Taken,
    /// Several 宛名番号 of the resident registry share one 個人番号.
    Shared,
    /// The 個人番号 is one that another 団番 had before.
    Former,
    /// A programme's number belongs to another 宛名番号 already.
    Moved,
}

impl Doubt {
    /// All of them.
    pub const ALL: [Doubt; 4] = [Doubt::Taken, Doubt::Shared, Doubt::Former, Doubt::Moved];

    /// Kind of its task.
    pub fn kind(self) -> &'static str {
        match self {
            Doubt::Taken => "hub.taken",
            Doubt::Shared => "hub.shared",
            Doubt::Former => "hub.former",
            Doubt::Moved => "hub.moved",
        }
    }

    /// Title of its task, without names.
    pub fn title_ja(self) -> &'static str {
        match self {
            Doubt::Taken => "統合宛名の確認: 変更後の個人番号が別の団体内統合宛名番号に登録されています",
            Doubt::Shared => "統合宛名の確認: 一つの個人番号に住民の宛名番号が複数あります",
            Doubt::Former => "統合宛名の確認: 別の団体内統合宛名番号の変更前の個人番号と同じです",
            Doubt::Moved => "統合宛名の確認: 業務の番号が別の宛名番号に連携されています",
        }
    }
}
