// Light and dark: the system's wish until the reader says otherwise; always light on paper.
const theme = { listeners: [] };

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function setTheme(dark) {
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  const button = byId("theme");
  button.setAttribute("aria-pressed", String(dark));
  theme.listeners.forEach((listener) => listener());
}

function startTheme() {
  const wish = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  const apply = () => setTheme(chosen ?? wish.matches);
  byId("theme").addEventListener("click", () => {
    chosen = document.documentElement.dataset.theme !== "dark";
    apply();
  });
  wish.addEventListener("change", apply);
  addEventListener("beforeprint", () => setTheme(false));
  addEventListener("afterprint", apply);
  apply();
}

const COLOURS = 7;
const DASHES = ["solid", [7, 3], [2, 2.5]];

/** An agent's colour and dash: the same in every chart of the page. */
function look(agent) {
  return {
    color: colour(`agent-${agent % COLOURS}`),
    dash: DASHES[Math.floor(agent / COLOURS) % DASHES.length],
  };
}
