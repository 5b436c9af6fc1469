//! Records of the hub.

use kernel::ident::{AtenaNo, DanNo};
use kernel::time::Timestamp;
use kernel::{Date, Yen};

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
    pub struct Person in "hub_person" named "団体内統合宛名", purpose "hub", basis "番号法9条1項・3項、番号法施行令", retention "個人番号を利用する事務がなくなり、最後の利用から7年(params/exchange/limits.toml)。その後は番号法20条により消去" {
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
        /// What the 団番 rests on; `None` for links of the registry and of the first load.
        basis: Option<String>, "連携の根拠", "hub.link", Plain, [];
        /// 統合宛名フラグ: of the numbers of a 団番, this one stands for the person.
        unified: bool, "統合宛名フラグ", "hub.link", Plain, [];
        /// Last day for which the programme needs the number, as far as it is known; `None` while there is no end in sight.
        ended_on: Option<Date>, "利用終了年月日", "hub.link", Personal, [];
        /// Commit.
        seq: i64, "登録番号", "hub.link", Plain, [];
        /// Commit from which another row holds.
        superseded_seq: Option<i64>, "無効になった登録番号", "hub.link", Plain, [];
    }
}

/// Field group of who a 住登外者 is.
pub const OUTSIDER: &str = "hub.outsider";
/// Field group of where a 住登外者 lives.
pub const OUTSIDER_ADDRESS: &str = "hub.outsider_address";
/// Field group of a 住登外者's 個人番号.
pub const OUTSIDER_NUMBER: &str = "hub.outsider_number";

platform::register! {
    /// A person whom the city deals with and who is not in its resident registry. Each change is a new row (履歴番号).
    pub struct Outsider in "hub_outsider" named "住登外者宛名", purpose "hub", basis "番号法9条1項・2項、番号法施行令", retention "団体内統合宛名と同じ" {
        /// 宛名番号, in a space of its own.
        atena_no: AtenaNo, "宛名番号", "hub.outsider", Personal, [];
        /// 履歴番号, from 1.
        rev: i64, "履歴番号", "hub.outsider", Plain, [];
        /// Purpose code of the programme that registered the person.
        programme: String, "登録した業務", "hub.outsider", Plain, [];
        /// 他業務参照不可フラグ: only the programme that registered the person may see the record.
        withheld: bool, "他業務参照不可", "hub.outsider", Plain, [];
        /// 氏名
        name: String, "氏名", "hub.outsider", Personal, [];
        /// 氏名カナ
        kana: String, "氏名カナ", "hub.outsider", Personal, [];
        /// 通称
        alias: Option<String>, "通称", "hub.outsider", Personal, [];
        /// 生年月日, also one that is partly unknown.
        birth: String, "生年月日", "hub.outsider", Personal, [];
        /// 男, 女 or 不明.
        sex: String, "性別", "hub.outsider", Personal, [];
        /// 郵便番号
        postal_code: Option<String>, "郵便番号", "hub.outsider_address", Personal, [];
        /// 住所
        address: String, "住所", "hub.outsider_address", Personal, [];
        /// 電話番号
        phone: Option<String>, "電話番号", "hub.outsider_address", Personal, [];
        /// 個人番号, sealed.
        my_number: Option<Vec<u8>>, "個人番号", "hub.outsider_number", Secret, [];
        /// Keyed token of the 個人番号.
        number_token: Option<Vec<u8>>, "個人番号の照合値", "hub.outsider_number", Secret, [];
        /// 異動事由: 新規, 住民番号の引継, 修正, 個人番号の変更, 住民となった, 利用の終了.
        reason: String, "異動事由", "hub.outsider", Plain, [];
        /// 異動年月日
        moved_on: Date, "異動年月日", "hub.outsider", Plain, [];
        /// 現存 or 消除.
        state: String, "状態", "hub.outsider", Plain, [];
        /// The number under which the person goes on: a resident's after 転入.
        successor: Option<AtenaNo>, "引継先の宛名番号", "hub.outsider", Personal, [];
        /// Who entered it.
        recorded_by: String, "登録した職員", "hub.outsider", Plain, [];
        /// When.
        recorded_at: Timestamp, "登録日時", "hub.outsider", Plain, [];
        /// Commit.
        seq: i64, "登録番号", "hub.outsider", Plain, [];
        /// Commit from which another row holds.
        superseded_seq: Option<i64>, "無効になった登録番号", "hub.outsider", Plain, [];
    }
}

platform::register! {
    /// A question of 名寄せ: are these two one person? Asked once for a pair.
    pub struct Question in "hub_question" named "名寄せの確認", purpose "hub", basis "番号法9条1項・2項、番号法施行令", retention "団体内統合宛名と同じ" {
        /// 宛名番号 of the one who was new: a 住登外者, or a resident who may be registered twice.
        atena_no: AtenaNo, "宛名番号", "hub.link", Personal, [];
        /// 宛名番号 of the other.
        other_no: AtenaNo, "相手の宛名番号", "hub.link", Personal, [];
        /// What agrees, as a class of evidence.
        evidence: String, "根拠の種類", "hub.link", Plain, [];
        /// A, B or C.
        grade: String, "確からしさ", "hub.link", Plain, [];
        /// What agrees, what differs, how often such pairs were one person. Holds no value of any field.
        explanation: String, "説明", "hub.link", Plain, [];
        /// 未確認, 決裁待ち, 同じ人, 別の人, 取消の決裁待ち.
        state: String, "状態", "hub.link", Plain, [];
        /// Why it was decided so.
        note: Option<String>, "判断の理由", "hub.link", Plain, [];
        /// Who decided.
        decided_by: Option<String>, "判断した職員", "hub.link", Plain, [];
        /// When.
        decided_at: Option<Timestamp>, "判断日時", "hub.link", Plain, [];
        /// When it was asked.
        asked_at: Timestamp, "登録日時", "hub.link", Plain, [];
        /// Commit.
        seq: i64, "登録番号", "hub.link", Plain, [];
    }
}

platform::register! {
    /// An answer to a question of 名寄せ, also one that was taken back later.
    pub struct Answer in "hub_answer" named "名寄せの判断の履歴", purpose "hub", basis "番号法9条1項・2項、番号法施行令", retention "団体内統合宛名と同じ" {
        /// The question.
        question_id: i64, "確認番号", "hub.link", Plain, [];
        /// State after the answer.
        state: String, "状態", "hub.link", Plain, [];
        /// Why.
        note: Option<String>, "判断の理由", "hub.link", Plain, [];
        /// Who.
        decided_by: String, "判断した職員", "hub.link", Plain, [];
        /// When.
        decided_at: Timestamp, "判断日時", "hub.link", Plain, [];
        /// Commit.
        seq: i64, "登録番号", "hub.link", Plain, [];
    }
}

platform::register! {
    /// A run of 名寄せ over many people: the extract of another system, or the persons of a programme.
    pub struct Batch in "hub_batch" named "名寄せの一括処理", purpose "hub", basis "番号法9条1項・2項、番号法施行令", retention "10年" {
        /// 業務 whose persons they are.
        programme: String, "業務", "hub.link", Plain, [];
        /// 抽出ファイル or 業務の住登外者.
        source: String, "対象", "hub.link", Plain, [];
        /// SHA-256 of the file, hexadecimal; empty without one.
        digest: String, "ファイルのハッシュ値", "hub.link", Plain, [];
        /// Rows in all.
        total: i64, "件数", "hub.link", Plain, [];
        /// 処理中 or 完了.
        state: String, "状態", "hub.link", Plain, [];
        /// Who asked for it.
        requested_by: String, "依頼した職員", "hub.link", Plain, [];
        /// When.
        requested_at: Timestamp, "依頼日時", "hub.link", Plain, [];
        /// When the last row was done.
        finished_at: Option<Timestamp>, "完了日時", "hub.link", Plain, [];
        /// Commit.
        seq: i64, "登録番号", "hub.link", Plain, [];
    }
}

platform::register! {
    /// One row of such a run, and what became of it.
    pub struct BatchRow in "hub_batch_row" named "名寄せの一括処理の結果", purpose "hub", basis "番号法9条1項・2項、番号法施行令", retention "10年" {
        /// The run.
        batch_id: i64, "処理番号", "hub.link", Plain, [];
        /// Row, from 1, in the order of the file.
        line: i64, "行", "hub.link", Plain, [];
        /// The system's number, as it came.
        number: String, "業務の番号", "hub.link", Personal, [];
        /// 連携, 確認待ち, 新規, 登録済, 誤り.
        outcome: String, "結果", "hub.link", Plain, [];
        /// 宛名番号 under which the hub knows the person.
        atena_no: Option<AtenaNo>, "宛名番号", "hub.link", Personal, [];
        /// What it rests on, or why it cannot be taken.
        reason: String, "理由", "hub.link", Plain, [];
    }
}

platform::register! {
    /// A link that was wrong and has been undone: what rests on it is called back.
    pub struct Recall in "hub_recall" named "誤った連携の回収", purpose "hub", basis "番号法9条・個人情報保護法65条・68条", retention "団体内統合宛名と同じ" {
        /// 宛名番号 that was linked wrongly.
        atena_no: AtenaNo, "宛名番号", "hub.link", Personal, [];
        /// 団番 that it was linked to.
        dan_no: DanNo, "団体内統合宛名番号", "hub.number", Personal, [];
        /// When it was linked.
        linked_at: Timestamp, "連携日時", "hub.link", Plain, [];
        /// When it was found out.
        found_on: Date, "判明日", "hub.link", Plain, [];
        /// What was wrong.
        reason: String, "理由", "hub.link", Plain, [];
        /// Who decided that it was wrong.
        decided_by: String, "決裁者", "hub.link", Plain, [];
        /// When it was undone.
        recorded_at: Timestamp, "解除日時", "hub.link", Plain, [];
        /// When everything that rested on it was put right.
        closed_at: Option<Timestamp>, "回収の完了日時", "hub.link", Plain, [];
        /// Commit.
        seq: i64, "登録番号", "hub.link", Plain, [];
    }
}

platform::register! {
    /// Something that was done because of a wrong link, and what became of it.
    pub struct RecallUse in "hub_recall_use" named "誤った連携の使用", purpose "hub", basis "個人情報保護法65条・68条", retention "団体内統合宛名と同じ" {
        /// The recall.
        recall_id: i64, "回収番号", "hub.link", Plain, [];
        /// Purpose code of the programme.
        programme: String, "業務", "hub.link", Plain, [];
        /// 決定, 通知, 支払, 副本, 提供 … as the programme says.
        kind: String, "種類", "hub.link", Plain, [];
        /// What it was, without names.
        title: String, "件名", "hub.link", Plain, [];
        /// Where the programme shows it.
        reference: String, "画面", "hub.link", Plain, [];
        /// Day of use.
        used_on: Date, "使用日", "hub.link", Plain, [];
        /// Money moved.
        amount: Option<Yen>, "金額", "hub.link", Plain, [];
        /// Who received it: an office, a bank, another institution.
        recipient: Option<String>, "受取人", "hub.link", Plain, [];
        /// 未処理 or 処理済.
        state: String, "状態", "hub.link", Plain, [];
        /// What was done about it.
        note: Option<String>, "処理の内容", "hub.link", Plain, [];
        /// Who did it.
        handled_by: Option<String>, "処理した職員", "hub.link", Plain, [];
        /// When.
        handled_at: Option<Timestamp>, "処理日時", "hub.link", Plain, [];
    }
}

platform::register! {
    /// The number under which an inquiry of a programme went out by file: its answer comes back under the same.
    pub struct Request in "hub_request" named "照会した番号", purpose "hub", basis "番号法9条1項・2項、番号法施行令", retention "団体内統合宛名と同じ" {
        /// Purpose code of the programme.
        programme: String, "業務", "hub.link", Plain, [];
        /// Id of the inquiry, as the programme gave it.
        request: String, "照会の番号", "hub.link", Plain, [];
        /// The programme's number.
        number: String, "業務の番号", "hub.link", Personal, [];
        /// 団番 that stood for it.
        dan_no: DanNo, "団体内統合宛名番号", "hub.number", Personal, [];
        /// When it went out.
        asked_at: Timestamp, "変換日時", "hub.link", Plain, [];
        /// Commit.
        seq: i64, "登録番号", "hub.link", Plain, [];
    }
}

platform::register! {
    /// A list of people whom nobody needs any longer, and what was decided about it.
    pub struct Deletion in "hub_deletion" named "統合宛名の消去", purpose "hub", basis "番号法20条", retention "永年" {
        /// Only people who were last needed before this day are listed.
        cutoff: Date, "基準日", "hub.number", Plain, [];
        /// 調査中, 確認中, 決裁待ち, 決裁済, 完了.
        state: String, "状態", "hub.number", Plain, [];
        /// Who asked for the list.
        requested_by: String, "依頼した職員", "hub.number", Plain, [];
        /// When.
        requested_at: Timestamp, "依頼日時", "hub.number", Plain, [];
        /// Why they are to be deleted.
        reason: Option<String>, "消去の理由", "hub.number", Plain, [];
        /// Who decided.
        decided_by: Option<String>, "決裁者", "hub.number", Plain, [];
        /// When.
        decided_at: Option<Timestamp>, "決裁日時", "hub.number", Plain, [];
        /// When the last person was worked through.
        finished_at: Option<Timestamp>, "完了日時", "hub.number", Plain, [];
        /// Commit.
        seq: i64, "登録番号", "hub.number", Plain, [];
    }
}

platform::register! {
    /// One person of such a list. The numbers are there until the person is deleted.
    pub struct DeletionRow in "hub_deletion_row" named "統合宛名の消去の対象", purpose "hub", basis "番号法20条", retention "永年" {
        /// The list.
        deletion_id: i64, "消去番号", "hub.number", Plain, [];
        /// 団番; none for a 住登外者 who never had one, and after the deletion.
        dan_no: Option<DanNo>, "団体内統合宛名番号", "hub.number", Personal, [];
        /// 宛名番号, the registry's before every other; none after the deletion.
        atena_no: Option<AtenaNo>, "宛名番号", "hub.number", Personal, [];
        /// Day on which the last programme stopped needing the person.
        last_on: Date, "利用終了年月日", "hub.number", Personal, [];
        /// 対象, 保留, 消去済.
        state: String, "状態", "hub.number", Plain, [];
        /// Why the person stays; empty otherwise.
        reason: String, "理由", "hub.number", Plain, [];
    }
}

platform::register! {
    /// What remains of a person who was deleted: proof without any number, by which no number is ever given out again.
    pub struct Removal in "hub_removal" named "統合宛名の消去の証明", purpose "hub", basis "番号法20条・個人情報保護法66条", retention "永年" {
        /// The list.
        deletion_id: i64, "消去番号", "hub.number", Plain, [];
        /// Keyed token of the 団番, or of the 宛名番号 of a person who never had one.
        number_token: Vec<u8>, "消去した番号の照合値", "hub.number", Secret, [];
        /// SHA-256 over everything that was removed, hexadecimal.
        digest: String, "ハッシュ値", "hub.number", Plain, [];
        /// How many rows it was.
        removed_rows: i64, "消去した行", "hub.number", Plain, [];
        /// Day on which the last programme stopped needing the person.
        last_on: Date, "利用終了年月日", "hub.number", Plain, [];
        /// Day of the deletion.
        removed_on: Date, "消去年月日", "hub.number", Plain, [];
        /// Commit.
        seq: i64, "登録番号", "hub.number", Plain, [];
    }
}

/// Evidence of a question about two residents of whom the registry says one 個人番号; beside [`matching::Evidence::NumberMismatch`], the second
/// kind of 番号不整合 that stops 情報連携.
pub const ONE_NUMBER: &str = "番号不整合（一つの個人番号に住民が二人）";

/// Why the hub asks a person to look: it never joins two people on its own when it is in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// The new 個人番号 belongs to another 団番 already.
    Taken,
    /// The 個人番号 on the record of a 住登外者 is not the one of its 団番.
    Differs,
    /// The 個人番号 of a person changes who has several 宛名番号 of the resident registry.
    Shared,
    /// The 個人番号 is one that another 団番 had before.
    Former,
    /// A programme's number belongs to another 宛名番号 already.
    Moved,
}

impl Doubt {
    /// All of them.
    pub const ALL: [Doubt; 5] = [Doubt::Taken, Doubt::Differs, Doubt::Shared, Doubt::Former, Doubt::Moved];

    /// Kind of its task.
    pub fn kind(self) -> &'static str {
        match self {
            Doubt::Taken => "hub.taken",
            Doubt::Differs => "hub.differs",
            Doubt::Shared => "hub.shared",
            Doubt::Former => "hub.former",
            Doubt::Moved => "hub.moved",
        }
    }

    /// Title of its task, without names.
    pub fn title_ja(self) -> &'static str {
        match self {
            Doubt::Taken => "統合宛名の確認: 変更後の個人番号が別の団体内統合宛名番号に登録されています",
            Doubt::Differs => "統合宛名の確認: 住登外者の個人番号が、連携先の個人番号と違います",
            Doubt::Shared => "統合宛名の確認: 一つの個人番号に住民の宛名番号が複数あります",
            Doubt::Former => "統合宛名の確認: 別の団体内統合宛名番号の変更前の個人番号と同じです",
            Doubt::Moved => "統合宛名の確認: 業務の番号が別の宛名番号に連携されています",
        }
    }
}
