//! One page: what a person sees and does, and what the page asked the network for.

use super::axe::{self, Violation};
use super::keys::{self, Stroke};
use super::wire::{Wire, text};
use anyhow::{Context, Result, anyhow, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a page may take to show what is waited for; generous, because test machines are busy.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(20);
const WIDTH: u32 = 1366;
const HEIGHT: u32 = 900;

/// Sets a field as if a person had typed it over: the page's scripts see input and change.
const FILL: &str = "(selector, value) => {
    const field = document.querySelector(selector);
    if (!field) throw new Error('no element ' + selector);
    field.focus();
    if (field instanceof HTMLSelectElement) {
        const option = [...field.options].find(o => o.value === value || o.label === value);
        if (!option) throw new Error('no option ' + value + ' in ' + selector);
        option.selected = true;
    } else if (field.readOnly || field.disabled || !('value' in field)) {
        throw new Error('nobody can write into ' + selector);
    } else {
        field.value = value;
    }
    field.dispatchEvent(new Event('input', {bubbles: true}));
    field.dispatchEvent(new Event('change', {bubbles: true}));
}";

/// The middle of an element, once it is in view; an error when a person could not hit it.
const POINT: &str = "async selector => {
    const element = document.querySelector(selector);
    if (!element) throw new Error('no element ' + selector);
    element.scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'});
    await new Promise(done => requestAnimationFrame(done));
    const box = element.getClientRects()[0];
    if (!box || box.width === 0 || box.height === 0) throw new Error(selector + ' cannot be seen');
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const top = document.elementFromPoint(x, y);
    if (top !== element && !element.contains(top) && !(top && top.contains(element)) && ![...(element.labels ?? [])].includes(top))
        throw new Error(selector + ' is covered by ' + (top ? top.outerHTML.slice(0, 80) : 'nothing'));
    return [x, y];
}";

/// A page in a context of its own; closed when dropped.
pub struct Page {
    wire: Arc<Wire>,
    context: String,
    session: String,
}

impl Page {
    pub(super) async fn open(wire: Arc<Wire>, context: String, session: String) -> Result<Self> {
        let page = Self { wire, context, session };
        for domain in ["Page", "Network", "Runtime", "Log", "DOM"] {
            page.call(&format!("{domain}.enable"), json!({})).await?;
        }
        page.resize(WIDTH, HEIGHT).await?;
        Ok(page)
    }

    /// Opens an address and waits until the document and its parts are loaded.
    ///
    /// # Errors
    /// The address cannot be reached. An HTTP error page is not an error here: see [`Page::status`].
    pub async fn goto(&self, url: &str) -> Result<()> {
        let before = self.loads();
        let answer = self.call("Page.navigate", json!({"url": url})).await?;
        if let Some(why) = answer.get("errorText").and_then(Value::as_str) {
            bail!("cannot open {url}: {why}");
        }
        // Without a loader only the part after # has changed, and nothing is loaded.
        if answer.get("loaderId").is_some() { self.wait_for_load(before).await } else { Ok(()) }
    }

    /// Does something that leads to another page and waits until that page is loaded:
    /// `page.load_after(page.press("F10")).await?`.
    ///
    /// # Errors
    /// The action fails, or no page is loaded in time.
    pub async fn load_after<T>(&self, action: impl Future<Output = Result<T>>) -> Result<T> {
        let before = self.loads();
        let done = action.await?;
        self.wait_for_load(before).await?;
        Ok(done)
    }

    /// The visible text of the page.
    ///
    /// # Errors
    /// As [`Page::eval`].
    pub async fn text(&self) -> Result<String> {
        Ok(self.eval("document.body.innerText").await?.as_str().unwrap_or_default().to_owned())
    }

    /// The address of the page.
    ///
    /// # Errors
    /// As [`Page::eval`].
    pub async fn url(&self) -> Result<String> {
        Ok(self.eval("location.href").await?.as_str().unwrap_or_default().to_owned())
    }

    /// Evaluates a JavaScript expression, waits for it when it is a promise, and returns its value.
    ///
    /// # Errors
    /// The script throws, or the browser does not answer.
    pub async fn eval(&self, expression: &str) -> Result<Value> {
        let params = json!({"expression": expression, "returnByValue": true, "awaitPromise": true, "userGesture": true});
        let answer = self.call("Runtime.evaluate", params).await?;
        if let Some(details) = answer.get("exceptionDetails") {
            let said = text(details, "/exception/description");
            bail!("{}", if said.is_empty() { text(details, "/text") } else { said });
        }
        Ok(answer.pointer("/result/value").cloned().unwrap_or_default())
    }

    /// Writes a value into a field, or chooses the option of that value or label.
    ///
    /// # Errors
    /// There is no such field or option, or a person could not write into it.
    pub async fn fill(&self, selector: &str, value: &str) -> Result<()> {
        self.eval(&format!("({FILL})({}, {})", json!(selector), json!(value))).await.map(drop)
    }

    /// Puts files into a file field.
    ///
    /// # Errors
    /// There is no such field.
    pub async fn attach(&self, selector: &str, files: &[&Path]) -> Result<()> {
        let expression = json!({"expression": format!("document.querySelector({})", json!(selector))});
        let found = self.call("Runtime.evaluate", expression).await?;
        let object = found.pointer("/result/objectId").with_context(|| format!("no element {selector}"))?;
        self.call("DOM.setFileInputFiles", json!({"objectId": object, "files": files})).await.map(drop)
    }

    /// Opens the system's dialog of the focused file field with a key and chooses these files in it.
    ///
    /// # Errors
    /// The key opens no dialog.
    pub async fn choose(&self, key: &str, files: &[&Path]) -> Result<()> {
        self.call("Page.setInterceptFileChooserDialog", json!({"enabled": true})).await?;
        self.press(key).await?;
        let begun = Instant::now();
        let field = loop {
            match self.wire.log(&self.session, |log| log.chooser.take()) {
                Some(field) => break field,
                None if begun.elapsed() > PATIENCE => bail!("{key} opens no dialog for files"),
                None => tokio::time::sleep(PAUSE).await,
            }
        };
        self.call("DOM.setFileInputFiles", json!({"backendNodeId": field, "files": files})).await?;
        self.call("Page.setInterceptFileChooserDialog", json!({"enabled": false})).await.map(drop)
    }

    /// Clicks the middle of an element with the mouse.
    ///
    /// # Errors
    /// There is no such element, or a person could not hit it because it is invisible or covered.
    pub async fn click(&self, selector: &str) -> Result<()> {
        let point = self.eval(&format!("({POINT})({})", json!(selector))).await?;
        let (x, y) = (point.get(0), point.get(1));
        for (kind, buttons) in [("mouseMoved", 0), ("mousePressed", 1), ("mouseReleased", 0)] {
            let button = if kind == "mouseMoved" { "none" } else { "left" };
            let params = json!({"type": kind, "x": x, "y": y, "button": button, "buttons": buttons, "clickCount": 1});
            self.call("Input.dispatchMouseEvent", params).await?;
        }
        Ok(())
    }

    /// Presses and releases a key, with modifiers if named: `F10`, `Ctrl+Enter`, `Alt+1`, `Shift+Tab`, `Escape`, `a`.
    ///
    /// # Errors
    /// There is no such key.
    pub async fn press(&self, key: &str) -> Result<()> {
        self.strike(&keys::stroke(key)?).await
    }

    /// Types text into the focused element: real key events for ASCII, input-method text for the rest.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn type_text(&self, words: &str) -> Result<()> {
        for c in words.chars() {
            match c {
                '\n' => self.press("Enter").await?,
                'A'..='Z' => self.press(&format!("Shift+{c}")).await?,
                _ if c.is_ascii() => self.press(&c.to_string()).await?,
                _ => self.call("Input.insertText", json!({"text": c})).await.map(drop)?,
            }
        }
        Ok(())
    }

    async fn strike(&self, stroke: &Stroke) -> Result<()> {
        let Stroke { modifiers, key, code, virtual_key, text } = stroke;
        let down = if text.is_empty() { "rawKeyDown" } else { "keyDown" };
        for (kind, text) in [(down, text.as_str()), ("keyUp", "")] {
            let params = json!({"type": kind, "modifiers": modifiers, "key": key, "code": code, "text": text,
                "windowsVirtualKeyCode": virtual_key});
            self.call("Input.dispatchKeyEvent", params).await?;
        }
        Ok(())
    }

    /// Waits until an element is on the page and can be seen.
    ///
    /// # Errors
    /// It does not appear in time; the message shows what was on the page instead.
    pub async fn wait_for(&self, selector: &str) -> Result<()> {
        let seen = format!("document.querySelector({})?.checkVisibility() ?? false", json!(selector));
        self.wait_until(&seen, &format!("{selector} did not appear")).await
    }

    /// Waits until the page shows a text.
    ///
    /// # Errors
    /// It does not appear in time; the message shows what was on the page instead.
    pub async fn wait_for_text(&self, words: &str) -> Result<()> {
        self.wait_until(&format!("document.body.innerText.includes({})", json!(words)), &format!("「{words}」 did not appear"))
            .await
    }

    async fn wait_until(&self, condition: &str, otherwise: &str) -> Result<()> {
        let begun = Instant::now();
        // An evaluation fails while the page is being replaced: that only means not yet.
        while !self.eval(condition).await.is_ok_and(|value| value == json!(true)) {
            if begun.elapsed() > PATIENCE {
                let shown: String = self.text().await.unwrap_or_default().chars().take(400).collect();
                bail!("{otherwise} on {}; the page shows:\n{shown}", self.url().await.unwrap_or_default());
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }

    async fn wait_for_load(&self, before: u64) -> Result<()> {
        let begun = Instant::now();
        while self.loads() <= before {
            if begun.elapsed() > PATIENCE {
                bail!("no page was loaded within {} s", PATIENCE.as_secs());
            }
            tokio::time::sleep(PAUSE).await;
        }
        self.wait_until("document.readyState === 'complete'", "a complete document").await
    }

    fn loads(&self) -> u64 {
        self.wire.log(&self.session, |log| log.loads)
    }

    /// Sets the size of the window in CSS pixels.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn resize(&self, width: u32, height: u32) -> Result<()> {
        let params = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", params).await.map(drop)
    }

    /// Writes a PNG picture of the page in a window of this width: the window alone, or the page from top to bottom.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn screenshot(&self, path: &Path, width: u32, full_page: bool) -> Result<()> {
        self.resize(width, HEIGHT).await?;
        self.eval("document.fonts.ready.then(() => new Promise(done => requestAnimationFrame(() => done(true))))").await?;
        let mut params = json!({"format": "png", "captureBeyondViewport": full_page});
        if full_page {
            let metrics = self.call("Page.getLayoutMetrics", json!({})).await?;
            let height = metrics.pointer("/cssContentSize/height").and_then(Value::as_f64).context("the page has no height")?;
            let clip = json!({"x": 0, "y": 0, "width": width, "height": height.max(1.0), "scale": 1});
            params.as_object_mut().and_then(|object| object.insert("clip".to_owned(), clip));
        }
        let picture = self.call("Page.captureScreenshot", params).await?;
        save(&picture, path)?;
        self.resize(WIDTH, HEIGHT).await
    }

    /// Prints the page on A4 paper into a PDF file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn print(&self, path: &Path) -> Result<()> {
        let params = json!({"paperWidth": 8.27, "paperHeight": 11.69, "printBackground": false, "preferCSSPageSize": true});
        save(&self.call("Page.printToPDF", params).await?, path)
    }

    /// The cookies of the page as a request sends them, also those that scripts cannot read.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn cookie(&self) -> Result<String> {
        let answer = self.call("Network.getCookies", json!({})).await?;
        let all = answer.get("cookies").and_then(Value::as_array).cloned().unwrap_or_default();
        Ok(all.iter().map(|c| format!("{}={}", text(c, "/name"), text(c, "/value"))).collect::<Vec<_>>().join("; "))
    }

    /// Every accessibility rule that the page breaks in its present state.
    ///
    /// # Errors
    /// The checker is not installed or fails.
    pub async fn axe(&self) -> Result<Vec<Violation>> {
        if self.eval("typeof axe").await? == json!("undefined") {
            self.eval(&format!("{};undefined", axe::script()?)).await?;
        }
        let found = self.eval(axe::RUN).await.context("the accessibility checker failed")?;
        serde_json::from_value(found).context("the accessibility checker answered something else")
    }

    /// Every address that the page asked for since it was opened, in order.
    pub fn requests(&self) -> Vec<String> {
        self.wire.log(&self.session, |log| log.requests.clone())
    }

    /// Script errors, console errors and refused or failed loads since the page was opened.
    pub fn problems(&self) -> Vec<String> {
        self.wire.log(&self.session, |log| log.problems.clone())
    }

    /// The HTTP status of the newest document; `None` before the first.
    pub fn status(&self) -> Option<u16> {
        self.wire.log(&self.session, |log| log.status)
    }

    async fn call(&self, method: &str, params: Value) -> Result<Value> {
        self.wire.call(Some(&self.session), method, params).await
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let params = json!({"browserContextId": self.context});
        if let Err(e) = self.wire.tell(None, "Target.disposeBrowserContext", params) {
            eprintln!("a page could not be closed: {e}");
        }
    }
}

fn save(answer: &Value, path: &Path) -> Result<()> {
    let data = answer.get("data").and_then(Value::as_str).ok_or_else(|| anyhow!("the browser sent no file"))?;
    std::fs::write(path, STANDARD.decode(data)?).with_context(|| format!("cannot write {}", path.display()))
}
