// The conversation: its exchanges, the one that is being answered, and what is
// seen, kept and spoken of them.

import * as composer from "./composer.js";
import * as store from "./store.js";
import { Answering, newExchange } from "./answering.js";
import { ExchangeView } from "./exchange_view.js";
import { Speaking } from "./speaking.js";
import { costOf, sumOf } from "./costs.js";

const [thread, welcome, spent, notice] =
  ["thread", "welcome", "spent", "notice"]
    .map((id) => document.getElementById(id));

const speaking = new Speaking(document.getElementById("spoken"));
const page = document.documentElement;

// How near to its end the page follows an answer, in pixels, and how often a
// growing answer is kept, in milliseconds.
const NEAR = 80;
const KEEP_EVERY = 200;

const exchanges = store.conversation();
const views = [];
let running = null;
let onKeyRefused = () => {};
let frame = 0;
let keeping = 0;

// Shows what the page has to say about itself; "" for nothing.
export function tell(text) {
  notice.textContent = text;
  notice.hidden = text === "";
}

function isAtEnd() {
  return page.scrollHeight - page.scrollTop - page.clientHeight < NEAR;
}

function toEnd() {
  page.scrollTop = page.scrollHeight;
}

function draw(view, isLast) {
  const follows = isAtEnd();
  view.draw(isLast);
  if (follows) toEnd();
}

function drawAll() {
  views.forEach((view, i) => view.draw(i === views.length - 1));
  welcome.hidden = exchanges.length > 0;
  const sum = sumOf(exchanges);
  spent.textContent = sum;
  spent.hidden = sum === "";
  toEnd();
}

function addView(exchange) {
  views.push(new ExchangeView(thread, exchange, { retry, goOn }));
}

function keep() {
  clearTimeout(keeping);
  keeping = 0;
  if (!store.keep(exchanges)) {
    tell("This tab can keep no more: a reload would lose the conversation.");
  }
}

// What was said before an exchange, and its question.
function messagesUpTo(exchange) {
  const messages = [];
  for (const { question, text } of exchanges) {
    if (text === "") continue;
    messages.push({ role: "user", content: question },
      { role: "assistant", content: text });
  }
  return [...messages, { role: "user", content: exchange.question }];
}

// An answer grows: shows it with the next frame, keeps it now and then.
function grow(exchange) {
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    draw(views.at(-1), true);
    speaking.follow(exchange.text, false);
  });
  keeping ||= setTimeout(() => {
    keeping = 0;
    if (exchange.status === "answering") store.keepGrowing(exchange);
  }, KEEP_EVERY);
}

function finish(exchange, refusal) {
  running = null;
  cancelAnimationFrame(frame);
  frame = 0;
  keep();
  composer.setBusy(false);
  drawAll();
  speaking.follow(exchange.text, true);
  if (exchange.status !== "failed") { // a problem is an alert by itself
    speaking.say([exchange.status === "stopped" ? "Stopped." : "Done.",
      costOf(exchange.usage)].join(" "));
  }
  if (refusal?.status === 401) onKeyRefused();
}

async function run(exchange, messages) {
  const key = store.key.get();
  const answering = new Answering(key, exchange, () => {
    if (running === answering) grow(exchange);
  });
  running = answering;
  composer.setBusy(true);
  keep();
  drawAll();
  speaking.begin(exchange.text.length);
  const refusal = await answering.run(messages);
  if (running === answering) finish(exchange, refusal);
}

// Asks a question, as the last of the conversation.
export function ask(question, model) {
  const exchange = newExchange(question, model);
  const messages = messagesUpTo(exchange);
  exchanges.push(exchange);
  addView(exchange);
  speaking.say("Asked.");
  run(exchange, messages);
}

// Asks the last question once more, in place of its answer. The model is the
// one that is chosen now.
function retry() {
  const { question } = exchanges.pop();
  views.pop().remove();
  ask(question, store.model.get());
  composer.focus();
}

// Goes on with an answer that was broken off.
function goOn() {
  const exchange = exchanges.at(-1);
  Object.assign(exchange, { status: "answering", problem: "" });
  run(exchange, null);
  composer.focus();
}

export function stop() {
  if (!running) return;
  const exchange = exchanges.at(-1);
  running.stop();
  finish(exchange, null);
}

// Begins a new one.
export function clear() {
  stop();
  exchanges.length = 0;
  for (const view of views.splice(0)) view.remove();
  keep();
  drawAll();
}

// Shows what was kept, and goes on with what was being answered.
// `keyRefused` is called when the gateway does not know the key any more.
export function begin(keyRefused) {
  onKeyRefused = keyRefused;
  exchanges.forEach(addView);
  const last = exchanges.at(-1);
  if (last?.status === "answering" && last.stream) {
    run(last, null);
  } else if (last?.status === "answering") {
    Object.assign(last, { status: "failed",
      problem: "The page was left before the answer began." });
  }
  drawAll();
  addEventListener("pagehide", keep);
}
