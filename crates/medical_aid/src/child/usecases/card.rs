//! 医療証: printing, 再交付 and 回収.

use crate::child::forms;
use crate::child::model::Card;
use crate::child::rules::{ordinance, rank, unruled};
use crate::child::store::eligibility as store;
use crate::child::usecases::decide::child_of;
use crate::child::words::{about, period_ja};
use ::forms::MedicalCard;
use async_trait::async_trait;
use kernel::time::{Date, Period};
use platform::approval::{self, Act, DiffLine, Draft, NewDraft, Proposal};
use platform::city::CityProfile;
use platform::{Fault, Unit};
use ports::{Ports, ResidentFacts};
use serde::{Deserialize, Serialize};

/// Why a card is issued again.
pub const REASONS: &[&str] = &["紛失", "汚損", "氏名変更", "住所変更", "年次更新"];
/// How a card comes back.
pub const WAYS: &[&str] = &["返還", "破棄の届出"];

/// The guardian of a child, as the registry says today.
///
/// # Errors
/// As the registry.
pub async fn guardian(unit: &mut Unit, ports: &Ports, child: &str) -> Result<Option<ResidentFacts>, Fault> {
    let today = unit.today();
    let Some(current) = store::current(&mut unit.tx, &child_of(child)?).await? else { return Ok(None) };
    match current.guardian_no {
        Some(number) => ports.residents.person(unit, &child_of(&number)?, today).await,
        None => Ok(None),
    }
}

/// What the printed card says; every group on it is asked of the policy and recorded.
///
/// # Errors
/// A refusal, or a place that may not be printed.
pub async fn context(unit: &mut Unit, ports: &Ports, card: &Card) -> Result<MedicalCard, Fault> {
    unit.require(card.subject, &["kodomo.card"]).await?;
    let (city, today) = (unit.city().clone(), unit.today());
    let child = ports.residents.person(unit, &child_of(&card.atena_no)?, today).await?;
    let child = child.ok_or_else(|| Fault::missing("対象者"))?;
    let guardian = guardian(unit, ports, &card.atena_no).await?;
    forms::medical_card(&city, card, &child, guardian.as_ref())
}

/// The draft of a 再交付.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reissue {
    /// 宛名番号 of the child.
    pub child: String,
    /// The child in the log.
    pub subject: i64,
    /// Why.
    pub reason: String,
    /// Days printed on it.
    pub period: Period,
}

/// The days of a new card: from a day to the next yearly expiry, not beyond the entitlement.
///
/// # Errors
/// A child who is not in the scheme on that day.
pub fn card_days(city: &CityProfile, from: Date, until: Option<Date>) -> Result<Period, Fault> {
    let rules = ordinance(city)?;
    let share = law::child_medical::Share::Undetermined;
    let span = law::child_medical::Span { period: Period { from, to: until }, share, certain: true };
    let to = law::child_medical::card_expiry(&[span], from, rules).map_err(unruled)?;
    let to = to.ok_or_else(|| Fault::conflict("医療証を交付できません", "この日に資格がありません"))?;
    Ok(Period { from, to: Some(to) })
}

/// Drafts a 再交付.
///
/// # Errors
/// A child who is not in the scheme today.
pub async fn draft_reissue(unit: &mut Unit, child: &str, reason: &str) -> Result<i64, Fault> {
    if !REASONS.contains(&reason) {
        return Err(Fault::field("reason", "交付の事由を選んでください"));
    }
    let today = unit.today();
    let current = store::current(&mut unit.tx, &child_of(child)?).await?;
    let current = current
        .filter(|r| r.status == "受給中")
        .ok_or_else(|| Fault::conflict("医療証を交付できません", "受給中ではありません"))?;
    unit.require(current.subject, &["kodomo.card"]).await?;
    let period = card_days(unit.city().profile(), today.max(current.valid_from), current.valid_to)?;
    let command = Reissue { child: child.into(), subject: current.subject, reason: reason.into(), period };
    let (rank, rule_ja) = rank(unit.city().profile(), "card_reissue", None, today)?;
    let title = format!("医療証の再交付 {}", current.recipient_no);
    let subjects = &[current.subject];
    approval::draft(unit, NewDraft { act: "kodomo.reissue", title: &title, command: &command, subjects, rank, rule_ja: &rule_ja })
        .await
}

/// The act.
pub struct ReissueAct {
    /// What others offer.
    pub ports: Ports,
}

#[async_trait]
impl Act for ReissueAct {
    fn code(&self) -> &'static str {
        "kodomo.reissue"
    }

    fn group(&self) -> &'static str {
        "kodomo.card"
    }

    async fn describe(&self, unit: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault> {
        let new: Reissue = approval::command(payload)?;
        let cards = store::cards(&mut unit.tx, &child_of(&new.child)?).await?;
        let now =
            cards.first().map_or_else(|| "なし".to_owned(), |c| period_ja(&Period { from: c.valid_from, to: Some(c.valid_to) }));
        let line = DiffLine { item_ja: "医療証".into(), now_ja: now, draft_ja: period_ja(&new.period), reason_ja: new.reason };
        Ok(Proposal {
            about_ja: about(unit, &self.ports, &new.child).await?,
            lines: vec![line],
            next_ja: vec!["再発行の医療証を印刷する".into(), "古い医療証を回収する".into()],
            ..Proposal::default()
        })
    }

    async fn apply(&self, unit: &mut Unit, _draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let new: Reissue = approval::command(payload)?;
        let current = store::current(&mut unit.tx, &child_of(&new.child)?).await?.ok_or_else(|| Fault::missing("資格"))?;
        let today = unit.today();
        let Period { from, to: Some(to) } = new.period else { return Err(Fault::missing("有効期間")) };
        let card = Card {
            id: 0,
            subject: new.subject,
            atena_no: new.child,
            recipient_no: current.recipient_no,
            bearer_no: current.bearer_no,
            form_kind: "医療証".into(),
            reissue: if new.reason == "年次更新" { "更新" } else { "再発行" }.into(),
            issue_kind: "即時".into(),
            issue_reason: new.reason,
            valid_from: from,
            valid_to: to,
            issued_on: today,
            collected_on: None,
            collected_how: None,
            collected_ward: None,
            processed_on: today,
            decision_id: None,
            file_id: None,
            seq: unit.seq().await?,
            recorded_at: unit.now(),
        };
        card.insert(&mut unit.tx).await?;
        Ok(())
    }
}

/// Takes a card back at the counter.
///
/// # Errors
/// A card that was taken back before, a day in the future, or an unknown way.
pub async fn collect(unit: &mut Unit, id: i64, on: Date, how: &str, ward: &str) -> Result<Card, Fault> {
    if on > unit.today() {
        return Err(Fault::field("on", "回収日は、きょう以前の日を入力してください"));
    }
    if !WAYS.contains(&how) {
        return Err(Fault::field("how", "回収の区分を選んでください"));
    }
    let card = store::card(&mut unit.tx, id).await?;
    unit.require(card.subject, &["kodomo.card"]).await?;
    store::collect(&mut unit.tx, id, on, how, ward).await?;
    Ok(card)
}
