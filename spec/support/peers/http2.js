// HTTP/2 over TLS, as node speaks it:
//
//     http2.js CERTIFICATE KEY
//
//   POST /A,B,C/...      what is done with the first, second and third request
//                        for such a path, and with every later one as with the
//                        last; any path below, so that it serves as a base URL
//   GET /__count/A,B,C   { requests, connections }: for such a path, and in all
//
// What can be done with a request, once its body was read:
//
//   answer     a chat reply that says "ok"
//   below      GOAWAY, the last stream is the one before; the connection ends.
//              Not for the first of a connection, as node takes 0 for any
//   own        GOAWAY, the last stream is the request's; the connection ends
//   graceful   GOAWAY with the highest stream there is, then as "below"
//   refuse     RST_STREAM, REFUSED_STREAM
//   internal   RST_STREAM, INTERNAL_ERROR
//   break      RST_STREAM, NO_ERROR
//   end        the connection ends
//   late       an answer after the head of which the stream is refused
//   chatty     an answer, and then PING and SETTINGS
"use strict";

const fs = require("fs");
const http2 = require("http2");
const { announce, endWithParent } = require("./peer.js");

const NO_ERROR = 0, INTERNAL_ERROR = 2, REFUSED_STREAM = 7;
const HIGHEST = 2 ** 31 - 1;
const CHAT_MS = 5;
const FIRST_WINDOW = 70000;

const REPLY = JSON.stringify({ data: "ok", finish_reason: "stop" });

const requests = {};
let connections = 0, windows = 0;

function sendJson(stream, text) {
  stream.respond({ ":status": 200, "content-type": "application/json" });
  stream.end(text);
}

// The connection ends when what was said has left.
function leave(stream, last) {
  const session = stream.session;
  session.goaway(NO_ERROR, last);
  setTimeout(() => session.destroy(), 50);
}

function chat(session) {
  setTimeout(() => {
    if (!session.destroyed) {
      windows += 1;
      session.ping(() => {});
      session.settings({ initialWindowSize: FIRST_WINDOW + windows });
    }
  }, CHAT_MS);
}

const deeds = {
  answer: (stream) => sendJson(stream, REPLY),
  below: (stream) => leave(stream, stream.id - 2),
  own: (stream) => leave(stream, stream.id),
  graceful(stream) {
    stream.session.goaway(NO_ERROR, HIGHEST);
    setTimeout(() => leave(stream, stream.id - 2), 20);
  },
  refuse: (stream) => stream.close(REFUSED_STREAM),
  internal: (stream) => stream.close(INTERNAL_ERROR),
  break: (stream) => stream.close(NO_ERROR),
  end: (stream) => stream.session.destroy(),
  late(stream) {
    stream.respond({ ":status": 200, "content-type": "application/json" });
    setTimeout(() => stream.close(REFUSED_STREAM), 20);
  },
  chatty(stream) {
    sendJson(stream, REPLY);
    chat(stream.session);
  },
};

const [certificate, key] = process.argv.slice(2);
const server = http2.createSecureServer({
  cert: fs.readFileSync(certificate), key: fs.readFileSync(key) });

server.on("secureConnection", (socket) => {
  connections += 1;
  socket.on("error", () => {});
});
server.on("sessionError", () => {});
server.on("session", (session) => session.on("error", () => {}));
server.on("stream", (stream, headers) => {
  const [, name, counted] = headers[":path"].split("/");
  stream.on("error", () => {});
  stream.resume();
  if (name === "__count") {
    sendJson(stream, JSON.stringify({ connections,
      requests: requests[counted] || 0 }));
    return;
  }
  requests[name] = (requests[name] || 0) + 1;
  const wanted = name.split(",");
  const deed = wanted[Math.min(requests[name], wanted.length) - 1];
  stream.on("end", () => deeds[deed](stream));
});

endWithParent();
server.listen(0, "127.0.0.1", () => announce(server.address().port));
