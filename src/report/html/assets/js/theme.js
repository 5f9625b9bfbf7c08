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
// Dotted where the colours are used up. Dashed is the benchmark alone.
const DOTS = ["solid", [2, 2.5], [9, 2.5, 2, 2.5]];
const DASHED = [7, 4];

/** An agent's colour and dash: the same in every chart of the page. */
function look(agent) {
  const isBenchmark = agent === "benchmark" || values.benchmark?.agent === agent;
  return {
    color: agent === "benchmark" ? colour("ink") : colour(`agent-${agent % COLOURS}`),
    dash: isBenchmark ? DASHED : DOTS[Math.floor(agent / COLOURS) % DOTS.length],
  };
}
