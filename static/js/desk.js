// The desk, made quick: a scanner may read the next card before the page has answered,
// the list renews itself every two seconds, and a part that somebody is using is left
// alone. Without this module the same forms work, one page at a time.

const form = document.getElementById('scan-form');
const input = document.getElementById('scan');
const every = 2000; // ms between looks (design.md section 6: pushes, or polling every 2 s)
const patience = 10000; // ms until an answer is given up

// A UUID of version 7. crypto.randomUUID is missing on plain HTTP, getRandomValues is not.
function newID() {
  const b = crypto.getRandomValues(new Uint8Array(16));
  let t = Date.now();
  for (let i = 5; i >= 0; i--) {
    b[i] = t % 256;
    t = Math.floor(t / 256);
  }
  b[6] = (b[6] & 0x0f) | 0x70;
  b[8] = (b[8] & 0x3f) | 0x80;
  const hex = Array.from(b, (x) => x.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function ask(url, options) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  return fetch(url, { credentials: 'same-origin', signal: stop.signal, ...options }).finally(() => clearTimeout(timer));
}

const live = () => document.querySelector('.desk-live');

// busy tells whether somebody is in the middle of something in the part that renews.
function busy() {
  const part = document.getElementById('live');
  return part.querySelector('details[open]') !== null || part.contains(document.activeElement);
}

function away(yes) {
  const part = document.getElementById('live');
  const said = part.querySelector('.desk-away');
  if (yes && !said) {
    const p = document.createElement('p');
    p.className = 'desk-away';
    p.setAttribute('role', 'status');
    p.textContent = document.getElementById('away').textContent;
    part.prepend(p);
  }
  if (!yes && said) said.remove();
}

let working = false; // one request at a time, so that answers come in order

async function look() {
  const now = live();
  if (working || busy() || document.hidden || !now) return;
  working = true;
  try {
    const res = await ask(now.dataset.url + '?v=' + now.dataset.version);
    if (res.redirected || res.status === 401 || res.status === 403) {
      window.location.reload();
      return;
    }
    if (res.status === 200) {
      const text = await res.text();
      if (!busy()) {
        const was = now.dataset.phase;
        document.getElementById('live').innerHTML = text;
        if (live() && live().dataset.phase !== was) window.location.reload(); // opened or closed elsewhere
      }
    }
    if (res.status < 500) away(false);
  } catch {
    away(true);
  } finally {
    working = false;
    next();
  }
}

// Scans wait here until the one before is answered. Each has its act's ID from the
// moment it is made: sending it again has no second effect.
const waiting = [];

async function next() {
  if (working || waiting.length === 0) return;
  working = true;
  const body = waiting[0];
  try {
    const res = await ask(form.action, { method: 'POST', body });
    if (res.status >= 500) throw new Error('not now');
    const page = new DOMParser().parseFromString(await res.text(), 'text/html');
    const said = page.getElementById('said');
    if (!said || new URL(res.url).searchParams.has('q')) { // a search, or another page
      window.location.assign(res.redirected ? res.url : window.location.href);
      return;
    }
    waiting.shift();
    document.getElementById('said').replaceWith(said);
    if (!busy()) document.getElementById('live').replaceWith(page.getElementById('live'));
    const wrong = said.querySelector('#scan-bad') !== null;
    form.querySelector('.field').classList.toggle('wrong', wrong);
    if (wrong && input.value === '') {
      input.value = page.getElementById('scan').value;
      input.select();
    }
    away(false);
    working = false;
    next();
  } catch {
    away(true);
    working = false;
    setTimeout(next, every);
  }
}

if (form) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    event.stopPropagation(); // staff.js would take a second scan for a double tap
    if (input.value.trim() === '') return;
    const body = new URLSearchParams({ id: newID(), scan: input.value });
    input.value = '';
    waiting.push(body);
    next();
  });
  input.focus();
}

// A scanner ends a number with Enter: in the field of the blank card that would send the
// form before the age band is chosen.
const card = document.getElementById('card');
if (card) {
  card.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') event.preventDefault();
  });
}

setInterval(look, every);
