// An API of which each request says how it is to go wrong: see ../made_up.js for
// how it says so, and any.js, http1.js, http2.js and tls_front.js for what can
// be said.
//
//     server.js CERTIFICATE KEY OTHER_CERTIFICATE OTHER_KEY
//
// prints three ports: HTTP/1.1, the same over TLS, and HTTP/2 over TLS.
//
//   GET /__take   since this was asked before: { arrived, stops, late }
//
// `arrived` has for each "CALL.PART" how many requests came whole, and how many
// of them were worked on; `stops` counts calls to stop a stream; `late` has what
// came on a connection whose end was on its way to the client.
//
// Over TLS a client may ask for any name below "soak.localhost". Of HTTP/2 that
// chooses a server, too: "single." has room for one stream in a connection,
// "narrow." takes one byte at a time.
"use strict";

const fs = require("fs");
const http = require("http");
const http2 = require("http2");
const https = require("https");
const any = require("./any.js");
const http1Faults = require("./http1.js");
const http2Faults = require("./http2.js");
const tlsFront = require("./tls_front.js");
const { answerTo } = require("../answers.js");
const { readMark } = require("../made_up.js");
const { announce, endWithParent, KEEP_ALIVE_MS, sendJson }
  = require("../peer.js");

// Streams that a client may cancel in a second: node ends all that a connection
// has after a thousand, and then 33 a second, for a flood.
const MOST_RESETS = 1e6;

// How often each was asked for in all, and what /__take tells.
const seen = new Map();
let arrived = {}, stops = 0, late = {};
// Connections of HTTP/1.1 that have ended; those of HTTP/2 say so themselves.
const left = new WeakSet();

const refusals = new Set([...any.refusals, "refuse_before", "goaway_without",
  "goaway_twice"]);

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

// Does what the fault says; one that the transport does not know has been done
// before there was a request, or is the name of a server.
function go(fault, request, response, answer) {
  const { socket, stream } = request;
  if (stream && http2Faults[fault]) {
    http2Faults[fault](stream, answer);
  } else if (!stream && http1Faults.tls[fault]) {
    http1Faults[socket.carrier ? "tls" : "plain"][fault](socket, answer,
      () => left.add(socket));
  } else {
    (any.faults[fault] || any.faults.none)(response, answer);
  }
}

// Whether its connection has ended, as far as this server is concerned.
function hasLeft({ stream, socket }) {
  return stream ? !stream.session || stream.session.hasLeft === true
    : left.has(socket);
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
    any.refuse(response, 400);
    return;
  }
  if (hasLeft(request)) {
    late[mark.id] = true;
    (request.stream || request.socket).destroy();
    return;
  }
  const times = (seen.get(mark.id) || 0) + 1;
  const fault = times <= mark.times ? mark.fault : "none";
  if (mark.times > 0) {
    seen.set(mark.id, times);
  }
  countArrival(mark, fault);
  const whole = answerTo(mark, request, body);
  go(fault, request, response, fault === "none" ? fromRange(request, whole)
    : whole);
}

function take(request, response) {
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", () => answer(request, response, Buffer.concat(pieces)));
  request.on("error", () => {});
  response.on("error", () => {});
}

// ---- the servers ------------------------------------------------------------

const [certificate, key, otherCertificate, otherKey]
  = process.argv.slice(2).map((name) => fs.readFileSync(name));

// What is known of a connection before there is TLS.
function connect(server) {
  server.prependListener("secureConnection", (socket) => {
    socket.carrier = tlsFront.carrierOf(socket);
    socket.on("error", () => {});
  });
  server.on("tlsClientError", () => {});
  server.on("sessionError", () => {});
  server.on("session", (session) => {
    session.carrier = session.socket.carrier;
    session.on("error", () => {});
  });
  server.on("stream", (stream) => stream.on("error", () => {}));
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return server;
}

function https1(cert, its) {
  return connect(https.createServer({ cert, key: its }, take));
}

function https2(settings) {
  return connect(http2.createSecureServer({ cert: certificate, key, settings,
    streamResetBurst: MOST_RESETS, streamResetRate: MOST_RESETS }, take));
}

const secure = https1(certificate, key);
// Who it is nobody vouches for.
const stranger = https1(otherCertificate, otherKey);
const multiplexed = https2({});
const single = https2({ maxConcurrentStreams: 1 });
const narrow = https2({ initialWindowSize: 1 });

function of(usual) {
  return (text, mark) => mark && mark.fault === "stranger" ? stranger : usual;
}

function named(text, mark) {
  const name = /(single|narrow)\.soak\.localhost/.exec(text);
  return !name ? of(multiplexed)(text, mark)
    : name[1] === "single" ? single : narrow;
}

endWithParent();
const plain = http.createServer(take);
plain.keepAliveTimeout = KEEP_ALIVE_MS;
plain.listen(0, "127.0.0.1", 511, () => {
  tlsFront.listen(of(secure), (tlsPort) => {
    tlsFront.listen(named, (http2Port) => {
      announce([plain.address().port, tlsPort, http2Port].join(" "));
    });
  });
});
