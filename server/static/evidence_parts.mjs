/** The parts of the evidence panel: facts, claims, passages, outside knowledge, conflicts. Sources speak in serif. */

import { ICONS, el, icon } from './dom.mjs';
import { config, hasText, t } from './page.mjs';
import { param } from './state.mjs';
import { swatch } from './swatches.mjs';
import { symbol, CATEGORIES } from './symbols.mjs';
import { CLOSING, LIST, OPENING, SEPARATOR, digits, direction, periodText, pick } from './words.mjs';

/** Give the symbol before a title: the category's, or the tag of a corridor. */
export function titleSymbol({ id, layer, category, status, basis, flow }) {
  if (category in CATEGORIES) return symbol(category, status, 22);
  const look = flow && flow !== 'drugs' ? 'other' : basis;
  // What a machine read has no short name, only a number of its own.
  if (layer === 'corridors' && status === 'candidate') return swatch(look === 'other' ? 'corridors.other.candidate' : 'corridors.candidate');
  if (layer === 'corridors') return el('span', { class: `tag ${look}`, dir: 'ltr' }, id.split('/').pop().toUpperCase());
  return null;
}

/** Set a text of several languages in one element that says which it is in. */
function inLanguage(tag, record, attributes = {}) {
  const chosen = pick(record);
  return chosen && el(tag, { lang: chosen.lang, dir: direction(chosen.lang), ...attributes }, chosen.text);
}

/** Quote what is printed; doubted ones get the wavy line. */
const printed = (text, isSuspect) => el('span', { class: isSuspect ? 'printed suspect' : 'printed' }, OPENING, el('bdi', {}, text), CLOSING);

/**
 * Render everything that a record holds, for the body of the panel.
 * @param {Object} record the JSON of /evidence/{id}
 * @returns {Array<Node|null>}
 */
export function renderRecord(record) {
  return [
    badges(record),
    record.layer === 'organizations' && record.organization && el('p', {}, el('a', { href: pageOf(`/organizations/${record.organization}`) }, t('organization.page'))),
    record.gloss && inLanguage('p', record.gloss, { class: 'gloss' }),
    facts(record),
    ...record.claims.filter((claim) => isNews(claim, record)).map((claim) => claimCard(claim, record.articles)),
    ...passages(record),
    ...rowsOf(record).map(rowCard),
    ...record.conflicts.map((conflict) => conflictCard(conflict, record.articles)),
    ...record.references.filter(({ work }) => !rowsOf(record).some((row) => row.dataset === work.id)).map((reference) => cited(reference, record.basis)),
    drawing(record),
    isOneGroup(record.articles) && el('p', { class: 'note' }, t('evidence.same_group')),
    citation(record),
  ];
}

/** Tell whether several articles are cited that are no independent sources of each other. */
function isOneGroup(articles) {
  const groups = Object.values(articles).map(({ independence_group: group }) => group);
  return groups.length > 1 && groups[0] && groups.every((group) => group === groups[0]);
}

function badges({ basis, status, single_article: isSingle, claims, conflicts, facts: rows }) {
  const isSuspect = rows.some(({ suspect }) => suspect) || claims.some(({ integrity }) => integrity === 'suspect');
  const shown = [
    basis === 'context' && 'context',
    basis === 'infrastructure' && 'infrastructure',
    status === 'candidate' && 'candidate',
    isSingle && 'single',
    isSuspect && 'suspect',
    conflicts.some(({ state }) => state === 'conflict') && 'conflict',
  ].filter(Boolean);
  return shown.length > 0 && el('p', { class: 'badges' }, ...shown.map((name) => el('span', { class: `badge ${name}` }, t(`badge.${name}`))));
}

/** Say what is known: the first rows tell where and how precisely in words. */
function facts({ facts: rows, layer, status, reliability }) {
  const pairs = rows.filter(({ part }) => part !== 'drawing').map((fact) => [fact.label_key, factValue(fact)]);
  if (layer !== 'borders' && status) {
    // The Admiralty code: how far the source is trusted, and how far this piece of information.
    const code = reliability && `${reliability.source}${reliability.information}`;
    pairs.push(['fact.status', [t(`status.${status}`), code && [SEPARATOR, el('bdi', {}, code)]]]);
  }
  return pairs.length > 0 && factList(pairs);
}

const factList = (pairs) => el('dl', { class: 'facts' }, ...pairs.map(([key, value]) => [el('dt', {}, t(key)), el('dd', {}, value)]));

/** Tell, folded and after all sources, what the drawing lies on: no source says that. */
function drawing({ facts: rows }) {
  const pairs = rows.filter(({ part }) => part === 'drawing').map((fact) => [fact.label_key, factValue(fact)]);
  return pairs.length > 0 && el('details', { class: 'proof drawing' }, el('summary', {}, t('evidence.drawing')),
    el('p', { class: 'note' }, t('evidence.drawing_note')), factList(pairs));
}

const listed = (key) => (hasText(key) ? t(key) : key.split('.').pop().replaceAll('_', ' '));

function factValue({ value, value_keys: keys, text, as_printed: asPrinted, suspect }) {
  const parts = [
    value && inLanguage('span', value),
    keys && keys.map(listed).join(SEPARATOR),
    text && el('bdi', {}, periodText(text)),
  ].filter(Boolean);
  // One article may print it in another way than the other, so each printing is quoted once.
  const printings = asPrinted ? [...new Set(typeof asPrinted === 'string' ? [asPrinted] : Object.values(asPrinted))] : [];
  return [
    parts.flatMap((part, index) => (index ? [SEPARATOR, part] : [part])),
    printings.length > 0 && el('small', {}, `${t('evidence.as_printed')} `, ...printings.map((one) => printed(one, suspect))),
  ];
}

/** Tell whether a claim says more than the object that rests on it; what a machine read is one and the same. */
const isNews = (claim, { gloss }) => Object.keys(claim.as_printed ?? {}).length > 0 || claim.gloss?.en !== gloss.en;

function claimCard(claim, articles) {
  const isSuspect = claim.integrity === 'suspect';
  const values = Object.entries(claim.as_printed ?? {});
  return el('section', { class: 'card' },
    inLanguage('h3', claim.title),
    values.length > 0 && el('p', { class: 'figures' }, ...values.map(([article, text]) => el('span', {}, printed(text, isSuspect), el('small', {}, articleLabel(articles[article]))))),
    claim.value?.denominator && el('p', { class: 'note' }, `${t('evidence.denominator')} `, inLanguage('span', claim.value.denominator)),
    claim.gloss && inLanguage('p', claim.gloss),
    claim.candidates?.length > 0 && el('p', {}, `${t('evidence.candidates')}: `, el('bdi', {}, digits(claim.candidates.map(({ reading }) => reading).join(LIST)))),
    claim.integrity_note && inLanguage('p', claim.integrity_note, { class: 'note' }),
    isSuspect && el('p', { class: 'note' }, t('evidence.not_drawn')));
}

function conflictCard(conflict, articles) {
  const sides = conflict.sides.map(({ article, as_printed: asPrinted, reading }) => el('div', { class: 'side' },
    el('h4', {}, articleLabel(articles[article])),
    asPrinted && el('p', { class: 'figure' }, printed(asPrinted, false)),
    reading && el('p', {}, `${t('conflict.reading')}: `, el('bdi', { lang: 'en' }, digits(reading)))));
  return el('section', { class: 'card conflict' },
    el('p', { class: 'state' }, el('a', { href: `${pageOf('/conflicts')}#${conflict.id}` }, t(`conflict.${conflict.state}`))),
    inLanguage('h3', conflict.title),
    conflict.gloss && inLanguage('p', conflict.gloss),
    sides.length > 0 && el('div', { class: 'sides' }, ...sides));
}

const articleName = ({ authors, year }) => [authors.join(', ') || t('evidence.author_unknown'), year].filter(Boolean).join(', ');

const languageTag = (lang) => el('span', { class: 'code', lang: 'en' }, lang);

const articleLabel = (article) => [languageTag(article.language), ' ', articleName(article)];

function passages({ evidence, articles }) {
  return Object.entries(articles).map(([id, article]) => {
    const items = evidence.filter((item) => item.article === id);
    if (items.length === 0) return null;
    const link = article.doi ? `https://doi.org/${article.doi}` : article.url;
    return el('section', { class: 'source' },
      el('h3', {}, languageTag(article.language), el('a', { href: pageOf(`/articles/${id}`) }, inLanguage('span', article.title))),
      article.independence_group && el('p', { class: 'note' }, `${t('articles.group')}: `, el('bdi', {}, article.independence_group)),
      el('p', { class: 'note' }, [articleName(article), article.publisher].filter(Boolean).join(SEPARATOR),
        link && [SEPARATOR, el('a', { href: link, target: '_blank', rel: 'noopener', dir: 'ltr' }, article.doi ? `doi:${article.doi}` : link)]),
      ...items.map((item) => passage(item, article)),
      items.some(({ context }) => !context) && el('p', { class: 'note' }, t('evidence.text_absent')));
  });
}

const rowsOf = ({ evidence }) => evidence.filter(({ kind }) => kind === 'row');

/** Name the row of a data set that an imported object rests on, and how the data set wants to be cited. It has no text. */
function rowCard({ dataset, version, row, title, work, licence }) {
  return el('section', { class: 'outside of-row' },
    el('h3', {}, inLanguage('span', title)),
    work.citation && el('p', { class: 'note', lang: 'en', dir: 'ltr' }, work.citation),
    (work.url || licence) && el('p', { lang: 'en', dir: 'ltr' }, work.url && el('a', { href: work.url, target: '_blank', rel: 'noopener' }, work.url), work.url && licence && SEPARATOR, licence),
    el('details', { class: 'proof' }, el('summary', {}, t('evidence.machines')),
      el('p', { dir: 'ltr' }, ...Object.entries({ dataset, version, row }).flatMap(([name, said], index) => [index > 0 && el('br'), `${name} `, el('code', {}, said)]))));
}

function passage({ sha256, start, end, locator, context }, article) {
  const where = [
    locator.section && [`${t('evidence.section')} `, el('bdi', { lang: article.language }, locator.section)],
    locator.paragraph && [`${t('evidence.paragraph')} `, digits(locator.paragraph)],
  ].filter(Boolean);
  return [
    context && quotation(context),
    el('p', { class: 'locator' }, el('span', { class: 'unseen' }, `${t('evidence.find')}: `), where.flatMap((part, index) => (index ? [SEPARATOR, part] : [part]))),
    locator.anchor && anchor(locator.anchor, article),
    el('details', { class: 'proof' }, el('summary', {}, t('evidence.machines')),
      el('p', { dir: 'ltr' }, `${t('evidence.characters')} ${start}–${end}`, el('br'), 'sha256 ', el('code', {}, sha256))),
  ];
}

/** Show the passage in its context, in its own language and script, with the passage itself marked. */
const quotation = ({ before, text, after, language, dir }) =>
  el('blockquote', { lang: language, dir, class: 'quotation' }, before, el('mark', {}, text), after);

function anchor(text, article) {
  const label = el('span', {}, t('evidence.copy'));
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      label.textContent = t('evidence.copied');
    } catch {
      // No clipboard here (plain http, or a sandbox): select the words, so that the reader's own copy key takes them.
      getSelection().selectAllChildren(words);
    }
  };
  const words = el('bdi', { lang: article.language, dir: article.dir }, text);
  return el('p', { class: 'anchor' }, el('span', {}, `${t('evidence.search')} `, OPENING, words, CLOSING),
    el('button', { type: 'button', class: 'copy', onclick: copy }, icon(ICONS.copy), label));
}

/** Show a work that is no article of ours: outside knowledge in a dashed box, or the data set that a border comes from. */
function cited({ work, says }, basis) {
  const line = [work.author, work.place, work.date].filter(Boolean).join(', ');
  return el('section', { class: 'outside' },
    el('h3', {}, t(basis === 'boundary' ? 'evidence.source' : 'evidence.outside')),
    says && (typeof says === 'string' ? el('p', { lang: 'en', dir: 'ltr' }, says) : inLanguage('p', says)),
    work.citation && el('p', { class: 'note', lang: 'en', dir: 'ltr' }, work.citation),
    el('p', { lang: 'en', dir: 'ltr' }, el('cite', {}, work.title), line && `. ${line}`,
      work.isbn && `. ISBN ${work.isbn}`, work.url && ['. ', el('a', { href: work.url, target: '_blank', rel: 'noopener' }, work.url)]));
}

const FORMS = { bib: 'BibTeX', ris: 'RIS', json: 'CSL-JSON' };

const citation = ({ cite, permalink, cite_paths: paths, data_path: data }) => [
  el('p', { class: 'cite' }, t('evidence.cite'), ': ',
    ...Object.entries(FORMS).map(([form, name]) => el('a', { href: config.base_url + paths[form], download: '', dir: 'ltr' }, name)),
    el('a', { href: config.base_url + data, type: 'application/geo+json' }, t('evidence.data'))),
  el('details', { class: 'proof' }, el('summary', {}, t('evidence.permalink')),
    el('p', { lang: 'en', dir: 'ltr' }, cite),
    el('p', { dir: 'ltr' }, el('a', { href: permalink }, permalink))),
];

/** Make the address of a page of ours that keeps language, theme and release. */
const pageOf = (path) => `${config.base_url}${path}?lang=${config.lang}${param('theme') ? `&theme=${config.theme}` : ''}&release=${config.release}`;
