/* On every page, small: answers kept in this browser leave with the person who gave them. */

const KEPT = ["parallax:unsent:", "parallax:flags:"];

function forgetAnswers(attempt = "") {
  try {
    for (const key of Object.keys(localStorage)) {
      if (KEPT.some((start) => key.startsWith(start)) && key.endsWith(attempt)) localStorage.removeItem(key);
    }
  } catch { /* storage refused: nothing was kept */ }
}

for (const form of document.querySelectorAll("form[action$='/logout/']")) {
  form.addEventListener("submit", () => forgetAnswers());
}

// A result page names the attempt that is over: whatever this browser still held of it is history.
const over = document.querySelector("[data-attempt-over]");
if (over) forgetAnswers(":" + over.dataset.attemptOver);

// The summary of errors is the first thing a reader of a refused form should meet.
document.querySelector(".error-summary")?.focus();
