// The page of a live class on one's own device: one button in, and from then on the page
// looks after itself.

import { ClassRoom, follow, showStep, words } from './live-room.js';

const root = document.getElementById('live');
const status = document.getElementById('live-status');
const join = document.getElementById('live-join');
const leave = document.getElementById('live-leave');
const home = document.getElementById('live-home');
const ask = document.getElementById('live-ask');
const panel = document.getElementById('live-step');
const again = document.getElementById('live-again');
const recorded = document.getElementById('live-recorded');
const picture = document.getElementById('live-picture');
const say = words();
const id = root.dataset.class;
const planned = status.textContent;
const mark = `live.${id}`; // says that this tab is in class, so that a reload comes back

const inside = ['joining', 'live', 'waiting', 'slow', 'stalled', 'nomedia', 'full', 'sound'];
const buttons = { open: 'button-join', left: 'button-again', taken: 'button-again', sound: 'button-sound' };
const spoken = { stalled: true, over: true };

let phase = root.dataset.phase;
let version = root.dataset.version;

function remember(yes) {
  try {
    if (yes) sessionStorage.setItem(mark, '1');
    else sessionStorage.removeItem(mark);
  } catch (_) { /* no storage: a reload asks for one tap */ }
}

function remembered() {
  try { return sessionStorage.getItem(mark) === '1'; } catch (_) { return false; }
}

// aloud says a sentence once, where the device has a voice for the page's language.
function aloud(text) {
  const synth = window.speechSynthesis;
  const lang = document.documentElement.lang;
  const voice = synth && synth.getVoices().find((v) => v.lang.slice(0, 2) === lang.slice(0, 2));
  if (!voice || synth.speaking) return;
  const u = new SpeechSynthesisUtterance(text);
  u.voice = voice;
  u.lang = voice.lang;
  u.rate = 0.85;
  synth.speak(u);
}

let lock = null; // the screen stays on in class, where the browser can do that
async function awake(on) {
  try {
    if (on && !lock && navigator.wakeLock) lock = await navigator.wakeLock.request('screen');
    if (!on && lock) { await lock.release(); lock = null; }
  } catch (_) { lock = null; }
}

function show(word) {
  const before = root.dataset.state;
  root.dataset.state = word;
  status.textContent = word === 'planned' ? planned : say[word];
  const button = buttons[word];
  join.hidden = !button;
  if (button) join.textContent = say[button];
  home.hidden = !['planned', 'over'].includes(word) || !again.hidden;
  leave.hidden = !inside.includes(word);
  awake(inside.includes(word));
  if (before !== word && spoken[word]) aloud(say[word]);
}

const able = 'noVideo' in root.dataset ? 'novideo' : window.RTCPeerConnection ? '' : 'old';

const room = new ClassRoom({
  id,
  video: document.getElementById('live-video'),
  tell: (word) => {
    if (word === 'over' || word === 'left' || word === 'refused') remember(false);
    if (word === 'refused') location.reload(); // a hall tablet by now: the page is another one
    else show(word);
  },
  measure: (sum) => {
    root.dataset.frames = sum.frames;
    root.dataset.packets = sum.packets;
    root.dataset.energy = sum.energy;
  },
});

function enter() {
  if (!window.LivekitClient) { // not there yet, or broken on its way
    show('joining');
    setTimeout(() => (window.LivekitClient ? enter() : location.reload()), 3000);
    return;
  }
  remember(true);
  room.join();
}

join.addEventListener('click', () => {
  if (root.dataset.state === 'sound') room.sound();
  else enter();
});

function goAway() {
  remember(false);
  room.leave('left');
}

leave.addEventListener('click', () => {
  if (ask.showModal) ask.showModal();
  else goAway();
});
ask.querySelector('[data-stay]').addEventListener('click', () => ask.close());
ask.querySelector('[data-go]').addEventListener('click', () => { ask.close(); goAway(); });

document.addEventListener('visibilitychange', () => {
  if (!document.hidden && room.wanted) { lock = null; awake(true); }
});

// hearAgain puts the recording in the place of the way home, once there is one.
function hearAgain(can) {
  again.hidden = !can;
  if (can) home.hidden = true;
}

function onState(state) {
  recorded.hidden = !state.recorded;
  hearAgain(state.again);
  if (state.phase !== phase) {
    if (phase === 'over') { location.reload(); return; }
    phase = state.phase;
    root.dataset.phase = phase;
    if (phase === 'over') {
      if (ask.open) ask.close();
      room.leave('over');
      show('over');
    } else if (phase === 'open' && !room.wanted) show(able || 'open');
  }
  if (String(state.version) === version && !panel.hidden === Boolean(state.step.title)) return;
  version = String(state.version);
  panel.hidden = !state.step.title;
  picture.classList.toggle('alone', panel.hidden);
  showStep(state.step);
}

follow(`/api/v1/classes/${id}`, onState, (ok) => {
  room.reachable = ok;
  if (!ok && room.wanted && !room.room) show('stalled');
});

// The size of the letters changes without leaving the class.
const sizes = document.querySelector('form.sizes');
sizes.addEventListener('submit', (event) => {
  if (!room.wanted || !event.submitter) return;
  event.preventDefault();
  const size = event.submitter.value;
  fetch(sizes.action, { method: 'POST', body: new URLSearchParams({ size, back: '/' }), redirect: 'manual' }).catch(() => {});
  document.documentElement.dataset.size = size;
  for (const b of sizes.querySelectorAll('button')) b.setAttribute('aria-pressed', String(b.value === size));
  setTimeout(() => { delete sizes.dataset.busy; event.submitter.removeAttribute('aria-busy'); });
});

if (phase === 'open' && able) show(able);
else if (phase === 'open' && remembered()) window.addEventListener('load', enter);
else show(phase);
