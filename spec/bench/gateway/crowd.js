// Many chats at once, each with an answer of its own, over one or more gateways:
//     node crowd.js URL[,URL...] COUNT PIECES KEY [elsewhere]
// The answer to the third is to be "<3:1> <3:2> ..." up to as many pieces, and
// [DONE]. Prints "begun" when all answers have begun to come, and at the end how
// many were whole, lost, and mixed up. With "elsewhere" each is read at the next
// gateway, too, and both must be whole.
"use strict";
const http = require("node:http");

const urls = process.argv[2].split(",");
const [count, pieces] = process.argv.slice(3).map(Number);
const key = process.argv[5];
const isReadElsewhere = process.argv[6] === "elsewhere";
const agent = new http.Agent({ maxSockets: Infinity, keepAlive: false });
const ended = { whole: 0, lost: 0, mixed: 0 };
let begun = 0, left = isReadElsewhere ? 2 * count : count;

function expected(number) {
  let text = "";
  for (let i = 1; i <= pieces; i++) text += `<${number}:${i}> `;
  return text + "[DONE]";
}

// What the events of a stream say.
function said(stream) {
  let text = "";
  for (const event of stream.split("\n\n")) {
    const data = /^data: (.*)$/m.exec(event);
    if (data === null) continue;
    if (data[1] === "[DONE]") text += data[1];
    else text += JSON.parse(data[1]).choices?.[0]?.delta?.content ?? "";
  }
  return text;
}

function judge(number, stream) {
  let text;
  try {
    text = said(stream);
  } catch (error) {
    return "lost";
  }
  if (text === expected(number)) return "whole";
  return expected(number).startsWith(text) ? "lost" : "mixed";
}

function finish(kind) {
  ended[kind]++;
  if (--left === 0) {
    console.log(`${ended.whole} whole, ${ended.lost} lost, ` +
      `${ended.mixed} mixed up`);
  }
}

function read(number, url, options, body, onBegin) {
  const request = http.request(url, { agent, ...options,
    headers: { ...options.headers, Authorization: "Bearer " + key } },
    (response) => {
      const list = [];
      onBegin(response);
      response.setEncoding("utf8");
      response.on("data", (piece) => {
        if (list.length === 0 && ++begun === count) console.log("begun");
        list.push(piece);
      });
      response.on("end", () => finish(judge(number, list.join(""))));
      response.on("error", () => finish("lost"));
    });
  request.on("error", () => finish("lost"));
  request.end(body);
}

for (let number = 1; number <= count; number++) {
  const body = JSON.stringify({ model: "bench/model", stream: true,
    messages: [{ role: "user", content: String(number) }] });
  const options = { method: "POST", headers: {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body) } };
  read(number, urls[number % urls.length], options, body, (response) => {
    if (!isReadElsewhere) return;
    const place = new URL("/v1/streams/" + response.headers["x-stream-id"],
      urls[(number + 1) % urls.length]);
    read(number, place, {}, undefined, () => {});
  });
}
