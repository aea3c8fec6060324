// The state machine of a practice, as courses/practice/play.go has it: the same taps come
// to the same state there and here. It decides nothing; the server plays every tap again.

export const BACK = 'back';
export const AGAIN = 'again';
export const TRY = 'try';
export const HINT = 'hint';

const ARROW = 2; // the help that marks the right choice
const SHOW_AFTER = 3; // slips at one screen after which it is shown
const ASK_AFTER = 2; // slips after which one may ask, where the scene does not help by itself

export function begin(m, mode) {
  return {
    mode, where: 'screen', id: m.start, trail: [], slips: 0, misses: 0, falseAlarms: 0, hints: 0,
    made: [], stopped: '', nothing: false, slipsAt: {}, helpAt: {},
  };
}

export function help(st) {
  return st.where === 'screen' ? st.helpAt[st.id] || 0 : 0;
}

export function canAsk(st) {
  return st.mode !== 'guided' && st.where === 'screen' && (st.slipsAt[st.id] || 0) >= ASK_AFTER && help(st) < ARROW;
}

export function done(st) {
  return st.where === 'ending';
}

export function base(m, id) {
  return (m.screens[id] && m.screens[id].base) || id;
}

// offers are the taps that are possible now.
export function offers(m, st) {
  let all = [];
  if (st.where === 'screen') {
    all = m.screens[st.id].choices.map((c) => c[0]);
    if (canAsk(st)) all.push(HINT);
  } else if (st.where === 'mistake') {
    all = [AGAIN];
  } else if (st.where === 'shown') {
    all = [TRY];
  } else {
    return all;
  }
  if (st.trail.length > 0) all.push(BACK);
  return all;
}

function raise(st, level) {
  const more = level - (st.helpAt[st.id] || 0);
  if (more > 0) {
    st.hints += more;
    st.helpAt[st.id] = level;
  }
}

function enter(st) {
  if (st.where === 'screen' && st.mode === 'guided') raise(st, Math.min(st.slipsAt[st.id] || 0, ARROW));
}

// arrive is at a screen after a slip there: it is shown, or help has grown.
function arrive(st, id) {
  st.where = 'screen';
  st.id = id;
  if (st.mode === 'guided' && (st.slipsAt[id] || 0) >= SHOW_AFTER) {
    st.where = 'shown';
    st.hints += 1;
    return;
  }
  enter(st);
}

function slip(st) {
  st.slips += 1;
  st.slipsAt[st.id] = (st.slipsAt[st.id] || 0) + 1;
}

function choose(m, st, to) {
  const here = m.screens[st.id];
  if (to === '') {
    slip(st);
    st.nothing = true;
    arrive(st, st.id);
    return;
  }
  st.trail.push([st.where, st.id]);
  if (to in m.mistakes) {
    slip(st);
    if (here.truth === 'real') st.falseAlarms += 1;
    else if (here.truth === 'fake' || here.pressure || m.call) st.misses += 1;
    if (!st.made.includes(to)) st.made.push(to);
    st.where = 'mistake';
    st.id = to;
    return;
  }
  if (m.endings.includes(to)) {
    st.stopped = base(m, st.id);
    st.where = 'ending';
    st.id = to;
    st.trail = [];
    return;
  }
  st.id = to;
  enter(st);
}

function again(m, st) {
  const back = m.mistakes[st.id];
  const last = st.trail[st.trail.length - 1];
  if (last && (back === '' || base(m, last[1]) === back)) {
    st.trail.pop();
    arrive(st, last[1]);
    return;
  }
  arrive(st, back);
}

// tap is the state after one more tap; undefined when it is not offered. The state that is
// given stays as it is.
export function tap(m, was, act) {
  if (!offers(m, was).includes(act)) return undefined;
  const st = {
    ...was, trail: was.trail.map((p) => [...p]), made: [...was.made], slipsAt: { ...was.slipsAt }, helpAt: { ...was.helpAt }, nothing: false,
  };
  if (act === BACK) {
    [st.where, st.id] = st.trail.pop();
    enter(st);
  } else if (act === AGAIN) {
    again(m, st);
  } else if (act === TRY) {
    st.where = 'screen';
    enter(st);
  } else if (act === HINT) {
    raise(st, ARROW);
  } else {
    const [, to] = m.screens[st.id].choices.find((c) => c[0] === act);
    choose(m, st, to.replace(/^\+/, ''));
  }
  return st;
}

// play is the state after taps from the beginning.
export function play(m, mode, taps) {
  return taps.reduce((st, act) => st && tap(m, st, act), begin(m, mode));
}
