// Where questions are typed: Enter asks, Shift+Enter breaks the line. On a
// screen that is touched Enter breaks the line, and the button asks.

import * as store from "./store.js";

const [form, question, ask, stop, hint] =
  ["form", "question", "ask", "stop", "hint"]
    .map((id) => document.getElementById(id));

const isTouched = matchMedia("(pointer: coarse)");

export function focus() {
  question.focus();
}

// Takes away what was asked.
export function clear() {
  question.value = "";
  store.draft.set("");
}

export function setBusy(isBusy) {
  const hadFocus = document.activeElement === stop;
  ask.hidden = isBusy;
  stop.hidden = !isBusy;
  if (hadFocus) focus();
}

// `onAsk` is called with each question, `onStop` when nobody wants more.
export function listen(onAsk, onStop) {
  hint.hidden = isTouched.matches;
  question.value = store.draft.get();
  question.addEventListener("input", () => store.draft.set(question.value));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = question.value.trim();
    if (text && !ask.hidden) onAsk(text);
  });
  stop.addEventListener("click", onStop);
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !stop.hidden
      && !document.querySelector("dialog[open]")) onStop();
  });
  question.addEventListener("keydown", (event) => {
    // Enter may also end a word that is being composed, as in Japanese.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing
      && !isTouched.matches) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
}
