// The big keys of the card page. Without this script the field is typed into, or a
// scanner types into it.
const input = document.getElementById('card');
const keys = document.querySelector('[data-keys]');

if (input && keys) {
  keys.hidden = false;
  input.setAttribute('inputmode', 'none'); // our keys, not the tablet's keyboard over them
  keys.addEventListener('click', (event) => {
    const key = event.target.closest('[data-key]');
    if (!key) return;
    const plain = input.value.replace(/[\s-]/g, '');
    show(key.dataset.key ? plain + key.dataset.key : plain.slice(0, -1));
  });
  input.addEventListener('input', () => show(input.value.replace(/[\s-]/g, '').toUpperCase()));
}

function show(plain) { // in two groups of four, as it is printed
  const eight = plain.slice(0, 8);
  input.value = eight.length > 4 ? eight.slice(0, 4) + ' ' + eight.slice(4) : eight;
}
