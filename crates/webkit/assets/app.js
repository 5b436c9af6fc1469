// Small help for the keyboard. Every page works without it; nothing here decides, hides or remembers personal data.
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const body = document.body;
  const make = (tag, attributes = {}, text = "") => {
    const node = Object.assign(document.createElement(tag), { textContent: text });
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    return node;
  };
  // Half-width, hiragana and case folded away: for the filter and for numbers from a bar-code reader.
  const fold = (text) =>
    text.normalize("NFKC").toLowerCase().replace(/[\u3041-\u3096]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0x60));
  const typing = (node) => node.matches("input:not([type=checkbox]):not([type=radio]), select, textarea");
  const shown = (node) => node.getClientRects().length > 0;

  // One-letter keys can be switched off for this browser (WCAG 2.1.4).
  const lettersOn = () => { try { return localStorage.getItem("letters") !== "off"; } catch { return true; } };
  const setLetters = (on) => { try { localStorage.setItem("letters", on ? "on" : "off"); } catch { /* private mode */ } };

  // ---- keys ---------------------------------------------------------------------------------------------------------------
  const keyed = (key) => $$(`[data-key="${key}"]`).find(shown);
  const dirty = () => $$("form[data-once]").some((form) => "dirty" in form.dataset);

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const { key, target } = event;
    const handled =
      /^F\d+$/.test(key) ? press(key)
      : key === "Escape" ? escape(target)
      : key.startsWith("Arrow") || key === "Home" || key === "End" ? walk(key, target)
      : key === "Enter" ? enter(target)
      : key === " " ? tick(target)
      : !typing(target) && key.length === 1 ? letter(key)
      : false;
    if (handled) event.preventDefault();
  });

  const press = (key) => {
    const button = !$("dialog[open]") && keyed(key);
    if (button) button.click();
    return Boolean(button);
  };

  const escape = (target) => {
    if ($("dialog[open]")) return false;
    const menu = $("details[data-menu][open]");
    if (menu) { menu.open = false; $("summary", menu).focus(); return true; }
    if (typing(target)) { target.blur(); return true; }
    if (dirty()) return false;
    const back = $$('a[data-key="F6"]').find(shown);
    if (back) back.click(); else if (history.length > 1) history.back();
    return true;
  };

  const letter = (key) => {
    scan(key);
    if (!lettersOn()) return false;
    if (key === "/") { const box = $("[data-search]") || $("[data-filter]:not([hidden]) input"); box?.focus(); box?.select?.(); return Boolean(box); }
    if (key === "?") { openKeys(); return true; }
    return false;
  };

  // ---- lists --------------------------------------------------------------------------------------------------------------
  const handle = (row) => $(".open", row) || $(".tick input", row);
  const rowsOf = (list) => $$("[data-row]", list).filter(shown);

  const walk = (key, target) => {
    const here = target.closest?.("[data-row]");
    if (!here) {
      if (key !== "ArrowDown" && key !== "ArrowUp") return false;
      const fromFilter = target.closest?.("[data-filter]");
      if (typing(target) && !fromFilter && !target.matches("[data-search]")) return false;
      if (!fromFilter && keyed(key)) return press(key);
      if (key !== "ArrowDown" || !(fromFilter || target === body || target.matches?.("main, [data-search]"))) return false;
      const rows = fromFilter ? rowsOf(target.closest("[data-list]")) : $$("[data-list]").flatMap(rowsOf);
      const first = rows.find(handle);
      if (first) handle(first).focus();
      return Boolean(first);
    }
    if (typing(target) || target.type === "radio") return false;
    const rows = rowsOf(here.closest("[data-list]"));
    const at = rows.indexOf(here);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[key];
    const next = to === undefined ? null : rows[to];
    if (!next) return false;
    const box = target.type === "checkbox" && $(".tick input", next);
    (box || handle(next))?.focus();
    return true;
  };

  const enter = (target) => {
    const row = target.type === "checkbox" && target.closest("[data-row]");
    if (row && $(".open", row)) { $(".open", row).click(); return true; }
    if (!typing(target) && scanned()) return true;
    return false;
  };

  const tick = (target) => {
    const box = target.matches?.(".open") && $(".tick input", target.closest("[data-row]"));
    if (box) box.click();
    return Boolean(box);
  };

  for (const list of $$("[data-list]")) {
    list.addEventListener("click", (event) => {
      const row = event.target.closest("tbody [data-row]");
      if (!row || event.target.closest("a, button, input, label, summary, details") || String(getSelection())) return;
      $(".open", row)?.click();
    });
    const filter = $("[data-filter]", list);
    if (filter) {
      filter.hidden = false;
      const rows = $$("[data-row]", list).map((row) => [row, fold(row.textContent)]);
      $("input", filter).addEventListener("input", (event) => {
        const words = fold(event.target.value).split(/\s+/).filter(Boolean);
        let left = 0;
        for (const [row, text] of rows) { row.hidden = !words.every((word) => text.includes(word)); if (!row.hidden) left += 1; }
        $("[data-filter-count]", filter).textContent = words.length ? `${rows.length}件のうち${left}件` : "";
      });
    }
    const boxes = $$(".tick input", list);
    if (boxes.length) {
      const all = make("input", { type: "checkbox", "aria-label": "この頁のすべてを選ぶ" });
      const said = make("p", { class: "note", role: "status" });
      const count = () => {
        const n = boxes.filter((box) => box.checked).length;
        all.checked = n === boxes.length;
        all.indeterminate = n > 0 && !all.checked;
        said.textContent = n ? `${n}件を選んでいます` : "";
      };
      all.addEventListener("change", () => { for (const box of boxes) if (shown(box)) box.checked = all.checked; count(); });
      list.addEventListener("change", (event) => { if (boxes.includes(event.target)) count(); });
      $("thead .tick", list)?.replaceChildren(all);
      list.append(said);
      count();
    }
  }

  // A table too wide for its place can be reached and scrolled by keyboard.
  const watch = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const wide = target.scrollWidth > target.clientWidth + 1;
      if (wide) { target.tabIndex = 0; target.setAttribute("role", "region"); target.setAttribute("aria-label", $("caption", target)?.textContent || "表"); }
      else for (const name of ["tabindex", "role", "aria-label"]) target.removeAttribute(name);
    }
  });
  $$("[data-wrap]").forEach((wrap) => watch.observe(wrap));

  // ---- 宛名番号: typed or scanned, 15 digits and Enter go straight to the person ------------------------------------------------
  let digits = "", since = 0;
  const straight = () => body.dataset.straight || $("[data-straight]")?.dataset.straight;
  const scan = (key) => {
    if (!/\d/.test(key)) { digits = ""; return; }
    if (Date.now() - since > 2000) digits = "";
    if (!digits) since = Date.now();
    digits += key;
  };
  const scanned = () => {
    const number = digits; digits = "";
    return number.length === 15 && Date.now() - since < 3000 && goTo(number);
  };
  const goTo = (number) => { const base = straight(); if (base) location.assign(base + number); return Boolean(base); };
  for (const box of $$("[data-search][data-straight]"))
    box.form.addEventListener("submit", (event) => {
      const number = fold(box.value).replace(/[\s-]/g, "");
      if (/^\d{15}$/.test(number) && goTo(number)) event.preventDefault();
    });

  // ---- forms --------------------------------------------------------------------------------------------------------------
  document.addEventListener("input", (event) => { const form = event.target.form; if (form && "once" in form.dataset) form.dataset.dirty = ""; });
  document.addEventListener("change", (event) => {
    const { target } = event;
    if (target.dataset.kind === "kana")
      target.value = target.value.normalize("NFKC").replace(/[\u3041-\u3096]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0x60));
    if (target.dataset.kind === "yen" || target.dataset.kind === "digits") target.value = target.value.normalize("NFKC").replace(/[,\s円]/g, "");
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if ("sent" in form.dataset) { event.preventDefault(); return; }
    form.dataset.sent = "";
    event.submitter?.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of $$("form[data-sent]")) delete form.dataset.sent;
    for (const button of $$("[aria-busy]")) button.removeAttribute("aria-busy");
  });
  $("[data-focus]")?.focus();

  // ---- menus --------------------------------------------------------------------------------------------------------------
  document.addEventListener("click", (event) => { for (const menu of $$("details[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false; });
  const narrow = matchMedia("(max-width: 48rem)");
  const fit = () => { for (const menu of $$("details[data-narrow]")) menu.open = !narrow.matches; };
  narrow.addEventListener("change", fit);
  fit();

  // ---- the list of keys, and the switch for one-letter keys ---------------------------------------------------------------------
  const dialog = make("dialog", { class: "keys", "aria-labelledby": "keys-title" });
  const openKeys = () => {
    const list = make("dl");
    const say = (key, words) => { const dt = make("dt"); dt.append(make("kbd", { class: "cap" }, key)); list.append(dt, make("dd", {}, words)); };
    for (const button of $$("[data-key]").filter(shown)) {
      const face = button.cloneNode(true);
      $(".cap", face)?.remove();
      say(button.dataset.key, face.textContent.trim());
    }
    say("↑ ↓", "一覧の行を移る"); say("Enter", "開く"); say("Space", "行を選ぶ"); say("Esc", "戻る・閉じる");
    say("/", "検索欄へ"); say("?", "この一覧");
    const letters = make("input", { type: "checkbox", id: "keys-letters" });
    letters.checked = lettersOn();
    letters.addEventListener("change", () => setLetters(letters.checked));
    const label = make("label", { class: "box", for: "keys-letters" });
    label.append(letters, make("span", {}, "1文字のキー(/ と ?)を使う"));
    const close = make("button", { class: "button", type: "button" }, "閉じる");
    close.addEventListener("click", () => dialog.close());
    dialog.replaceChildren(make("h2", { id: "keys-title" }, "キーの一覧"), list, label, close);
    dialog.showModal();
  };
  const left = $(".left .menu");
  if (left) {
    const button = make("button", { class: "keys-button", type: "button" }, "キーの一覧 ?");
    button.addEventListener("click", openKeys);
    left.append(button);
    body.append(dialog);
  }

  // ---- long work ------------------------------------------------------------------------------------------------------------
  for (const job of $$("[data-poll]")) {
    const part = (name) => $(`[data-part="${name}"]`, job);
    const ask = async () => {
      try {
        const answer = await fetch(job.dataset.poll, { headers: { accept: "application/json" } });
        if (!answer.ok) throw new Error(String(answer.status));
        const now = await answer.json();
        if (!now.live) { location.reload(); return; }
        const bar = part("bar");
        if (now.total) { bar.max = now.total; bar.value = now.done; }
        part("line").textContent = now.line;
        if (part("note").textContent !== now.note) part("note").textContent = now.note;
        part("state").replaceChildren(make("span", { class: `badge ${now.tone}` }, now.word));
        setTimeout(ask, 1500);
      } catch {
        part("note").textContent = "進み具合を確かめられません。仕事は続いています。つながりしだい表示します。";
        setTimeout(ask, 5000);
      }
    };
    setTimeout(ask, 1500);
  }

  // ---- away from the desk -----------------------------------------------------------------------------------------------------
  const idle = Number(body.dataset.idle);
  const lock = $("[data-lock]");
  if (idle && lock) {
    let last = Date.now();
    let warning = null;
    // Several windows of one clerk count as one desk.
    const desk = "BroadcastChannel" in window ? new BroadcastChannel("desk") : null;
    const here = () => { last = Date.now(); warning?.remove(); warning = null; };
    const active = () => { if (warning || Date.now() - last > 1000) desk?.postMessage("here"); here(); };
    desk?.addEventListener("message", here);
    for (const name of ["keydown", "pointerdown", "wheel", "touchstart"]) addEventListener(name, active, { passive: true });
    setInterval(() => {
      const rest = idle - Math.floor((Date.now() - last) / 1000);
      if (rest <= 0) { lock.click(); return; }
      if (rest > 60) return;
      if (!warning) { warning = make("div", { class: "message warn idle-warning", role: "alert" }); body.append(warning); }
      // Said at 60, 30 and 10 seconds, not every second.
      if (!warning.textContent || rest === 30 || rest === 10)
        warning.textContent = `あと${rest}秒で離席になります。続けるときは、どれかのキーを押してください。`;
    }, 1000);
  }
})();
