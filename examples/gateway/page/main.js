// A chat in front of the gateway that serves it.

import * as composer from "./composer.js";
import * as conversation from "./conversation.js";
import * as gateway from "./gateway.js";
import * as keyDialog from "./key_dialog.js";
import * as markdown from "./markdown.js";
import * as models from "./models.js";
import * as store from "./store.js";

const select = document.getElementById("model");

const NO_MARKDOWN = "Answers are shown as plain text: marked and dompurify, " +
  "which show Markdown, are not installed. \u201cmake deps-all\u201d " +
  "installs them.";

// Whether the gateway answers no one who has no key, as far as is known.
let needsKey = false;

function keyRefused() {
  if (store.key.get() !== "") {
    keyDialog.open("The gateway does not know this key.");
    return;
  }
  needsKey = true;
  keyDialog.open();
}

// What the key may ask, or who has none.
async function findModels() {
  try {
    models.fill(select, await gateway.models(store.key.get()));
    store.model.set(select.value);
  } catch (error) {
    if (error.status === 401) keyRefused();
    else conversation.tell(`There is no list of models. ${error.message}`);
  }
}

select.addEventListener("change", () => store.model.set(select.value));

document.getElementById("new").addEventListener("click", () => {
  conversation.clear();
  composer.focus();
});

document.getElementById("key").addEventListener("click", () => {
  keyDialog.open();
});

keyDialog.listen((list) => {
  models.fill(select, list);
  store.model.set(select.value);
  composer.focus();
}, findModels);

composer.listen((question) => {
  if (needsKey && store.key.get() === "") {
    keyDialog.open();
    return;
  }
  composer.clear();
  conversation.ask(question, select.value);
}, conversation.stop);

if (!await markdown.load()) conversation.tell(NO_MARKDOWN);
conversation.begin(keyRefused);
await findModels();
