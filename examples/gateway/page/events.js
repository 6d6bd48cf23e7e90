// Reads server-sent events, wherever the network has cut them. A page cannot
// use EventSource, which sends no key.

// What comes in pieces of text. `push` returns the events that are whole by
// then, as { id, data }; `id` is the last that any event has told.
export class EventReader {
  #rest = "";
  #id = "";
  #data = [];

  push(text) {
    // A CR at the end may be half of a CR LF.
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop();
    const events = [];
    for (const line of lines) {
      if (line === "") this.#finish(events);
      else this.#take(line);
    }
    return events;
  }

  #take(line) {
    const [, name, value] = line.match(/^([^:]*):? ?(.*)$/s);
    if (name === "data") this.#data.push(value);
    else if (name === "id" && !value.includes("\0")) this.#id = value;
  }

  #finish(events) {
    if (this.#data.length > 0) {
      events.push({ id: this.#id, data: this.#data.join("\n") });
    }
    this.#data = [];
  }
}

// The events of a response, until it ends or a signal comes.
export async function* eventsOf(response, signal) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const leave = () => reader.cancel().catch(() => {});
  signal.addEventListener("abort", leave);
  try {
    const events = new EventReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done || signal.aborted) return;
      yield* events.push(value);
    }
  } finally {
    signal.removeEventListener("abort", leave);
    leave();
  }
}
