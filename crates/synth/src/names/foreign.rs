//! Names of foreign residents, by nationality: Latin, its reading, and kanji where they are in use.

use crate::dice::Dice;
use crate::model::Sex;

/// A name in three writings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Latin capitals.
    pub latin: &'static str,
    /// カナ.
    pub kana: &'static str,
    /// Kanji; empty where there are none.
    pub kanji: &'static str,
}

const fn p(latin: &'static str, kana: &'static str, kanji: &'static str) -> Piece {
    Piece { latin, kana, kanji }
}

/// Where people come from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Nation {
    /// 国籍・地域.
    pub name: &'static str,
    /// ISO 3166-1 numeric.
    pub code: &'static str,
    /// Family names.
    family: &'static [Piece],
    /// Given names of men.
    male: &'static [Piece],
    /// Given names of women.
    female: &'static [Piece],
    /// A country one moves in from.
    pub city: &'static str,
}

pub(crate) const VIETNAM: Nation = Nation {
    name: "ベトナム",
    code: "704",
    city: "ベトナム社会主義共和国 ハノイ市",
    family: &[
        p("NGUYEN", "グエン", ""),
        p("TRAN", "チャン", ""),
        p("LE", "レ", ""),
        p("PHAM", "ファム", ""),
        p("HOANG", "ホアン", ""),
        p("VU", "ヴー", ""),
        p("DANG", "ダン", ""),
        p("BUI", "ブイ", ""),
    ],
    male: &[
        p("VAN NAM", "ヴァン ナム", ""),
        p("MINH TUAN", "ミン トゥアン", ""),
        p("QUOC HUNG", "クオック フン", ""),
        p("DUC ANH", "ドゥック アイン", ""),
        p("THANH LONG", "タイン ロン", ""),
        p("VAN HAI", "ヴァン ハイ", ""),
    ],
    female: &[
        p("THI LAN", "ティ ラン", ""),
        p("THI HUONG", "ティ フオン", ""),
        p("THI MAI", "ティ マイ", ""),
        p("NGOC ANH", "ゴック アイン", ""),
        p("THU HA", "トゥー ハー", ""),
        p("THI HOA", "ティ ホア", ""),
    ],
};

pub(crate) const CHINA: Nation = Nation {
    name: "中国",
    code: "156",
    city: "中華人民共和国 上海市",
    family: &[
        p("WANG", "ワン", "王"),
        p("LI", "リ", "李"),
        p("ZHANG", "チャン", "張"),
        p("LIU", "リュウ", "劉"),
        p("CHEN", "チェン", "陳"),
        p("YANG", "ヤン", "楊"),
        p("ZHAO", "チャオ", "趙"),
        p("ZHOU", "チョウ", "周"),
        p("LIN", "リン", "林"),
    ],
    male: &[
        p("WEI", "ウェイ", "偉"),
        p("JUN", "ジュン", "軍"),
        p("HAO", "ハオ", "浩"),
        p("MING", "ミン", "明"),
        p("JIANGUO", "ジェングオ", "建国"),
        p("YUXUAN", "ユーシュエン", "宇軒"),
    ],
    female: &[
        p("FANG", "ファン", "芳"),
        p("NA", "ナ", "娜"),
        p("MEILING", "メイリン", "美玲"),
        p("JING", "ジン", "静"),
        p("XIULAN", "シュウラン", "秀蘭"),
        p("YUTONG", "ユートン", "雨桐"),
    ],
};

pub(crate) const KOREA: Nation = Nation {
    name: "韓国",
    code: "410",
    city: "大韓民国 釜山広域市",
    family: &[
        p("KIM", "キム", "金"),
        p("LEE", "イ", "李"),
        p("PARK", "パク", "朴"),
        p("CHOI", "チェ", "崔"),
        p("JUNG", "チョン", "鄭"),
        p("KANG", "カン", "姜"),
        p("YOON", "ユン", "尹"),
    ],
    male: &[
        p("MINJUN", "ミンジュン", "敏俊"),
        p("YEONGHO", "ヨンホ", "永浩"),
        p("SEONGSU", "ソンス", "成洙"),
        p("JIHOON", "ジフン", "志勲"),
        p("KWANGSU", "クァンス", "光洙"),
    ],
    female: &[
        p("SOOJIN", "スジン", "秀珍"),
        p("MIYOUNG", "ミヨン", "美英"),
        p("JIWOO", "ジウ", "智友"),
        p("YEONGHEE", "ヨンヒ", "英姫"),
        p("SEOYEON", "ソヨン", "瑞娟"),
    ],
};

const PHILIPPINES: Nation = Nation {
    name: "フィリピン",
    code: "608",
    city: "フィリピン共和国 セブ市",
    family: &[
        p("SANTOS", "サントス", ""),
        p("REYES", "レイエス", ""),
        p("CRUZ", "クルス", ""),
        p("GARCIA", "ガルシア", ""),
        p("MENDOZA", "メンドーサ", ""),
    ],
    male: &[
        p("JOSE MARIE", "ホセ マリエ", ""),
        p("MARK ANTHONY", "マーク アンソニー", ""),
        p("CARLO", "カルロ", ""),
        p("RAFAEL", "ラファエル", ""),
    ],
    female: &[
        p("MARIA LUISA", "マリア ルイサ", ""),
        p("ANGELICA", "アンジェリカ", ""),
        p("ROSE ANN", "ローズ アン", ""),
        p("JENNIFER", "ジェニファー", ""),
    ],
};

const NEPAL: Nation = Nation {
    name: "ネパール",
    code: "524",
    city: "ネパール カトマンズ市",
    family: &[
        p("SHRESTHA", "シュレスタ", ""),
        p("GURUNG", "グルン", ""),
        p("TAMANG", "タマン", ""),
        p("THAPA", "タパ", ""),
        p("RAI", "ライ", ""),
    ],
    male: &[
        p("BIKASH", "ビカス", ""),
        p("SURESH", "スレシュ", ""),
        p("PRAKASH", "プラカシュ", ""),
        p("RAJESH", "ラジェシュ", ""),
    ],
    female: &[p("SITA", "シタ", ""), p("SUNITA", "スニタ", ""), p("ANJALI", "アンジャリ", ""), p("MAYA", "マヤ", "")],
};

const BRAZIL: Nation = Nation {
    name: "ブラジル",
    code: "076",
    city: "ブラジル連邦共和国 サンパウロ市",
    family: &[
        p("SILVA", "シルバ", ""),
        p("SOUZA TANAKA", "ソウザ タナカ", ""),
        p("OLIVEIRA", "オリベイラ", ""),
        p("PEREIRA SATO", "ペレイラ サトウ", ""),
    ],
    male: &[p("LUCAS", "ルーカス", ""), p("CARLOS EDUARDO", "カルロス エドゥアルド", ""), p("RODRIGO", "ロドリゴ", "")],
    female: &[p("ANA PAULA", "アナ パウラ", ""), p("JULIANA", "ジュリアナ", ""), p("FERNANDA", "フェルナンダ", "")],
};

const INDONESIA: Nation = Nation {
    name: "インドネシア",
    code: "360",
    city: "インドネシア共和国 スラバヤ市",
    family: &[
        p("WIJAYA", "ウィジャヤ", ""),
        p("SETIAWAN", "セティアワン", ""),
        p("SANTOSO", "サントソ", ""),
        p("HIDAYAT", "ヒダヤット", ""),
    ],
    male: &[p("BUDI", "ブディ", ""), p("AGUS", "アグス", ""), p("RIZKY", "リズキー", "")],
    female: &[p("SITI NUR", "シティ ヌル", ""), p("DEWI", "デウィ", ""), p("PUTRI", "プトゥリ", "")],
};

const UNITED_STATES: Nation = Nation {
    name: "米国",
    code: "840",
    city: "アメリカ合衆国 オレゴン州ポートランド市",
    family: &[p("MILLER", "ミラー", ""), p("CARTER", "カーター", ""), p("BENNETT", "ベネット", ""), p("HAYES", "ヘイズ", "")],
    male: &[p("JAMES ROBERT", "ジェームズ ロバート", ""), p("DANIEL", "ダニエル", ""), p("ETHAN", "イーサン", "")],
    female: &[p("EMILY GRACE", "エミリー グレース", ""), p("SARAH", "サラ", ""), p("OLIVIA", "オリビア", "")],
};

const NATIONS: [(Nation, u32); 8] =
    [(VIETNAM, 22), (CHINA, 26), (KOREA, 14), (PHILIPPINES, 11), (NEPAL, 8), (BRAZIL, 7), (INDONESIA, 7), (UNITED_STATES, 5)];

/// A nation by its share among foreign residents.
pub(crate) fn nation(dice: &mut Dice) -> Nation {
    dice.weighted(&NATIONS)
}

impl Nation {
    /// A family name.
    pub fn family(&self, dice: &mut Dice) -> Piece {
        *dice.pick(self.family)
    }

    /// A given name.
    pub fn given(&self, dice: &mut Dice, sex: Sex) -> Piece {
        *dice.pick(if sex == Sex::Male { self.male } else { self.female })
    }
}
