use super::{guardian, mayor, office};
use crate::juminhyo::{Extent, ForeignItems, Item, Juminhyo, Member, Removal};
use crate::medical_card::MedicalCard;
use crate::parts::{Addressee, Seal};
use kernel::ident::{IdentError, KohiBearerNo, RecipientNo};

fn person(name: &str, kana: &str, birth: &str, sex: &str, relation: &str) -> Member {
    Member {
        name: name.into(),
        kana: Some(kana.into()),
        former_surname: None,
        alias: None,
        birth: birth.into(),
        sex: sex.into(),
        relation: Item::shown(relation),
        resident_since: "令和6年10月15日".into(),
        address_since: "令和6年10月15日".into(),
        notified: "令和6年10月18日".into(),
        previous_address: Some("奈良県大和郡山市北郡山町248番地の4 コーポ葛󠄀城201号".into()),
        domicile: Some(Item::shown("奈良県葛󠄀城市柿本166番地")),
        domicile_head: Some(Item::shown("髙﨑 健一")),
        individual_number: Item::Omitted,
        juminhyo_code: Item::Omitted,
        foreign: None,
        removal: None,
        remarks: vec![],
    }
}

/// Copies of 住民票: a household over two pages with everything shown, one person with the least, a 除票.
pub fn juminhyo() -> Vec<Juminhyo> {
    vec![household(), one_person(), removed()]
}

fn household() -> Juminhyo {
    let mut head = person("髙﨑 健一", "タカサキ ケンイチ", "昭和57年2月29日", "男", "世帯主");
    head.individual_number = Item::shown("123456789018");
    head.juminhyo_code = Item::shown("24727059608");
    let mut wife = person(
        "LIN MEILING CHRISTINE DE LOS SANTOS WONGCHAIYAPRASERT 林 美玲",
        "リン メイリン クリスティーン デ ロス サントス ウォンチャイヤプラサート",
        "1985年5月7日",
        "女",
        "妻",
    );
    wife.alias = Some("髙﨑 リン".into());
    wife.domicile = None;
    wife.domicile_head = None;
    wife.foreign = Some(ForeignItems {
        nationality: Item::shown("台湾"),
        category: Item::shown("中長期在留者"),
        status: Item::shown("日本人の配偶者等"),
        term: Item::shown("3年"),
        expires: Item::shown("2028年4月30日"),
        card: Item::shown("AB12345678CD"),
    });
    wife.previous_address = Some("台湾".into());
    let mut grandmother = person("邉󠄐田 鷗", "ナベタ カモメ", "昭和年月日不詳（昭和5年頃）", "女", "妻の母の叔母");
    grandmother.former_surname = Some("𠮷𣘺".into());
    grandmother.remarks = vec![
        "生年月日の一部が不詳のため、戸籍の記載のとおり記載しています。".into(),
        "令和7年6月2日 氏の振り仮名を届出により記載".into(),
    ];
    let children = [
        ("髙﨑 颯太", "タカサキ ソウタ", "令和2年11月3日", "男", "子"),
        ("髙﨑 陽葵", "タカサキ ヒマリ", "令和5年6月1日", "女", "子"),
        ("髙﨑 𠮷乃介", "タカサキ ヨシノスケ", "令和7年1月30日", "男", "子"),
        (
            "寿限無 五劫之擦切海砂利水魚水行末雲来末風来末",
            "ジュゲム ゴコウノスリキレカイジャリスイギョスイギョウマツウンライマツフウライマツ",
            "平成30年5月1日",
            "男",
            "縁故者",
        ),
        ("辻󠄀 斉󠄃", "ツジ ヒトシ", "平成20年12月31日", "男", "同居人"),
    ];
    let mut members = vec![head, wife, grandmother];
    members.extend(children.map(|(name, kana, birth, sex, relation)| person(name, kana, birth, sex, relation)));
    Juminhyo {
        extent: Extent::Household,
        head: Item::shown("髙﨑 健一"),
        address: "みなと市西区北堀江四丁目18番25号 グランドメゾン堀江ザ・タワー 3805号室".into(),
        members,
        number: "20261120-西-T0231-P02-000148".into(),
        issued_on: "令和8年11月20日".into(),
        issuer: mayor(Seal::Frame),
        notes: vec![
            "個人番号を記載した写しは、番号法に定める手続のほかには使えません。提出先で必要かどうかを確かめてください。".into(),
            "「省略」は、請求により記載を省いた項目です。".into(),
        ],
    }
}

fn one_person() -> Juminhyo {
    let mut member = person("髙﨑 健一", "タカサキ ケンイチ", "昭和57年2月29日", "男", "世帯主");
    member.relation = Item::Omitted;
    member.domicile = Some(Item::Omitted);
    member.domicile_head = Some(Item::Omitted);
    Juminhyo {
        extent: Extent::Part,
        head: Item::Omitted,
        members: vec![member],
        number: "20261120-西-T0231-P02-000149".into(),
        notes: vec!["「省略」は、請求により記載を省いた項目です。".into()],
        ..household()
    }
}

fn removed() -> Juminhyo {
    let mut member = person("髙﨑 颯太", "タカサキ ソウタ", "令和2年11月3日", "男", "子");
    member.removal = Some(Removal {
        cause: "転出".into(),
        date: "令和8年9月16日".into(),
        notified: "令和8年9月10日".into(),
        destination: Some("兵庫県神戸市中央区加納町六丁目5番1号".into()),
    });
    Juminhyo {
        extent: Extent::Removed,
        members: vec![member],
        number: "20261120-西-T0231-P02-000150".into(),
        notes: vec!["この写しは、提出先で除票であることを確かめてください。".into()],
        ..household()
    }
}

/// 医療証: an ordinary one and a reissued one with the longest values.
///
/// # Errors
/// None in practice: the numbers are issued with their check digits.
pub fn medical_cards() -> Result<Vec<MedicalCard>, IdentError> {
    let card = MedicalCard {
        title: "子ども医療証".into(),
        bearer_no: KohiBearerNo::from_body("8627014")?,
        recipient_no: RecipientNo::issue(12_345)?,
        name: "髙﨑 颯太".into(),
        kana: Some("タカサキ ソウタ".into()),
        birth: "令和2年11月3日".into(),
        sex: "男".into(),
        address: "みなと市西区北堀江四丁目18番25号 グランドメゾン堀江ザ・タワー 3805号室".into(),
        guardian: Some("髙﨑 健一".into()),
        valid_from: "令和8年4月1日".into(),
        valid_to: "令和9年3月31日".into(),
        copay: vec![
            "1つの医療機関につき1日500円まで（月2日まで。3日目からは負担なし）".into(),
            "薬局での負担はありません。入院時の食事代と保険外の費用は対象外です。".into(),
            "1か月の負担が2,500円を超えたときは、超えた額を後日お返しします。".into(),
        ],
        issued_on: "令和8年4月1日".into(),
        issuer: mayor(Seal::Frame),
        to: guardian(),
        usage: vec![
            "医療機関や薬局の窓口で、健康保険の資格を確認できるもの（マイナ保険証など）と一緒に見せてください。".into(),
            "大阪府の外で受診したときや、医療証を見せなかったときは、領収書を添えて申請してください。後日お返しします。".into(),
            "住所、氏名、加入している健康保険が変わったときは、14日以内に届け出てください。".into(),
            "市の外へ転出したときは、転出した日から使えません。医療証は返してください。".into(),
        ],
        contact: office(),
        reissue: false,
    };
    let long = MedicalCard {
        name: "WONGCHAIYAPRASERT 𠮷乃介 CHRISTINE DE LOS SANTOS".into(),
        kana: Some("ウォンチャイヤプラサート ヨシノスケ クリスティーン デ ロス サントス".into()),
        guardian: Some("LIN MEILING CHRISTINE DE LOS SANTOS WONGCHAIYAPRASERT 林 美玲".into()),
        recipient_no: RecipientNo::issue(99_999)?,
        to: Addressee {
            name: "LIN MEILING CHRISTINE DE LOS SANTOS WONGCHAIYAPRASERT 林 美玲".into(),
            note: Some("（𠮷乃介様の保護者）".into()),
            ..guardian()
        },
        reissue: true,
        ..card.clone()
    };
    Ok(vec![card, long])
}
