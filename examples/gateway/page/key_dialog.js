// Asks for the key, and keeps it once the gateway knows it.

import * as gateway from "./gateway.js";
import * as store from "./store.js";

const [dialog, form, value, problem, save, cancel, forget] =
  ["key-dialog", "key-form", "key-value", "key-problem", "key-save",
    "key-cancel", "key-forget"].map((id) => document.getElementById(id));

function tell(message) {
  problem.textContent = message;
  problem.hidden = message === "";
}

// Opens it, with what is wrong with the present key.
export function open(message = "") {
  value.value = "";
  forget.hidden = store.key.get() === "";
  tell(message);
  if (!dialog.open) dialog.showModal();
  value.focus();
}

// `onKey` is called with the models that a new key may ask, `onForget` when
// there is none any more.
export function listen(onKey, onForget) {
  cancel.addEventListener("click", () => dialog.close());
  forget.addEventListener("click", () => {
    store.key.set("");
    dialog.close();
    onForget();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const key = value.value.trim();
    if (!/^[!-~]+$/.test(key)) {
      tell("A key has letters, digits and signs only, and no blanks.");
      return;
    }
    save.disabled = true;
    tell("");
    try {
      const models = await gateway.models(key);
      store.key.set(key);
      value.value = "";
      dialog.close();
      onKey(models);
    } catch (error) {
      tell(error.status === 401 ? "The gateway does not know this key."
        : error.message);
      value.select();
    } finally {
      save.disabled = false;
    }
  });
}
