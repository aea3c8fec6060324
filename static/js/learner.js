// Comfort on every learner's page: one effect for a double tap, and reading aloud.
// Everything works without it.

const pause = 700; // ms in which a second tap on the same control is the same tap (senior-ui.md K7)
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

const button = document.querySelector('[data-speak-button]');
const synth = window.speechSynthesis;
const lang = document.documentElement.lang;

function voice() {
  const wanted = lang.slice(0, 2).toLowerCase();
  const all = synth ? synth.getVoices() : [];
  return all.find((v) => v.lang.toLowerCase().replace('_', '-') === lang.toLowerCase())
    || all.find((v) => v.lang.toLowerCase().startsWith(wanted));
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

let speaking = false;

function stop() {
  speaking = false;
  if (synth) synth.cancel();
  document.documentElement.removeAttribute('data-speaking');
  label(button.dataset.start, '▶');
}

function say() {
  const main = document.getElementById('main');
  const text = (main.dataset.speak || main.innerText).trim();
  const v = voice();
  if (!v) { // never silently dead (H9)
    label(button.dataset.none);
    button.setAttribute('role', 'status');
    return;
  }
  speaking = true;
  document.documentElement.setAttribute('data-speaking', '1');
  label(button.dataset.stop, '■');
  const parts = text.match(/[^。！？!?\n]+[。！？!?]?/g) || [text];
  parts.forEach((part, i) => {
    const u = new SpeechSynthesisUtterance(part);
    u.voice = v;
    u.lang = v.lang;
    u.rate = 0.85; // about 170 Han a minute (H3)
    if (i === parts.length - 1) u.onend = stop;
    u.onerror = stop;
    synth.speak(u);
  });
}

if (button) {
  if (synth) synth.getVoices(); // some browsers load their voices only when asked
  button.addEventListener('click', () => (speaking ? stop() : say()));
  document.addEventListener('click', (event) => {
    if (speaking && !event.target.closest('[data-speak-button]')) stop();
  });
  window.addEventListener('pagehide', () => { if (speaking) synth.cancel(); });
}
