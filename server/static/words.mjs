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

const lastDay = (year, month) => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** Shorten an interval that is a whole month or year to that month or year; else give null. */
function wholePeriod(start, end) {
  const [year, month] = start.split('-').map(Number);
  if (start === `${year}-01-01` && end === `${year}-12-31`) return String(year);
  const stem = start.slice(0, 7);
  return start === `${stem}-01` && end === `${stem}-${lastDay(year, month)}` ? stem : null;
}

const INTERVAL = /^(\d{4}(?:-\d\d){0,2}|…)(?: – (\d{4}(?:-\d\d){0,2}|…))?$/;

/**
 * Put a date or an interval of ISO dates (`2010-09-01 – 2010-09-30`, an open end is `…`) in words.
 * @returns {string} any other text as it is, with the reader's digits
 */
export function periodText(text) {
  const [, start, end = start] = INTERVAL.exec(text) ?? [];
  if (!start) return digits(text);
  const whole = start === end ? start : wholePeriod(start, end);
  if (whole) return dateText(whole);
  return [start, end].map((one) => (one === '…' ? one : dateText(one))).join(' – ');
}

/** Direction of a language's script. */
export const direction = (lang) => (lang === 'fa' || lang === 'ar' ? 'rtl' : 'ltr');

/** Separator of short facts: a middle dot beside Persian digits reads as a zero. */
export const SEPARATOR = config.lang === 'fa' ? '، ' : ' · ';

/** Separator of the items of a list. */
export const LIST = config.lang === 'fa' ? '، ' : ', ';
