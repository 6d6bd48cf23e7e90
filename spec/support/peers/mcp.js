// An MCP server that goes wrong as it is told to, by the names of its tools and
// by its mode:
//
//     node mcp.js stdio [MODE]
//     node mcp.js http            prints its port; the mode is the path's end
//
// GET /__log of the second tells all requests that came; of the first the tool
// `log` does.
"use strict";

const fs = require("fs");
const { serve } = require("./peer.js");

const OK = { content: [{ type: "text", text: "ok" }] };
const text = (value) => ({ content: [{ type: "text", text: String(value) }] });

const seen = []; // what came
const held = []; // calls that wait to be answered
const waiting = new Map(); // id of a request of ours -> what hears the reply
let asked = 0;

const PIXEL = Buffer.from("a picture").toString("base64");

const KINDS = [
  { type: "text", text: "first" },
  { type: "image", mimeType: "image/png", data: PIXEL },
  { type: "audio", mimeType: "audio/wav", data: PIXEL },
  { type: "resource", resource: { uri: "file:///a", mimeType: "text/plain",
    text: "inner" } },
  { type: "resource", resource: { uri: "file:///b", blob: PIXEL } },
  { type: "resource_link", name: "c", uri: "file:///c",
    description: "a link" },
  { type: "hologram" }, "no item", null,
];

// What each tool does. `to` says things to the client; what is returned is the
// result, and nothing when the tool has replied by itself, or never will.
const TOOLS = {
  echo: (args) => text(args.text),
  failed: () => ({ isError: true, ...text("out of fog") }),
  wordless: () => ({ isError: true, content: [] }),
  refused: (args, to) => to.send({ id: to.id,
    error: { code: -32602, message: "Unknown thing" } }),
  never: () => undefined,
  late: (args, to) => { held.push(to); },
  release: async (args, to) => {
    to.send({ id: to.id, result: OK });
    while (held.length) {
      const late = held.pop();
      late.send({ id: late.id, result: text("at last") });
      late.end();
    }
  },
  // The reply to a call that waits, where another one's is expected.
  crossed: (args, to) => {
    const late = held.pop();
    if (late)
      to.send({ id: late.id, result: text("from elsewhere") });
    return OK;
  },
  progress: (args, to) => {
    for (let i = 1; i <= 3; i++)
      to.send({ method: "notifications/progress", params: {
        progressToken: to.token, progress: i, total: 3, message: "step" } });
    to.send({ method: "notifications/progress", params: {
      progressToken: "nobody's", progress: 9 } });
    return OK;
  },
  flood: (args, to) => {
    const one = { jsonrpc: "2.0", method: "notifications/message",
      params: { level: "info", data: "drop" } };
    to.many(one, args.count);
    return OK;
  },
  say: (args, to) => {
    to.send({ method: "notifications/message", params: {
      level: "warning", data: { deep: "trouble" } } });
    return OK;
  },
  ping: async (args, to) => text(JSON.stringify(await to.ask("ping"))),
  sample: async (args, to) =>
    text(JSON.stringify(await to.ask("sampling/createMessage"))),
  pester: (args, to) => {
    for (let i = 0; i < args.count; i++)
      to.send({ id: "p" + i, method: "ping" });
    return OK;
  },
  ids: (args, to) => {
    const wrong = text("wrong");
    for (const id of [to.id + 1000, String(to.id), 0, -1, null, [to.id],
      { id: to.id }, true])
      to.send({ id, result: wrong });
    to.send({ id: to.id }); // neither result nor error
    to.send({ id: to.id, result: text("right") });
    to.send({ id: to.id, result: wrong });
    to.end();
  },
  garbage: (args, to) => {
    to.raw("this is no JSON {");
    return OK;
  },
  broken: (args, to) => {
    to.raw('{"jsonrpc":"2.0","id":');
    return OK;
  },
  odd: (args, to) => {
    to.raw('"a text"');
    return OK;
  },
  batch: (args, to) => to.raw(JSON.stringify([
    { jsonrpc: "2.0", method: "notifications/message", params: { data: "x" } },
    { jsonrpc: "2.0", id: to.id, result: OK }])),
  endless: (args, to) => to.endless(),
  big: (args) => text("x".repeat(args.size)),
  kinds: () => ({ content: KINDS }),
  structured: () => ({ content: [], structuredContent: { a: [1, {}, []] } }),
  twice: () => ({ content: [{ type: "text", text: ' {"a": [1, 2]}' }],
    structuredContent: { a: [1, 2] } }),
  both: () => ({ content: [{ type: "text", text: "two of them" }],
    structuredContent: { a: [1, 2] } }),
  hollow: () => ({}),
  nulled: (args) => text(JSON.stringify(args)),
  log: () => text(JSON.stringify(seen)),
  env: () => text(JSON.stringify(process.env)),
  cwd: () => text(process.cwd()),
  pid: () => text(process.pid),
  die: () => {
    fs.writeSync(2, "first line\nthe disk is gone: s3cret-of-env\n");
    process.exit(3);
  },
  kill: () => { process.kill(process.pid, "SIGKILL"); },
  quit: (args, to) => {
    fs.writeSync(1, JSON.stringify({ jsonrpc: "2.0", id: to.id, result: OK })
      + "\n");
    process.exit(0);
  },
  mute: () => { fs.closeSync(1); setInterval(() => {}, 1000); },
  deaf: () => {
    process.stdin.pause();
    setInterval(() => {}, 1000);
    return OK;
  },
  mumble: (args) => {
    fs.writeSync(2, "one\n\x1b[2Jtwo\n" + "x".repeat(args.size || 0) + "\n");
    return OK;
  },
  stubborn: () => {
    process.on("SIGTERM", () => {});
    process.stdin.removeAllListeners("end");
    setInterval(() => {}, 1000);
    return OK;
  },
  fork: () => text(require("child_process").spawn("sleep", ["1000"],
    { stdio: "ignore" }).pid),
  // Of HTTP only.
  forget: () => { sessions.clear(); return OK; },
  resume: (args, to) => {
    const id = "stream-" + to.id;
    resumable.set(id, { id: to.id, times: args.times || 1 });
    to.leave(id, args.retry);
  },
  cut: (args, to) => to.cut(),
  over: (args, to) => to.end(),
};

const SCHEMA = { type: "object", properties: { text: { type: "string" },
  shade: { type: "string", "x-vendor": [] } }, required: ["text"],
  default: null, unevaluatedProperties: false };

const LISTS = {
  odd: [
    { name: "a.b/c d", title: "No description" }, { name: "a_b_c_d" },
    { name: "a.b/c d" }, { name: "x".repeat(128), description: 5 },
    { name: "x".repeat(127) + "y", inputSchema: 7 }, { name: "" },
    { name: 5 }, null, "text",
    { name: "strict", description: "Says it.", inputSchema: SCHEMA },
    { name: "linked", inputSchema: { type: "object", properties: {
      text: { $ref: "#/$defs/t" } }, $defs: { t: { type: "string" } } } },
  ],
  huge: Array.from({ length: 5000 }, (_, i) => ({ name: "tool" + i })),
  none: [],
};

const DEFAULT_LIST = Object.keys(TOOLS).map((name) => ({ name,
  description: "Does " + name + ".", inputSchema: { type: "object",
    properties: { text: { type: "string" } } } }));

function list(mode, params) {
  const page = Number((params || {}).cursor || 0);
  switch (mode) {
    case "pages":
      return { tools: DEFAULT_LIST.slice(page * 20, page * 20 + 20),
        nextCursor: (page + 1) * 20 < DEFAULT_LIST.length
          ? String(page + 1) : undefined };
    case "last": return { tools: DEFAULT_LIST, nextCursor: "" };
    case "circle": return { tools: [], nextCursor: "1" };
    case "endless": return { tools: [{ name: "t" + page }],
      nextCursor: String(page + 1) };
    case "strange": return { tools: { no: "list" }, nextCursor: 5 };
    default: return { tools: LISTS[mode] || DEFAULT_LIST };
  }
}

const REVISIONS = { revision: "1999-01-01", older: "2024-11-05",
  nothing: undefined };

async function handle(message, to, mode) {
  if (message.method === undefined) {
    const hear = waiting.get(message.id);
    if (hear)
      hear(message.error ? { error: message.error.code }
        : { result: message.result });
    return;
  }
  to.id = message.id;
  to.token = ((message.params || {})._meta || {}).progressToken;
  if (message.method === "initialize") {
    if (mode === "later")
      to.send({ id: message.id, error: { code: -32022,
        message: "Unsupported protocol version" } });
    else if (mode !== "silent")
      to.send({ id: message.id, result: {
        protocolVersion: mode in REVISIONS ? REVISIONS[mode]
          : message.params.protocolVersion,
        capabilities: { tools: {} }, serverInfo: { name: "faults",
          version: "1" } } });
  } else if (message.method === "tools/list") {
    to.send({ id: message.id, result: list(mode, message.params) });
  } else if (message.method === "tools/call") {
    const run = TOOLS[message.params.name];
    const result = run ? await run(message.params.arguments, to) : OK;
    if (result === undefined)
      return;
    to.send({ id: message.id, result });
  } else {
    return;
  }
  if (mode !== "silent" || message.method !== "initialize")
    to.end();
}

function ask(to, method) {
  const id = "server-" + ++asked;
  return new Promise((hear) => {
    waiting.set(id, hear);
    to.send({ id, method, params: {} });
  });
}

// ---- a program ---------------------------------------------------------------

function stdio(mode) {
  if (mode === "banner")
    fs.writeSync(1, "Welcome to the server!\n\n");
  if (mode === "dies") {
    fs.writeSync(2, "no configuration");
    process.exit(7);
  }
  const make = () => ({
    send(message) { this.raw(JSON.stringify({ jsonrpc: "2.0", ...message })); },
    raw(line) { process.stdout.write(line + "\n"); },
    many(message, count) {
      process.stdout.write((JSON.stringify(message) + "\n").repeat(count));
    },
    endless() {
      const more = () => {
        while (process.stdout.write("x".repeat(65536)));
        process.stdout.once("drain", more);
      };
      more();
    },
    ask(method) { return ask(this, method); },
    end() {},
  });
  let rest = "";
  process.stdin.on("data", (bytes) => {
    const lines = (rest + bytes).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      const message = JSON.parse(line);
      seen.push(message);
      handle(message, make(), mode);
    }
  });
  process.stdin.on("end", () => process.exit(0));
  process.stdout.on("error", () => process.exit(0));
}

// ---- HTTP --------------------------------------------------------------------

const sessions = new Set();
const resumable = new Map();
let begun = 0;

const EVENTS = { "Content-Type": "text/event-stream" };

function make_http(response, headers, as_json) {
  let open = false;
  const begin = () => {
    if (!open)
      response.writeHead(200, as_json
        ? { "Content-Type": "application/json", ...headers }
        : { ...EVENTS, ...headers });
    open = true;
  };
  return {
    send(message) { this.raw(JSON.stringify({ jsonrpc: "2.0", ...message })); },
    raw(line) {
      begin();
      response.write(as_json ? line : "data: " + line + "\n\n");
    },
    many(message, count) {
      begin();
      response.write(("data: " + JSON.stringify(message) + "\n\n")
        .repeat(count));
    },
    endless() {
      begin();
      response.write("data: ");
      const more = () => {
        while (!response.destroyed && response.write("x".repeat(65536)));
        response.once("drain", more);
      };
      more();
    },
    ask(method) { return ask(this, method); },
    end() { begin(); response.end(); },
    cut() {
      begin();
      response.write("data: {", () => response.destroy());
    },
    leave(id, retry) {
      begin();
      response.write("id: " + id + "\n" + (retry === undefined ? ""
        : "retry: " + retry + "\n") + "data: \n\n");
      response.end();
    },
  };
}

function resume(request, response) {
  const last = request.headers["last-event-id"];
  const stream = resumable.get(last);
  if (!stream) {
    response.writeHead(405).end();
    return;
  }
  const to = make_http(response, {}, false);
  if (--stream.times > 0) {
    to.leave(last, 1);
  } else {
    to.send({ id: stream.id, result: text("resumed") });
    to.end();
  }
}

function post(request, response, body, mode) {
  const session = request.headers["mcp-session-id"];
  const message = JSON.parse(body);
  const headers = {};
  if (message.method === "initialize") {
    if (mode !== "free") {
      headers["Mcp-Session-Id"] = "session-" + ++begun;
      sessions.add(headers["Mcp-Session-Id"]);
    }
  } else if (mode !== "free" && !sessions.has(session)) {
    const status = mode === "bad" ? 400 : 404;
    response.writeHead(status, { "Content-Type": "application/json" }).end(
      '{"jsonrpc":"2.0","error":{"code":-32000,"message":"No such session"}}');
    return;
  }
  const status = ((message.params || {}).arguments || {}).status;
  if (status) {
    response.writeHead(status, { "Content-Type": "application/json" }).end(
      '{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":' +
      '"refused with ' + (request.headers.authorization || "") + '"}}');
  } else if (message.id === undefined || message.method === undefined) {
    response.writeHead(202).end();
    handle(message, {}, mode);
  } else {
    handle(message, make_http(response, headers, mode === "json"), mode);
  }
}

function answer(request, response, body) {
  const mode = request.url.split("/")[2];
  if (request.url === "/__log") {
    response.end(JSON.stringify(seen));
    return;
  }
  seen.push({ http: request.method, url: request.url,
    headers: request.headers, body: body ? JSON.parse(body) : undefined });
  if (mode === "page")
    response.writeHead(200, { "Content-Type": "text/html" })
      .end("<html>Log in</html>");
  else if (mode === "moved")
    response.writeHead(307, { Location: "/mcp/json" }).end();
  else if (mode === "away")
    response.writeHead(307, { Location: "http://example.invalid/mcp" }).end();
  else if (mode === "round")
    response.writeHead(308, { Location: "/mcp/round" }).end();
  else if (mode === "empty")
    response.writeHead(200, { "Content-Type": "application/json" }).end();
  else if (request.method === "DELETE")
    response.writeHead(sessions.delete(request.headers["mcp-session-id"])
      ? 200 : 404).end();
  else if (request.method === "GET")
    resume(request, response);
  else
    post(request, response, body, mode);
}

if (process.argv[2] === "stdio")
  stdio(process.argv[3]);
else
  serve((request, response) => {
    let body = "";
    request.on("data", (bytes) => { body += bytes; });
    request.on("end", () => answer(request, response, body));
  });
