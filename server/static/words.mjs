/** Names, digits and dates in the reader's language. */

import { config } from './page.mjs';

const PERSIAN = '۰۱۲۳۴۵۶۷۸۹';
const MONTHS = config.lang === 'fa' ? 'fa-u-ca-gregory' : config.lang;

/** Set Western digits in the reader's digits. */
export const digits = (text) => (config.lang === 'fa' ? String(text).replace(/\d/g, (digit) => PERSIAN[digit]) : String(text));

/**
 * Choose the text of a record `{en: …, fa: …}` in the reader's language.
 * @returns {{text: string, lang: string}|null} the text with the language that it is in, or null when there is none
 */
export function pick(record) {
  for (const lang of [config.lang, 'en', ...Object.keys(record ?? {})]) {
    if (record?.[lang]) return { text: String(record[lang]), lang };
  }
  return null;
}

/** Choose a property `stem_en`, `stem_fa` … of a map feature in the reader's language. */
export const property = (properties, stem) => properties[`${stem}_${config.lang}`] ?? properties[`${stem}_en`] ?? '';

/** Put an ISO date of any precision (2010, 2010-09, 2010-09-19) in words. */
function dateText(iso) {
  const [year, month, day] = iso.split('-').map(Number);
  if (!month) return digits(year);
  const options = { year: 'numeric', month: 'long', timeZone: 'UTC', ...(day ? { day: 'numeric' } : {}) };
  return new Intl.DateTimeFormat(MONTHS, options).format(new Date(Date.UTC(year, month - 1, day || 1)));
}

const INTERVAL = /^(\d{4}(?:-\d\d){0,2}|…)(?: – (\d{4}(?:-\d\d){0,2}|…))?$/;

/**
 * Put a date or an interval of ISO dates (`2016-06 – 2017-06`, an open end is `…`) in words.
 * @returns {string} any other text as it is, with the reader's digits
 */
export function periodText(text) {
  const [, start, end = start] = INTERVAL.exec(text) ?? [];
  if (!start) return digits(text);
  if (start === end) return dateText(start);
  return [start, end].map((one) => (one === '…' ? one : dateText(one))).join(' – ');
}

/** Direction of a language's script. */
export const direction = (lang) => (lang === 'fa' || lang === 'ar' ? 'rtl' : 'ltr');

/** Separator of short facts: a middle dot beside Persian digits reads as a zero. */
export const SEPARATOR = config.lang === 'fa' ? '، ' : ' · ';

/** Separator of the items of a list. */
export const LIST = config.lang === 'fa' ? '، ' : ', ';
