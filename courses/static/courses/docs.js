/* The page of the API in the scheme of all other pages: the library knows it by a class. */

const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");
const follow = () => root.classList.toggle("dark-mode", (root.dataset.scheme || (system.matches ? "dark" : "light")) === "dark");
system.addEventListener("change", follow);
follow();
