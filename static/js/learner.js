// Comfort on every learner's page: one effect for a double tap, and reading aloud.
// Everything works without it.

// ms in which a second tap on the same control is the same tap (senior-ui.md K7); longer for
// whom the warm-up found that a finger taps twice
const pause = document.documentElement.dataset.touch === '2' ? 1200 : 700;
let last = { target: null, at: 0 };

document.addEventListener('click', (event) => {
  const target = event.target.closest('a,button');
  if (!target) return;
  if (target === last.target && event.timeStamp - last.at < pause) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  last = { target, at: event.timeStamp };
}, true);

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.dataset.busy) {
    event.preventDefault();
    return;
  }
  form.dataset.busy = '1';
  if (event.submitter) event.submitter.setAttribute('aria-busy', 'true');
});

window.addEventListener('pageshow', () => { // back from the next page: forms work again
  for (const form of document.querySelectorAll('form[data-busy]')) delete form.dataset.busy;
  for (const b of document.querySelectorAll('[aria-busy]')) b.removeAttribute('aria-busy');
});

document.addEventListener('contextmenu', (event) => { // a long press is a tap (K8)
  if (event.target.closest('a,button')) event.preventDefault();
});

// Reading aloud, sentence by sentence: a recording where there is one, else the tablet's
// own voice. The sentence that is being read is marked; any tap stops it.

const button = document.querySelector('[data-speak-button]');
const rates = document.querySelector('[data-rates]');
const synth = window.speechSynthesis;
const root = document.documentElement;
const usual = '0.85'; // about 170 Han a minute (H3)
const digits = { '\u96f6': '0', '\u5e7a': '1', '\u4e00': '1', '\u4e8c': '2', '\u4e09': '3', '\u56db': '4', '\u4e94': '5', '\u516d': '6', '\u4e03': '7', '\u516b': '8', '\u4e5d': '9' }; // as Chinese says them
let reading = null; // what is being read: { parts, at, audio }

function tag() {
  return document.getElementById('main').dataset.speakLang || root.lang;
}

// voice is the tablet's voice for the text: in its own language, for Chinese in any that
// speaks Mandarin.
function voice() {
  const wanted = tag().toLowerCase();
  const all = (synth ? synth.getVoices() : []).filter((v) => !/^(zh[-_]hk|yue)/i.test(v.lang));
  return all.find((v) => v.lang.toLowerCase().replace('_', '-') === wanted)
    || all.find((v) => v.lang.slice(0, 2).toLowerCase() === wanted.slice(0, 2));
}

function rate() {
  const found = Number(root.dataset.voice || 0) / 100; // what she chose, or the warm-up proposed
  const offered = rates && [...rates.querySelectorAll('button')].find((b) => Number(b.value) === found);
  return offered ? offered.value : usual;
}

function showRate() {
  if (!rates) return;
  for (const b of rates.querySelectorAll('button')) b.setAttribute('aria-pressed', String(b.value === rate()));
}

function label(text, icon) {
  button.textContent = '';
  if (icon) {
    const mark = document.createElement('span');
    mark.setAttribute('aria-hidden', 'true');
    mark.textContent = icon;
    button.append(mark, ' ');
  }
  button.append(text);
}

// letters are the characters of a text that count when it is looked for on the page.
function letters(text) {
  return Array.from(text.toLowerCase()).filter((c) => /[\p{L}\p{N}]/u.test(c)).map((c) => digits[c] || c).join('');
}

function unmark() {
  for (const said of document.querySelectorAll('#main .said')) {
    if (said.tagName === 'SPAN') {
      const parent = said.parentNode;
      said.replaceWith(...said.childNodes);
      parent.normalize();
    } else {
      said.classList.remove('said');
    }
  }
}

// mark shows where the voice is: the sentence where it stands on the page in the same
// words, else the whole text.
function mark(sentence) {
  unmark();
  const wanted = letters(sentence);
  const places = []; // of every character that counts: its node and where it is in it
  let seen = '';
  const walk = document.createTreeWalker(document.getElementById('main'), NodeFilter.SHOW_TEXT, {
    acceptNode: (n) => (n.parentElement.closest('svg,[hidden],.visually-hidden,button') ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT),
  });
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    for (let i = 0; i < node.data.length; i += 1) {
      const c = letters(node.data[i]);
      if (c) {
        seen += c;
        places.push([node, i]);
      }
    }
  }
  const from = wanted ? seen.indexOf(wanted) : -1;
  if (from < 0) {
    const say = document.querySelector('#main .say');
    if (say) say.classList.add('said');
    return;
  }
  const ends = new Map(); // by node, the first and last place in it
  for (const [node, i] of places.slice(from, from + wanted.length)) ends.set(node, [ends.has(node) ? ends.get(node)[0] : i, i + 1]);
  for (const [node, [first, last]] of ends) {
    const range = document.createRange();
    range.setStart(node, first);
    range.setEnd(node, last);
    const said = document.createElement('span');
    said.className = 'said';
    range.surroundContents(said);
  }
}

function stop() {
  if (!reading) return;
  const was = reading;
  reading = null;
  if (was.audio) was.audio.pause();
  if (synth) synth.cancel();
  unmark();
  root.removeAttribute('data-speaking');
  label(button.dataset.start, '▶');
}

// play says one sentence and then the next; a later reading makes it do nothing more.
function play(it) {
  if (it !== reading) return;
  if (it.at >= it.parts.length) {
    stop();
    return;
  }
  const [text, recording] = it.parts[it.at];
  mark(text);
  const next = () => {
    if (it !== reading) return;
    it.at += 1;
    play(it);
  };
  if (recording) {
    it.audio = new Audio(recording);
    it.audio.playbackRate = Number(rate()) / Number(usual);
    it.audio.onended = next;
    it.audio.onerror = () => tell(it, text, next);
    it.audio.play().catch(() => { if (it === reading) tell(it, text, next); });
    return;
  }
  tell(it, text, next);
}

// sounding is a sentence as the tablet's voice must be given it, so that it reads characters
// with several readings as our words mean them.
function sounding(text) {
  const said = JSON.parse(document.getElementById('main').dataset.said || '{}');
  const words = Object.keys(said).sort((a, b) => b.length - a.length);
  return words.length ? text.replace(new RegExp(words.join('|'), 'g'), (word) => said[word]) : text;
}

// tell says a sentence in the tablet's own voice.
function tell(it, text, next) {
  const v = voice();
  if (!v || it !== reading) {
    stop();
    return;
  }
  const u = new SpeechSynthesisUtterance(sounding(text));
  u.voice = v;
  u.lang = v.lang;
  u.rate = Number(rate());
  u.onend = next;
  u.onerror = () => { if (it === reading) stop(); };
  synth.speak(u);
}

function say() {
  const main = document.getElementById('main');
  const text = (main.dataset.speak || main.innerText).trim();
  const parts = main.dataset.voice ? JSON.parse(main.dataset.voice) : (text.match(/[^。！？!?\n]+[。！？!?]?/g) || [text]).map((p) => [p.trim(), '']);
  if (!voice() && !parts.every((p) => p[1])) { // never silently dead (H9)
    label(button.dataset.none);
    button.setAttribute('role', 'status');
    return;
  }
  reading = { parts: parts.filter((p) => p[0]), at: 0 };
  root.setAttribute('data-speaking', '1');
  label(button.dataset.stop, '■');
  play(reading);
}

if (button) {
  if (synth) synth.getVoices(); // some browsers load their voices only when asked
  showRate();
  button.addEventListener('click', () => (reading ? stop() : say()));
  document.addEventListener('click', (event) => {
    const chosen = event.target.closest('[data-rates] button');
    if (chosen) { // the same sentence again, as fast as she likes
      root.dataset.voice = String(Math.round(Number(chosen.value) * 100));
      fetch('/voice', {
        method: 'POST', body: new URLSearchParams({ voice: root.dataset.voice }), credentials: 'same-origin', keepalive: true,
      }).catch(() => {}); // it holds on this page; the next has the speed from before
      showRate();
      if (reading) {
        if (reading.audio) reading.audio.pause();
        reading = { parts: reading.parts, at: reading.at };
        if (synth) synth.cancel();
        play(reading);
      }
      return;
    }
    if (reading && !event.target.closest('[data-speak-button]')) stop();
  });
  window.addEventListener('pagehide', stop);
}

// How high the foot is, for the button of the day, which stays in sight above it: the
// foot's words wrap with their size.
const foot = document.querySelector('.foot');
const day = document.querySelector('.today');
if (foot && day && window.ResizeObserver) {
  new ResizeObserver(() => day.style.setProperty('--foot', `${foot.offsetHeight}px`)).observe(foot);
}
