// Bringing articles: files dropped or chosen are sent one after another, with progress, and followed until they are read.
// Without this script the form sends them as well, and the page shows their state when it is loaded again.

const form = document.querySelector("#upload");
const input = form.querySelector("#file");
const drop = form.querySelector(".drop");
const rows = document.querySelector("#uploads tbody");
const said = document.querySelector("#said");
const { uploads: address, largestBytes } = form.dataset;
const lang = document.documentElement.lang;
const number = new Intl.NumberFormat(lang === "fa" ? "fa-IR" : lang, { useGrouping: false });
const decimal = new Intl.NumberFormat(lang === "fa" ? "fa-IR" : lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const LOOK_EVERY_MS = 1500;
const words = Object.fromEntries(
  [...document.querySelector("#words").content.children].map((word) => [word.dataset.word, word.textContent]),
);

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function sizeOf(bytes) {
  return bytes < 1e5 ? `${decimal.format(bytes / 1e3)} kB` : `${decimal.format(bytes / 1e6)} MB`;
}

function rowOf(name, sizeBytes) {
  rows.querySelector(".none")?.remove();
  const person = document.querySelector(".who bdi")?.textContent ?? "";
  const state = element("td");
  const row = element(
    "tr", {},
    element("td", {}, element("bdi", { textContent: name })),
    element("td", { className: "size" }, element("bdi", { textContent: sizeOf(sizeBytes) })),
    element("td", {}, element("bdi", { textContent: person })),
    state,
  );
  rows.prepend(row);
  return { row, state };
}

function failure(state, sentence, isOurs = false) {
  state.replaceChildren(
    element("span", { className: "failed", textContent: words.failed }),
    " ",
    isOurs ? sentence : element("span", { className: "why", lang: "en", dir: "ltr", textContent: sentence }),
  );
  return `${words.failed} ${sentence}`;
}

/** Show what became of an upload; return what a reader who does not see it is told. */
function show(state, upload) {
  if (upload.state === "failed") return failure(state, `${upload.fault} ${upload.hint ?? ""}`);
  if (upload.state === "done") {
    const sentence = upload.candidates === null ? words.again : words.done.replace("{candidates}", number.format(upload.candidates));
    const text = element("a", { href: upload.text, textContent: words.text });
    text.setAttribute("download", "");
    state.replaceChildren(`${sentence} `, element("a", { href: upload.queue, textContent: words.queue }), " · ", text);
    return `${upload.file_name}: ${sentence}`;
  }
  state.textContent = words[upload.state];
  return "";
}

/** Tell what has just happened; all that happened at once, in one breath. */
function tell(...sentences) {
  const told = sentences.filter(Boolean).join(" ");
  if (told) said.textContent = told;
}

function send(file, published) {
  const { row, state } = rowOf(file.name, file.size);
  if (file.size > Number(largestBytes)) {
    tell(failure(state, words.too_large.replace("{mb}", number.format(Number(largestBytes) / 1e6)), true));
    return Promise.resolve();
  }
  const bar = element("progress", { max: file.size || 1, value: 0 });
  bar.setAttribute("aria-label", `${words.sending} ${file.name}`);
  state.replaceChildren(`${words.sending} `, bar);
  const content = new FormData();
  content.append("published", published);
  content.append("file", file);
  return new Promise((resolve) => {
    const request = new XMLHttpRequest(); // fetch tells nothing of what has been sent so far
    request.open("POST", address);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", document.querySelector('meta[name="csrf-token"]').content);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => { bar.value = event.loaded; });
    request.addEventListener("load", () => {
      if (request.status === 201) {
        const [upload] = request.response.uploads;
        Object.assign(row.dataset, { id: upload.id, state: upload.state });
        tell(show(state, upload));
        follow();
      } else {
        const problem = request.response ?? {};
        tell(failure(state, `${problem.detail ?? request.statusText} ${problem.hint ?? ""}`));
      }
      resolve();
    });
    request.addEventListener("error", () => { tell(failure(state, words.unreachable, true)); resolve(); });
    request.send(content);
  });
}

async function sendAll(files) {
  const published = form.published.value; // while they are sent, the day of the next ones may be typed
  for (const file of files) await send(file, published); // one after another, so that each shows how far it is
}

let following = false;

/** Ask what became of the files that wait, until none does. */
async function follow() {
  if (following) return;
  following = true;
  while (rows.querySelector('[data-state="waiting"], [data-state="reading"]')) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      if (answer.status === 401) { window.location.reload(); return; }
      if (!answer.ok) continue;
      const changed = (await answer.json()).uploads.filter((upload) => {
        const row = rows.querySelector(`[data-id="${upload.id}"]`);
        return row && row.dataset.state !== upload.state;
      });
      // The last one that was brought comes first.
      tell(...changed.reverse().map((upload) => {
        const row = rows.querySelector(`[data-id="${upload.id}"]`);
        row.dataset.state = upload.state;
        return show(row.lastElementChild, upload);
      }));
    } catch {
      said.textContent = words.unreachable;
    }
  }
  following = false;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const files = [...input.files];
  input.value = "";
  sendAll(files);
});
for (const kind of ["dragenter", "dragover"]) {
  document.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
}
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) drop.classList.remove("over"); });
document.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  sendAll([...event.dataTransfer.files]);
});
follow();
