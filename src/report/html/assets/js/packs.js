// Sections of agents that the page carries compressed: unpacked when one of them is opened.
const packs = new Map();

/** A pack: the numbers of its agents, their sections (by part, by line, by agent), trades and daily returns. */
function unpacked(number) {
  if (!packs.has(number)) {
    const bytes = Uint8Array.from(atob(byId(`pack-${number}`).textContent), (sign) => sign.charCodeAt(0));
    const text = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    packs.set(number, new Response(text).json());
  }
  return packs.get(number);
}

/** Puts an agent's section where its head is, and its values among those of the page. */
async function unpack(section, agent) {
  try {
    const pack = await unpacked(section.dataset.pack);
    const at = pack.agents.indexOf(agent);
    const lines = (part) => part.map((line) => line[at]).filter((line) => line !== null);
    const parts = pack.html.map(lines).filter((part) => part.length > 0);
    section.insertAdjacentHTML("beforeend", parts.map((part) => part.join("\n")).join("<h3>"));
    values.trades[agent] = pack.trades[at];
    values.returns[agent] = pack.returns[at];
    makeSortable(section);
    return true;
  } catch (error) {
    const why = `This browser cannot unpack the section (${error.message}); agents/${values.agents[agent]} of the run's folder has its numbers.`;
    section.append(element("p", { className: "warning", textContent: why }));
    return false;
  }
}
