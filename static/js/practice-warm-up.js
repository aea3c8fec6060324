// The warm-up counts what a finger does beside, twice, too long and too short. The counts go
// into the address of its last page and nowhere else; nothing is ever said of them.

const KEPT = 'practice.warm-up';
const LONG = 600; // ms after which a tap is a rest
const TWICE = 500; // ms in which a second tap belongs to the first
const STILL = 24; // px that a finger may move and still taps (K10)
const FAR = 60; // px that a finger moves to turn the page
const NONE = { missed: 0, double: 0, long: 0, short: 0 };

const stage = document.querySelector('[data-warm]');
let counts = { ...NONE };

try {
  counts = { ...counts, ...JSON.parse(sessionStorage.getItem(KEPT)) };
} catch { /* a new warm-up */ }
if (stage && stage.dataset.step === '1') counts = { ...NONE };

function keep() {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(counts));
  } catch { /* no room: only this page counts */ }
}

function measure() {
  const target = document.querySelector('[data-warm-target]');
  const leaf = stage.querySelector('[data-warm-leaf]');
  let down = null; // the finger that is on the page: where and when it came
  let before = -Infinity; // when the last tap began
  let done = false;

  // go on, once what follows a tap at once has been seen: a second tap belongs to the first.
  function go(way) {
    if (done) return;
    done = true;
    stage.classList.add(way);
    setTimeout(() => {
      const last = stage.dataset.step === '5';
      location.assign(last ? `${target.getAttribute('href')}&${new URLSearchParams(counts)}` : target.href);
    }, TWICE);
  }

  function moved(event) {
    return { x: event.clientX - down.x, y: event.clientY - down.y };
  }

  keep();
  document.getElementById('main').addEventListener('pointerdown', (event) => {
    if (!event.isPrimary) return;
    const on = event.target.closest('[data-warm-target],[data-warm-leaf]');
    down = { x: event.clientX, y: event.clientY, at: event.timeStamp, on, after: done };
    if (event.timeStamp - before < TWICE) counts.double += 1;
    else if (!on && !done) counts.missed += 1;
    before = event.timeStamp;
    keep();
  });
  document.addEventListener('pointermove', (event) => {
    if (!down || !leaf || down.on !== leaf || done) return;
    leaf.style.transform = `translateX(${Math.min(0, moved(event).x)}px)`;
  });
  document.addEventListener('pointerup', (event) => {
    if (!down) return;
    const { x, y } = moved(event);
    const { on, at, after } = down;
    down = null;
    const still = Math.hypot(x, y) <= STILL;
    if (still && event.timeStamp - at > LONG && !after) counts.long += 1;
    if (on && on === leaf && !done) {
      if (x <= -FAR && Math.abs(x) > Math.abs(y)) go('turned');
      else counts.short += 1;
      leaf.style.transform = '';
    } else if (on && on === target && still) {
      go('popped'); // a rest is a tap too (K8)
    }
    keep();
  });
  document.addEventListener('pointercancel', () => { // the browser took the finger
    if (down && leaf && down.on === leaf && !done) {
      counts.short += 1;
      leaf.style.transform = '';
    }
    down = null;
    keep();
  });
  target.addEventListener('click', (event) => { // also by the keyboard
    event.preventDefault();
    go('popped');
  });
}

if (stage && stage.dataset.step) {
  measure();
} else {
  try {
    sessionStorage.removeItem(KEPT);
  } catch { /* nothing was kept */ }
}
