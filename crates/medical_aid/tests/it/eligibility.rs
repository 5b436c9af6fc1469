//! From the application to the card.

use crate::office::{r, towns};
use jiff::civil::date;
use kernel::access::Action;
use medical_aid::child::dossier::Dossier;
use medical_aid::child::{forms, usecases};
use platform::Unit;
use platform::approval::Word;
use platform::fault::FaultKind;

#[tokio::test]
async fn every_statement_is_valid_on_the_database() {
    for town in towns(r(8, 11, 20)).await {
        for statement in &town.programme.statements {
            town.city.db().prepare(statement.sql).await.unwrap_or_else(|e| panic!("{}: {e}", statement.name));
        }
        town.database.remove().await;
    }
}

#[tokio::test]
async fn an_application_becomes_a_card() {
    for town in towns(r(8, 11, 20)).await {
        let born = r(2, 11, 3);
        let child = town.resident(1, "髙﨑 颯太", born, born).await;
        let father = town.resident(2, "髙﨑 健一", date(1990, 4, 1), r(2, 1, 1)).await;
        let case = town.case(&[child.subject, father.subject]).await;
        let id = town.applies(&case, &child, &father, r(8, 11, 20)).await;

        // Nobody asked about insurance: it cannot be decided, and nothing was guessed.
        let mut unit = town.clerk(&case).await;
        let early = usecases::decide::draft(&mut unit, &town.ports, id).await.unwrap_err();
        assert_eq!(early.kind, FaultKind::Conflict);
        assert!(early.why.contains("医療保険"), "{}", early.why);
        drop(unit);

        town.insured(&child, born).await;
        town.income(&case, &child, &father, 2026, Some(4_120_000)).await;
        let mut unit = town.clerk(&case).await;
        let draft = usecases::decide::draft(&mut unit, &town.ports, id).await.unwrap();
        unit.commit(()).await.unwrap();

        // The author cannot decide, a clerk cannot decide, a 係長 can.
        assert_eq!(town.decide(draft, "2001", 3, Word::Approve).await.unwrap_err().kind, FaultKind::Refused);
        assert_eq!(town.decide(draft, "2009", 1, Word::Approve).await.unwrap_err().kind, FaultKind::Refused);
        town.decide(draft, "2002", 2, Word::Approve).await.unwrap();
        assert_eq!(town.decide(draft, "2002", 2, Word::Approve).await.unwrap_err().kind, FaultKind::Conflict);

        let mut unit = Unit::look(&town.city, &town.staff("2001", 1, &case), "試験", Action::Print).await.unwrap();
        let dossier = Dossier::open(&mut unit, &town.ports, &child.atena_no, r(8, 11, 20), i64::MAX).await.unwrap();
        let current = dossier.current().unwrap();
        assert_eq!((current.status.as_str(), current.recipient_no.len()), ("受給中", 7));
        assert_eq!(current.valid_to, Some(r(21, 3, 31)));
        // Six months back from the application.
        assert_eq!(current.valid_from, r(8, 5, 20));
        let card = dossier.cards[0].clone();
        assert_eq!(card.valid_to, r(9, 3, 31));
        let context = usecases::card::context(&mut unit, &town.ports, &card).await.unwrap();
        let at = unit.now();
        let cleared = unit.commit(context).await.unwrap();
        let pdf = forms::print_card(cleared, "card", at).unwrap();
        assert!(pdf.body.starts_with(b"%PDF"));

        // A link of the child, or of the father, turns out to be wrong: what was decided, written and handed out is named.
        for person in [&child, &father] {
            let uses = town.uses(person).await.unwrap();
            let told: Vec<_> = uses.iter().map(|u| (u.kind.as_str(), u.recipient.as_deref())).collect();
            assert_eq!(told, [("決定", None), ("通知", Some("保護者")), ("医療証", Some("保護者"))]);
            assert!(uses[1].title.starts_with("決定通知書 ") && uses[2].title.contains("未回収"), "{uses:?}");
            assert_eq!(uses[2].reference, format!("/kodomo/person/{}", child.atena_no));
        }
        town.database.remove().await;
    }
}

#[tokio::test]
async fn a_refusal_needs_the_section_chief() {
    for town in towns(r(8, 11, 20)).await {
        // Nineteen years old: past the 31 March after eighteen.
        let child = town.resident(1, "髙﨑 颯太", date(2007, 6, 1), r(2, 1, 1)).await;
        let father = town.resident(2, "髙﨑 健一", date(1980, 4, 1), r(2, 1, 1)).await;
        let case = town.case(&[child.subject, father.subject]).await;
        town.insured(&child, r(2, 1, 1)).await;
        let id = town.applies(&case, &child, &father, r(8, 11, 20)).await;
        let mut unit = town.clerk(&case).await;
        let draft = usecases::decide::draft(&mut unit, &town.ports, id).await.unwrap();
        unit.commit(()).await.unwrap();
        // A refusal needs the 課長.
        assert_eq!(town.decide(draft, "2002", 2, Word::Approve).await.unwrap_err().kind, FaultKind::Refused);
        town.decide(draft, "2003", 3, Word::Approve).await.unwrap();
        town.database.remove().await;
    }
}
