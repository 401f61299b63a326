// The queue: one record after the other, by keyboard alone; the next one is already here. Keys are those of the keyboard's
// places, so that they are the same under a Persian or a Russian layout. Without this module all of it is plain forms.

const stage = document.getElementById("stage");
const words = document.getElementById("words").dataset;
const said = document.getElementById("said");
const fault = document.getElementById("fault");
const isSingle = "single" in stage.dataset;
const UNDO = "corridormap.undo";

let next = null;
let isBusy = false;
let pending = {};
let waiting = "";
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

async function fetched(url, options = {}) {
  const answer = await fetch(url, { credentials: "same-origin", ...options });
  if (answer.status === 401) location.reload();
  return answer;
}

// Ask for the record after this one while the reviewer reads.
async function prefetch() {
  if (isSingle || !card()) return;
  const key = card().dataset.key;
  const promise = fetched(address(stage.dataset.card, { after: key }), { headers: { Accept: "text/html" } })
    .then(async (answer) => (answer.status === 204 ? null : answer.ok ? await answer.text() : undefined))
    .catch(() => undefined);
  next = { key, promise };
  await promise;
  if (next && next.key === key) {
    stage.dataset.ready = key;
    performance.mark("next-ready");
  }
}

function show(html, { key = "", keep = true } = {}) {
  const before = card();
  if (before && keep) seen.push({ id: before.dataset.id, key: before.dataset.key || "" });
  before?.remove();
  pending = {};
  waiting = "";
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

async function advance() {
  if (isSingle) {
    location.reload();
    return;
  }
  const at = card()?.dataset.key;
  if (!next || next.key !== at) void prefetch();
  delete stage.dataset.ready;
  const html = await next.promise;
  if (html === undefined) {
    complain(words.failed);
    return;
  }
  show(html);
  if (at) history.replaceState(null, "", address(stage.dataset.here, { after: at }));
  void prefetch();
}

async function showRecord(id, key, { keep = true } = {}) {
  const answer = await fetched(new URL(`${stage.dataset.records.split("?")[0]}${id}/card${new URL(stage.dataset.records, location.href).search}`, location.href));
  if (!answer.ok) return false;
  show(await answer.text(), { key, keep });
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

async function decide(values) {
  if (isBusy) return;
  isBusy = true;
  complain("");
  const shown = card();
  try {
    const answer = await send(values);
    const told = await answer.json().catch(() => ({}));
    if (answer.ok) {
      if (!isSingle) remember([...undoable(), { id: shown.dataset.id, version: told.version, key: shown.dataset.key || "" }]);
      left(told.left);
      tell(words.decided);
      await advance();
      if (!isSingle) left(told.left);
    } else if (answer.status === 409) {
      await showOther(values);
    } else {
      complain([told.detail, told.hint].filter(Boolean).join(" ") || words.failed);
      waiting = String(values.get("verdict"));
      const note = pane()?.querySelector("[name=note]") || reason();
      if (/correction/.test(told.detail || "") && note) {
        complain(words.reason);
        note.focus();
      }
    }
  } catch {
    complain(words.failed);
  } finally {
    isBusy = false;
  }
}

// Somebody else, or a newer reading, came first: their version is shown, and what was typed here stays.
async function showOther(values) {
  const shown = card();
  const note = String(values.get("note") || "");
  await showRecord(shown.dataset.id, shown.dataset.key || "", { keep: false });
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
  if (!last || isBusy) return;
  isBusy = true;
  try {
    const values = new FormData();
    values.set("csrf_token", document.querySelector("meta[name=csrf-token]").content);
    values.set("candidate", last.id);
    values.set("seen", last.version);
    values.set("verdict", "undo");
    const answer = await send(values);
    const told = await answer.json().catch(() => ({}));
    remember(list);
    if (!answer.ok) complain(answer.status === 409 ? words.stale : [told.detail, told.hint].filter(Boolean).join(" "));
    await showRecord(last.id, last.key, { keep: false });
    if (answer.ok) {
      left(told.left);
      tell(words.undone);
    }
  } finally {
    isBusy = false;
  }
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
  void decide(valuesOf(form, event.submitter?.value || form.querySelector("[name=verdict]").value));
});

stage.addEventListener("click", (event) => {
  const button = event.target.closest("button") ?? offeredBy(event.target.closest("mark[data-offer]"));
  if (!button) return;
  if ("adds" in button.dataset) addPart(button);
  else if ("removes" in button.dataset) removePart(button.closest("fieldset"));
  else if (button.dataset.opens) open(button.dataset.opens);
  else if ("closes" in button.dataset) close();
  else if (button.classList.contains("alternative")) choose(button);
});

const MOST_PARTS = 9;

// Parts of a split: a further one is the last one over again, under the next number, resting on the next passage.
function addPart(button) {
  const parts = [...stage.querySelectorAll(".split fieldset")];
  const number = parts.length;
  const part = parts[number - 1].cloneNode(true);
  for (const each of part.querySelectorAll("[name], [id], [for]")) {
    for (const name of ["name", "id", "for"]) {
      const said = each.getAttribute(name);
      if (said) each.setAttribute(name, said.replace(/^(part_|p)\d/, `$1${number}`));
    }
  }
  // A copy does not take over what was chosen.
  part.querySelectorAll("select").forEach((each, index) => { each.value = parts[number - 1].querySelectorAll("select")[index].value; });
  const passages = [...part.querySelectorAll('[name$="_evidence"]')];
  passages.forEach((each, index) => { each.checked = index === Math.min(number, passages.length - 1); });
  part.querySelector("legend").textContent = words.part.replace("{part}", numbers.format(number + 1));
  if (!part.querySelector("[data-removes]")) {
    const remove = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: words.remove });
    remove.dataset.removes = "";
    part.append(remove);
  }
  parts[number - 1].querySelector("[data-removes]")?.setAttribute("hidden", "");
  parts[number - 1].after(part);
  button.disabled = number + 1 >= MOST_PARTS;
  part.querySelector("input, select").focus();
}

// Only the last part can be taken away, so that those that stay keep their numbers.
function removePart(part) {
  const before = part.previousElementSibling;
  part.remove();
  before.querySelector("[data-removes]")?.removeAttribute("hidden");
  const button = stage.querySelector("[data-adds]");
  button.disabled = false;
  button.focus();
}

let timer = 0;
stage.addEventListener("input", (event) => {
  const field = event.target;
  if ("target" in field.dataset) {
    const radio = field.closest(".wide").querySelector("[data-other]");
    radio.checked = true;
    radio.value = field.value;
  }
  if (field.dataset.search) {
    clearTimeout(timer);
    timer = setTimeout(() => void search(field), 200);
  }
});

async function search(field) {
  const select = stage.querySelector(`#${field.dataset.search}`);
  if (!select || field.value.trim().length < 2) return;
  const answer = await fetched(address(stage.dataset.places, { q: field.value }));
  if (!answer.ok) return;
  const found = await answer.json();
  for (const each of select.querySelectorAll("[data-found]")) each.remove();
  for (const { label, place } of found) {
    const option = new Option(label, JSON.stringify(place));
    option.dataset.found = "";
    select.append(option);
  }
  const first = select.querySelector("[data-found]");
  if (first) select.value = first.value;
  tell(first ? first.textContent : words.none);
  field.setAttribute("aria-invalid", String(!first));
}

const LETTERS = { KeyA: "a", KeyE: "e", KeyR: "r", KeyM: "m", KeyD: "d", KeyS: "s", KeyO: "o" };

function isTyping(target) {
  if (target.isContentEditable || target.tagName === "TEXTAREA" || target.tagName === "SELECT") return true;
  return target.tagName === "INPUT" && !["radio", "checkbox", "button", "submit"].includes(target.type);
}

document.addEventListener("keydown", (event) => {
  const help = document.getElementById("help");
  if (event.ctrlKey || event.metaKey || event.altKey || help?.open || event.isComposing) return;
  if (event.key === "Escape") {
    if (event.target.name === "note" && !event.target.closest(".pane")) event.target.blur();
    close();
    return;
  }
  if (event.key === "Enter" && event.target === reason()) {
    event.preventDefault();
    const verdict = waiting;
    event.target.blur();
    card().querySelector("h2").focus({ preventScroll: true });
    if (verdict) void decide(valuesOf(event.target.form, verdict));
    return;
  }
  if (event.key === "Enter" && event.target.tagName === "SELECT" && event.target.closest(".pane")) {
    // A list that is closed holds what was chosen: Enter confirms the form, as in its other fields.
    event.preventDefault();
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
    void undo();
  } else if (event.code === "KeyJ" && !isSingle && card() && !isBusy) {
    event.preventDefault();
    void advance();
  } else if (event.code === "KeyK" && !isSingle && seen.length) {
    event.preventDefault();
    const back = seen.pop();
    void showRecord(back.id, back.key, { keep: false });
  } else if (LETTERS[event.code] && !event.repeat) {
    const button = stage.querySelector(`.verdicts [data-key="${LETTERS[event.code]}"]`);
    if (button) {
      event.preventDefault();
      button.click();
    }
  }
});

document.getElementById("undo")?.addEventListener("click", () => void undo());
document.getElementById("skip")?.addEventListener("click", () => void (card() && advance()));
document.getElementById("keys")?.addEventListener("click", () => document.getElementById("help").showModal());
remember(undoable());
document.documentElement.dataset.keys = "1";
void prefetch();
