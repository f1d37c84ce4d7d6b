/* Runs before the first paint, so that a remembered light or dark page never flashes the other. */
(() => {
  const key = "parallax:scheme";
  const root = document.documentElement;
  let kept = null;
  try { kept = localStorage.getItem(key); } catch { /* storage refused: the system's wish stands */ }
  if (kept === "light" || kept === "dark") root.dataset.scheme = kept;

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-scheme-switch]");
    if (!button) return;
    const system = matchMedia("(prefers-color-scheme: dark)");
    const current = () => root.dataset.scheme || (system.matches ? "dark" : "light");
    const label = () => {
      button.textContent = current() === "dark" ? button.dataset.light : button.dataset.dark;
      button.hidden = false;
    };
    button.addEventListener("click", () => {
      const next = current() === "dark" ? "light" : "dark";
      // Choosing what the system says anyway means: follow the system again.
      const follows = next === (system.matches ? "dark" : "light");
      if (follows) delete root.dataset.scheme; else root.dataset.scheme = next;
      try { if (follows) localStorage.removeItem(key); else localStorage.setItem(key, next); } catch { /* this page only */ }
      label();
    });
    system.addEventListener("change", label);
    label();
  });
})();
