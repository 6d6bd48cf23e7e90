// What this tab keeps through reloads, in sessionStorage: the key, the model,
// and the conversation. The exchange that grows is kept by itself, as it is
// written again and again.

const PREFIX = "indoxhub.";

function read(name) {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + name));
  } catch {
    return null;
  }
}

// False where nothing can be kept, or nothing more.
function write(name, value) {
  try {
    if (value === null) sessionStorage.removeItem(PREFIX + name);
    else sessionStorage.setItem(PREFIX + name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

export const key = {
  get: () => read("key") ?? "",
  set: (value) => write("key", value || null),
};

export const model = {
  get: () => read("model") ?? "",
  set: (value) => write("model", value || null),
};

// What was typed and not yet asked.
export const draft = {
  get: () => read("draft") ?? "",
  set: (value) => write("draft", value || null),
};

// All exchanges, oldest first.
export function conversation() {
  const exchanges = read("conversation") ?? [];
  const growing = read("growing");
  if (growing) exchanges.push(growing);
  return exchanges;
}

// Keeps a conversation; the last exchange may be growing.
export function keep(exchanges) {
  const last = exchanges.at(-1);
  const isGrowing = last?.status === "answering";
  return write("conversation", isGrowing ? exchanges.slice(0, -1) : exchanges)
    && write("growing", isGrowing ? last : null);
}

// Keeps no more than the exchange that grows.
export function keepGrowing(exchange) {
  return write("growing", exchange);
}
