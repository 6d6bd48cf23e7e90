// An OpenAI-compatible server nobody here wrote, @copilotkit/aimock, on a port
// that the system chooses. Its base URL ends in /v1.
//
// It embeds any text, and answers a chat with "You said: " and the last message,
// streamed in pieces of five characters, unless that message is
//
//   call lookup   calls the function `lookup`, and says its result
//   think         has reasoning before the answer
//   break off     ends a stream after a piece or two
//   slow down     status 429
"use strict";

const { LLMock } = require("@copilotkit/aimock");
const { announce, endWithParent } = require("./peer.js");

function textOf(content) {
  if (Array.isArray(content)) {
    return content.map((part) => part.text || "").join("");
  }
  return content || "";
}

function repeatLast(request) {
  const last = request.messages[request.messages.length - 1];
  return { content: "You said: " + textOf(last.content) };
}

const mock = new LLMock({
  port: 0,
  host: "127.0.0.1",
  logLevel: "silent",
  chunkSize: 5,
});

mock.on(
  { predicate: (request) => request.messages?.at(-1)?.role === "tool" },
  repeatLast,
);
mock.onMessage("call lookup", {
  toolCalls: [{ name: "lookup", arguments: '{"word":"fjord"}' }],
});
mock.onMessage("think", { reasoning: "first this", content: "then that" });
mock.onMessage(
  "break off",
  { content: "never to the end" },
  // The first chunk names the role only. Without pauses all would be lost with
  // the connection.
  { latency: 20, truncateAfterChunks: 3 },
);
mock.onMessage("slow down", {
  status: 429,
  error: { message: "not so fast", type: "rate_limit_error" },
});
mock.onMessage(/[^]*/, repeatLast);
mock.onEmbedding(/[^]*/, { embedding: [0.5, -0.25, 0.125] });

endWithParent();
mock.start().then((url) => announce(new URL(url).port));
