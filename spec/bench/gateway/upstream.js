// A model for benchmarks: node upstream.js PIECES PAUSE_MS
// Answers chats with a stream in OpenAI's form. The last message is a number n,
// and the text "<n:1> <n:2> ..." up to as many pieces, one each PAUSE_MS. Prints
// its port.
"use strict";
const http = require("node:http");

const [pieces, pause] = process.argv.slice(2).map(Number);
const open = new Set();

function chunk(content, reason) {
  return "data: " + JSON.stringify({ id: "chatcmpl-bench",
    object: "chat.completion.chunk", created: 1764500000, model: "bench/model",
    choices: [{ index: 0, delta: content === null ? {} : { content },
      finish_reason: reason }] }) + "\n\n";
}

// One timer for all: what this costs is nobody's matter, but it must keep up.
setInterval(() => {
  for (const answer of open) {
    answer.at++;
    answer.response.write(chunk(`<${answer.number}:${answer.at}> `, null));
    if (answer.at === pieces) {
      open.delete(answer);
      answer.response.end(chunk(null, "stop") + "data: [DONE]\n\n");
    }
  }
}, pause);

const server = http.createServer((request, response) => {
  let body = "";
  request.setEncoding("utf8");
  request.on("data", (piece) => { body += piece; });
  request.on("end", () => {
    const number = JSON.parse(body).messages.at(-1).content;
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    const answer = { number, response, at: 0 };
    open.add(answer);
    response.on("close", () => open.delete(answer));
  });
});
server.keepAliveTimeout = 600000;
server.listen(0, "127.0.0.1", 8192, () => console.log(server.address().port));
