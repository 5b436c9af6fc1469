//! Records of the resident registry.

use kernel::Yen;
use kernel::ident::{AtenaNo, SetaiNo};
use kernel::time::{Date, PartialDate, Timestamp};

platform::register! {
    /// A snapshot of a person: true in the world from `valid_from` to `valid_to`, believed from commit `seq` until `superseded_seq`.
    pub struct Person in "resident_person" named "住民票", purpose "juki", basis "住民基本台帳法7条", retention "消除の日から150年" {
        /// 宛名番号.
        atena_no: String, "個人処理番号(宛名番号)", "juki.identify", Personal, ["juki.003"];
        /// 履歴番号.
        rireki_no: i64, "履歴番号", "juki.status", Plain, [];
        /// First day on which this was so.
        valid_from: Date, "有効開始", "juki.status", Plain, [];
        /// Last day.
        valid_to: Option<Date>, "有効終了", "juki.status", Plain, [];
        /// Commit that recorded it.
        seq: i64, "記録順", "juki.status", Plain, [];
        /// When it was recorded.
        recorded_at: Timestamp, "記録日時", "juki.status", Plain, [];
        /// Commit that replaced it.
        superseded_seq: Option<i64>, "置換えの記録順", "juki.status", Plain, [];
        /// 世帯番号.
        setai_no: String, "世帯番号", "juki.household", Personal, ["juki.002"];
        /// 異動年月日.
        changed_on: Date, "異動年月日", "juki.status", Personal, ["juki.004"];
        /// 届出年月日.
        notified_on: Date, "届出年月日", "juki.status", Personal, ["juki.005"];
        /// 異動事由.
        change_reason: String, "異動事由", "juki.status", Personal, ["juki.006"];
        /// 日本人, 外国人住民.
        resident_kind: String, "住民区分", "juki.status", Personal, ["juki.007"];
        /// 町丁コード.
        town_code: Option<String>, "町丁コード", "juki.address", Personal, ["juki.008"];
        /// 番地.
        banchi: Option<String>, "番地", "juki.address", Personal, ["juki.009"];
        /// 枝番.
        edaban: Option<String>, "枝番", "juki.address", Personal, ["juki.010"];
        /// 小枝番.
        koedaban: Option<String>, "小枝番", "juki.address", Personal, ["juki.011"];
        /// 住所.
        address: String, "住所", "juki.address", Personal, ["juki.012"];
        /// 方書.
        building: Option<String>, "方書", "juki.address", Personal, ["juki.013"];
        /// 郵便番号.
        postal_code: Option<String>, "郵便番号", "juki.address", Personal, ["juki.014"];
        /// 小学校区.
        elementary: Option<String>, "小学校区", "juki.address", Personal, ["juki.015"];
        /// 中学校区.
        junior_high: Option<String>, "中学校区", "juki.address", Personal, ["juki.016"];
        /// 氏名カナ(振り仮名).
        kana: String, "漢字氏名カナ", "juki.identify", Personal, ["juki.017"];
        /// 氏名.
        name: String, "漢字氏名", "juki.identify", Personal, ["juki.018"];
        /// 旧姓.
        maiden_name: Option<String>, "旧姓", "juki.identify", Personal, ["juki.019"];
        /// 生年月日, as recorded.
        birth: String, "生年月日", "juki.identify", Personal, ["juki.020"];
        /// Earliest day it can be.
        birth_earliest: Date, "生年月日(最早)", "juki.identify", Personal, [];
        /// Latest day it can be.
        birth_latest: Date, "生年月日(最遅)", "juki.identify", Personal, [];
        /// 性別.
        sex: String, "性別", "juki.identify", Personal, ["juki.021"];
        /// 続柄.
        relation: String, "続柄", "juki.household", Personal, ["juki.022"];
        /// 住民年月日.
        resident_on: Date, "住民年月日", "juki.status", Personal, ["juki.023"];
        /// 住民届出日.
        resident_notified_on: Option<Date>, "住民届出日", "juki.status", Personal, ["juki.024"];
        /// 住民事由.
        resident_reason: String, "住民事由", "juki.status", Personal, ["juki.025"];
        /// 消除年月日.
        removed_on: Option<Date>, "消除年月日", "juki.status", Personal, ["juki.026"];
        /// 消除届出日.
        removed_notified_on: Option<Date>, "消除届出日", "juki.status", Personal, ["juki.027"];
        /// 消除事由.
        removed_reason: Option<String>, "消除事由", "juki.status", Personal, ["juki.028"];
        /// 筆頭者氏名.
        koseki_head: Option<String>, "筆頭者氏名", "juki.koseki", Personal, ["juki.029"];
        /// 本籍.
        domicile: Option<String>, "本籍", "juki.koseki", Personal, [];
        /// 通称名カナ.
        alias_kana: Option<String>, "通称名カナ", "juki.identify", Personal, ["juki.030"];
        /// 通称名.
        alias: Option<String>, "通称名", "juki.identify", Personal, ["juki.031"];
        /// アルファベット氏名カナ.
        latin_kana: Option<String>, "アルファベット氏名カナ", "juki.identify", Personal, ["juki.032"];
        /// アルファベット氏名.
        latin_name: Option<String>, "アルファベット氏名", "juki.identify", Personal, ["juki.033"];
        /// カタカナ表記名.
        katakana_name: Option<String>, "カタカナ表記名", "juki.identify", Personal, ["juki.034"];
        /// 国籍.
        nationality: Option<String>, "国籍", "juki.foreign", Personal, ["juki.035"];
        /// 在留資格.
        residence_status: Option<String>, "在留資格", "juki.foreign", Personal, ["juki.036"];
        /// 在留区分 (法30条の45の区分).
        residence_kind: Option<String>, "在留区分", "juki.foreign", Personal, ["juki.037"];
        /// 在留期間.
        residence_term: Option<String>, "在留期間", "juki.foreign", Personal, ["juki.038"];
        /// 在留期間満了日.
        residence_until: Option<Date>, "在留期間満了日", "juki.foreign", Personal, ["juki.039"];
        /// 在留カード番号.
        card_no: Option<String>, "在留カード番号", "juki.foreign", Personal, [];
        /// 転入前住所.
        previous_address: Option<String>, "転入前住所", "juki.moves", Personal, ["juki.040"];
        /// 転出予定先住所.
        planned_to_address: Option<String>, "転出予定先住所", "juki.moves", Personal, ["juki.041"];
        /// 転出予定年月日.
        planned_move_out: Option<Date>, "転出予定年月日", "juki.status", Personal, ["juki.042"];
        /// 転出予定届出年月日.
        planned_notified_on: Option<Date>, "転出予定届出年月日", "juki.status", Personal, ["juki.043"];
        /// 転出確定先住所.
        confirmed_to_address: Option<String>, "転出確定先住所", "juki.moves", Personal, ["juki.044"];
        /// 転出確定日.
        confirmed_on: Option<Date>, "転出確定日", "juki.status", Personal, ["juki.045"];
        /// 転出確定通知日.
        confirmed_notice_on: Option<Date>, "転出確定通知日", "juki.status", Personal, ["juki.046"];
        /// 現在世帯主名.
        head_name: String, "現在世帯主名", "juki.household", Personal, ["juki.047"];
        /// 現在世帯主アルファベット氏名.
        head_latin_name: Option<String>, "現在世帯主アルファベット氏名", "juki.household", Personal, ["juki.048"];
        /// 国保有無.
        nhi: Option<bool>, "国保有無", "juki.insurance", Personal, ["juki.049"];
        /// 年金種別.
        pension_kind: Option<String>, "年金種別", "juki.insurance", Personal, ["juki.050"];
        /// 年金取得年月日.
        pension_from: Option<Date>, "年金取得年月日", "juki.insurance", Personal, ["juki.052"];
        /// 所管区.
        ward: Option<String>, "所管区", "juki.address", Personal, ["juki.053"];
        /// サブ氏名.
        sub_name: Option<String>, "サブ氏名", "juki.mailing", Personal, ["juki.054"];
        /// サブ氏名業務区分.
        sub_name_purpose: Option<String>, "サブ氏名業務区分", "juki.mailing", Plain, ["juki.055"];
        /// 送付先住所.
        mailing_address: Option<String>, "送付先住所", "juki.mailing", Personal, ["juki.056"];
        /// 送付先有効期間.
        mailing_until: Option<Date>, "送付先有効期間", "juki.mailing", Plain, ["juki.057"];
        /// 送付先業務区分.
        mailing_purpose: Option<String>, "送付先業務区分", "juki.mailing", Plain, ["juki.058"];
    }
}

platform::register! {
    /// A secret number of a person.
    pub struct SecretNumber in "resident_secret" named "個人番号・住民票コード等", purpose "juki", basis "住民基本台帳法7条8号の2・13号、番号法7条", retention "消除の日から150年" {
        /// 宛名番号.
        atena_no: String, "宛名番号", "juki.identify", Personal, [];
        /// my_number, juminhyo_code, pension_no.
        kind: String, "種類", "juki.mynumber", Plain, [];
        /// Sealed under the person's key.
        sealed: Vec<u8>, "個人番号・住民票コード・基礎年金番号", "juki.mynumber", Secret, ["juki.001", "juki.051"];
        /// Keyed token.
        token: Vec<u8>, "照合値", "juki.mynumber", Secret, [];
        /// Commit that recorded it.
        seq: i64, "記録順", "juki.mynumber", Plain, [];
        /// Commit that replaced it.
        superseded_seq: Option<i64>, "置換えの記録順", "juki.mynumber", Plain, [];
    }
}

platform::register! {
    /// 支援措置 of a person. It ends only by procedure, never by the calendar.
    pub struct ProtectionRow in "resident_protection" named "支援措置", purpose "juki", basis "住民基本台帳事務処理要領第5-10", retention "終了の翌年度から5年" {
        /// 宛名番号.
        atena_no: String, "宛名番号", "juki.protection", Sensitive, [];
        /// 仮, 本.
        state: String, "状態", "juki.protection", Sensitive, [];
        /// DV, ストーカー, 児童虐待, その他.
        ground: String, "事由", "juki.protection", Sensitive, [];
        /// 相手方.
        opponent: Option<String>, "相手方", "juki.protection", Sensitive, [];
        /// First day.
        from_on: Date, "開始", "juki.protection", Sensitive, [];
        /// Last day of the term.
        until_on: Date, "満了", "juki.protection", Sensitive, [];
        /// Day on which it was ended by procedure.
        ended_on: Option<Date>, "終了", "juki.protection", Sensitive, [];
        /// Why it was ended.
        end_reason: Option<String>, "終了事由", "juki.protection", Sensitive, [];
        /// Case.
        case_id: Option<i64>, "案件", "juki.protection", Plain, [];
        /// When.
        recorded_at: Timestamp, "記録日時", "juki.protection", Plain, [];
    }
}

platform::register! {
    /// An issued (or refused) paper.
    pub struct Certificate in "resident_certificate" named "証明書の交付", purpose "juki", basis "住民基本台帳法12条–12条の3", retention "交付の翌年度から3年" {
        /// 発行番号.
        number: String, "発行番号", "juki.status", Plain, [];
        /// 宛名番号.
        atena_no: String, "宛名番号", "juki.identify", Personal, [];
        /// Kind of requester.
        requester: String, "請求者の区分", "juki.status", Personal, [];
        /// Items printed.
        items: String, "載せた項目", "juki.status", Plain, [];
        /// Fee.
        fee: Yen, "手数料", "juki.status", Plain, [];
        /// issued, refused.
        outcome: String, "結果", "juki.status", Plain, [];
        /// The stored paper.
        file_id: Option<i64>, "文書", "juki.status", Plain, [];
        /// Case.
        case_id: Option<i64>, "案件", "juki.status", Plain, [];
        /// By whom.
        issued_by: String, "交付した職員", "juki.status", Plain, [];
        /// When.
        issued_at: Timestamp, "交付日時", "juki.status", Plain, [];
    }
}

impl Person {
    /// 生年月日 with its bounds.
    pub fn birth_date(&self) -> PartialDate {
        PartialDate { text: self.birth.clone(), earliest: self.birth_earliest, latest: self.birth_latest }
    }

    /// 宛名番号.
    ///
    /// # Errors
    /// When the column does not hold one.
    pub fn number(&self) -> Result<AtenaNo, platform::Fault> {
        AtenaNo::parse(&self.atena_no).map_err(|_| platform::Fault::missing("宛名番号"))
    }

    /// 世帯番号.
    ///
    /// # Errors
    /// When the column does not hold one.
    pub fn household(&self) -> Result<SetaiNo, platform::Fault> {
        SetaiNo::parse(&self.setai_no).map_err(|_| platform::Fault::missing("世帯番号"))
    }

    /// Is the person a resident on this day?
    pub fn is_resident(&self, on: Date) -> bool {
        self.removed_on.is_none_or(|removed| on < removed) && on >= self.resident_on
    }

    /// 住民, 転出, 死亡 … on a day.
    pub fn status_ja(&self, on: Date) -> String {
        match (&self.removed_reason, self.is_resident(on)) {
            (_, true) => "住民".into(),
            (Some(reason), false) => format!("{reason}により消除"),
            (None, false) => "住民ではない".into(),
        }
    }

    /// Address and 方書 in one line.
    pub fn full_address(&self) -> String {
        match &self.building {
            Some(building) => format!("{} {building}", self.address),
            None => self.address.clone(),
        }
    }
}
