// A question and its answer, as they are shown.

import { AnswerView } from "./answer_view.js";
import { costOf } from "./costs.js";
import { shortName } from "./models.js";

const STATES = { answering: "answering", stopped: "stopped", failed: "failed" };

const CUT = "The answer is cut: it was as long as an answer may be.";

function add(place, tag, className, text = "") {
  const part = document.createElement(tag);
  part.className = className;
  part.textContent = text;
  place.append(part);
  return part;
}

function button(place, text, onClick) {
  const made = add(place, "button", "", text);
  made.type = "button";
  made.addEventListener("click", onClick);
  return made;
}

// Shows or hides what has a text or none.
function say(part, text) {
  if (part.textContent !== text) part.textContent = text;
  part.hidden = text === "";
}

export class ExchangeView {
  #exchange;
  #answer;
  #text;
  #thoughts;
  #problem;
  #about;
  #retry;
  #goOn;

  // `deeds` are { retry, goOn }, for the buttons.
  constructor(place, exchange, deeds) {
    this.#exchange = exchange;
    const question = add(place, "article", "question");
    question.setAttribute("aria-label", "You");
    add(question, "p", "plain", exchange.question);
    this.#answer = add(place, "article", "answer");
    this.#answer.setAttribute("aria-label",
      `Answer of ${shortName(exchange.model)}`);
    this.#addThoughts();
    const text = add(this.#answer, "div", "text");
    this.#text = new AnswerView(text);
    this.#problem = add(this.#answer, "p", "problem");
    this.#problem.setAttribute("role", "alert");
    const foot = add(this.#answer, "footer", "");
    this.#about = add(foot, "span", "about");
    this.#goOn = button(foot, "Go on", deeds.goOn);
    this.#retry = button(foot, "Retry", deeds.retry);
    this.parts = [question, this.#answer];
  }

  #addThoughts() {
    const box = add(this.#answer, "details", "thoughts");
    add(box, "summary", "", "Thoughts");
    this.#thoughts = { box, text: add(box, "p", "plain") };
  }

  // Shows what has changed; the last exchange can be tried again.
  draw(isLast) {
    const { text, reasoning, status, problem, reason, model, usage } =
      this.#exchange;
    const isGrowing = status === "answering";
    this.#answer.classList.toggle("growing", isGrowing);
    this.#answer.setAttribute("aria-busy", String(isGrowing));
    this.#text.show(text, !isGrowing);
    this.#thoughts.box.hidden = reasoning === "";
    this.#thoughts.text.textContent = reasoning;
    say(this.#problem, problem || (reason === "length" ? CUT : ""));
    say(this.#about, [shortName(model), costOf(usage), STATES[status]]
      .filter(Boolean).join(" \u00b7 "));
    this.#retry.hidden = isGrowing || !isLast;
    this.#goOn.hidden = !isLast || status !== "failed"
      || !this.#exchange.isBroken;
  }

  remove() {
    for (const part of this.parts) part.remove();
  }
}
