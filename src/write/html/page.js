"use strict";
// Searches, filters and copies the rows that the page lists. It reads text and hides elements, and
// makes no markup of any text.
(() => {
  const at = (id) => document.getElementById(id);
  try {
    const names = new Intl.DisplayNames(["en"], { type: "region" });
    for (const cell of document.querySelectorAll("[data-region]")) {
      const code = cell.textContent;
      if (/^[A-Z]{2}$/.test(code)) cell.textContent = `${code} ${names.of(code)}`;
    }
  } catch {
    // Codes without names can be read, too.
  }

  const form = at("filters");
  if (!form) return;
  const said = at("said");
  const text = at("text");
  const choices = ["level", "code", "column", "fate"].map(at);

  const groups = [...document.querySelectorAll("article.problem")].map((article) => {
    const details = article.querySelector("details");
    const rows = [...details.querySelectorAll("tbody tr")].map((row) => {
      const cells = [...row.cells].map((cell) => cell.textContent.trim());
      const [number, , column, , , , fate] = cells.slice(-7);
      const source = cells.length > 7 ? cells[0] : "";
      return { row, source, number, column, fate, text: cells.join("\n").toLowerCase() };
    });
    return { article, details, rows, level: article.dataset.level, code: article.id, found: false };
  });
  const all = groups.reduce((sum, group) => sum + group.rows.length, 0);
  const counted = (number, one, many) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;

  const offer = (select, values) => {
    for (const value of [...new Set(values)].filter((value) => value !== "").sort()) {
      select.append(new Option(value, value));
    }
  };
  const rows = groups.flatMap((group) => group.rows);
  offer(at("code"), groups.map((group) => group.code));
  offer(at("column"), rows.map((row) => row.column));
  offer(at("fate"), rows.map((row) => row.fate));

  const apply = () => {
    const wanted = text.value.trim().toLowerCase();
    const [level, code, column, fate] = choices.map((choice) => choice.value);
    const narrows = wanted !== "" || column !== "" || fate !== "";
    let shownRows = 0;
    let shownGroups = 0;
    for (const group of groups) {
      const isWanted = (level === "" || group.level === level) && (code === "" || group.code === code);
      let matching = 0;
      for (const row of group.rows) {
        const matches = (wanted === "" || row.text.includes(wanted))
          && (column === "" || row.column === column) && (fate === "" || row.fate === fate);
        row.row.hidden = !matches;
        if (matches) matching += 1;
      }
      const isShown = isWanted && matching > 0;
      group.article.hidden = !isShown;
      // What a search has opened it closes again.
      const opens = isShown && narrows;
      if (opens && !group.details.open) {
        group.details.open = true;
        group.found = true;
      } else if (!opens && group.found) {
        group.details.open = false;
        group.found = false;
      }
      if (isShown) {
        shownGroups += 1;
        shownRows += matching;
      }
    }
    const kinds = counted(shownGroups, "kind of problem", "kinds of problem");
    said.textContent = `${shownRows.toLocaleString("en")} of ${counted(all, "listed row", "listed rows")}, in ${kinds}`;
  };

  const copy = async (value, what) => {
    const area = at("copied-text");
    at("copied").hidden = false;
    area.value = value;
    area.focus();
    area.select();
    let isDone = false;
    try {
      await navigator.clipboard.writeText(value);
      isDone = true;
    } catch {
      isDone = document.execCommand("copy");
    }
    said.textContent = isDone ? `Copied: ${what}` : `Not allowed to copy ${what}; they are selected below`;
  };

  for (const group of groups) {
    const button = group.details.querySelector("button.copy");
    button.hidden = false;
    button.addEventListener("click", () => {
      const bySource = new Map();
      const shown = group.rows.filter((row) => !row.row.hidden);
      for (const { source, number } of shown) {
        bySource.set(source, (bySource.get(source) ?? new Set()).add(number));
      }
      const lines = [...bySource].map(([source, numbers]) => {
        const list = [...numbers].join(", ");
        return source === "" ? list : `${source}: ${list}`;
      });
      const count = [...bySource.values()].reduce((sum, numbers) => sum + numbers.size, 0);
      copy(lines.join("\n"), counted(count, "row number", "row numbers"));
    });
  }

  const setOpen = (open) => {
    for (const group of groups) {
      group.details.open = open;
      group.found = false;
    }
  };
  at("open").addEventListener("click", () => setOpen(true));
  at("close").addEventListener("click", () => setOpen(false));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));
  text.addEventListener("input", apply);
  for (const choice of choices) choice.addEventListener("change", apply);

  // A link to a code opens its rows.
  const openTarget = () => {
    const group = groups.find((group) => group.code === decodeURIComponent(location.hash.slice(1)));
    if (group) group.details.open = true;
  };
  addEventListener("hashchange", openTarget);
  openTarget();
  form.hidden = false;
  apply();
})();
