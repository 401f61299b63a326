/** Names, digits and dates in the reader's language; in Persian with both calendars. */

import { config } from './page.mjs';

const PERSIAN = '۰۱۲۳۴۵۶۷۸۹';
/** By which dates are written as server/dates.py writes them: the day before the month. */
const MONTHS = { en: 'en-GB', fa: 'fa-u-ca-gregory' }[config.lang] ?? config.lang;

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

/** Put an ISO date of any precision (2010, 2010-09, 2010-09-19) in words. */
function dateText(iso) {
  const [year, month, day] = iso.split('-').map(Number);
  if (!month) return digits(year);
  const options = { year: 'numeric', month: 'long', timeZone: 'UTC', ...(day ? { day: 'numeric' } : {}) };
  return new Intl.DateTimeFormat(MONTHS, options).format(new Date(Date.UTC(year, month - 1, day || 1)));
}

const SOLAR = new Intl.DateTimeFormat('fa-IR-u-ca-persian', { year: 'numeric', month: 'long', day: 'numeric', timeZone: 'UTC' });

/** Write a Gregorian date of any precision in the Solar Hijri calendar; a month or a year lies in two of its own. */
function solarText(iso) {
  const [year, month, day] = iso.split('-').map(Number);
  const parts = (time) => Object.fromEntries(SOLAR.formatToParts(new Date(time)).map(({ type, value }) => [type, value]));
  if (day) {
    const on = parts(Date.UTC(year, month - 1, day));
    return `${on.day} ${on.month} ${on.year}`;
  }
  const [first, last] = month ? [parts(Date.UTC(year, month - 1, 1)), parts(Date.UTC(year, month, 0))] : [parts(Date.UTC(year, 0, 1)), parts(Date.UTC(year, 11, 31))];
  if (!month) return `${first.year}/${last.year}`;
  return first.year === last.year ? `${first.month}-${last.month} ${last.year}` : `${first.month} ${first.year}/${last.month} ${last.year}`;
}

const INTERVAL = /^(\d{4}(?:-\d\d){0,2}|…)(?: – (\d{4}(?:-\d\d){0,2}|…))?$/;

/**
 * Put a date or an interval of ISO dates (`2016-06 – 2017-06`, an open end is `…`) in words; in Persian the Solar Hijri date
 * stands beside the Gregorian.
 * @returns {string} any other text as it is, with the reader's digits
 */
export function periodText(text) {
  const [, start, end = start] = INTERVAL.exec(text) ?? [];
  if (!start) return digits(text);
  const both = start === end ? [start] : [start, end];
  const write = (one) => both.map((part) => (part === '…' ? part : one(part))).join(' – ');
  return config.lang === 'fa' ? `${write(dateText)} (${write(solarText)})` : write(dateText);
}

/** Direction of a language's script. */
export const direction = (lang) => (lang === 'fa' || lang === 'ar' ? 'rtl' : 'ltr');

/** Separator of short facts: a middle dot beside Persian digits reads as a zero. */
export const SEPARATOR = config.lang === 'fa' ? '، ' : ' · ';

/** The marks around what is quoted. */
export const [OPENING, CLOSING] = config.lang === 'en' ? '“”' : '«»';

/** Separator of the items of a list. */
export const LIST = config.lang === 'fa' ? '، ' : ', ';
