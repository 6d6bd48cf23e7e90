// The same stream with the npm package `openai`: node stream_openai.js
// FOLDER PORT EVENTS BATCH, where FOLDER holds the packages.
"use strict";
const [folder, port, events, batch] = process.argv.slice(2);
const { OpenAI } = require(folder + "/openai");

const client = new OpenAI({
  apiKey: "bench",
  baseURL: `http://127.0.0.1:${port}/v1`,
});

async function main() {
  const stream = await client.chat.completions.create(
    { model: "m", messages: [{ role: "user", content: "go" }], stream: true },
    { headers: { "X-Bench": `${events},${batch}` } },
  );
  let count = 0;
  for await (const event of stream) {
    if (event.type === "response.content_part.delta") count++;
  }
  if (count !== Number(events)) throw new Error(`deltas lost: ${count}`);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
