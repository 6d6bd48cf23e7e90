// The text of an answer while it grows: only blocks that have changed are made
// anew, so that what somebody reads, selects or copies stays.

import { blocksOf } from "./markdown.js";

async function copy(button, text) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Not allowed";
  }
  setTimeout(() => { button.textContent = "Copy"; }, 2000);
}

// A frame around a code block, with its language and a button.
function frame(pre) {
  const box = document.createElement("div");
  box.className = "code";
  const head = document.createElement("div");
  head.className = "code-head";
  const { language } = pre.dataset;
  const name = document.createElement("span");
  name.textContent = language || "code";
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.setAttribute("aria-label", `Copy ${language || "this"} code`);
  button.addEventListener("click", () => copy(button, pre.textContent));
  // Long lines scroll, with the keyboard too.
  pre.tabIndex = 0;
  pre.setAttribute("role", "region");
  pre.setAttribute("aria-label", `${language} code`.trim());
  pre.replaceWith(box);
  head.append(name, button);
  box.append(head, pre);
}

// Wide tables scroll by themselves.
function wrap(table) {
  const box = document.createElement("div");
  box.className = "table";
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", "Table");
  table.replaceWith(box);
  box.append(table);
}

function dress(part) {
  part.querySelectorAll("pre").forEach(frame);
  part.querySelectorAll("table").forEach(wrap);
}

export class AnswerView {
  #place;
  #shown = [];

  constructor(place) {
    this.#place = place;
  }

  // Shows a text. `anew` makes all of it anew, as links may be named at the
  // end of what uses them.
  show(text, anew = false) {
    const blocks = blocksOf(text);
    let same = 0;
    while (!anew && same < blocks.length
      && this.#shown[same]?.raw === blocks[same].raw) same++;
    for (const { part } of this.#shown.splice(same)) part.remove();
    for (const { raw, show } of blocks.slice(same)) {
      const part = document.createElement("div");
      part.append(show());
      dress(part);
      this.#place.append(part);
      this.#shown.push({ raw, part });
    }
  }
}
