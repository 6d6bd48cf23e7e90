// Many requests at once, each for an answer of its own:
//     node crowd.js URL COUNT PIECES
// URL holds "NUMBER" where the number of the request goes. The answer of the
// third is to be "<3:1> <3:2> ..." up to as many pieces. Prints "begun" when all
// answers have begun to come, and at the end how many were whole, lost, and
// mixed up.
"use strict";
const http = require("node:http");

const url = process.argv[2];
const [count, pieces] = process.argv.slice(3).map(Number);
const agent = new http.Agent({ maxSockets: Infinity });
const ended = { whole: 0, lost: 0, mixed: 0 };
let begun = 0, left = count;

function text_of(number) {
  let text = "";
  for (let i = 1; i <= pieces; i++) text += `<${number}:${i}> `;
  return text;
}

function judge(number, text) {
  const expected = text_of(number);
  if (text === expected) return "whole";
  return expected.startsWith(text) ? "lost" : "mixed";
}

function finish(kind) {
  ended[kind]++;
  if (--left === 0) {
    console.log(`${ended.whole} whole, ${ended.lost} lost, ` +
      `${ended.mixed} mixed up`);
  }
}

for (let number = 1; number <= count; number++) {
  const request = http.get(url.replace("NUMBER", number), { agent },
    (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece) => {
        if (text === "" && ++begun === count) console.log("begun");
        text += piece;
      });
      response.on("end", () => finish(judge(number, text)));
      response.on("error", () => finish("lost"));
    });
  request.on("error", () => finish("lost"));
}
