// What can go wrong with the connection of an answer over HTTP/1.1, with TLS or
// without: { name: (socket, answer, leave) }. By hand, because the server of
// node would end what was begun.
"use strict";

const { LEAVE_MS, TAG, half } = require("./any.js");

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

function cutChunk(socket, answer, then) {
  const bytes = half(answer);
  write(socket, [head(answer, "Transfer-Encoding: chunked"), hex(bytes), bytes,
    "\r\n"], then);
}

function cutLength(socket, answer, then) {
  write(socket, [head(answer, lengthOf(answer)), half(answer)], then);
}

// What carries TLS, or the socket itself.
function carrier(socket) {
  return socket.carrier || socket;
}

const faults = {
  reset_before: (socket) => carrier(socket).resetAndDestroy(),
  closed_before: (socket) => socket.destroy(),
  reset_head: (socket, answer) => write(socket,
    [head(answer, lengthOf(answer)).slice(0, 40)],
    () => carrier(socket).resetAndDestroy()),
  reset_body: (socket, answer) => cutLength(socket, answer,
    () => carrier(socket).resetAndDestroy()),
  cut_chunk: (socket, answer) => cutChunk(socket, answer,
    () => socket.destroy()),
  wrong_length: (socket, answer) => cutLength(socket, answer,
    () => socket.destroy()),
  stall: (socket, answer) => cutLength(socket, answer, () => {}),
  leave(socket, answer, leave) {
    leave();
    socket.end(Buffer.concat([
      Buffer.from(head(answer, lengthOf(answer), "keep-alive")),
      answer.bytes]));
  },
};

// Over TLS only. What has neither length nor chunks ends when TLS says so; an
// end of the connection alone could be anybody's doing. Some servers leave it at
// that all the same.
const tls = {
  until_end: (socket, answer) => socket.end(Buffer.concat([
    Buffer.from(head(answer, "ETag: " + TAG)), answer.bytes])),
  sloppy: (socket, answer) => write(socket, [head(answer, "ETag: " + TAG),
    answer.bytes], () => socket.carrier.end()),
  no_notify: (socket, answer) => write(socket, [head(answer, "ETag: " + TAG),
    half(answer)], () => socket.carrier.end()),
  no_notify_chunk: (socket, answer) => cutChunk(socket, answer,
    () => socket.carrier.end()),
  notify_chunk: (socket, answer) => cutChunk(socket, answer,
    () => socket.end()),
  notify_length: (socket, answer) => cutLength(socket, answer,
    () => socket.end()),
  // A record that nobody can have made who has the keys.
  forged: (socket, answer) => cutLength(socket, answer, () => {
    const record = Buffer.alloc(5 + 64, 7);
    record.set([23, 3, 3, 0, 64]);
    socket.carrier.end(record);
  }),
};

module.exports = { plain: faults, tls: { ...faults, ...tls } };
