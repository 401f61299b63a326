/** The dialog that gives an editor what to paste: a frame pinned to this release, its words, and how to cite it. */

import { config, t } from './page.mjs';
import { el } from './dom.mjs';

/** Switches of an embed: its words, and what it is unless the address says otherwise. */
const FIELDS = { legend: ['share.legend', 'on'], controls: ['share.controls', 'on'], filters: ['share.filters', 'off'] };

/** The view as it is now, from the address, with the dialog's own switches. */
function query(dialog) {
  const asked = new URLSearchParams(location.search);
  asked.set('release', config.release);
  asked.set('lang', config.lang);
  for (const [name, [, usual]] of Object.entries(FIELDS)) {
    const wanted = dialog.querySelector(`[name=${name}]`).checked ? 'on' : 'off';
    if (wanted !== usual) asked.set(name, wanted);
  }
  for (const name of ['title', 'alt']) {
    const field = dialog.querySelector(`[name=${name}]`);
    if (field.dataset.touched && field.value.trim()) asked.set(name, field.value.trim());
  }
  return asked;
}

let asked = 0;

/** Show what the service says of the dialog as it is now. */
async function refresh(dialog) {
  asked += 1;
  const own = asked;
  const answer = await fetch(`${config.base_url}/share.json?${query(dialog)}`);
  const told = await answer.json();
  if (own !== asked) return;
  const said = dialog.querySelector('[role=status]');
  said.textContent = answer.ok ? '' : `${told.detail} ${told.hint ?? ''}`;
  if (!answer.ok) return;
  for (const name of ['title', 'alt']) {
    const field = dialog.querySelector(`[name=${name}]`);
    if (!field.dataset.touched) field.value = told[name];
  }
  dialog.querySelector('[name=snippet]').value = told.snippet;
  dialog.querySelector('[name=script]').value = told.auto_height;
  dialog.querySelector('[name=link]').value = told.permalink;
  dialog.querySelector('[name=citation]').value = told.citation;
}

function labelled(key, field) {
  return el('label', { class: 'share-field' }, el('span', {}, t(key)), field);
}

function copyable(key, name, rows) {
  const field = el('textarea', { name, rows, readonly: true, dir: 'ltr', spellcheck: 'false' });
  const copy = el('button', { type: 'button', class: 'button', onclick: () => {
    field.select();
    navigator.clipboard?.writeText(field.value).then(() => { copy.textContent = t('share.copied'); }, () => {});
  } }, t('evidence.copy'));
  return el('div', { class: 'share-copy' }, labelled(key, field), copy);
}

function build() {
  const typed = ({ target }) => { target.dataset.touched = '1'; };
  const changed = () => refresh(dialog);
  const dialog = el('dialog', { id: 'share-dialog', 'aria-labelledby': 'share-title' },
    el('form', { method: 'dialog', onchange: changed, oninput: typed },
      el('h2', { id: 'share-title' }, t('share.embed')),
      labelled('share.name', el('input', { name: 'title', maxlength: '200' })),
      labelled('share.alt', el('textarea', { name: 'alt', rows: '3', maxlength: '1000' })),
      ...Object.entries(FIELDS).map(([name, [key, usual]]) =>
        el('label', { class: 'share-switch' }, el('input', { type: 'checkbox', name, checked: usual === 'on' }), t(key))),
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
