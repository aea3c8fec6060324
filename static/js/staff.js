// Comfort on staff pages: a form sent twice is sent once, and questions before what
// cannot be taken back. Everything works without it.

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.dataset.busy) {
    event.preventDefault();
    return;
  }
  const question = (event.submitter && event.submitter.dataset.ask) || form.dataset.ask;
  if (question && !window.confirm(question)) {
    event.preventDefault();
    return;
  }
  form.dataset.busy = '1';
});

window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-busy]')) delete form.dataset.busy;
});

for (const toggle of document.querySelectorAll('[data-show-password]')) {
  toggle.hidden = false;
  toggle.addEventListener('click', () => {
    const input = document.getElementById(toggle.dataset.showPassword);
    input.type = input.type === 'password' ? 'text' : 'password';
    toggle.setAttribute('aria-pressed', String(input.type === 'text'));
  });
}

for (const button of document.querySelectorAll('[data-print]')) {
  button.addEventListener('click', () => window.print());
}
