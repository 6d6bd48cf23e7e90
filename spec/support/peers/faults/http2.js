// What can go wrong with the stream or the connection of an answer over HTTP/2:
// { name: (stream, answer) }. A session that has told its end to nobody but the
// connection below it says so itself: `hasLeft`.
"use strict";

const { constants } = require("http2");
const { LEAVE_MS, TAG, half } = require("./any.js");

const { NGHTTP2_NO_ERROR, NGHTTP2_INTERNAL_ERROR, NGHTTP2_REFUSED_STREAM,
  NGHTTP2_CANCEL } = constants;
// Which a server names that is about to leave and does not know yet which of
// the requests on their way it will take.
const HIGHEST = 2 ** 31 - 1;
// How long reading what came may take.
const ABREAST_MS = 0.5;

function begin(stream, answer, extra) {
  stream.respond({ ":status": 200, "content-type": answer.type, ...extra });
}

// Like `begin`, for what is not to end well: node marks the end of a stream
// before it resets it, unless it waits for trailers.
function beginOpen(stream, answer, extra) {
  stream.respond({ ":status": 200, "content-type": answer.type, ...extra },
    { waitForTrailers: true });
  stream.on("wantTrailers", () => {});
}

// Calls a function when all that the client had sent a moment ago has been read.
// A machine that is busy reads late, and takes long for what it has read.
function abreast(then) {
  const asked = performance.now();
  setImmediate(() => {
    if (performance.now() - asked < ABREAST_MS) {
      then();
    } else {
      abreast(then);
    }
  });
}

// Calls a function when what was sent had time to arrive, unless the client has
// gone: its next request may come on the same connection, and has done nothing
// to deserve this.
function soon(stream, then) {
  setTimeout(() => abreast(() => {
    if (stream.session && !stream.closed) {
      then();
    }
  }), LEAVE_MS);
}

function announced({ bytes }) {
  return { etag: TAG, "content-length": String(bytes.length) };
}

// Writes the first half, and then calls a function.
function cut(stream, answer, then) {
  beginOpen(stream, answer, announced(answer));
  stream.write(half(answer), () => soon(stream, then));
}

function all(stream, answer) {
  begin(stream, answer);
  stream.end(answer.bytes);
}

// Says nothing more on a connection, and reads what still comes: to end it with
// anything unread would take from the client what it has not read either.
function hangUp(session) {
  session.hasLeft = true;
  session.carrier.end();
}

// The connection ends when what was said has left.
function leave(session) {
  setTimeout(() => hangUp(session), LEAVE_MS);
}

// The same after whole answers, with all that the protocol has to say for it.
// Whatever came in the meantime is answered first.
function leaveAfter(stream) {
  const { session } = stream;
  stream.on("close", () => session.close());
}

// The first stream of a connection has none before it, and node takes 0 for
// any.
function below(stream) {
  if (stream.id === 1) {
    stream.close(NGHTTP2_REFUSED_STREAM);
  } else {
    const { session } = stream;
    session.goaway(NGHTTP2_NO_ERROR, stream.id - 2);
    leave(session);
  }
}

module.exports = {
  refuse_before: (stream) => stream.close(NGHTTP2_REFUSED_STREAM),
  internal_before: (stream) => stream.close(NGHTTP2_INTERNAL_ERROR),
  cancel_before: (stream) => stream.close(NGHTTP2_CANCEL),
  refuse_head(stream, answer) {
    beginOpen(stream, answer);
    soon(stream, () => stream.close(NGHTTP2_REFUSED_STREAM));
  },
  internal_head(stream, answer) {
    beginOpen(stream, answer);
    soon(stream, () => stream.close(NGHTTP2_INTERNAL_ERROR));
  },
  refuse_body: (stream, answer) => cut(stream, answer,
    () => stream.close(NGHTTP2_REFUSED_STREAM)),
  internal_body: (stream, answer) => cut(stream, answer,
    () => stream.close(NGHTTP2_INTERNAL_ERROR)),
  cancel_body: (stream, answer) => cut(stream, answer,
    () => stream.close(NGHTTP2_CANCEL)),
  // The stream ends, and was to be longer.
  short(stream, answer) {
    begin(stream, answer, announced(answer));
    stream.end(half(answer));
  },
  goaway_without: below,
  goaway_twice(stream) {
    stream.session.goaway(NGHTTP2_NO_ERROR, HIGHEST);
    soon(stream, () => below(stream));
  },
  // It is finished all the same.
  goaway_with(stream, answer) {
    leaveAfter(stream);
    stream.session.goaway(NGHTTP2_NO_ERROR);
    all(stream, answer);
  },
  goaway_body: (stream, answer) => cut(stream, answer, () => {
    stream.session.goaway(NGHTTP2_NO_ERROR);
    leave(stream.session);
  }),
  killed_before: (stream) => stream.session.carrier.resetAndDestroy(),
  killed_body: (stream, answer) => cut(stream, answer,
    () => stream.session.carrier.resetAndDestroy()),
  no_notify(stream, answer) {
    begin(stream, answer);
    stream.write(half(answer), () => soon(stream,
      () => hangUp(stream.session)));
  },
  stall: (stream, answer) => cut(stream, answer, () => {}),
  // The connection says that it ends while nothing is asked on it.
  leave(stream, answer) {
    leaveAfter(stream);
    all(stream, answer);
  },
  // What concerns the connection comes in mid-stream.
  chatty(stream, answer) {
    const first = half(answer);
    begin(stream, answer);
    stream.write(first, () => soon(stream, () => {
      stream.session.ping(() => {});
      stream.session.settings({ initialWindowSize: 70000 + answer.bytes.length
        % 1000 });
      stream.end(answer.bytes.subarray(first.length));
    }));
  },
};
