/* The year beside the slider, while it moves; the matrix follows when it is let go. */

const slider = document.querySelector(".slider input[type=range]");
const output = document.querySelector(".slider output");
const button = document.querySelector(".slider button");

if (slider && output) {
  slider.addEventListener("input", () => { output.value = slider.value; });
  if (window.htmx) button.hidden = true; // letting go is enough
}
document.addEventListener("htmx:afterSwap", () => {
  const year = document.querySelector("#matrix")?.closest("main") && slider?.value;
  if (year) history.replaceState(null, "", `?year=${year}`);
});
