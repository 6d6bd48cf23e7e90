// Readers that go away in the middle, again and again, and come back elsewhere:
//     node wanderers.js ROOT,ROOT... COUNT EVENTS EVERY SEED
// Each begins a stream and reads it with several connections, one after the
// other, until its end. Prints how many got each event once and in order, and
// what went wrong with the first that did not.
"use strict";
const http = require("node:http");

const roots = process.argv[2].split(",");
const [count, events, every, seed] = process.argv.slice(3).map(Number);
const agent = new http.Agent({ maxSockets: Infinity });

// A generator of numbers from 0 to 1 that a seed repeats (mulberry32).
let state = seed;
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

const some = (list) => list[Math.floor(random() * list.length)];

// Reads with one connection, up to an event of which it goes away.
function read(reader, method, url, leave_at) {
  return new Promise((resolve) => {
    const request = http.request(url, { agent, method, headers: {
      "Last-Event-ID": String(reader.last) } }, (response) => {
      reader.id ??= response.headers["x-stream-id"];
      reader.status = response.statusCode;
      let rest = "";
      response.setEncoding("utf8");
      response.on("data", (piece) => {
        const blocks = (rest + piece).split("\n\n");
        rest = blocks.pop();
        for (const block of blocks) {
          if (request.destroyed) return;
          take(reader, block);
          if (reader.last >= leave_at) {
            request.destroy();
            resolve();
          }
        }
      });
      response.on("end", resolve);
      response.on("error", resolve);
    });
    request.on("error", resolve);
    request.end();
  });
}

function take(reader, block) {
  const [, data, id] = /^data: (.*)\nid: (\d+)$/.exec(block) ?? [];
  if (Number(id) !== reader.last + 1) {
    reader.wrong ??= `after ${reader.last} came ${block}`;
  } else {
    reader.last++;
    if (data === "[DONE]") reader.done = true;
    else if (JSON.parse(data).n !== reader.last) reader.wrong ??= block;
  }
}

async function wander() {
  const reader = { last: 0 };
  let step = 1 + Math.floor(random() * events);
  await read(reader, "POST", `${some(roots)}/write?events=${events}&every=` +
    every, reader.last + step);
  for (let i = 0; i < 50 && !reader.done && !reader.wrong; i++) {
    step = 1 + Math.floor(random() * events);
    await read(reader, "GET", `${some(roots)}/streams/${reader.id}`,
      reader.last + step);
    if (reader.status !== 200) reader.wrong ??= `status ${reader.status}`;
  }
  if (!reader.done) reader.wrong ??= `ended at ${reader.last}`;
  return reader.wrong;
}

Promise.all(Array.from({ length: count }, wander)).then((list) => {
  const wrong = list.filter(Boolean);
  console.log(`${count - wrong.length} whole${wrong.length ? ", " + wrong[0]
    : ""}`);
});
