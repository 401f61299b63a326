/**
 * The embed: the same map in an iframe, which tells the page around it how high it would like to be, in px:
 * `{type: 'corridormap:height', height}`. WordPress gets its own message, with the secret from `#?secret=`. A page that
 * begins to listen when the frame has spoken already asks `{type: 'corridormap:ready'}`, WordPress `{message: 'ready', secret}`.
 */

import './app.mjs';

const WORDPRESS = { least: 200, most: 1000 };
const readSecret = () => /[#&?]secret=([A-Za-z0-9]+)/.exec(location.hash)?.[1] ?? null;
let secret = readSecret(); // the view that is written into the address later takes its place there

/** Ask for about two thirds of the width, within what still shows a map, plus what stands below it. */
function wantedHeight() {
  const below = ['.embed-line', '#time'].reduce((sum, part) => sum + (document.querySelector(part)?.offsetHeight ?? 0), 0);
  return Math.round(Math.min(720, Math.max(360, innerWidth * 0.62)) + below);
}

let told = 0;

function tell() {
  const height = wantedHeight();
  if (height === told || window.parent === window) return;
  told = height;
  // The page around may be of any origin, and the number is no secret.
  window.parent.postMessage({ type: 'corridormap:height', height }, '*');
  if (!secret) return;
  const value = Math.min(WORDPRESS.most, Math.max(WORDPRESS.least, height));
  window.parent.postMessage({ secret, message: 'height', value }, '*');
}

function tellAgain() {
  told = 0;
  tell();
}

const isQuestion = (data) => data?.type === 'corridormap:ready' || (secret && data?.message === 'ready' && data.secret === secret);
addEventListener('message', ({ source, data }) => { if (source === window.parent && isQuestion(data)) tellAgain(); });
// WordPress may give a frame its secret when it is here already.
addEventListener('hashchange', () => {
  secret = readSecret() ?? secret;
  tellAgain();
});

// A page that is printed waits for no picture of a frame: it is fetched before, when all else is here, unless readers pay for each byte.
if (!navigator.connection?.saveData) addEventListener('load', () => document.querySelector('img.printed')?.setAttribute('loading', 'eager'));

const sizes = new ResizeObserver(tell);
// The line is higher or lower once its fonts have come.
for (const part of document.querySelectorAll('body, .embed-line, #time')) sizes.observe(part);
tell();
