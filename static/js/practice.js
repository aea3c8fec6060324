// A practice without waiting: every place of the scene is fetched once, a tap shows the next
// one at once, and the taps go to the server behind it, which plays them again and decides.
// Without this script each tap is a form.

import * as engine from './practice-engine.js';

const SAME_TAP = 600; // ms after a change in which a tap was meant for the place before (K7)
const AGAIN = 2000; // ms between two tries to send
const SOON = 150; // ms in which taps are gathered before they are sent

let scene; // { machine, parts: place → template, st, at } once it is here
let shown = performance.now();
let last = ''; // the act of the last tap
let unsent = []; // taps that have not arrived yet
let sent = 0; // how many the server has
let sending = false;
let timer;
let pressed; // the button that was pressed last, for browsers that do not say

const form = () => document.getElementById('tap');

function fields() {
  return new URLSearchParams(new FormData(form()));
}

// state is where the page stands, from what the server wrote on it.
function taps() {
  try {
    return JSON.parse(form().dataset.taps);
  } catch {
    return undefined;
  }
}

async function load() {
  const f = fields();
  const address = `${form().getAttribute('action')}/pieces?${new URLSearchParams({ mode: f.get('mode'), run: f.get('run') })}`;
  const answer = await fetch(address, { credentials: 'same-origin' });
  if (!answer.ok) return;
  const doc = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const root = doc.querySelector('[data-machine]');
  if (!root || !form()) return;
  const machine = JSON.parse(root.dataset.machine);
  const parts = {};
  for (const t of root.querySelectorAll('template')) parts[t.dataset.at] = t;
  const list = taps();
  const st = list && engine.play(machine, f.get('mode'), list);
  if (!st || engine.done(st) || !parts[`${st.where}:${st.id}`]) return; // the forms go on working
  sent = list.length;
  scene = { machine, parts, st, at: list.length, play: f.get('play'), run: f.get('run'), mode: f.get('mode'), action: form().action };
}

function body(list, from) {
  const f = new URLSearchParams({ play: scene.play, at: String(from), run: scene.run, mode: scene.mode });
  for (const act of list) f.append('do', act);
  return f;
}

async function send() {
  if (sending || unsent.length === 0) return;
  sending = true;
  const batch = [...unsent];
  const f = body(batch, sent);
  f.set('quiet', '1');
  try {
    const answer = await fetch(scene.action, { method: 'POST', body: f, credentials: 'same-origin', keepalive: true });
    if (answer.status >= 500) throw new Error(String(answer.status));
    if (answer.status !== 204) { // another page has moved it: see where it is
      location.reload();
      return;
    }
    sent += batch.length;
    unsent = unsent.slice(batch.length);
    sending = false;
    if (unsent.length > 0) send();
  } catch {
    sending = false;
    clearTimeout(timer);
    timer = setTimeout(send, AGAIN);
  }
}

// end sends what is left as one form: the server says how it ended.
function end() {
  const f = document.createElement('form');
  f.method = 'post';
  f.action = scene.action;
  f.hidden = true;
  for (const [name, value] of body(unsent, sent)) {
    const i = document.createElement('input');
    i.type = 'hidden';
    i.name = name;
    i.value = value;
    f.append(i);
  }
  document.body.append(f);
  f.submit();
}

// earlier are the lines that the same person wrote before, as the server would show them.
function earlier(part) {
  const face = part.querySelector('.drawn');
  const name = part.querySelector('.caller');
  if (!face || !['chat', 'message'].includes(face.dataset.face)) return;
  let lines = [];
  for (const [where, id] of scene.st.trail) {
    const t = scene.parts[`${where}:${id}`];
    const drawn = t && id !== scene.st.id && t.content.querySelector('.drawn');
    const who = drawn && drawn.querySelector('.caller');
    if (drawn && drawn.dataset.face === face.dataset.face && who && name && who.textContent === name.textContent) {
      lines = lines.concat([...drawn.querySelectorAll('.bubble')]);
    }
  }
  const first = part.querySelector('.bubble');
  for (const line of lines.slice(-2)) {
    const old = document.importNode(line, true);
    old.classList.add('before');
    first.before(old);
  }
}

function show(kept) {
  const { st } = scene;
  const t = scene.parts[`${st.where}:${st.id}`];
  const part = document.importNode(t.content, true);
  const level = engine.help(st);
  const stays = {
    goal: scene.at === 0, nothing: st.nothing, hint: level >= 1, arrow: level >= 2 || st.where === 'shown', ask: engine.canAsk(st),
    back: st.trail.length > 0, out: st.trail.length === 0,
  };
  for (const e of part.querySelectorAll('[data-if]')) if (!stays[e.dataset.if]) e.remove();
  if (!stays.arrow) for (const e of part.querySelectorAll('.marked')) e.classList.remove('marked');
  for (const i of part.querySelectorAll('#tap input[name=play]')) i.value = scene.play;
  for (const i of part.querySelectorAll('#tap input[name=at]')) i.value = String(scene.at);
  earlier(part);
  const main = document.getElementById('main');
  main.dataset.speak = [t.dataset.speak, stays.hint ? t.dataset.hint : ''].filter(Boolean).join('\n');
  main.replaceChildren(...part.querySelector('[data-part=main]').childNodes);
  for (const name of ['foot-left', 'foot-main']) {
    document.querySelector(`.${name}`).replaceChildren(...part.querySelector(`[data-part=${name}]`).childNodes);
  }
  shown = performance.now();
  if (kept) return;
  window.scrollTo(0, 0);
  const heading = main.querySelector('h1');
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

document.addEventListener('click', (event) => {
  pressed = event.target.closest('button');
}, true);

document.addEventListener('submit', (event) => {
  if (!scene || event.target.id !== 'tap') return;
  event.preventDefault();
  delete event.target.dataset.busy;
  const button = event.submitter || pressed;
  if (button) button.removeAttribute('aria-busy');
  const act = button && button.value;
  const soon = performance.now() - shown < SAME_TAP;
  const keys = document.querySelector('[data-face=keypad]');
  if (!act || soon && (act === last || !keys)) return; // a double tap is one tap
  const st = engine.tap(scene.machine, scene.st, act);
  if (!st) return;
  const before = engine.base(scene.machine, scene.st.id);
  last = act;
  scene.st = st;
  scene.at += 1;
  unsent.push(act);
  if (engine.done(st)) {
    clearTimeout(timer);
    if (!sending) {
      end();
      return;
    }
    const wait = setInterval(() => { // what is on its way arrives first
      if (sending) return;
      clearInterval(wait);
      end();
    }, 50);
    return;
  }
  show(st.where === 'screen' && engine.base(scene.machine, st.id) === before);
  clearTimeout(timer);
  timer = setTimeout(send, SOON);
});

window.addEventListener('pagehide', () => send());
window.addEventListener('online', () => send());
window.addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload(); // it may have gone on elsewhere
});

if (form()) load().catch(() => {});
