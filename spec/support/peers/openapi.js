// Prints the facts of an OpenAPI document: as JSON, without prose, examples and
// notes, its keys in order. This made spec/vectors/openapi.json:
//
//   NODE_PATH=$(sh spec/support/peers/install.sh path) \
//     node spec/support/peers/openapi.js DOCUMENT.yaml
"use strict";

const fs = require("fs");
const YAML = require("yaml");

const PROSE = new Set(["description", "summary", "example", "examples",
  "externalDocs", "tags", "title", "x-source", "x-type-source"]);

// Their keys are names of fields, not words of OpenAPI.
const NAMED = new Set(["properties", "paths", "schemas", "responses", "content",
  "securitySchemes", "headers"]);

function facts(value, areNames) {
  if (Array.isArray(value)) {
    return value.map((item) => facts(item, false));
  } else if (value === null || typeof value !== "object") {
    return value;
  }
  const kept = {};
  for (const name of Object.keys(value).sort()) {
    if (areNames || !PROSE.has(name)) {
      kept[name] = facts(value[name], !areNames && NAMED.has(name));
    }
  }
  return kept;
}

// OpenAPI wants these, even without anything to say.
function addRequired(document) {
  const responses = [document.components.responses];
  for (const item of Object.values(document.paths)) {
    for (const operation of Object.values(item)) {
      responses.push(operation.responses);
    }
  }
  for (const response of responses.flatMap(Object.values)) {
    if (!response.$ref) {
      response.description = "";
    }
  }
}

const source = YAML.parse(fs.readFileSync(process.argv[2], "utf8"));
const document = facts(source, false);
document.info = { title: "IndoxHub API", version: source.info.version };
document.servers = [{ url: "/api/v1" }];
addRequired(document);
process.stdout.write(JSON.stringify(document, null, 2) + "\n");
