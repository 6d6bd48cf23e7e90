// What can go wrong with an answer whatever carries it: { name: (response,
// answer) }, with the response of node's servers of both versions of HTTP. And
// what the faults of each transport need.
"use strict";

const { sendJson } = require("../peer.js");

// What was sent before a connection ends is given time to arrive.
const LEAVE_MS = 5;
const LATE_MS = 15;
// Bytes that "slow" sends one by one; the rest follows at once.
const SLOW_BYTES = 150;
// Bytes that a stream is written by.
const WRITTEN = 997;
// By which a client knows a file again.
const TAG = '"made-up"';

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

const faults = {
  none: right,
  limit_hint: (response) => refuse(response, 429, { "retry-after-ms": "20" }),
  limit: (response) => refuse(response, 429),
  unavailable: (response) => refuse(response, 503),
  failed: (response) => refuse(response, 500),
  asked: (response) => refuse(response, 500, { "x-should-retry": "true" }),
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
  slow: slowly,
  late: (response, answer) => setTimeout(() => right(response, answer),
    LATE_MS),
  error_event: (response, answer) => insert(response, answer,
    answer.events.length >> 1, OVERLOADED, true),
  refused: (response, answer) => insert(response, answer, 0, OVERLOADED, true),
  // An answer before the answer, and headers behind its body.
  hints(response, answer) {
    response.writeEarlyHints({ link: "</style.css>; rel=preload" });
    right(response, answer);
  },
  trailers(response, answer) {
    response.writeHead(200, { "Content-Type": answer.type,
      Trailer: "x-checked" });
    response.addTrailers({ "x-checked": "yes" });
    response.end(answer.bytes);
  },
};

// Which of them turn a request down before any work.
const refusals = new Set(["limit_hint", "limit", "unavailable", "refused"]);

module.exports = { LEAVE_MS, TAG, faults, half, refusals, refuse };
