//! The pipe to the browser: calls out, answers and events in.

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// How long one call may take; generous, because test machines are busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs the browser with the protocol on descriptors 3 and 4 and removes its profile when it has ended, whatever ended it.
/// The shell and the browser are in a process group of their own, so Ctrl-C at the terminal reaches them as a closed pipe.
const KEEPER: &str = r#"
"$0" --user-data-dir="$ATENA_BROWSER_DIR/profile" "$@" 3<&0 4>&1 </dev/null >/dev/null 2>"$ATENA_BROWSER_DIR/log"
exec >/dev/null
# A helper of the browser may still be writing, and make anew what was removed.
for attempt in $(seq 50); do rm -rf "$ATENA_BROWSER_DIR" 2>&1; sleep 0.1; [ -e "$ATENA_BROWSER_DIR" ] || break; done
"#;

type Answer = oneshot::Sender<Result<Value, String>>;

/// What a page did so far, as the browser reported it.
#[derive(Default)]
pub struct Log {
    /// Addresses asked for, in order.
    pub requests: Vec<String>,
    /// Script errors, console errors, refused or failed loads.
    pub problems: Vec<String>,
    /// How many times a document finished loading.
    pub loads: u64,
    /// HTTP status of the newest document.
    pub status: Option<u16>,
    /// The file field that has opened the system's dialog, while files are chosen for it.
    pub chooser: Option<u64>,
}

#[derive(Default)]
struct State {
    next: u64,
    waiting: HashMap<u64, Answer>,
    logs: HashMap<String, Log>,
    closed: bool,
}

/// A connection to one browser.
pub struct Wire {
    input: Mutex<Option<ChildStdin>>,
    state: Mutex<State>,
    keeper: Mutex<Child>,
    dir: PathBuf,
}

impl Wire {
    /// Starts the browser and the thread that reads from it.
    pub fn open(program: &Path, arguments: &[&str]) -> Result<Arc<Self>> {
        let dir = fresh_folder()?;
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER])
            .arg(program)
            .args(arguments)
            .env("ATENA_BROWSER_DIR", &dir)
            .env("TZ", "Asia/Tokyo")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start a shell for the browser")?;
        let (input, output) = (keeper.stdin.take(), keeper.stdout.take().context("the browser has no output")?);
        let wire = Arc::new(Self { input: Mutex::new(input), state: Mutex::default(), keeper: Mutex::new(keeper), dir });
        let reader = Arc::downgrade(&wire);
        std::thread::spawn(move || {
            read_messages(output, |message| match reader.upgrade() {
                Some(wire) => wire.receive(message),
                None => false,
            });
            if let Some(wire) = reader.upgrade() {
                wire.hang_up();
            }
        });
        Ok(wire)
    }

    /// Calls a method of the browser, or of the page whose session is named, and waits for its result.
    pub async fn call(&self, session: Option<&str>, method: &str, params: Value) -> Result<Value> {
        let (sender, answer) = oneshot::channel();
        let id = {
            let mut state = self.state();
            if state.closed {
                bail!("the browser has ended: {}", self.last_words());
            }
            state.next += 1;
            let id = state.next;
            state.waiting.insert(id, sender);
            id
        };
        self.send(id, session, method, params)?;
        match tokio::time::timeout(PATIENCE, answer).await {
            Ok(Ok(answer)) => answer.map_err(|why| anyhow!("{method}: {why}")),
            Ok(Err(_)) => bail!("the browser ended during {method}: {}", self.last_words()),
            Err(_) => bail!("the browser did not answer {method} within {} s", PATIENCE.as_secs()),
        }
    }

    /// Calls without waiting; the answer is dropped.
    pub fn tell(&self, session: Option<&str>, method: &str, params: Value) -> Result<()> {
        self.send(0, session, method, params)
    }

    /// Looks at what the page of a session did.
    pub fn log<T>(&self, session: &str, look: impl FnOnce(&mut Log) -> T) -> T {
        look(self.state().logs.entry(session.to_owned()).or_default())
    }

    fn send(&self, id: u64, session: Option<&str>, method: &str, params: Value) -> Result<()> {
        let mut message = json!({"id": id, "method": method, "params": params});
        if let (Some(session), Some(object)) = (session, message.as_object_mut()) {
            object.insert("sessionId".to_owned(), json!(session));
        }
        let mut bytes = serde_json::to_vec(&message)?;
        bytes.push(0);
        let mut input = self.input.lock().unwrap_or_else(PoisonError::into_inner);
        let pipe = input.as_mut().context("the browser is closed")?;
        pipe.write_all(&bytes)
            .and_then(|()| pipe.flush())
            .with_context(|| format!("the browser has ended: {}", self.last_words()))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes one message from the browser; `false` ends the reading.
    fn receive(&self, message: &Value) -> bool {
        if let Some(id) = message.get("id").and_then(Value::as_u64) {
            let waiting = self.state().waiting.remove(&id);
            if let Some(sender) = waiting {
                let result = match message.get("error") {
                    Some(error) => Err(text(error, "/message")),
                    None => Ok(message.get("result").cloned().unwrap_or_default()),
                };
                // Nobody waits any more when the call has timed out.
                drop(sender.send(result));
            }
            return true;
        }
        let session = text(message, "/sessionId");
        let params = message.get("params").unwrap_or(&Value::Null);
        if message.get("method").and_then(Value::as_str) == Some("Page.javascriptDialogOpening") {
            return self.tell(Some(&session), "Page.handleJavaScriptDialog", json!({"accept": true})).is_ok();
        }
        self.log(&session, |log| note(log, &text(message, "/method"), params));
        true
    }

    fn hang_up(&self) {
        let mut state = self.state();
        state.closed = true;
        state.waiting.clear();
    }

    /// The end of the browser's own log.
    fn last_words(&self) -> String {
        let log = std::fs::read_to_string(self.dir.join("log")).unwrap_or_default();
        let mut lines: Vec<&str> = log.lines().rev().take(5).collect();
        lines.reverse();
        lines.join("\n")
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        drop(self.input.lock().unwrap_or_else(PoisonError::into_inner).take());
        let ended = self.keeper.lock().unwrap_or_else(PoisonError::into_inner).wait();
        if let Err(e) = ended {
            eprintln!("the browser did not end: {e}");
        }
    }
}

fn fresh_folder() -> Result<PathBuf> {
    static SERIAL: AtomicU32 = AtomicU32::new(0);
    let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
    let dir = std::env::temp_dir().join(format!("atena-browser-{}-{serial}", std::process::id()));
    std::fs::create_dir(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
    Ok(dir)
}

/// Reads messages, each ended by a zero byte, until the pipe closes or `take` returns false.
fn read_messages(output: ChildStdout, take: impl Fn(&Value) -> bool) {
    let mut reader = BufReader::new(output);
    let mut bytes = Vec::new();
    while reader.read_until(0, &mut bytes).is_ok_and(|n| n > 0) {
        bytes.pop();
        if serde_json::from_slice(&bytes).is_ok_and(|message| !take(&message)) {
            return;
        }
        bytes.clear();
    }
}

/// The text at a JSON pointer, or an empty one.
pub fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Writes an event into the log of its page.
fn note(log: &mut Log, event: &str, params: &Value) {
    match event {
        "Network.requestWillBeSent" => log.requests.push(text(params, "/request/url")),
        "Network.responseReceived" if text(params, "/type") == "Document" => {
            log.status = params.pointer("/response/status").and_then(Value::as_u64).and_then(|s| u16::try_from(s).ok());
        }
        "Page.loadEventFired" => log.loads += 1,
        "Page.fileChooserOpened" => log.chooser = params.get("backendNodeId").and_then(Value::as_u64),
        "Runtime.exceptionThrown" => log.problems.push(text(params, "/exceptionDetails/exception/description")),
        "Log.entryAdded" if text(params, "/entry/level") == "error" => {
            log.problems.push(format!("{} {}", text(params, "/entry/text"), text(params, "/entry/url")));
        }
        "Runtime.consoleAPICalled" if text(params, "/type") == "error" => log.problems.push(text(params, "/args/0/value")),
        _ => {}
    }
}
