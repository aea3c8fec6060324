// Renews the cockpit's board every two seconds. Without it the page is renewed by its
// own button.
const EVERY = 2000;
const board = document.querySelector('[data-board]');
const offline = document.querySelector('[data-offline]');
const title = document.title;
let pressed = false; // a finger or the mouse is down on the board: nothing moves under it

board.addEventListener('pointerdown', () => { pressed = true; });
for (const kind of ['pointerup', 'pointercancel']) window.addEventListener(kind, () => { setTimeout(() => { pressed = false; }, 300); });

async function renew() {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), 8000);
  try {
    const answer = await fetch(board.dataset.board, { credentials: 'same-origin', signal: stop.signal });
    if (answer.status === 401 || answer.status === 403) return location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    show(await answer.text());
    offline.hidden = true;
  } catch {
    offline.hidden = false;
  } finally {
    clearTimeout(timer);
  }
}

function show(html) {
  const fresh = document.createElement('div');
  fresh.innerHTML = html;
  if (pressed || same(fresh)) return;
  const focused = board.contains(document.activeElement) && document.activeElement.dataset.key;
  board.replaceChildren(...fresh.childNodes);
  if (focused) {
    const again = board.querySelector('[data-key="' + CSS.escape(focused) + '"]');
    if (again) again.focus({ preventScroll: true });
  }
  badge();
}

function same(fresh) { // the acts' IDs differ each time and do not count
  const bare = (root) => {
    const copy = root.cloneNode(true);
    for (const input of copy.querySelectorAll('input[name=id]')) input.remove();
    return copy.innerHTML;
  };
  return bare(fresh) === bare(board);
}

function badge() { // hands are seen in the tab, too
  const hands = Number(board.querySelector('[data-hands]').dataset.hands);
  document.title = hands ? '(' + hands + ') ' + title : title;
}

async function round() {
  await renew();
  setTimeout(round, document.hidden ? 3 * EVERY : EVERY);
}

if (board) {
  badge();
  setTimeout(round, EVERY);
}
