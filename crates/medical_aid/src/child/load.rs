//! Bulk load of rows that another system, or the synthetic city, brings: set-based, for an empty programme.

use crate::child::model::{
    Application, Card, ClaimLineRow, ClaimRow, DecisionRow, FactUsed, IncomeRow, InquiryRow, InsuranceRow, ReasonRow, Recipient,
    ReliefRow, SchoolLeaveRow, SharePeriod,
};
use crate::child::usecases::grant::NUMBERS;
use kernel::ident::RecipientNo;
use platform::db::Tx;
use platform::{Fault, case};

/// Rows to load. Rows that name one another (`decision_id`) must carry numbers that the caller chose; see [`load`].
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// Entitlement.
    pub recipients: Vec<Recipient>,
    /// 府市区分.
    pub shares: Vec<SharePeriod>,
    /// Cards.
    pub cards: Vec<Card>,
    /// Applications.
    pub applications: Vec<Application>,
    /// 申立書.
    pub leaves: Vec<SchoolLeaveRow>,
    /// Insurance.
    pub insurances: Vec<InsuranceRow>,
    /// Incomes.
    pub incomes: Vec<IncomeRow>,
    /// Other schemes.
    pub reliefs: Vec<ReliefRow>,
    /// What was asked.
    pub inquiries: Vec<InquiryRow>,
    /// Decisions, in the order in which the database numbers them from 1.
    pub decisions: Vec<DecisionRow>,
    /// Their reasons.
    pub reasons: Vec<ReasonRow>,
    /// The rows they rest on.
    pub facts: Vec<FactUsed>,
    /// 償還払い.
    pub claims: Vec<ClaimRow>,
    /// Their lines.
    pub claim_lines: Vec<ClaimLineRow>,
}

/// Stores a batch, a few hundred rows a statement, and moves the counter of 受給者番号 past the highest number in it.
///
/// # Errors
/// The database's refusal; nothing is kept unless the caller commits.
pub async fn load(tx: &mut Tx, batch: &Batch) -> Result<(), Fault> {
    Recipient::insert_all(&batch.recipients, tx).await?;
    SharePeriod::insert_all(&batch.shares, tx).await?;
    Card::insert_all(&batch.cards, tx).await?;
    Application::insert_all(&batch.applications, tx).await?;
    SchoolLeaveRow::insert_all(&batch.leaves, tx).await?;
    InsuranceRow::insert_all(&batch.insurances, tx).await?;
    IncomeRow::insert_all(&batch.incomes, tx).await?;
    ReliefRow::insert_all(&batch.reliefs, tx).await?;
    InquiryRow::insert_all(&batch.inquiries, tx).await?;
    DecisionRow::insert_all(&batch.decisions, tx).await?;
    ReasonRow::insert_all(&batch.reasons, tx).await?;
    FactUsed::insert_all(&batch.facts, tx).await?;
    ClaimRow::insert_all(&batch.claims, tx).await?;
    ClaimLineRow::insert_all(&batch.claim_lines, tx).await?;
    let serial = |r: &Recipient| r.recipient_no.get(..6).and_then(|body| body.parse::<i64>().ok());
    let highest = batch.recipients.iter().filter_map(serial).max().unwrap_or(0);
    if highest > 0 {
        let reached = case::reserve_numbers(tx, NUMBERS, highest).await?;
        let last = u32::try_from(reached).unwrap_or(u32::MAX);
        RecipientNo::issue(last).map_err(|e| Fault::conflict("受給者番号が足りません", e.to_string()))?;
    }
    Ok(())
}
