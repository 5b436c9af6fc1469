//! A resident at the マイナポータル peer.

use super::hall::until;
use super::{TAX, VERSION};
use crate::cities::DemoCity;
use crate::demo::browser::Browser;
use crate::zones::{Plan, sign_in};
use axum::http::StatusCode;
use mynumber::IndividualNumber;
use serde_json::{Value, json};

/// A resident who has signed in with their card.
pub struct Visitor {
    browser: Browser,
    token: String,
}

impl Visitor {
    /// Signs in; 住基ネット tells the portal of the token, so that it may take a moment.
    ///
    /// # Errors
    /// Nobody has this 個人番号, or the portal never lets them in.
    pub async fn arrives(plan: &Plan, number: IndividualNumber) -> anyhow::Result<Self> {
        let token = sign_in(plan, &number).await?;
        let mut visitor = Self { browser: Browser::at(&plan.portal, "住民"), token };
        until("マイナポータルにサインインできません", async || {
            let (status, _) = visitor.browser.bearer("/portal/api/notices", &visitor.token, None).await?;
            Ok((status == StatusCode::OK).then_some(()))
        })
        .await?;
        Ok(visitor)
    }

    /// The bytes of an answer of the portal's API.
    ///
    /// # Errors
    /// The portal does not answer.
    pub async fn get(&mut self, path: &str) -> anyhow::Result<(StatusCode, Vec<u8>)> {
        self.browser.bearer(path, &self.token, None).await
    }

    /// やりとり履歴.
    ///
    /// # Errors
    /// The portal does not answer.
    pub async fn history(&mut self) -> anyhow::Result<Value> {
        Ok(serde_json::from_slice(&self.get("/portal/api/history").await?.1)?)
    }

    /// 自己情報: the person's tax as a city holds it.
    ///
    /// # Errors
    /// The portal does not answer.
    pub async fn own(&mut self, city: &DemoCity) -> anyhow::Result<Value> {
        let wanted = json!({ "institution": city.institution, "data_set": { "id": TAX, "version": VERSION } });
        let (_, body) = self.browser.bearer("/portal/api/own", &self.token, Some(wanted)).await?;
        Ok(serde_json::from_slice(&body)?)
    }

    /// The page, without the token that stands in its form.
    ///
    /// # Errors
    /// The portal does not answer.
    pub async fn page(&mut self) -> anyhow::Result<String> {
        let token = self.token.clone();
        Ok(self.browser.post("/portal", &[("token", &token)]).await?.replace(&token, "TOKEN"))
    }
}
