// An API of which each request says how it is to go wrong: see made_up.js for
// how it says so, and `faults` below for what can be said.
//
//   GET /__take   since this was asked before: { arrived, stops, late }
//
// `arrived` has for each "CALL.PART" how many requests came whole, and how many
// of them were worked on; `stops` counts calls to stop a stream; `late` has what
// came on a connection whose end was on its way to the client.
"use strict";

const { sendJson, serve } = require("./peer.js");
const { answerTo } = require("./answers.js");
const { readMark } = require("./made_up.js");

// What was sent before a connection ends is given time to arrive.
const LEAVE_MS = 5;
const LATE_MS = 15;
// Bytes that "slow" sends one by one; the rest follows at once.
const SLOW_BYTES = 150;
// Bytes that a stream is written by.
const WRITTEN = 997;
// By which a client knows a file again.
const TAG = '"made-up"';

// How often each was asked for in all, and what /__take tells.
const seen = new Map();
let arrived = {}, stops = 0, late = {};
// Those that have ended, as far as this server is concerned.
const left = new WeakSet();

// The first half of an answer. Of a stream: of its events, and of one more.
function half({ bytes, events }) {
  if (!events) {
    return bytes.subarray(0, bytes.length >> 1);
  }
  const n = events.length >> 1;
  const next = Buffer.from(events[n]);
  return Buffer.concat([Buffer.from(events.slice(0, n).join("")),
    next.subarray(0, next.length >> 1)]);
}

// By hand, because the server of node would end what was begun.
function head(answer, extra, connection = "close") {
  return `HTTP/1.1 200 OK\r\nContent-Type: ${answer.type}\r\n`
    + `Connection: ${connection}\r\n${extra}\r\n\r\n`;
}

function lengthOf({ bytes }) {
  return "Content-Length: " + bytes.length + "\r\nETag: " + TAG;
}

function hex(bytes) {
  return bytes.length.toString(16) + "\r\n";
}

// Writes to the socket, and then calls a function.
function write(socket, parts, then) {
  socket.write(Buffer.concat(parts.map((part) => Buffer.from(part))),
    () => setTimeout(then, LEAVE_MS));
}

// The answer as it should be; a stream cut at places that mean nothing, every
// other one with time for something else in between.
async function right(response, { bytes, type, events, rest }) {
  if (events) {
    response.writeHead(200, { "Content-Type": type });
    for (let at = 0; at < bytes.length; at += WRITTEN) {
      response.write(bytes.subarray(at, at + WRITTEN));
      if (events.length % 2 === 0) {
        await new Promise(setImmediate);
      }
    }
    response.end();
    return;
  }
  response.writeHead(rest ? 206 : 200, { "Content-Type": type, ETag: TAG,
    "Content-Length": bytes.length, ...rest });
  response.end(bytes);
}

function refuse(response, status, headers) {
  for (const [name, value] of Object.entries(headers || {})) {
    response.setHeader(name, value);
  }
  sendJson(response, status, { detail: "no, " + status });
}

// A stream with another event after the first `n` of its own; that is its end
// if it is to be.
function insert(response, answer, n, event, isEnd) {
  const before = Buffer.from(answer.events.slice(0, n).join(""));
  const after = answer.bytes.subarray(before.length);
  right(response, { ...answer, bytes: Buffer.concat([before,
    Buffer.from(event), isEnd ? Buffer.alloc(0) : after]) });
}

async function slowly(response, answer) {
  const { bytes, type } = answer;
  response.writeHead(200, { "Content-Type": type });
  for (let i = 0; i < Math.min(SLOW_BYTES, bytes.length); i += 1) {
    response.write(bytes.subarray(i, i + 1));
    await new Promise(setImmediate);
  }
  response.end(bytes.subarray(SLOW_BYTES));
}

const OVERLOADED = "data: " + JSON.stringify({ error: { message: "too much",
  type: "overloaded_error" } }) + "\n\n";

// Which of them turn a request down before any work.
const refusals = new Set(["limit_hint", "limit", "unavailable", "refused"]);
// fault: (response, answer, socket)
const faults = {
  none: right,
  reset_before: (response, answer, socket) => socket.resetAndDestroy(),
  closed_before: (response, answer, socket) => socket.destroy(),
  reset_head(response, answer, socket) {
    const text = head(answer, lengthOf(answer));
    write(socket, [text.slice(0, 40)], () => socket.resetAndDestroy());
  },
  reset_body: (response, answer, socket) => write(socket,
    [head(answer, lengthOf(answer)), half(answer)],
    () => socket.resetAndDestroy()),
  cut_chunk(response, answer, socket) {
    const bytes = half(answer);
    write(socket, [head(answer, "Transfer-Encoding: chunked"), hex(bytes),
      bytes, "\r\n"], () => socket.destroy());
  },
  wrong_length: (response, answer, socket) => write(socket,
    [head(answer, lengthOf(answer)), half(answer)], () => socket.destroy()),
  limit_hint: (response) => refuse(response, 429, { "retry-after-ms": "20" }),
  limit: (response) => refuse(response, 429),
  unavailable: (response) => refuse(response, 503),
  failed: (response) => refuse(response, 500),
  asked: (response) => refuse(response, 500, { "x-should-retry": "true" }),
  stall: (response, answer, socket) => write(socket,
    [head(answer, lengthOf(answer)), half(answer)], () => {}),
  garbage(response, answer) {
    if (answer.events) {
      insert(response, answer, answer.events.length >> 1,
        'data: {"choices":[{"delta":{"content":"gar\n\n', false);
    } else {
      right(response, { ...answer, bytes: half(answer) });
    }
  },
  page: (response) => right(response, { type: "text/html",
    bytes: Buffer.from("<!DOCTYPE html><html><body>Sign in</body></html>") }),
  leave(response, answer, socket) {
    left.add(socket);
    socket.end(Buffer.concat([
      Buffer.from(head(answer, lengthOf(answer), "keep-alive")),
      answer.bytes]));
  },
  slow: slowly,
  late: (response, answer) => setTimeout(() => right(response, answer),
    LATE_MS),
  error_event: (response, answer) => insert(response, answer,
    answer.events.length >> 1, OVERLOADED, true),
  refused: (response, answer) => insert(response, answer, 0, OVERLOADED, true),
};

function countArrival(mark, fault) {
  const counts = arrived[mark.id] || [0, 0];
  arrived[mark.id] = [counts[0] + 1,
    counts[1] + (refusals.has(fault) ? 0 : 1)];
}

// The rest of a file, for a client that has its beginning.
function fromRange(request, answer) {
  const from = /^bytes=(\d+)-$/.exec(request.headers.range || "");
  if (!from) {
    return answer;
  }
  const bytes = answer.bytes.subarray(Number(from[1]));
  return { ...answer, bytes, rest: { "Content-Range":
    `bytes ${from[1]}-${answer.bytes.length - 1}/${answer.bytes.length}` } };
}

function answer(request, response, body) {
  if (request.url === "/__take") {
    sendJson(response, 200, { arrived, stops, late });
    arrived = {};
    late = {};
    stops = 0;
    return;
  } else if (request.url.includes("/stop-stream/")) {
    stops += 1;
    sendJson(response, 200, { status: "stopped" });
    return;
  }
  const mark = readMark(request.url) || readMark(request.headers["x-soak"]
    || "") || readMark(body.toString("latin1"));
  if (!mark) {
    refuse(response, 400);
    return;
  }
  if (left.has(request.socket)) {
    late[mark.id] = true;
    request.socket.destroy();
    return;
  }
  const times = (seen.get(mark.id) || 0) + 1;
  const fault = times <= mark.times ? mark.fault : "none";
  if (mark.times > 0) {
    seen.set(mark.id, times);
  }
  countArrival(mark, fault);
  const whole = answerTo(mark, request, body);
  faults[fault](response, fault === "none" ? fromRange(request, whole) : whole,
    request.socket);
}

serve((request, response) => {
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", () => answer(request, response, Buffer.concat(pieces)));
  request.on("error", () => {});
  response.on("error", () => {});
});
