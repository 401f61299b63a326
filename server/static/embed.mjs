/** The embed: the same map in an iframe, which tells the page around it how high it would like to be. */

import './app.mjs';

/** Ask for three quarters of the width, within what still shows a map, plus the line below it. */
function wantedHeight() {
  const line = document.querySelector('.embed-line').offsetHeight;
  return Math.round(Math.min(720, Math.max(360, innerWidth * 0.62)) + line);
}

let told = 0;

function tell() {
  const height = wantedHeight();
  if (height === told || window.parent === window) return;
  told = height;
  // The page around may be of any origin, and the number is no secret; it checks event.source, since ours is null.
  window.parent.postMessage({ type: 'corridormap:height', height }, '*');
}

new ResizeObserver(tell).observe(document.body);
tell();
