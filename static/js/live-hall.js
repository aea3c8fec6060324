// A class on a tablet in the hall: the teacher's step, by asking our server. No video, no
// sound and no media script: a hundred of them would fill the hall's Wi-Fi.

import { follow, showStep, words } from './live-room.js';

const root = document.getElementById('live');
const status = document.getElementById('live-status');
const again = document.getElementById('live-again');
const recorded = document.getElementById('live-recorded');
const panel = document.getElementById('live-step');
const home = document.getElementById('live-home');
const say = words();
const planned = status.textContent;

let phase = root.dataset.phase;
let reachable = true;

function show() {
  root.dataset.state = reachable ? phase : 'stalled';
  status.textContent = !reachable ? say.lost : phase === 'open' ? say.hall : phase === 'over' ? say.over : planned;
  home.hidden = !['planned', 'over'].includes(phase) || !again.hidden;
}

follow(`/api/v1/classes/${root.dataset.class}`, (state) => {
  if (state.phase === 'planned' && phase !== 'planned') { location.reload(); return; }
  phase = state.phase;
  root.dataset.phase = phase;
  root.dataset.version = state.version;
  recorded.hidden = !state.recorded;
  again.hidden = !state.again;
  panel.hidden = !state.step.title;
  showStep(state.step);
  show();
}, (ok) => {
  if (ok === reachable) return;
  reachable = ok;
  show();
});
