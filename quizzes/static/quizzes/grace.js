/* While an attempt may be handed in and not be answered: if it is given more time, its questions
   open again, and if it is over, the result says so. */

const { deadline } = document.querySelector("[data-deadline]").dataset;
const EVERY = 20_000; // milliseconds
const PATIENCE = 5000;

async function ask() {
  if (document.hidden) return;
  try {
    const response = await fetch(deadline, { headers: { Accept: "application/json" }, redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    if (!response.ok) return;
    const reply = await response.json();
    if (reply.open === false || reply.answering) location.reload();
  } catch { /* no way through: the next time is soon */ }
}

function again() {
  // By chance earlier or later, so that a whole class does not knock at once.
  setTimeout(() => ask().finally(again), EVERY * (0.8 + 0.4 * Math.random()));
}
document.addEventListener("visibilitychange", ask);
again();
