// A class heard again: its parts one after the other as one sound, and the step that was
// shown beside it.

import { showStep, words } from './live-room.js';

const root = document.getElementById('again');
const status = document.getElementById('again-status');
const play = document.getElementById('again-play');
const back = document.getElementById('again-back');
const now = document.getElementById('again-now');
const line = document.getElementById('again-line');
const say = words();
const parts = [...document.querySelectorAll('#again-parts li')].map((li) => ({ url: li.dataset.url, long: Number(li.dataset.ms) / 1000 }));
const steps = [...document.querySelectorAll('.again-step')];
const whole = parts.reduce((sum, p) => sum + p.long, 0);
const jump = 15; // seconds that one tap goes back
const buttons = { playing: 'button-pause', waiting: 'button-pause', paused: 'button-more', ended: 'button-over', broken: 'button-more' };

const sound = new Audio();
sound.preload = 'none';
let part = -1; // which part the element has
let sought = 0; // where in it to begin, until it can be sought

const before = (n) => parts.slice(0, n).reduce((sum, p) => sum + p.long, 0);
const clock = (s) => `${s >= 3600 ? `${Math.floor(s / 3600)}:${String(Math.floor(s / 60) % 60).padStart(2, '0')}` : Math.floor(s / 60)}:${String(Math.floor(s) % 60).padStart(2, '0')}`;

function show(word) {
  root.dataset.state = word;
  status.textContent = say[word];
  play.textContent = say[buttons[word] || 'button-play'];
}

// where says what is heard now: the time, and the last step that was shown by then.
function where() {
  const at = Math.min(before(Math.max(part, 0)) + (sound.readyState > 0 ? sound.currentTime : sought), whole);
  now.textContent = clock(at);
  line.value = whole > 0 ? Math.round((1000 * at) / whole) : 0;
  root.dataset.at = at.toFixed(1);
  let last = steps[0];
  for (const s of steps) if (before(Number(s.dataset.part)) + Number(s.dataset.ms) / 1000 <= at + 0.5) last = s;
  for (const s of steps) {
    if (s === last) s.setAttribute('aria-current', 'step');
    else s.removeAttribute('aria-current');
  }
  if (last) showStep(last.dataset);
}

function begin(n, seconds) {
  sought = seconds;
  if (n !== part) {
    part = n;
    sound.src = parts[n].url;
  } else if (sound.readyState > 0) {
    sound.currentTime = seconds;
  }
  back.hidden = false;
  sound.play().catch((e) => { if (e.name === 'NotAllowedError') show('paused'); });
  where();
}

// from begins so many seconds behind the beginning of all.
function from(at) {
  const n = Math.max(0, parts.findIndex((_, i) => before(i + 1) > at));
  begin(n, at - before(n));
}

sound.addEventListener('loadedmetadata', () => { if (sought > 0) sound.currentTime = sought; });
sound.addEventListener('timeupdate', where);
sound.addEventListener('playing', () => show('playing'));
sound.addEventListener('waiting', () => show('waiting'));
sound.addEventListener('pause', () => { if (!sound.ended) show('paused'); });
sound.addEventListener('ended', () => {
  if (part + 1 < parts.length) begin(part + 1, 0);
  else show('ended');
});
sound.addEventListener('error', () => show('broken'));

play.addEventListener('click', () => {
  const word = root.dataset.state;
  if (word === 'playing' || word === 'waiting') sound.pause();
  else if (word === 'broken') { part = -1; from(Number(root.dataset.at)); }
  else if (part < 0 || word === 'ended') begin(0, 0);
  else begin(part, sound.currentTime);
});

back.addEventListener('click', () => {
  from(Math.max(0, Number(root.dataset.at) - jump));
});

for (const s of steps) {
  s.addEventListener('click', () => begin(Number(s.dataset.part), Number(s.dataset.ms) / 1000));
}

if (sound.canPlayType('audio/ogg; codecs=opus')) {
  play.hidden = false;
  where();
} else {
  show('old');
  for (const s of steps) s.disabled = true;
}
