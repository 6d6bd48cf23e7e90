// A server that checks every request against an OpenAPI document with a
// validator nobody here wrote:
//
//   node validator.js OPENAPI.json
//
//   /api/v1/...     a reply made from the document's schema, or status 400 with
//                   { message, violations: [{ path, message }] }
//   GET /__seen     { requests: [{ method, path, operationId, query, body,
//                   violations }] }; in a form, files are { filename,
//                   mime_type, size } and what should be a number is one
//   DELETE /__seen  the same, and forgets them
"use strict";

const express = require("express");
const fs = require("fs");
const OpenApiValidator = require("express-openapi-validator");
const { sample, streamOf } = require("./sample.js");
const { serve } = require("./peer.js");

const BASE = "/api/v1";
const FORM = "multipart/form-data";
const MOST_BODY = "256mb";

// Without defaults, which the validator would fill in: a body is shown as it
// was sent.
const openapi = JSON.parse(
  fs.readFileSync(process.argv[2], "utf8"),
  (name, value) => (name === "default" ? undefined : value),
);

let seen = [];

// The paths that take forms. Numbers in these are text.
const forms = new Set(
  Object.entries(openapi.paths)
    .filter(([, { post }]) => {
      return post && post.requestBody && post.requestBody.content[FORM];
    })
    .map(([path]) => BASE + path),
);

function validator(settings, ignorePaths) {
  return OpenApiValidator.middleware({
    apiSpec: openapi,
    ignorePaths,
    validateRequests: {
      allErrors: true,
      allowUnknownQueryParameters: false,
      ...settings,
    },
    validateResponses: false,
    validateSecurity: true,
  });
}

// Parts of a form are text where the document wants a file, or the reverse:
// the validator lets both pass.
function wrongParts(request) {
  const wanted = request.openapi.schema.requestBody;
  const form = wanted && wanted.content[FORM];
  if (!form) {
    return [];
  }
  const files = new Set((request.files || []).map((file) => file.fieldname));
  const wrong = [];
  for (const [name, schema] of Object.entries(form.schema.properties)) {
    const isFile = schema.format === "binary";
    if (name in request.body && files.has(name) !== isFile) {
      const message = isFile ? "must be a file" : "must not be a file";
      wrong.push({ path: "/body/" + name, message });
    }
  }
  return wrong;
}

// The body as it is shown in /__seen; null when there was none.
function shownBody(request) {
  if (!request.files) {
    const { headers } = request;
    const length = Number(headers["content-length"] || 0);
    return length > 0 || headers["transfer-encoding"] ? request.body : null;
  }
  const shown = { ...request.body };
  for (const file of request.files) {
    shown[file.fieldname] = {
      filename: file.originalname,
      mime_type: file.mimetype,
      size: file.size,
    };
  }
  return shown;
}

function remember(request, violations) {
  const operation = request.openapi && request.openapi.schema;
  const url = new URL(request.originalUrl, "http://127.0.0.1");
  seen.push({
    method: request.method,
    path: url.pathname,
    operationId: (operation && operation.operationId) || null,
    query: Object.fromEntries(url.searchParams),
    body: shownBody(request),
    violations,
  });
}

function refuse(request, response, violations) {
  remember(request, violations);
  const lines = violations.map((v) => v.path + " " + v.message);
  response.status(400).json({ message: lines.join("; "), violations });
}

function sendEvents(response) {
  response.set("Content-Type", "text/event-stream");
  for (const event of streamOf(["Hel", "lo"])) {
    response.write("data: " + event + "\n\n");
  }
  response.end();
}

function answer(request, response) {
  const wrong = wrongParts(request);
  if (wrong.length > 0) {
    refuse(request, response, wrong);
    return;
  }
  remember(request, []);
  if (request.body && request.body.stream === true) {
    sendEvents(response);
    return;
  }
  const content = request.openapi.schema.responses["200"].content;
  response.json(sample(openapi, content["application/json"].schema));
}

const app = express();

app.get("/__seen", (request, response) => {
  response.json({ requests: seen });
});
app.delete("/__seen", (request, response) => {
  response.json({ requests: seen });
  seen = [];
});
app.use(express.json({ limit: MOST_BODY, strict: false }));
app.use(validator({ coerceTypes: false }, (path) => forms.has(path)));
app.use(validator({ coerceTypes: true }, (path) => !forms.has(path)));
app.use(answer);
// Express knows a handler of errors by its four parameters.
app.use((error, request, response, next) => {
  const unknown = { path: request.path, message: error.message };
  const errors = error.errors || [unknown];
  const violations = errors.map(({ path, message }) => ({ path, message }));
  refuse(request, response, violations);
});

serve(app);
