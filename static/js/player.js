// The lesson player (courses): the next step stands there at once while the act that sets
// the place goes out behind it and is sent again until it has arrived. Sending twice does
// no harm: an act names its run and its step. Without this script the same forms work.

const UNSENT = 'courses.unsent'; // acts that have not arrived yet, kept from page to page
const SAME_TAP = 700; // ms after a page change in which a tap was meant for the page before (K7)
const AGAIN = 2000; // ms between two tries
const PATIENCE = 1500; // ms that a link waits for acts that are still on their way

const ahead = new Map(); // pages fetched ahead: address → promise of { url, html }
let shown = performance.now();
let aloud = false;
let sending; // the promise of the sender, while there is one
let timer;

function unsent() {
  try {
    return JSON.parse(sessionStorage.getItem(UNSENT)) || [];
  } catch {
    return [];
  }
}

function keep(list) {
  try {
    sessionStorage.setItem(UNSENT, JSON.stringify(list));
  } catch { /* no room: the act in flight is all there is */ }
}

function wait(ms) {
  return new Promise((done) => { setTimeout(done, ms); });
}

// send sends the acts one after another: the second may need the cookie of the first.
async function send() {
  for (let list = unsent(); list.length > 0; list = unsent()) {
    const act = list[0];
    const answer = await fetch(act.url, {
      method: 'POST', body: new URLSearchParams(act.body), credentials: 'same-origin', redirect: 'manual', keepalive: true,
    });
    if (answer.type !== 'opaqueredirect' && answer.status >= 500) throw new Error(String(answer.status));
    keep(unsent().slice(1));
    if (answer.type !== 'opaqueredirect' && answer.status >= 400) { // not ours any more: see what is
      keep([]);
      location.reload();
      return;
    }
  }
}

function flush() {
  clearTimeout(timer);
  if (!sending) {
    sending = send()
      .catch(() => { timer = setTimeout(flush, AGAIN); })
      .finally(() => { sending = undefined; });
  }
  return sending;
}

function page(url) {
  if (!ahead.has(url)) {
    const wanted = fetch(url, { credentials: 'same-origin', headers: { Accept: 'text/html', Purpose: 'prefetch' } })
      .then(async (answer) => {
        if (!answer.ok) throw new Error(String(answer.status));
        return { url: answer.url, html: await answer.text() };
      });
    wanted.catch(() => ahead.delete(url));
    ahead.set(url, wanted);
  }
  return ahead.get(url);
}

function fetchAhead() {
  const form = document.querySelector('form[data-next]');
  if (form && form.dataset.next) page(new URL(form.dataset.next, location.href).href).catch(() => {});
}

function trying(on) {
  const note = document.querySelector('[data-trying]');
  if (note) note.hidden = !on;
}

// show puts a step in place of the one that stands there; it tries until it has it.
async function show(url, push) {
  let got;
  while (!got) {
    try {
      got = await page(url);
    } catch {
      trying(true);
      await wait(AGAIN);
    }
  }
  ahead.delete(url); // its form's ID belongs to one showing
  const doc = new DOMParser().parseFromString(got.html, 'text/html');
  if (!doc.querySelector('article.lesson')) {
    location.assign(got.url);
    return;
  }
  const root = document.documentElement; // its size and language may have changed meanwhile
  for (const name of root.getAttributeNames()) {
    if (!doc.documentElement.hasAttribute(name)) root.removeAttribute(name);
  }
  for (const name of doc.documentElement.getAttributeNames()) root.setAttribute(name, doc.documentElement.getAttribute(name));
  for (const part of ['.nav', '.progress', '.sizes', 'main', '.foot-left', '.foot-main']) {
    document.querySelector(part).replaceWith(doc.querySelector(part));
  }
  document.title = doc.title;
  if (push) history.pushState(null, '', got.url);
  shown = performance.now();
  aloud = false;
  window.scrollTo(0, 0);
  const heading = document.querySelector('main h1');
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  fetchAhead();
}

document.addEventListener('click', (event) => { // a double tap is one tap, also across two steps
  if (performance.now() - shown < SAME_TAP && event.target.closest('main a,main button,.foot-left,.foot-main')) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}, true);

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!form.matches('form[data-move]') || event.defaultPrevented) return;
  event.preventDefault();
  const button = event.submitter || form.querySelector('button[name=target]');
  const fields = new URLSearchParams(new FormData(form));
  fields.set('target', button.value);
  if (aloud) fields.set('aloud', '1');
  keep([...unsent(), { url: form.action, body: fields.toString() }]);
  flush();
  show(form.action.replace(/next$/, button.value) + '?run=' + encodeURIComponent(fields.get('run')), true);
});

document.addEventListener('click', (event) => { // what comes next may need what is on its way
  const link = event.target.closest('a[href]');
  if (!link || event.defaultPrevented || unsent().length === 0) return;
  event.preventDefault();
  Promise.race([flush(), wait(PATIENCE)]).then(() => location.assign(link.href));
});

window.addEventListener('popstate', () => show(location.href, false));
window.addEventListener('online', () => flush());

new MutationObserver(() => { aloud = aloud || document.documentElement.hasAttribute('data-speaking'); })
  .observe(document.documentElement, { attributes: true, attributeFilter: ['data-speaking'] });

if (unsent().length > 0) {
  flush().then(() => { // the page after a lesson was made before its last act had arrived
    if (document.querySelector('article.lesson-done') && unsent().length === 0) location.reload();
  });
}
fetchAhead();
