// Tables that sort by a click on a head.

function startTables() {
  markWide();
  new ResizeObserver(markWide).observe(document.body);
  makeSortable(document);
}

/** Heads of the sortable tables inside an element become buttons. */
function makeSortable(root) {
  root.querySelectorAll("table.sortable").forEach((table) => {
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const button = element("button", { type: "button", textContent: head.textContent });
      head.replaceChildren(button);
      button.addEventListener("click", () => sortTable(table, head, column));
    });
  });
}

function sortTable(table, head, column) {
  const first = head.classList.contains("n") && column > 0 ? "descending" : "ascending";
  const other = first === "descending" ? "ascending" : "descending";
  const order = head.getAttribute("aria-sort") === first ? other : first;
  [...table.tHead.rows[0].cells].forEach((cell) => cell.removeAttribute("aria-sort"));
  head.setAttribute("aria-sort", order);
  const rows = [...table.tBodies[0].rows];
  rows.sort((a, b) => compareCells(a.cells[column], b.cells[column], order === "ascending" ? 1 : -1));
  table.tBodies[0].append(...rows);
}

/** By what a cell is sorted: its value, else the number that it shows; nothing for words. */
function sortValue(cell) {
  if (cell.dataset.value !== undefined) return cell.dataset.value;
  const text = cell.classList.contains("n") ? cell.textContent.replaceAll(",", "") : "";
  return text === "" || Number.isNaN(Number(text)) ? undefined : Number(text);
}

/** What has no value comes last in either order. */
function compareCells(a, b, sign) {
  const [left, right] = [sortValue(a), sortValue(b)];
  if (left === undefined && right === undefined) return sign * a.textContent.localeCompare(b.textContent);
  if (left === undefined || right === undefined) return left === undefined ? 1 : -1;
  return sign * (Number(left) - Number(right));
}

/** Says under a table that it has columns out of sight. */
function markWide() {
  document.querySelectorAll(".scroll").forEach((box) => box.toggleAttribute("data-more", box.scrollWidth > box.clientWidth + 1));
}
