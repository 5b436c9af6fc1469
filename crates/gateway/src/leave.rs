//! A person whom the city has deleted (番号法20条): 符号, 副本, flags and consents go, and nothing of them is taken again. What the law keeps
//! longer, 情報提供等記録 and what hangs on them, holds the person here until its time is over.

use crate::keeper::Keeper;
use crate::model::GonePerson;
use crate::store::gone;
use kernel::ident::DanNo;
use kernel::time::wareki;
use platform::Fault;
use platform::db::{Param, Tx};
use std::collections::BTreeSet;

fn token(keeper: &Keeper, dan: &DanNo) -> Result<Vec<u8>, Fault> {
    Ok(keeper.city().keys().token("gateway.gone", dan.as_str())?)
}

/// Who of these people is gone.
pub(crate) async fn gone_of<'p>(
    tx: &mut Tx,
    keeper: &Keeper,
    people: impl IntoIterator<Item = &'p DanNo>,
) -> Result<BTreeSet<&'p DanNo>, Fault> {
    if !gone::anybody(tx).await? {
        return Ok(BTreeSet::new());
    }
    let mut tokens = Vec::new();
    for dan in people {
        tokens.push((dan, token(keeper, dan)?));
    }
    let known = gone::among(tx, tokens.iter().map(|(_, token)| Param::from(token.as_slice())).collect()).await?;
    Ok(tokens.into_iter().filter(|(_, token)| known.contains(token)).map(|(dan, _)| dan).collect())
}

impl Keeper {
    /// Lets go of a person; the same again changes nothing.
    ///
    /// # Errors
    /// What must still be kept, and until when. The database's refusal.
    pub async fn forget_person(&self, dan: &DanNo) -> Result<(), Fault> {
        let (now, today) = (self.city().now(), self.city().today());
        let mut tx = self.write().await?;
        if !gone_of(&mut tx, self, [dan]).await?.is_empty() {
            return Ok(());
        }
        let kept = |why: String| Err(Fault::conflict("まだ消去できません", why));
        if let (1.., until) = gone::records_left(&mut tx, dan).await? {
            let until = until.map(|day| format!("({}まで)", wareki(day))).unwrap_or_default();
            return kept(format!("情報提供等記録を保存しています{until}。保存期間が過ぎてから消去してください"));
        }
        if gone::others_left(&mut tx, dan).await? > 0 {
            return kept("照会・提供・自己情報の記録を保存しています。保存期間が過ぎてから消去してください".into());
        }
        let (removed_rows, digest) = gone::remove(&mut tx, dan, now).await?;
        let proof = GonePerson { id: 0, person_token: token(self, dan)?, digest, removed_rows, removed_on: today };
        proof.insert(&mut tx).await?;
        // Nobody measures between the commit and this.
        let mut meter = self.meter().await;
        tx.commit().await?;
        meter.forget(dan);
        Ok(())
    }
}
