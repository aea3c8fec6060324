// What a shared tablet does besides showing pages (app/room): it follows its seat, goes
// where the trainer sends everybody, shows that help is coming, and asks whether somebody
// is still there before it is free for the next one. Pages work without it.

const EVERY = 2000; // ms between two looks at the room
const SIGNAL = 20000; // ms between two signals of ours
const ASK = 5 * 60000; // idle time before the question (senior-ui.md I4)
const WAITING = ['/', '/tablet', '/card', '/help']; // pages of a tablet where nobody sits yet
const FREE = 6 * 60000; // idle time after which the tablet is free

let state; // the last look; undefined before the first
let words; // what the tablet may have to say, asked for when first needed
let acted = Date.now(); // when somebody last did something here; opening a page counts
let signalled = Number(sessionStorage.getItem('signalled')) || 0; // kept from page to page
let leaving = false;

for (const kind of ['pointerdown', 'keydown', 'touchmove', 'wheel', 'input']) {
  document.addEventListener(kind, () => { if (!question || question.hidden) acted = Date.now(); }, { passive: true, capture: true });
}

function request(url, init) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), 10000); // a lost line must not hold the next look up
  return fetch(url, { credentials: 'same-origin', headers: { Accept: 'application/json' }, signal: stop.signal, ...init })
    .finally(() => clearTimeout(timer));
}

async function send(url, fields) {
  const answer = await request(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
  if (!answer.ok) throw new Error(String(answer.status));
}

function post(url, fields) { // as a form does it: the answer is a page
  const form = document.createElement('form');
  form.method = 'post';
  form.action = url;
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement('input');
    input.type = 'hidden';
    input.name = name;
    input.value = value;
    form.append(input);
  }
  document.body.append(form);
  leaving = true;
  form.submit();
}

// She gives the tablet up: the page that follows is the form's to choose.
document.addEventListener('submit', (event) => {
  if (new URL(event.target.action, location.href).pathname === '/leave') leaving = true;
});

function go(url) {
  leaving = true;
  location.assign(url);
}

async function ask(url) {
  const answer = await request(url);
  if (answer.status === 401 || answer.status === 403) go('/'); // taken off the venue
  if (!answer.ok) throw new Error(String(answer.status));
  return answer;
}

async function say(key) {
  if (!words) words = (await (await ask('/tablet/state?words=1')).json()).words;
  return words[key];
}

// Somebody listens or watches, or sits in a class that the whole hall follows: nobody is
// asked then.
function busy() {
  if (document.documentElement.dataset.speaking || document.querySelector('.live-hall[data-phase=open]')) return true;
  return [...document.querySelectorAll('audio,video')].some((m) => !m.paused && !m.ended);
}

async function look() {
  const now = await (await ask('/tablet/state')).json();
  const before = state;
  state = now;
  if (leaving) return;
  // Somebody was seated here, or no longer sits here. In the middle of a lesson a new seat
  // is her own doing: a visitor's first step makes one.
  if (before && before.seat !== now.seat && (before.seat || WAITING.includes(location.pathname))) return go('/tablet');
  if (before && !now.seat && before.session !== now.session) return go(location.pathname === '/' ? '/' : '/tablet');
  if (now.push && !(question && !question.hidden)) return post('/tablet/go', { version: now.push.version });
  await showHand(now.hand);
  await renewTiles();
}

// ---- the idle question

let question;

async function idle() {
  if (busy()) acted = Date.now();
  const quiet = Date.now() - acted;
  if (!state || leaving) return;
  if (!state.seat) {
    if (quiet > FREE && location.pathname !== '/tablet') go('/');
    return;
  }
  if (quiet >= FREE) post('/leave', { why: 'idle' });
  else if (quiet >= ASK) await showQuestion();
}

async function showQuestion() {
  if (question && !question.hidden) return;
  if (!question) question = await makeQuestion();
  question.hidden = false;
  question.querySelector('.main').focus();
}

async function makeQuestion() {
  const box = document.createElement('div');
  box.className = 'still';
  box.hidden = true;
  box.setAttribute('role', 'alertdialog');
  box.setAttribute('aria-modal', 'true');
  box.setAttribute('aria-labelledby', 'still-title');
  const inner = document.createElement('div');
  const title = document.createElement('h1');
  title.id = 'still-title';
  title.textContent = await say('still_title');
  const text = document.createElement('p');
  text.className = 'say';
  text.textContent = await say('still_text');
  const buttons = document.createElement('div');
  buttons.className = 'btns';
  const yes = document.createElement('button');
  yes.className = 'btn main';
  yes.textContent = await say('still_yes');
  yes.addEventListener('click', () => {
    acted = Date.now();
    box.hidden = true;
    signal();
  });
  const no = document.createElement('button');
  no.className = 'btn';
  no.textContent = await say('still_no');
  no.addEventListener('click', () => post('/leave', {}));
  buttons.append(yes, no);
  inner.append(title, text, buttons);
  box.append(inner);
  document.body.append(box);
  return box;
}

// ---- signals: that the tablet is there, and that somebody acts without opening a page

function signal() {
  signalled = Date.now();
  sessionStorage.setItem('signalled', String(signalled));
  const active = Date.now() - acted < 75000; // the server notes an act once a minute
  send('/tablet/here', { active: active ? '1' : '' }).catch(() => {});
}

// ---- the hand

let strip;

async function showHand(hand) {
  if (!hand) {
    if (strip) strip.hidden = true;
    return;
  }
  if (!strip) {
    strip = document.createElement('div');
    strip.className = 'hand-strip';
    strip.setAttribute('role', 'status');
    strip.append(document.createElement('span'), document.createElement('button'));
    strip.lastChild.type = 'button';
    strip.lastChild.textContent = await say('hand_cancel');
    strip.lastChild.addEventListener('click', () => {
      strip.hidden = true;
      send('/help/cancel', {}).catch(() => {});
    });
  }
  if (!strip.isConnected) document.querySelector('.foot').prepend(strip); // the footer was renewed with its step
  const text = await say(hand === 'coming' ? 'hand_coming' : 'hand_up');
  if (strip.firstChild.textContent !== text) strip.firstChild.textContent = text;
  strip.lastChild.hidden = hand === 'coming';
  strip.hidden = false;
}

document.addEventListener('submit', (event) => { // call without leaving the page
  const form = event.target;
  if (form.getAttribute('action') !== '/help/call' || !state || !state.session) return;
  event.preventDefault();
  const id = form.elements.namedItem('id');
  send('/help/call', { id: id.value })
    .then(() => showHand('up'))
    .then(() => {
      id.value = newID();
      delete form.dataset.busy;
      for (const b of form.querySelectorAll('[aria-busy]')) b.removeAttribute('aria-busy');
    })
    .catch(() => form.submit());
});

function newID() { // crypto.randomUUID is missing on plain HTTP
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 15) | 64;
  b[8] = (b[8] & 63) | 128;
  const hex = [...b].map((x) => x.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

// ---- the tiles, while people are being checked in

const tiles = document.querySelector('[data-tiles]');
const listed = (root) => [...root.querySelectorAll('.who-tile')].map((b) => b.value + b.textContent).join('|');
let renewed = Date.now();

async function renewTiles() {
  if (!tiles || Date.now() - renewed < 2 * EVERY) return;
  renewed = Date.now();
  const fresh = document.createElement('div');
  fresh.innerHTML = await (await ask('/tablet/tiles?page=' + encodeURIComponent(tiles.dataset.tiles))).text();
  if (listed(fresh) !== listed(tiles) || fresh.querySelector('h1').textContent !== tiles.querySelector('h1').textContent) {
    tiles.replaceChildren(...fresh.childNodes);
  }
}

// ---- the clockwork

async function round() {
  try {
    if (Date.now() - signalled >= SIGNAL) signal();
    await look();
    await idle();
  } catch { // no line to the server for now: the next round asks again
  }
  if (!leaving) setTimeout(round, document.hidden ? 5 * EVERY : EVERY);
}

window.addEventListener('pageshow', (event) => {
  if (!event.persisted) return;
  acted = Date.now();
  if (leaving) {
    leaving = false;
    round();
  }
});
setTimeout(round, 1000);
