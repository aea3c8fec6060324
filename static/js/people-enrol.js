// Keeps "how many tablets have enrolled" up to date beside the QR code that they scan.
// Without it the page says so when it is opened again.
const place = document.querySelector('[data-used]');

const look = async () => {
  if (document.hidden) return;
  try {
    const answer = await fetch(place.dataset.used, { headers: { Accept: 'text/html' } });
    if (!answer.ok) return;
    const text = await answer.text();
    if (text !== place.innerHTML) place.innerHTML = text;
  } catch {
    // No line for a moment: the next look tells.
  }
};

if (place) setInterval(look, 2000);
