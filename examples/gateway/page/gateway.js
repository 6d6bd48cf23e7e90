// What the page asks the gateway for. The key is "" for a visitor without one.

// A refusal, or the failure to get any answer (status 0).
export class Refusal extends Error {
  constructor(status, message) {
    super(message.charAt(0).toUpperCase() + message.slice(1));
    this.status = status;
  }

  // Whether the same may well be answered later.
  get isPassing() {
    return this.status === 0 || this.status >= 502 && this.status <= 504;
  }
}

async function refusalOf(response) {
  let message = `The gateway answered with status ${response.status}.`;
  try {
    message = (await response.json()).error.message;
  } catch {
    // Not every refusal comes from the gateway itself.
  }
  const wait = Number(response.headers.get("Retry-After")) || 0;
  if (wait > 1) {
    message = `${message.replace(/\.$/, "")}. Ask again in ${wait} seconds.`;
  }
  return new Refusal(response.status, message);
}

async function send(key, method, path, options = {}) {
  const response = await fetch(`/v1/${path}`, {
    method,
    cache: "no-store",
    credentials: "omit",
    ...options,
    headers: { ...(key && { Authorization: `Bearer ${key}` }),
      ...options.headers },
  }).catch((error) => {
    if (options.signal?.aborted) throw error;
    throw new Refusal(0, "The gateway does not answer.");
  });
  if (!response.ok) throw await refusalOf(response);
  return response;
}

// The models that a key may ask: a list of { id, owned_by }.
export async function models(key) {
  return (await (await send(key, "GET", "models")).json()).data;
}

// Begins an answer. The response is a stream of events.
export function ask(key, model, messages) {
  return send(key, "POST", "chat/completions", {
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      ...(model && { model }),
      messages,
      stream: true,
      stream_options: { include_usage: true },
    }),
  });
}

// The rest of an answer, from behind the event with this id.
export function goOn(key, stream, id, signal) {
  const headers = id ? { "Last-Event-ID": id } : {};
  return send(key, "GET", `streams/${stream}`, { headers, signal });
}

// Stops an answer, wherever it is written.
export function stop(key, stream) {
  return send(key, "DELETE", `streams/${stream}`, { keepalive: true });
}
