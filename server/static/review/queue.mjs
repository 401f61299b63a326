// The queue: one record after the other, by keyboard alone; the next one is already here. Keys are those of the keyboard's
// places, so that they are the same under a Persian or a Russian layout. Without this module all of it is plain forms.

import { addPart, removePart } from "./parts.mjs";
import { searched, searchSoon, stopSearch } from "./places.mjs";

const stage = document.getElementById("stage");
const words = document.getElementById("words").dataset;
const said = document.getElementById("said");
const fault = document.getElementById("fault");
const isSingle = "single" in stage.dataset;
const UNDO = "corridormap.undo";

const LONGEST_WAIT_MS = 90_000; // more than the service itself waits for another writer of its store

let next = null;
let isBusy = false;
// What lies on the desk has been decided, and only the next record is missing.
let isDecided = false;
let pending = {};
// The decision that waits for its reason.
let waiting = null;
const seen = [];

const card = () => stage.querySelector(".record");
const reason = () => stage.querySelector(".why [name=note]");
const pane = () => stage.querySelector(".pane:not([hidden])");

function address(path, values) {
  const url = new URL(path, location.href);
  for (const [name, value] of Object.entries(values)) {
    if (value) url.searchParams.set(name, value);
  }
  return url;
}

function tell(text) {
  said.textContent = text;
}

function complain(text) {
  fault.textContent = text;
  fault.hidden = !text;
}

// The service says what is wrong in English, whatever the language of the page.
function complainAsSaid({ detail, hint }) {
  complain(detail ? "" : words.failed);
  if (!detail) return;
  fault.append(Object.assign(document.createElement("span"), { lang: "en", dir: "ltr", textContent: [detail, hint].filter(Boolean).join(" ") }));
  fault.hidden = false;
}

class Unreachable extends Error {}

async function fetched(url, options = {}) {
  let answer;
  try {
    answer = await fetch(url, { credentials: "same-origin", signal: AbortSignal.timeout(LONGEST_WAIT_MS), ...options });
  } catch (error) {
    throw new Unreachable(`${url}: ${error.message}`, { cause: error });
  }
  if (answer.status === 401) location.reload();
  return answer;
}

// One thing after the other: while a decision or another record is on its way the card takes no input, so that no answer
// changes what a reviewer has begun, and no key falls on a record that was not there when it was pressed.
async function alone(act) {
  if (isBusy) return;
  isBusy = true;
  const shown = card();
  const focused = shown?.contains(document.activeElement) ? document.activeElement : null;
  if (shown) shown.inert = true;
  stage.setAttribute("aria-busy", "true");
  complain("");
  let focus = focused;
  try {
    focus = (await act()) ?? focused;
  } catch (error) {
    complain(words.failed);
    if (!(error instanceof Unreachable)) throw error;
  } finally {
    isBusy = false;
    stage.removeAttribute("aria-busy");
    if (shown?.isConnected) {
      shown.inert = false;
      focus?.focus({ preventScroll: true });
    }
  }
}

// Ask for the record after this one while the reviewer reads; `next.promise` gives its HTML, null at the end of the queue, and
// undefined where it could not be had.
async function prefetch() {
  if (isSingle || !card()) return;
  const key = card().dataset.key;
  const promise = fetched(address(stage.dataset.card, { after: key }), { headers: { Accept: "text/html" } })
    .then(async (answer) => (answer.status === 204 ? null : answer.ok ? await answer.text() : undefined))
    .catch(() => undefined);
  next = { key, promise };
  const html = await promise;
  if (html !== undefined && next?.promise === promise) {
    stage.dataset.ready = key;
    performance.mark("next-ready");
  }
}

function show(html, { key = "", keep = true } = {}) {
  const before = card();
  if (before && keep) seen.push({ id: before.dataset.id, key: before.dataset.key || "" });
  before?.remove();
  pending = {};
  waiting = null;
  isDecided = false;
  stopSearch();
  const empty = stage.querySelector(".empty");
  stage.dataset.moved = "";
  if (html) stage.insertAdjacentHTML("afterbegin", html);
  if (empty) empty.hidden = Boolean(html);
  if (!html) {
    tell(words.end);
    empty?.querySelector("h2")?.setAttribute("tabindex", "-1");
    empty?.querySelector("h2")?.focus();
    left(0);
    return;
  }
  const shown = card();
  if (key) shown.dataset.key = key;
  shown.querySelector("h2").focus({ preventScroll: true });
  scrollTo({ top: 0 });
}

const numbers = new Intl.NumberFormat(document.documentElement.lang);

function left(count) {
  const place = document.querySelector("[data-left]");
  // A queue that is narrowed counts for itself: what all of the view holds has changed by as much.
  const whole = document.querySelector(".views [aria-current] [data-count]");
  if (whole && Number.isFinite(count) && "left" in stage.dataset) {
    whole.dataset.count = Math.max(0, Number(whole.dataset.count) + count - Number(stage.dataset.left));
    whole.textContent = numbers.format(whole.dataset.count);
  }
  if (Number.isFinite(count)) stage.dataset.left = Math.max(0, count);
  if (place && Number.isFinite(count)) place.textContent = numbers.format(Math.max(0, count));
}

// Show the next record; what had not arrived when it was asked for first is asked for once more.
async function advance() {
  if (isSingle) {
    location.reload();
    await new Promise(() => {}); // the page that comes shows it; this one takes nothing more
  }
  const at = card()?.dataset.key;
  if (!next || next.key !== at) void prefetch();
  delete stage.dataset.ready;
  let html = await next.promise;
  if (html === undefined) {
    void prefetch();
    html = await next.promise;
  }
  if (html === undefined) {
    next = null;
    complain(words.failed);
    return;
  }
  show(html);
  if (at) history.replaceState(null, "", address(stage.dataset.here, { after: at }));
  void prefetch();
}

async function showRecord(id, key, { keep = true } = {}) {
  const answer = await fetched(new URL(`${stage.dataset.records.split("?")[0]}${id}/card${new URL(stage.dataset.records, location.href).search}`, location.href));
  if (!answer.ok) {
    complainAsSaid(await answer.json().catch(() => ({})));
    return false;
  }
  const html = await answer.text();
  delete stage.dataset.ready;
  show(html, { key, keep });
  if (!isSingle) void prefetch();
  return true;
}

function undoable() {
  try {
    return JSON.parse(sessionStorage.getItem(UNDO) || "[]");
  } catch {
    return [];
  }
}

function remember(list) {
  sessionStorage.setItem(UNDO, JSON.stringify(list.slice(-50)));
  const button = document.getElementById("undo");
  if (button) button.disabled = list.length === 0;
}

async function send(values) {
  const query = isSingle ? "" : new URL(stage.dataset.here, location.href).search;
  const action = stage.querySelector("form.decision")?.action || document.querySelector("form.who").action.replace("/logout", "/review/decisions");
  const url = new URL(action);
  return await fetched(`${url.origin}${url.pathname}${query}`, { method: "POST", body: values, headers: { Accept: "application/json" } });
}

async function decide(form, verdict) {
  if (isDecided) {
    await advance();
    return null;
  }
  const lacking = await searched(form);
  if (lacking) {
    complain(lacking.isUnknown ? words.none : words.failed);
    return lacking.field;
  }
  const shown = card();
  const values = valuesOf(form, verdict);
  const answer = await send(values);
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) {
    isDecided = !isSingle;
    if (!isSingle) remember([...undoable(), { id: shown.dataset.id, version: told.version, key: shown.dataset.key || "" }]);
    left(told.left);
    tell(words.decided);
    await advance();
    if (!isSingle) left(told.left);
    return null;
  }
  if (answer.status === 409) {
    await showOther(values);
    return null;
  }
  complainAsSaid(told);
  if (!pane()) waiting = { form, verdict };
  const note = pane()?.querySelector("[name=note]") || reason();
  if (!/is a correction/.test(told.detail || "") || !note) return null;
  complain(words.reason);
  return note;
}

// Somebody else, or a newer reading, came first: their version is shown, and what was typed here stays.
async function showOther(values) {
  const shown = card();
  const note = String(values.get("note") || "");
  if (!(await showRecord(shown.dataset.id, shown.dataset.key || "", { keep: false }))) return;
  const field = reason();
  if (field) field.value = note;
  const theirs = stage.querySelector(".decided");
  complain(words.stale);
  // Their elements, not their letters alone: a date keeps its direction.
  if (theirs) fault.append(" ", ...theirs.cloneNode(true).childNodes);
  theirs?.classList.add("fresh");
}

async function undo() {
  const list = undoable();
  const last = list.pop();
  if (!last) return;
  const values = new FormData();
  values.set("csrf_token", document.querySelector("meta[name=csrf-token]").content);
  values.set("candidate", last.id);
  values.set("seen", last.version);
  values.set("verdict", "undo");
  const answer = await send(values);
  const told = await answer.json().catch(() => ({}));
  if (answer.status >= 500) {
    complainAsSaid(told);
    return;
  }
  remember(list);
  await showRecord(last.id, last.key, { keep: false });
  if (answer.ok) {
    left(told.left);
    tell(words.undone);
  } else if (answer.status === 409) complain(words.stale);
  else complainAsSaid(told);
}

// The record that was shown before this one.
async function goBack() {
  const back = seen.at(-1);
  if (await showRecord(back.id, back.key, { keep: false })) seen.pop();
}

function open(name) {
  const wanted = stage.querySelector(`#pane-${name}`);
  if (!wanted) return;
  close();
  wanted.hidden = false;
  const field = wanted.querySelector("input:not([type=hidden]):checked, select, input:not([type=hidden])");
  field?.focus({ preventScroll: true });
  wanted.scrollIntoView({ block: "nearest" });
}

function close() {
  for (const each of stage.querySelectorAll(".pane")) each.hidden = true;
  card()?.querySelector("h2").focus({ preventScroll: true });
}

// Where an alternative is printed in the passage, if it is, and the alternative that a marked word is.
const printedAs = (button) => stage.querySelector(`mark[data-offer="${button?.dataset.number}"]`);
const offeredBy = (mark) => stage.querySelector(`.alternative[data-number="${mark?.dataset.offer}"]`);

for (const [event, isNear] of [["pointerover", true], ["pointerout", false], ["focusin", true], ["focusout", false]]) {
  stage.addEventListener(event, ({ target }) => printedAs(target.closest(".alternative"))?.classList.toggle("near", isNear));
}

function choose(button) {
  const changes = JSON.parse(button.dataset.changes);
  const isOn = button.getAttribute("aria-pressed") === "true";
  for (const each of stage.querySelectorAll(".alternative")) {
    const names = Object.keys(JSON.parse(each.dataset.changes));
    if (names.some((name) => name in changes)) each.setAttribute("aria-pressed", "false");
  }
  for (const name of Object.keys(changes)) delete pending[name];
  if (!isOn) {
    Object.assign(pending, changes);
    button.setAttribute("aria-pressed", "true");
  }
  for (const each of stage.querySelectorAll(".alternative")) {
    printedAs(each)?.classList.toggle("chosen", each.getAttribute("aria-pressed") === "true");
  }
  const labels = [...stage.querySelectorAll(".alternative[aria-pressed=true] bdi")].map((each) => each.textContent);
  const place = stage.querySelector(".pending");
  place.hidden = labels.length === 0;
  place.textContent = labels.length ? `${words.pending} ${labels.join("; ")}` : "";
}

function valuesOf(form, verdict) {
  const values = new FormData(form);
  values.set("verdict", verdict);
  if (!values.has("note")) values.set("note", reason()?.value ?? "");
  if (verdict === "accept" && Object.keys(pending).length) {
    values.set("verdict", "correct");
    values.set("changes", JSON.stringify(pending));
  }
  return values;
}

stage.addEventListener("submit", (event) => {
  const form = event.target.closest("form.decision");
  if (!form) return;
  event.preventDefault();
  const verdict = event.submitter?.value || form.querySelector("[name=verdict]").value;
  void alone(() => decide(form, verdict));
});

stage.addEventListener("click", (event) => {
  const button = event.target.closest("button") ?? offeredBy(event.target.closest("mark[data-offer]"));
  if (!button) return;
  if ("adds" in button.dataset) addPart(button, words, numbers);
  else if ("removes" in button.dataset) removePart(button.closest("fieldset"));
  else if (button.dataset.opens) open(button.dataset.opens);
  else if ("closes" in button.dataset) close();
  else if (button.classList.contains("alternative")) choose(button);
});

stage.addEventListener("input", (event) => {
  const field = event.target;
  if ("target" in field.dataset) {
    const radio = field.closest(".wide").querySelector("[data-other]");
    radio.checked = true;
    radio.value = field.value;
  }
  if ("places" in field.dataset) stopSearch(); // who chooses a place by hand wants that one
  if (field.dataset.search) searchSoon(field, { find: findPlaces, tell: (found) => tell(found ?? words.none), fail: () => complain(words.failed) });
});

async function findPlaces(name) {
  const answer = await fetched(address(stage.dataset.places, { q: name }));
  if (!answer.ok) throw new Unreachable(`${answer.url}: ${answer.status}`);
  return answer.json();
}

const LETTERS = { KeyA: "a", KeyE: "e", KeyR: "r", KeyM: "m", KeyD: "d", KeyS: "s", KeyO: "o" };

function isTyping(target) {
  if (target.isContentEditable || target.tagName === "TEXTAREA" || target.tagName === "SELECT") return true;
  return target.tagName === "INPUT" && !["radio", "checkbox", "button", "submit"].includes(target.type);
}

document.addEventListener("keydown", (event) => {
  const help = document.getElementById("help");
  if (event.ctrlKey || event.metaKey || event.altKey || help?.open || event.isComposing) return;
  if (isBusy) {
    // Keys that are pressed meanwhile are meant for what goes; those of the toolbar and the page's links are not ours.
    if (stage.contains(event.target) && event.key !== "Tab") event.preventDefault();
    return;
  }
  if (event.key === "Enter" && event.repeat && event.target.closest?.("form.decision")) {
    // A key that is held down presses one button, not the one after it that gets the focus.
    event.preventDefault();
    return;
  }
  if (event.key === "Escape") {
    if (event.target.name === "note" && !event.target.closest(".pane")) event.target.blur();
    close();
    return;
  }
  if (event.key === "Enter" && event.target === reason()) {
    event.preventDefault();
    const decision = waiting;
    event.target.blur();
    card().querySelector("h2").focus({ preventScroll: true });
    if (decision) void alone(() => decide(decision.form, decision.verdict));
    return;
  }
  if (event.key === "Enter" && event.target.tagName === "SELECT" && event.target.closest(".pane")) {
    // A list that is closed holds what was chosen: Enter confirms the form, as in its other fields.
    event.preventDefault();
    if ("places" in event.target.dataset) stopSearch();
    event.target.form.requestSubmit();
    return;
  }
  if (isTyping(event.target)) return;
  if (event.key === "?" || event.key === "؟" || (event.code === "Slash" && event.shiftKey)) {
    help?.showModal();
    event.preventDefault();
    return;
  }
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
  if (digit && !event.shiftKey) {
    const chosen = (pane() || stage).querySelector(`[data-digit="${digit}"]`);
    if (chosen && (pane() || chosen.classList.contains("alternative"))) {
      event.preventDefault();
      if (chosen.type === "radio") {
        chosen.checked = true;
        chosen.focus();
      } else choose(chosen);
    }
    return;
  }
  if (event.key === "Enter" && event.target.tagName === "H2" && Object.keys(pending).length) {
    stage.querySelector('.verdicts [value="accept"]')?.click();
    return;
  }
  if (event.code === "KeyN") {
    event.preventDefault();
    reason()?.focus();
  } else if (event.code === "KeyU" && !isSingle) {
    event.preventDefault();
    void alone(undo);
  } else if (event.code === "KeyJ" && !isSingle && card()) {
    event.preventDefault();
    void alone(advance);
  } else if (event.code === "KeyK" && !isSingle && seen.length) {
    event.preventDefault();
    void alone(goBack);
  } else if (LETTERS[event.code] && !event.repeat) {
    const button = stage.querySelector(`.verdicts [data-key="${LETTERS[event.code]}"]`);
    if (button) {
      event.preventDefault();
      button.click();
    }
  }
});

document.getElementById("undo")?.addEventListener("click", () => void alone(undo));
document.getElementById("skip")?.addEventListener("click", () => void (card() && alone(advance)));
document.getElementById("keys")?.addEventListener("click", () => document.getElementById("help").showModal());
remember(undoable());
document.documentElement.dataset.keys = "1";
void prefetch();
