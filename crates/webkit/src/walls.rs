//! Between programmes: what a programme registers with the house runs under its own role, whoever calls it (ADR 0011).

use crate::route::Programme;
use async_trait::async_trait;
use platform::approval::{Act, Draft, Proposal};
use platform::chore::Chore;
use platform::job::{Job, Run};
use platform::outbox::Subscription;
use platform::{City, Fault, Unit};
use std::sync::Arc;
use std::time::Duration;

/// Something of a programme that others call.
pub struct Walled<T> {
    /// Code of the programme.
    pub programme: &'static str,
    /// The thing itself.
    pub inner: T,
}

/// Puts acts, jobs, subscriptions and chores of a programme behind its wall.
pub(crate) fn behind(programme: &mut Programme) {
    let code = programme.code;
    for act in &mut programme.acts {
        *act = Arc::new(Walled { programme: code, inner: act.clone() });
    }
    for job in &mut programme.jobs {
        *job = Arc::new(Walled { programme: code, inner: job.clone() });
    }
    for subscription in &mut programme.subscriptions {
        *subscription = Arc::new(Walled { programme: code, inner: subscription.clone() });
    }
    for chore in &mut programme.chores {
        *chore = Arc::new(Walled { programme: code, inner: chore.clone() });
    }
}

#[async_trait]
impl Act for Walled<Arc<dyn Act>> {
    fn code(&self) -> &'static str {
        self.inner.code()
    }

    fn group(&self) -> &'static str {
        self.inner.group()
    }

    async fn describe(&self, unit: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault> {
        let before = unit.enter(self.programme).await?;
        let done = self.inner.describe(unit, payload).await;
        unit.leave(before, done).await
    }

    async fn apply(&self, unit: &mut Unit, draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let before = unit.enter(self.programme).await?;
        let done = self.inner.apply(unit, draft, payload).await;
        unit.leave(before, done).await
    }

    async fn discard(&self, unit: &mut Unit, draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let before = unit.enter(self.programme).await?;
        let done = self.inner.discard(unit, draft, payload).await;
        unit.leave(before, done).await
    }
}

#[async_trait]
impl Job for Walled<Arc<dyn Job>> {
    fn kind(&self) -> &'static str {
        self.inner.kind()
    }

    async fn run(&self, run: &Run, payload: &[u8]) -> Result<String, Fault> {
        self.inner.run(&run.acting(self.programme), payload).await
    }
}

#[async_trait]
impl Chore for Walled<Arc<dyn Chore>> {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn every(&self) -> Duration {
        self.inner.every()
    }

    async fn run(&self, city: &City) -> Result<(), Fault> {
        self.inner.run(&city.acting(self.programme)).await
    }
}

#[async_trait]
impl Subscription for Walled<Arc<dyn Subscription>> {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn topic(&self) -> &'static str {
        self.inner.topic()
    }

    fn works_for(&self) -> (&'static str, &'static str) {
        self.inner.works_for()
    }

    async fn handle(&self, unit: &mut Unit, payload: &[u8]) -> Result<(), Fault> {
        let before = unit.enter(self.programme).await?;
        let done = self.inner.handle(unit, payload).await;
        unit.leave(before, done).await
    }
}
