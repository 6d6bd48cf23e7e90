// An answer, from its first event to its last, through breaks of the network
// and reloads of the page: what came so far and the id of the last event stay
// together in the exchange, and the gateway gives what comes behind it.

import * as gateway from "./gateway.js";
import { Refusal } from "./gateway.js";
import { eventsOf } from "./events.js";

// Milliseconds before each try to go on.
const PAUSES = [0, 500, 1000, 2000, 4000, 8000];

const BROKEN = "The connection broke off; this is not the whole answer.";

// What the page calls a question and its answer. Only plain values: it is kept
// as JSON.
export function newExchange(question, model) {
  return { question, model, text: "", reasoning: "", status: "answering",
    problem: "", isBroken: false, stream: "", last: "", usage: null,
    reason: "" };
}

// Notes what an event says. True when it was the last one.
function take(exchange, { id, data }) {
  if (data === "[DONE]") {
    exchange.status = "done";
    return true;
  }
  const said = JSON.parse(data);
  if (said.error?.type === "cancelled") {
    exchange.status = "stopped";
    return true;
  } else if (said.error) {
    throw new Refusal(200, said.error.message);
  }
  const choice = said.choices?.[0];
  exchange.text += choice?.delta?.content ?? choice?.delta?.refusal ?? "";
  exchange.reasoning += choice?.delta?.reasoning_content ?? "";
  exchange.reason = choice?.finish_reason ?? exchange.reason;
  exchange.usage = said.usage ?? exchange.usage;
  exchange.last = id;
  return false;
}

function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

export class Answering {
  #key;
  #exchange;
  #onChange;
  #leaving = new AbortController();

  // `onChange` is called whenever the exchange has changed.
  constructor(key, exchange, onChange) {
    this.#key = key;
    this.#exchange = exchange;
    this.#onChange = onChange;
  }

  // Asks, or goes on with what was asked before. Never fails: how it ended
  // stands in the exchange. Returns the refusal, if it was one.
  async run(messages) {
    const exchange = this.#exchange;
    try {
      await (exchange.stream ? this.#goOn() : this.#begin(messages));
    } catch (error) {
      if (exchange.status === "stopped") return null;
      exchange.status = "failed";
      exchange.problem = error.message;
      exchange.isBroken = error.isPassing === true && exchange.stream !== "";
      return error;
    } finally {
      this.#onChange();
    }
    return null;
  }

  // Stops it, here at once and at the gateway as soon as its id is known.
  stop() {
    this.#exchange.status = "stopped";
    this.#stopThere();
    this.#leaving.abort();
    this.#onChange();
  }

  // Stops it at the gateway.
  #stopThere() {
    const { stream } = this.#exchange;
    // Where the gateway is not reached, it stops what nobody reads.
    if (stream) gateway.stop(this.#key, stream).catch(() => {});
  }

  async #begin(messages) {
    const exchange = this.#exchange;
    const response = await gateway.ask(this.#key, exchange.model, messages);
    exchange.stream = response.headers.get("X-Stream-Id") ?? "";
    this.#onChange();
    if (exchange.status === "stopped") {
      this.#stopThere();
      await response.body.cancel();
    } else if (!await this.#read(response)) {
      await this.#goOn();
    }
  }

  // Reads a response. True when the answer has ended or nobody wants more of
  // it, false when only the connection has ended.
  async #read(response) {
    const { signal } = this.#leaving;
    try {
      for await (const event of eventsOf(response, signal)) {
        if (signal.aborted || take(this.#exchange, event)) return true;
        this.#onChange();
      }
    } catch (error) {
      if (error instanceof Refusal) throw error;
    }
    return signal.aborted;
  }

  async #goOn() {
    const exchange = this.#exchange;
    let problem = new Refusal(0, BROKEN);
    if (!exchange.stream) throw problem;
    const { signal } = this.#leaving;
    for (let tries = 0; tries < PAUSES.length; tries++) {
      await pause(PAUSES[tries], signal);
      if (signal.aborted) return;
      const before = exchange.last;
      try {
        const response = await gateway.goOn(this.#key, exchange.stream, before,
          signal);
        if (await this.#read(response)) return;
        // Whoever gets on may go on trying.
        if (exchange.last !== before) tries = 0;
      } catch (error) {
        if (signal.aborted) return;
        if (!error.isPassing) throw error;
        problem = error;
      }
    }
    throw problem;
  }
}
