// A class page's connection to sound and picture. It never gives up: whatever ends a
// connection, the next one is tried until somebody leaves or the class is over. It says in
// one word how things are; the page has the sentences.
//
// Words: joining, live, waiting (nobody sends), slow (sound only), stalled (nothing
// arrives), sound (the browser keeps the sound back), full, nomedia, taken, over.

const quietFor = 2200; // ms without any frame or packet before it is said: words within 3 s
const giveUpAfter = 4500; // ms of silence, with our server in reach, before a new connection
const poorFor = 8000; // ms of poor quality before the picture is switched off
const goodFor = 30000; // ms of good quality before it comes back
const beatEvery = 15000;

const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });

// ask is fetch with an end: a dead line must not keep anybody waiting.
async function ask(path, ms, body) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), ms);
  const how = { headers: { Accept: 'application/json' }, signal: stop.signal, credentials: 'same-origin', cache: 'no-store' };
  if (body) {
    how.method = 'POST';
    how.headers['Content-Type'] = 'application/json';
    how.body = JSON.stringify(body);
  }
  try {
    return await fetch(path, how);
  } finally {
    clearTimeout(timer);
  }
}

export class ClassRoom {
  // tell(word) is called when the word changes; measure({frames, packets, energy})
  // all the time; publish(room) after each connection, for who sends.
  constructor({ id, role, video, tell, measure, publish }) {
    Object.assign(this, { id, role: role || 'home', video, tell, publish });
    this.measure = measure || (() => {});
    this.api = `/api/v1/classes/${id}`;
    this.wanted = false;
    this.word = '';
    this.reachable = true; // our own server answers; the page says so
    this.hidden = false; // picture switched off by a slow line
    this.audio = document.createElement('audio');
    this.audio.id = 'live-audio';
    this.audio.autoplay = true;
    document.body.append(this.audio);
    setInterval(() => this.tick(), 400);
    setInterval(() => { if (this.wanted) this.beat(); }, beatEvery);
    document.addEventListener('visibilitychange', () => { if (this.wanted) this.beat(); });
    window.addEventListener('pagehide', () => this.goodbye());
  }

  // join must be called while a tap is handled: browsers let sound begin only then.
  join() {
    if (this.wanted) return;
    this.wanted = true;
    this.ever = false;
    this.audio.play().catch(() => {});
    this.turn = (this.turn || 0) + 1;
    this.keep(this.turn);
  }

  leave(word) {
    if (!this.wanted && !this.room) return;
    this.wanted = false;
    this.beat(true);
    this.drop();
    this.say(word);
  }

  // sound is for the tap that lets the sound begin.
  async sound() {
    if (!this.room) return;
    try { await this.room.startAudio(); } catch (_) { /* asked again by the next tap */ }
  }

  say(word) {
    if (!word || word === this.word) return;
    this.word = word;
    this.tell(word);
  }

  // keep makes one connection after the other until somebody leaves; a later join has a
  // turn of its own.
  async keep(turn) {
    while (this.wanted && turn === this.turn) {
      const door = await this.knock();
      if (!this.wanted || turn !== this.turn) return;
      if (!door) {
        await wait(2000);
        continue;
      }
      this.gone = new Promise((done) => { this.left = done; });
      try {
        await this.connect(door);
      } catch (_) {
        this.drop();
        this.say(this.ever ? 'stalled' : 'joining');
        await wait(1000);
        continue;
      }
      this.beat();
      await this.gone;
    }
  }

  // knock asks our server for a token; undefined when there is none now.
  async knock() {
    if (!['full', 'nomedia'].includes(this.word)) this.say(this.ever ? 'stalled' : 'joining');
    let res;
    try {
      const state = await (await ask(this.api, 3000)).json();
      if (state.phase !== 'open') {
        this.leave('over');
        return undefined;
      }
      if (!state.media) {
        this.say('nomedia');
        return undefined;
      }
      res = await ask(`${this.api}/token`, 5000, { role: this.role });
    } catch (_) {
      this.say('stalled');
      return undefined;
    }
    if (res.ok) return res.json();
    let key = '';
    try { key = (await res.json()).error.key; } catch (_) { /* not our own words */ }
    if (key === 'live.full') this.say('full');
    else if (key === 'live.over' || key === 'live.not_open') this.leave('over');
    else if (res.status === 401 || res.status === 403) this.leave('refused');
    else this.say('nomedia');
    return undefined;
  }

  async connect(door) {
    const L = window.LivekitClient;
    L.setLogLevel('silent');
    const room = new L.Room({
      adaptiveStream: true,
      dynacast: true,
      stopLocalTrackOnUnpublish: false, // a trainer's camera outlives a connection
      reconnectPolicy: { nextRetryDelayInMs: (c) => Math.min(2000, 300 * c.retryCount) },
      publishDefaults: {
        simulcast: true, videoCodec: 'vp8', dtx: true, red: true, audioPreset: L.AudioPresets.speech,
        videoEncoding: { maxBitrate: 450000, maxFramerate: 15 },
        videoSimulcastLayers: [new L.VideoPreset(320, 180, 120000, 15)],
      },
    });
    this.room = room;
    this.media = performance.now();
    this.last = '';
    room.on(L.RoomEvent.TrackSubscribed, (track) => this.attach(track));
    room.on(L.RoomEvent.TrackUnsubscribed, (track) => { track.detach(); this.show(); });
    room.on(L.RoomEvent.ConnectionQualityChanged, (quality, p) => {
      if (p === room.localParticipant) this.quality(quality);
    });
    room.on(L.RoomEvent.Disconnected, (reason) => {
      if (this.room !== room) return;
      if (reason === L.DisconnectReason.DUPLICATE_IDENTITY) {
        this.wanted = false;
        this.say('taken');
      }
      this.drop();
    });
    const origin = location.origin.replace(/^http/, 'ws');
    await room.connect(door.url || origin, door.token, { maxRetries: 0, websocketTimeout: 5000, peerConnectionTimeout: 8000 });
    if (this.publish) await this.publish(room);
    this.ever = true;
    this.media = performance.now();
    this.hidden = false;
    this.poorSince = this.goodSince = 0;
  }

  drop() {
    const room = this.room;
    this.room = null;
    if (room) {
      room.removeAllListeners();
      room.disconnect(false).catch(() => {});
    }
    if (this.left) this.left();
  }

  attach(track) {
    if (track.kind === 'audio') {
      if (!this.audio.srcObject || !this.audio.srcObject.active) track.attach(this.audio);
      else track.attach();
      return;
    }
    this.show();
  }

  // show puts the shared screen on the video element, else the camera.
  show() {
    if (!this.video || this.role !== 'home') return;
    const all = this.tracks().filter((t) => t.kind === 'video');
    const best = all.find((t) => t.source === 'screen_share') || all[0];
    if (best && best !== this.shown) {
      if (this.shown) this.shown.detach(this.video);
      best.attach(this.video);
    }
    this.shown = best;
  }

  tracks() {
    if (!this.room) return [];
    const list = [];
    for (const p of this.room.remoteParticipants.values()) {
      for (const pub of p.trackPublications.values()) {
        if (pub.track && !pub.isMuted) list.push(pub.track);
      }
    }
    return list;
  }

  // tick looks again and again whether anything arrives.
  async tick() {
    if (!this.wanted || !this.room || !this.ever || this.looking) return;
    this.looking = true;
    try {
      await this.look(this.room);
    } finally {
      this.looking = false;
    }
  }

  async look(room) {
    const sum = { frames: 0, packets: 0, energy: 0 };
    const tracks = this.tracks();
    for (const t of tracks) {
      const stats = t.receiver ? await t.receiver.getStats() : new Map();
      stats.forEach((s) => {
        if (s.type !== 'inbound-rtp') return;
        sum.frames += s.framesDecoded || 0;
        sum.packets += s.packetsReceived || 0;
        sum.energy += s.totalAudioEnergy || 0;
      });
    }
    if (room !== this.room || !this.wanted) return;
    const now = performance.now();
    const grown = `${sum.frames} ${sum.packets}`;
    const connected = room.state === 'connected';
    if (tracks.length > 0 ? grown !== this.last : connected && this.reachable) this.media = now;
    this.last = grown;
    this.measure(sum);
    this.age = now - this.media;
    if (this.age > quietFor) {
      this.say('stalled');
      if (this.age > giveUpAfter && this.reachable) this.drop();
      return;
    }
    if (this.age > 1000) return; // a moment without anything is not worth a word
    this.lighten(now);
    if (tracks.length === 0) this.say(this.role === 'home' ? 'waiting' : 'live');
    else if (!room.canPlaybackAudio) this.say('sound');
    else this.say(this.hidden ? 'slow' : 'live');
  }

  quality(q) {
    const now = performance.now();
    const poor = q === 'poor' || q === 'lost';
    this.poorSince = poor ? this.poorSince || now : 0;
    this.goodSince = poor ? 0 : this.goodSince || now;
  }

  // lighten leaves the picture out while the line is slow: sound matters more.
  lighten(now) {
    const off = this.poorSince && now - this.poorSince > poorFor;
    const on = this.goodSince && now - this.goodSince > goodFor;
    if (this.role !== 'home' || (this.hidden ? !on : !off)) return;
    this.hidden = !this.hidden;
    for (const p of this.room.remoteParticipants.values()) {
      for (const pub of p.trackPublications.values()) {
        if (pub.kind === 'video') pub.setEnabled(!this.hidden);
      }
    }
  }

  report(leaving) {
    const room = this.room;
    const connected = room && room.state === 'connected' && this.ever;
    return {
      role: this.role, leaving: Boolean(leaving), visible: !document.hidden,
      sid: connected && !leaving ? room.localParticipant.sid : '',
      hears: Boolean(connected && room.canPlaybackAudio && this.word !== 'stalled'),
      frame_ms: Math.round(this.age || 0),
    };
  }

  beat(leaving) {
    ask(`${this.api}/heartbeat`, 5000, this.report(leaving)).catch(() => {});
  }

  goodbye() {
    if (!this.wanted || !navigator.sendBeacon) return;
    navigator.sendBeacon(`${this.api}/heartbeat`, new Blob([JSON.stringify(this.report(true))], { type: 'application/json' }));
  }
}

// follow asks address every two seconds and hands the answer on; answered says whether
// there was one, after two failures in a row.
export function follow(address, onState, answered) {
  let failed = 0;
  async function look() {
    try {
      const res = await ask(address, 2500);
      if (!res.ok) throw new Error(String(res.status));
      const state = await res.json();
      failed = 0;
      answered(true);
      onState(state);
    } catch (_) {
      failed += 1;
      if (failed >= 2) answered(false);
    }
    setTimeout(look, failed ? 1000 : 2000);
  }
  look();
}

// words reads the page's sentences by name.
export function words() {
  const all = {};
  for (const li of document.querySelectorAll('#live-words [data-word]')) all[li.dataset.word] = li.textContent;
  return all;
}

// showStep writes the step of the class into the page.
export function showStep(step) {
  for (const part of ['where', 'title', 'text']) {
    const el = document.getElementById(`live-${part}`);
    if (el && el.textContent !== step[part]) el.textContent = step[part];
  }
}
