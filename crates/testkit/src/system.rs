//! Another system of the city that calls by itself: it proves itself, gets a token and calls the real doors of a house.

use anyhow::Context;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use http_body_util::BodyExt;
use platform::City;
use platform::client::{self, NewClient};
use ring::hmac;
use serde_json::{Value, json};
use tower::ServiceExt;
use webkit::systems::TOKEN_PATH;
use webkit::{House, Programme};

/// A registered system.
pub struct System {
    city: City,
    house: House,
    /// Its client id.
    pub id: String,
    /// Its secret.
    pub secret: String,
}

impl System {
    /// Registers a system with a city of these programmes.
    ///
    /// # Errors
    /// What the city refuses.
    pub async fn register(city: &City, programmes: Vec<Programme>, new: &NewClient<'_>) -> anyhow::Result<Self> {
        let (id, secret) = client::register(city, new).await?;
        let house = House::new(city.clone(), programmes);
        Ok(Self { city: city.clone(), house, id, secret: secret.expose().clone() })
    }

    async fn send(&self, request: Request<Body>) -> anyhow::Result<(StatusCode, Value)> {
        let response = self.house.router().oneshot(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        Ok((status, serde_json::from_slice(&body).with_context(|| String::from_utf8_lossy(&body).into_owned())?))
    }

    /// Asks for a token with a form, and with an `Authorization` line if there is one.
    ///
    /// # Errors
    /// An answer that is no JSON.
    pub async fn ask(&self, form: &[(&str, &str)], basic: Option<(&str, &str)>) -> anyhow::Result<(StatusCode, Value)> {
        let pairs: Vec<String> = form.iter().map(|(name, value)| format!("{name}={}", webkit::server::encode(value))).collect();
        let mut request = Request::post(TOKEN_PATH).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some((id, secret)) = basic {
            request =
                request.header(header::AUTHORIZATION, format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{secret}"))));
        }
        self.send(request.body(Body::from(pairs.join("&")))?).await
    }

    /// What an assertion of this system says: good for a minute.
    pub fn claims(&self, jti: &str) -> Value {
        let at = self.city.now().as_second() + 60;
        json!({ "iss": self.id, "sub": self.id, "aud": client::audience(&self.city), "jti": jti, "exp": at })
    }

    /// Asks for a token with an assertion.
    ///
    /// # Errors
    /// An answer that is no JSON.
    pub async fn assert(&self, assertion: &str, scope: &str) -> anyhow::Result<(StatusCode, Value)> {
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", scope),
            ("client_assertion_type", kind),
            ("client_assertion", assertion),
        ];
        self.ask(&form, None).await
    }

    /// A token for a scope.
    ///
    /// # Errors
    /// A system that gets none.
    pub async fn token(&self, jti: &str, scope: &str) -> anyhow::Result<String> {
        let assertion = sign(&json!({ "alg": "HS256", "typ": "JWT" }), &self.claims(jti), &self.secret);
        let (status, answer) = self.assert(&assertion, scope).await?;
        answer["access_token"].as_str().map(str::to_owned).with_context(|| format!("{status} {answer}"))
    }

    /// Calls an interface.
    ///
    /// # Errors
    /// An answer that is no JSON.
    pub async fn call(&self, path: &str, token: &str, body: &Value) -> anyhow::Result<(StatusCode, Value)> {
        let request = Request::post(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))?;
        self.send(request).await
    }
}

/// A compact JWS by HMAC-SHA-256, whatever its header says: a forger writes what they like.
pub fn sign(header: &Value, claims: &Value, secret: &str) -> String {
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let said = format!("{}.{}", part(header), part(claims));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), said.as_bytes());
    format!("{said}.{}", BASE64_URL_SAFE_NO_PAD.encode(tag))
}
