// HTTP/2 over TLS, frame by frame, for what node's own does not say:
//
//     frames.js CERTIFICATE KEY LOG DEED...
//
// What is done with the first, second and third request, and with every later
// one as with the last:
//
//   answer   a chat reply that says "ok"
//   below    GOAWAY, the last stream is the one before
//   own      GOAWAY, the last stream is the request's
//   warn     GOAWAY with the highest stream there is: more is to follow
//   refuse   RST_STREAM, REFUSED_STREAM
//   garbage  a frame that no server may send
//   end      the connection ends
//   reset    the connection is reset
//
// A second word after "-" is done right after the first. Each request adds a
// line to LOG, with the number of bytes of its body.
"use strict";

const fs = require("fs");
const tls = require("tls");
const { announce, endWithParent } = require("./peer.js");

const DATA = 0, HEADERS = 1, RST_STREAM = 3, SETTINGS = 4, PING = 6, GOAWAY = 7;
const END_STREAM = 1, ACK = 1, END_HEADERS = 4;
const REFUSED_STREAM = 7, HIGHEST = 2 ** 31 - 1;
const PREFACE = 24, FRAME_HEAD = 9;
const STATUS_200 = Buffer.from([0x88]); // in the static table of HPACK

const [certificate, key, log, ...wanted] = process.argv.slice(2);
let requests = 0, bodyBytes = 0;

function frame(type, flags, stream, payload) {
  const head = Buffer.alloc(FRAME_HEAD);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

function numbers(...all) {
  const bytes = Buffer.alloc(4 * all.length);
  all.forEach((number, i) => bytes.writeUInt32BE(number, 4 * i));
  return bytes;
}

const deeds = {
  answer(socket, stream) {
    socket.write(frame(HEADERS, END_HEADERS, stream, STATUS_200));
    socket.write(frame(DATA, END_STREAM, stream,
      Buffer.from('{"data":"ok","finish_reason":"stop"}')));
  },
  below: (socket, stream) =>
    socket.write(frame(GOAWAY, 0, 0, numbers(Math.max(0, stream - 2), 0))),
  warn: (socket) => socket.write(frame(GOAWAY, 0, 0, numbers(HIGHEST, 0))),
  own: (socket, stream) =>
    socket.write(frame(GOAWAY, 0, 0, numbers(stream, 0))),
  refuse: (socket, stream) =>
    socket.write(frame(RST_STREAM, 0, stream, numbers(REFUSED_STREAM))),
  garbage: (socket) => socket.write(frame(DATA, 0, 0, Buffer.from("x"))),
  end: (socket) => socket.end(),
  reset: (socket) => carriers.get(socket.remotePort).resetAndDestroy(),
};

// TLS cannot reset, but what it is carried by can.
const carriers = new Map();

function meet(socket, stream) {
  fs.appendFileSync(log, `request ${bodyBytes}\n`);
  bodyBytes = 0;
  requests += 1;
  const deed = wanted[Math.min(requests, wanted.length) - 1];
  deed.split("-").forEach((word) => deeds[word](socket, stream));
}

function take(socket, type, flags, stream, payload) {
  if (type === SETTINGS && !(flags & ACK)) {
    socket.write(frame(SETTINGS, ACK, 0, Buffer.alloc(0)));
  } else if (type === PING && !(flags & ACK)) {
    socket.write(frame(PING, ACK, 0, payload));
  } else if (type === DATA || type === HEADERS) {
    bodyBytes += type === DATA ? payload.length : 0;
    if (flags & END_STREAM) {
      meet(socket, stream);
    }
  }
}

const server = tls.createServer({ cert: fs.readFileSync(certificate),
  key: fs.readFileSync(key), ALPNProtocols: ["h2"] }, (socket) => {
  let input = Buffer.alloc(0), begun = false;
  socket.on("error", () => {});
  socket.setNoDelay(true);
  socket.write(frame(SETTINGS, 0, 0, Buffer.alloc(0)));
  socket.on("data", (bytes) => {
    input = Buffer.concat([input, bytes]);
    if (!begun && input.length >= PREFACE) {
      begun = true;
      input = input.subarray(PREFACE);
    }
    while (begun && input.length >= FRAME_HEAD) {
      const end = FRAME_HEAD + input.readUIntBE(0, 3);
      if (input.length < end) {
        return;
      }
      const head = input.subarray(0, FRAME_HEAD);
      const payload = input.subarray(FRAME_HEAD, end);
      input = input.subarray(end);
      take(socket, head[3], head[4], head.readUInt32BE(5), payload);
    }
  });
});

server.on("connection", (socket) => carriers.set(socket.remotePort, socket));
endWithParent();
server.listen(0, "127.0.0.1", () => announce(server.address().port));
