//! A folder of extracts from end to end: files in, files out, and the score against a truth file.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use linkage::{LinkageError, Options, run, score};
use matching::Policy;
use std::fs;
use std::path::{Path, PathBuf};

const HEADER: &str =
    "atena_no,kojin_bango,shimei,shimei_kana,tsusho,tsusho_kana,kyushi,birth,sex,yubin,jusho,katagaki,tel,koshin\n";

/// A folder of its own for one test; removed when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("atena-linkage-{test}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn with(self, name: &str, text: &str) -> Self {
        fs::write(self.0.join(name), text).unwrap();
        self
    }

    fn options(&self) -> Options {
        Options {
            folder: self.0.clone(),
            history: None,
            registry: Some("juki".to_owned()),
            policy: Policy::default(),
            numbers: true,
            out: Some(self.0.join("out")),
            key: [1; 32],
        }
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Two people; the tax office has one of them at a former address, the health office one in kana, the third is a stranger.
fn city(test: &str) -> Folder {
    let juki = "10,123456789018,髙﨑　太郎,タカサキ　タロウ,,,,19860525,1,,大阪府堺市堺区神石市之町３丁４４番６号,,,\n\
                11,,人見　治枝,ヒトミ　ハルエ,,,,19950226,2,,大阪府堺市北区長曽根町４丁３２番２１号,コーポなかもず６０９号,,\n";
    let zei = "20,,高崎　太郎,ﾀｶｻｷ ﾀﾛｳ,,,,19860525,1,,堺市堺区南半町東611番地の29,,,\n\
               21,123456789018,高崎太郎,ﾀｶｻｷ ﾀﾛｳ,,,,19860526,1,,堺市堺区神石市之町3丁目44番6号,,,\n";
    let kenko = "30,,ヒトミ　ハルエ,ヒトミハルエ,,,,1995/02/26,2,,長曽根町４－３２－２１－６０９,,,\n";
    let truth = "rec_id,person_id,tags\njuki:10,1,\njuki:11,2,\nzei:20,1,stale_addr\nzei:21,1,dob_err\nkenko:30,2,kana_only\n";
    Folder::new(test)
        .with("sys01_juki.csv", &format!("\u{FEFF}{HEADER}{juki}"))
        .with("sys02_zei.csv", &format!("{HEADER}{zei}"))
        .with("sys05_kenko.csv", &format!("{HEADER}{kenko}"))
        .with(
            "juki_rireki.csv",
            "atena_no,kind,old_value,old_katagaki,idobi\n10,jusho,大阪府堺市堺区南半町東６１１番地２９,,20200101\n",
        )
        .with("truth.csv", truth)
        .with("hardneg.csv", "person_a,person_b,kind\n1,2,twin\n")
}

#[test]
fn a_folder_becomes_clusters_and_two_queues() {
    let folder = city("queues");
    run(&folder.options()).unwrap();
    let clusters = folder.text("out/clusters.csv");
    assert!(clusters.contains("juki,11,juki:11,基本4情報（氏名・生年月日・性別・住所）が一致,juki:11"), "{clusters}");
    assert!(clusters.contains("kenko,30,juki:11,"), "{clusters}");
    assert!(folder.text("out/review.csv").contains("juki:10,zei:20,氏名・生年月日のみ一致"));
    assert!(folder.text("out/conflicts.csv").contains("番号不整合（個人番号は一致、氏名か生年月日が相違か記載なし）"));
    assert!(folder.text("out/versions.csv").contains("MJ縮退マップ"));
    for file in ["out/clusters.csv", "out/review.csv", "out/conflicts.csv"] {
        let text = folder.text(file);
        for personal in ["123456789018", "高崎", "タカサキ", "神石市之町", "19860525"] {
            assert!(!text.contains(personal), "{file} holds {personal}");
        }
    }
}

#[test]
fn the_history_of_the_registry_settles_the_former_address() {
    let folder = city("history");
    let without = run(&folder.options()).unwrap();
    let with = run(&Options { history: Some(folder.0.join("juki_rireki.csv")), ..folder.options() }).unwrap();
    assert_eq!(without.review.len(), 1);
    assert_eq!(with.review.len(), 0);
}

#[test]
fn the_score_counts_pairs_questions_and_persons() {
    let folder = city("score");
    let score = score(&run(&folder.options()).unwrap(), &folder.0).unwrap();
    assert_eq!((score.records, score.persons), (5, 2));
    // Person 1 has three records in three clusters, person 2 two records in one: one pair of four.
    assert_eq!((score.automatic.precision, score.automatic.recall), (1.0, 0.25));
    assert_eq!((score.automatic.mixed, score.automatic.split), (0, 1));
    assert_eq!(score.automatic.exact, 0.5);
    assert_eq!((score.decisions, score.yes), ((1, 1), 2));
    assert_eq!((score.guess.f1(), score.reviewed.f1()), (1.0, 1.0));
    assert_eq!(score.look_alikes.get("twin"), Some(&(0, 0, 1)));
    assert!(
        score
            .to_string()
            .contains("T5 decisions       review 1 (5000 per 10,000 persons) + number conflicts 1 (5000), 100.0 % yes")
    );
}

#[test]
fn a_larger_city_has_other_people_in_the_same_families() {
    let folder = city("scale");
    let large = folder.0.join("large");
    linkage::scale(&folder.0, &large, 3).unwrap();
    let linkage = run(&Options { folder: large.clone(), out: None, ..folder.options() }).unwrap();
    let score = score(&linkage, &large).unwrap();
    assert_eq!((score.records, score.persons, score.guess.mixed), (15, 6, 0));
    assert_eq!(score.automatic.recall, 0.25);
}

#[test]
fn what_is_wrong_with_a_folder_is_said() {
    let empty = Folder::new("empty").with("notes.csv", "a,b\n1,2\n");
    assert!(matches!(run(&empty.options()), Err(LinkageError::Nothing(_))));
    let missing = Options { folder: Path::new("/no/such/folder").to_path_buf(), ..empty.options() };
    let text = run(&missing).unwrap_err().to_string();
    assert!(text.contains("読み込めません") && text.contains("確かめてください"), "{text}");
}
