// What the peers have in common: they print their port on the first line,
// listen on this machine only, and end when the program that started them does.
"use strict";

const http = require("http");

// How long a peer may outlive the program that started it.
const WATCH_MS = 200;

// The child of a dead process belongs to another one.
function endWithParent() {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) {
      process.exit(0);
    }
  }, WATCH_MS).unref();
}

// Longer than any pause of a spec: an idle connection must not end just when
// the client uses it again.
const KEEP_ALIVE_MS = 120000;

// Tells the port once everything is ready. Nothing else is printed there.
function announce(port) {
  process.stdout.write(port + "\n");
}

// Serves `handler(request, response)` on a port that the system chooses.
function serve(handler) {
  endWithParent();
  const server = http.createServer(handler);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.listen(0, "127.0.0.1", 511, () => announce(server.address().port));
  return server;
}

function sendJson(response, status, body) {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(text),
  });
  response.end(text);
}

module.exports = { KEEP_ALIVE_MS, announce, endWithParent, sendJson, serve };
