// Two multipart parsers nobody here wrote, behind one HTTP server:
//
//   POST /busboy/...       any path below, so that it serves as a base URL
//   POST /formidable/...
//   GET /__count           { total, paths: { path: requests } }
//
// The reply is an AudioResponse whose data tells what was in the upload:
//
//   { text: "ok", fields: { name: [values] },
//     files: [{ field, filename, mime_type, size, sha256 }] }
//
// A header `X-Peer-Fail: 503,1`, or a query `?fail=503,1`, makes the first one
// request of a path fail with status 503, after its body was read, and asks to
// try again at once. What a parser does not like is answered with status 400.
// Files are hashed while they arrive and kept nowhere.
"use strict";

const busboy = require("busboy");
const crypto = require("crypto");
const { formidable } = require("formidable");
const { Writable } = require("stream");
const { sendJson, serve } = require("./peer.js");

// More than any field of the API needs; longer ones must not be cut silently.
const MOST_FIELD_BYTES = 64 * 1024 * 1024;

const counts = {};

function addField(fields, name, value) {
  fields[name] = fields[name] || [];
  fields[name].push(value);
}

// A stream that remembers the size and the hash of what went through.
function hashing() {
  const hash = crypto.createHash("sha256");
  const sink = new Writable({
    write(chunk, encoding, done) {
      hash.update(chunk);
      sink.size += chunk.length;
      done();
    },
    final(done) {
      sink.sha256 = hash.digest("hex");
      done();
    },
  });
  sink.size = 0;
  return sink;
}

function withBusboy(request) {
  return new Promise((resolve, reject) => {
    const fields = Object.create(null);
    const files = [];
    const parser = busboy({
      headers: request.headers,
      defParamCharset: "utf8",
      limits: { fieldSize: MOST_FIELD_BYTES },
    });
    parser.on("field", (name, value, info) => {
      if (info.valueTruncated || info.nameTruncated) {
        reject(new Error("the field " + name + " is too long"));
      }
      addField(fields, name, value);
    });
    parser.on("file", (field, stream, info) => {
      const sink = hashing();
      const file = { field, filename: info.filename, mime_type: info.mimeType };
      files.push(file);
      sink.on("finish", () => {
        file.size = sink.size;
        file.sha256 = sink.sha256;
      });
      stream.on("error", reject);
      stream.pipe(sink);
    });
    parser.on("error", reject);
    parser.on("close", () => resolve({ fields, files }));
    request.on("aborted", () => reject(new Error("the client left")));
    request.pipe(parser);
  });
}

async function withFormidable(request) {
  const sinks = new Map();
  const form = formidable({
    allowEmptyFiles: true,
    minFileSize: 0,
    maxFileSize: Infinity,
    maxTotalFileSize: Infinity,
    maxFieldsSize: MOST_FIELD_BYTES,
    fileWriteStreamHandler(file) {
      const sink = hashing();
      sinks.set(file, sink);
      return sink;
    },
  });
  const [fields, found] = await form.parse(request);
  const files = [];
  for (const [field, list] of Object.entries(found)) {
    for (const file of list) {
      const sink = sinks.get(file);
      files.push({
        field,
        filename: file.originalFilename,
        mime_type: file.mimetype,
        size: sink.size,
        sha256: sink.sha256,
      });
    }
  }
  return { fields, files };
}

const parsers = { busboy: withBusboy, formidable: withFormidable };

// { status, times } that a request asks for; times is 0 when it does not.
function wantedFailure(request, url) {
  const wish = request.headers["x-peer-fail"] || url.searchParams.get("fail");
  const [status, times] = (wish || "503,0").split(",").map(Number);
  return { status, times };
}

function audioResponse(data, parser) {
  return {
    request_id: crypto.randomUUID(),
    created_at: new Date().toISOString(),
    duration_ms: 1,
    provider: parser,
    model: "multipart",
    success: true,
    message: "",
    data,
  };
}

async function answerUpload(request, response, url, name) {
  counts[url.pathname] = (counts[url.pathname] || 0) + 1;
  const nth = counts[url.pathname];
  let found;
  try {
    // The parsers would also read other bodies.
    if (!/^multipart\/form-data/.test(request.headers["content-type"])) {
      throw new Error("this is no form");
    }
    found = await parsers[name](request);
  } catch (error) {
    request.resume();
    sendJson(response, 400, { detail: name + ": " + error.message });
    return;
  }
  const failure = wantedFailure(request, url);
  if (nth <= failure.times) {
    response.setHeader("Retry-After", "0");
    sendJson(response, failure.status, { detail: "failing as asked" });
    return;
  }
  const data = { text: "ok", fields: found.fields, files: found.files };
  sendJson(response, 200, audioResponse(data, name));
}

serve((request, response) => {
  const url = new URL(request.url, "http://127.0.0.1");
  const name = url.pathname.split("/")[1];
  if (request.method === "GET" && url.pathname === "/__count") {
    const total = Object.values(counts).reduce((sum, n) => sum + n, 0);
    sendJson(response, 200, { total, paths: counts });
  } else if (request.method === "POST" && Object.hasOwn(parsers, name)) {
    answerUpload(request, response, url, name);
  } else {
    sendJson(response, 404, { detail: "no such parser" });
  }
});
