// The trainer's page of a live class: camera and microphone go out, the step moves for
// everybody, and the list says who is there.

import { ClassRoom, follow, showStep, words } from './live-room.js';

const root = document.getElementById('teach');
const id = root.dataset.class;
const status = document.getElementById('live-status');
const video = document.getElementById('live-video');
const again = document.getElementById('live-again');
const mic = document.getElementById('live-mic');
const camera = document.getElementById('live-camera');
const say = words();

let tracks = null; // ours: they outlive a connection
let phase = root.dataset.phase;

function show(word) {
  if (word === 'refused') { // signed out meanwhile: the page leads to the sign-in
    location.reload();
    return;
  }
  const quiet = word === 'live' && mic.getAttribute('aria-pressed') === 'true';
  root.dataset.state = word;
  status.textContent = say[quiet ? 'quiet' : word] || '';
  again.hidden = !['denied', 'nodevice', 'taken'].includes(word);
  mic.hidden = camera.hidden = !tracks;
}

const room = new ClassRoom({
  id, role: 'trainer', video, tell: show,
  publish: async (r) => {
    for (const track of tracks) await r.localParticipant.publishTrack(track);
  },
});

// unplugged: the camera or microphone is gone, and one press tries again.
function unplugged() {
  if (!tracks) return;
  tracks.forEach((t) => { t.detach(); t.stop(); });
  tracks = null;
  room.leave('nodevice');
}

async function begin() {
  if (!window.isSecureContext || !navigator.mediaDevices) {
    document.getElementById('live-insecure').hidden = false;
    show('insecure');
    return;
  }
  if ('noVideo' in root.dataset || !window.LivekitClient) {
    show('novideo');
    return;
  }
  if (!tracks) {
    show('asking');
    try {
      tracks = await window.LivekitClient.createLocalTracks({
        audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
        video: { resolution: { width: 640, height: 360, frameRate: 15 } },
      });
    } catch (e) {
      show(e && e.name === 'NotAllowedError' ? 'denied' : 'nodevice');
      return;
    }
    tracks.filter((t) => t.kind === 'video').forEach((t) => t.attach(video));
    for (const t of tracks) t.mediaStreamTrack.addEventListener('ended', unplugged);
  }
  room.join();
}

function toggle(button, kind) {
  button.addEventListener('click', async () => {
    const off = button.getAttribute('aria-pressed') !== 'true';
    for (const t of tracks.filter((x) => x.kind === kind)) await (off ? t.mute() : t.unmute());
    button.setAttribute('aria-pressed', String(off));
    button.textContent = off ? button.dataset.off : button.dataset.on;
    show(root.dataset.state);
  });
}

function fill(form, to) {
  if (!form) return;
  form.querySelector('button').disabled = !to;
  if (!to) return;
  form.elements.lesson.value = to.lesson;
  form.elements.step.value = to.step;
}

function list(here) {
  const ul = document.getElementById('live-here');
  ul.textContent = '';
  for (const p of here) {
    const li = document.createElement('li');
    const name = document.createElement('b');
    const how = document.createElement('span');
    name.textContent = p.name;
    how.className = 'muted';
    how.textContent = p.hears ? ul.dataset.hears : ul.dataset.quiet;
    li.append(name, ' ', how);
    ul.append(li);
  }
  document.getElementById('live-nobody').hidden = here.length > 0;
}

// recording says whether her voice is written down, and how much of it is safe.
function recording(rec) {
  const panel = document.getElementById('live-rec');
  if (!panel) return;
  panel.dataset.on = rec.on;
  document.getElementById('live-rec-state').hidden = !rec.on;
  document.getElementById('live-rec-length').textContent = rec.length;
  document.getElementById('live-rec-cut').hidden = !rec.cut;
  panel.querySelector('[data-rec=start]').hidden = rec.on;
  panel.querySelector('[data-rec=stop]').hidden = !rec.on;
}

function onState(state) {
  if (state.phase !== phase) {
    room.leave('over');
    location.reload();
    return;
  }
  document.getElementById('live-count').textContent = state.count;
  const trouble = document.getElementById('live-trouble');
  trouble.hidden = state.media;
  trouble.textContent = state.trouble;
  list(state.here);
  recording(state.recording);
  root.dataset.version = state.version;
  if (state.step.title) showStep(state.step);
  fill(document.querySelector('[data-move=back]'), state.back);
  fill(document.querySelector('[data-move=forward]'), state.forward);
}

const address = `/api/v1/classes/${id}/here`;

// A step moves, and a recording begins, without loading the page again, which would cut
// the picture.
for (const form of document.querySelectorAll('form[data-move],form[data-rec]')) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    setTimeout(() => { delete form.dataset.busy; });
    try {
      await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)), redirect: 'manual' });
      const res = await fetch(address, { headers: { Accept: 'application/json' }, cache: 'no-store' });
      if (res.ok) onState(await res.json());
    } catch (_) { /* the state line says that the network is away */ }
  });
}

if (phase === 'open') {
  again.addEventListener('click', begin);
  toggle(mic, 'audio');
  toggle(camera, 'video');
  follow(address, onState, (ok) => { room.reachable = ok; });
  window.addEventListener('load', begin);
  // Who ends the class has left it: no new connection is tried while the page goes.
  document.querySelector('#live-end form').addEventListener('submit', () => room.leave('over'));
}
