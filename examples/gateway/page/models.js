// The choice of models, by who makes them.

import * as store from "./store.js";

const TEXT = "text_completions";

function option(value, text) {
  const made = document.createElement("option");
  made.value = value;
  made.textContent = text;
  return made;
}

// What stands before a slash is whose it is; not every upstream has that.
function nameOf(id) {
  const [, maker, name] = id.match(/^(?:([^/]*)\/)?(.*)$/s);
  return { maker: maker ?? "", name };
}

// Fills a select with those of a list that write text, as far as that is told.
export function fill(select, list) {
  const groups = new Map();
  for (const { id, category } of list) {
    if (typeof id !== "string" || category && category !== TEXT) continue;
    const { maker, name } = nameOf(id);
    if (!groups.has(maker)) groups.set(maker, []);
    groups.get(maker).push(option(id, name));
  }
  select.replaceChildren();
  for (const [maker, options] of groups) {
    const group = document.createElement("optgroup");
    group.label = maker;
    group.append(...options);
    if (maker) select.append(group);
    else select.append(...options);
  }
  if (groups.size === 0) select.append(option("", "Default model"));
  const chosen = store.model.get();
  if ([...select.options].some(({ value }) => value === chosen)) {
    select.value = chosen;
  }
}

// How a model is called where there is little room.
export function shortName(id) {
  return id ? nameOf(id).name : "The model";
}
