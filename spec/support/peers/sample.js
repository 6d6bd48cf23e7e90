// Replies made from the schemas of an OpenAPI document.
"use strict";

// Schemas that contain themselves end here.
const MOST_NESTED = 8;

function resolve(openapi, schema) {
  if (!schema.$ref) {
    return schema;
  }
  let found = openapi;
  for (const name of schema.$ref.slice("#/".length).split("/")) {
    found = found[name];
  }
  return resolve(openapi, found);
}

function sampleString(schema) {
  switch (schema.format) {
    case "uuid":
      return "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d";
    case "date":
      return "2026-01-31";
    case "date-time":
      return "2026-01-31T12:30:00Z";
    default:
      return "text";
  }
}

function sampleObject(openapi, schema, depth) {
  const object = {};
  for (const [name, child] of Object.entries(schema.properties || {})) {
    object[name] = sample(openapi, child, depth + 1);
  }
  return object;
}

// A value that a schema allows. Without a type it is an empty object.
function sample(openapi, schema, depth = 0) {
  schema = resolve(openapi, schema);
  const choices = schema.oneOf || schema.anyOf;
  if (depth > MOST_NESTED) {
    return null;
  } else if (choices) {
    return sample(openapi, choices[0], depth + 1);
  } else if (schema.enum) {
    return schema.enum[0];
  }
  switch (schema.type) {
    case "array":
      return [sample(openapi, schema.items, depth + 1)];
    case "boolean":
      return true;
    case "integer":
      return Math.max(1, schema.minimum || 0);
    case "number":
      return 0.5;
    case "string":
      return sampleString(schema);
    default:
      return sampleObject(openapi, schema, depth);
  }
}

// A short stream in the document's own dialect.
function streamOf(pieces) {
  const response = { id: "stream-1", object: "response" };
  const events = [{ type: "response.created", response }];
  for (const delta of pieces) {
    const type = "response.content_part.delta";
    events.push({ type, response_id: response.id, delta });
  }
  const usage = { input_tokens: 2, output_tokens: 1, total_tokens: 3 };
  events.push({
    type: "response.done",
    response: { ...response, status: "completed", usage },
  });
  return events.map((event) => JSON.stringify(event)).concat("[DONE]");
}

module.exports = { sample, streamOf };
