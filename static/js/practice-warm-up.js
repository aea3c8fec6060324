// The warm-up counts what a finger does beside, twice and too long. The counts go into the
// address of its last page and nowhere else; nothing is ever said of them.

const KEPT = 'practice.warm-up';
const LONG = 600; // ms after which a tap is a rest
const TWICE = 500; // ms in which a second tap belongs to the first

const stage = document.querySelector('[data-warm]');
let counts = { missed: 0, double: 0, long: 0 };

try {
  counts = { ...counts, ...JSON.parse(sessionStorage.getItem(KEPT)) };
} catch { /* a new warm-up */ }
if (stage && stage.dataset.step === '1') counts = { missed: 0, double: 0, long: 0 };

function keep() {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(counts));
  } catch { /* no room: only this page counts */ }
}

if (stage && stage.dataset.step) {
  const target = stage.querySelector('[data-warm-target]');
  const last = stage.dataset.step === '5';
  let down = 0;
  let before = -TWICE;
  keep();
  document.getElementById('main').addEventListener('pointerdown', (event) => {
    down = event.timeStamp;
    if (!event.target.closest('[data-warm-target]')) counts.missed += 1;
    if (down - before < TWICE) counts.double += 1;
    before = down;
    keep();
  });
  document.addEventListener('pointerup', (event) => {
    if (event.timeStamp - down > LONG) counts.long += 1;
    keep();
  });
  target.addEventListener('click', () => {
    if (!last) return;
    target.href = `${target.getAttribute('href')}&${new URLSearchParams(counts)}`;
  });
} else {
  try {
    sessionStorage.removeItem(KEPT);
  } catch { /* nothing was kept */ }
}
