// TLS in front of the servers, from the first byte on: by the name that a client
// says it wants (SNI), which may hold the mark of a call, its handshake goes
// wrong, or goes to one of the servers.
//
//   dies       the connection ends, is reset, or says what is no handshake
//   hangs      nothing is ever said
"use strict";

const net = require("net");
const { readMark } = require("../made_up.js");

// How often each tried to shake hands.
const seen = new Map();

// TLS cannot be reset or end unsaid, but what it is carried by can: sockets by
// the port of the client.
const carriers = new Map();

const ALERT = Buffer.from([21, 3, 3, 0, 2, 2, 40]); // handshake_failure
const PLAIN = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";

const deaths = [
  (socket) => socket.destroy(),
  (socket) => socket.resetAndDestroy(),
  (socket) => socket.end(ALERT),
  (socket) => socket.end(PLAIN),
];

const deeds = {
  dies: (socket, mark) => deaths[mark.call % deaths.length](socket),
  hangs: () => {},
};

// Whether the handshake of this one has to go wrong, and how.
function deedFor(mark) {
  const deed = mark && deeds[mark.fault];
  if (!deed) {
    return null;
  }
  const times = (seen.get(mark.id) || 0) + 1;
  seen.set(mark.id, times);
  return times <= mark.times ? deed : null;
}

// Calls choose(text, mark) for the server of a connection, by the text of its
// first message, in which the name stands as it is; and port(number).
function listen(choose, port) {
  const server = net.createServer((socket) => {
    const { remotePort } = socket;
    carriers.set(remotePort, socket);
    socket.on("close", () => carriers.delete(remotePort));
    socket.on("error", () => {});
    socket.setNoDelay(true);
    socket.once("data", (hello) => {
      const text = hello.toString("latin1");
      const mark = readMark(text), deed = deedFor(mark);
      if (deed) {
        deed(socket, mark);
        return;
      }
      socket.pause();
      socket.unshift(hello);
      choose(text, mark).emit("connection", socket);
    });
  });
  server.listen(0, "127.0.0.1", 511, () => port(server.address().port));
}

// What carries a socket of TLS.
function carrierOf(socket) {
  return carriers.get(socket.remotePort);
}

module.exports = { carrierOf, listen };
