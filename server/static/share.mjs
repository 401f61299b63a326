/** The dialog that gives an editor what to paste: a frame pinned to this release, its words, and how to cite it. */

import { config, t } from './page.mjs';
import { el } from './dom.mjs';

/** Switches of an embed: its words, and what it is unless the address says otherwise. */
const FIELDS = { legend: ['share.legend', 'on'], controls: ['share.controls', 'on'], filters: ['share.filters', 'off'] };

const WRITTEN = ['title', 'alt'];

/** What the service calls the map and says of it, unless the editor writes otherwise. */
const usual = {};

/** The view as it is now, from the address, with the dialog's own switches. */
function query(dialog) {
  const asked = new URLSearchParams(location.search);
  asked.set('release', config.release);
  asked.set('lang', config.lang);
  for (const [name, [, otherwise]] of Object.entries(FIELDS)) {
    const wanted = dialog.querySelector(`[name=${name}]`).checked ? 'on' : 'off';
    if (wanted !== otherwise) asked.set(name, wanted);
  }
  for (const name of WRITTEN) {
    const field = dialog.querySelector(`[name=${name}]`);
    if (field.dataset.touched && field.value.trim()) asked.set(name, field.value.trim());
  }
  return asked;
}

/** Fill in what is usual. A field that an editor is at, or has written in, is the editor's: no answer changes it. */
function fillUsual(field) {
  if (field.dataset.touched || document.activeElement === field || !(field.name in usual)) return;
  field.value = usual[field.name];
}

/** Set what is to be copied; where all of it was selected, all of it is selected again. */
function setCopied(dialog, name, text) {
  const field = dialog.querySelector(`[name=${name}]`);
  if (field.value === text) return;
  const isSelected = document.activeElement === field && field.selectionEnd > field.selectionStart;
  field.value = text;
  field.closest('.share-copy').querySelector('button').textContent = t('evidence.copy');
  if (isSelected) field.select();
}

/** The last question to the service: what is copied waits for its answer. */
let shown = Promise.resolve();

async function settled() {
  for (let last = null; last !== shown;) {
    last = shown;
    await last;
  }
}

/** Show what the service says of the dialog as it is now; of two questions, the answer to the last one alone. */
function refresh(dialog) {
  const own = show(dialog, () => own === shown);
  shown = own;
}

async function show(dialog, isLast) {
  const said = dialog.querySelector('[role=status]');
  const asked = query(dialog);
  dialog.setAttribute('aria-busy', 'true');
  let told = null;
  let fault = '';
  try {
    const answer = await fetch(`${config.base_url}/share.json?${asked}`);
    told = await answer.json();
    if (!answer.ok) fault = `${told.detail} ${told.hint ?? ''}`;
  } catch {
    fault = t('map.unreachable');
  }
  if (!isLast()) return;
  dialog.removeAttribute('aria-busy');
  said.textContent = fault;
  const { snippet, auto_height: script, permalink: link, citation } = fault ? {} : told;
  // What the dialog says no more is not left to be copied.
  for (const [name, text] of Object.entries({ snippet, script, link, citation })) setCopied(dialog, name, text ?? '');
  if (fault) return;
  for (const name of WRITTEN) {
    if (!asked.has(name)) usual[name] = told[name];
    fillUsual(dialog.querySelector(`[name=${name}]`));
  }
}

function labelled(key, field) {
  return el('label', { class: 'share-field' }, el('span', {}, t(key)), field);
}

/** Put a text that is still on its way on the clipboard: Safari takes only what was begun within the reader's click. */
function toClipboard(coming) {
  const { clipboard } = navigator;
  if (!clipboard?.write || !globalThis.ClipboardItem) return coming.then((text) => clipboard.writeText(text));
  return clipboard.write([new ClipboardItem({ 'text/plain': coming.then((text) => new Blob([text], { type: 'text/plain' })) })]);
}

function copyable(key, name, rows) {
  const field = el('textarea', { name, rows, readonly: true, dir: 'ltr', spellcheck: 'false' });
  const copy = el('button', { type: 'button', class: 'button', onclick: async () => {
    const coming = settled().then(() => {
      if (!field.value) throw new Error(t('map.unreachable'));
      field.select(); // where there is no clipboard, the reader's own copy key takes it
      return field.value;
    });
    try {
      await toClipboard(coming);
      if (field.value === await coming) copy.textContent = t('evidence.copied');
    } catch {
      // The dialog says why there is nothing to copy; what cannot be copied is selected.
    }
  } }, t('evidence.copy'));
  return el('div', { class: 'share-copy' }, labelled(key, field), copy);
}

function build() {
  const typed = ({ target }) => { target.dataset.touched = '1'; };
  const changed = () => refresh(dialog);
  const left = ({ target }) => {
    if (!WRITTEN.includes(target.name)) return;
    if (!target.value.trim()) delete target.dataset.touched;
    setTimeout(() => fillUsual(target)); // now the field has the focus still
  };
  const dialog = el('dialog', { id: 'share-dialog', 'aria-labelledby': 'share-title' },
    el('form', { method: 'dialog', onchange: changed, oninput: typed, onfocusout: left },
      // The focus waits here: a field that it were in would be the editor's before anything stood there.
      el('h2', { id: 'share-title', tabindex: '-1', autofocus: true }, t('share.embed')),
      labelled('share.name', el('input', { name: 'title', maxlength: '200' })),
      labelled('share.alt', el('textarea', { name: 'alt', rows: '3', maxlength: '1000' })),
      ...Object.entries(FIELDS).map(([name, [key, otherwise]]) =>
        el('label', { class: 'share-switch' }, el('input', { type: 'checkbox', name, checked: otherwise === 'on' }), t(key))),
      copyable('share.snippet', 'snippet', '5'),
      copyable('share.script', 'script', '3'),
      copyable('share.link', 'link', '2'),
      copyable('evidence.cite', 'citation', '2'),
      el('p', { role: 'status' }),
      el('button', { class: 'button' }, t('evidence.close'))));
  document.body.append(dialog);
  return dialog;
}

/** Show the dialog. */
export function showShare() {
  const dialog = document.getElementById('share-dialog') ?? build();
  dialog.showModal();
  refresh(dialog);
}
