// The right answers of faults/server.js: { type, bytes } and, of a stream, its
// events, of which each carries one piece.
"use strict";

const { file, pieces } = require("./made_up.js");

const STREAM = "text/event-stream", JSON_TYPE = "application/json";

function json(value) {
  return { type: JSON_TYPE, bytes: Buffer.from(JSON.stringify(value)) };
}

const USAGE = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };

function chunk(mark, choice, more) {
  return "data: " + JSON.stringify({ id: mark.text, object:
    "chat.completion.chunk", model: "m", choices: choice ? [choice] : [],
    ...more }) + "\n\n";
}

function stream(mark) {
  const events = pieces(mark).map((content) =>
    chunk(mark, { index: 0, delta: { content }, finish_reason: null }));
  const end = chunk(mark, { index: 0, delta: {}, finish_reason: "stop" })
    + chunk(mark, null, { usage: USAGE }) + "data: [DONE]\n\n";
  return { type: STREAM, events, bytes: Buffer.from(events.join("") + end) };
}

// Both ways in which servers write it.
function chat(mark) {
  const text = pieces(mark).join("");
  return json(mark.call % 2 === 0
    ? { request_id: mark.text, data: text, finish_reason: "stop" }
    : { id: mark.text, model: "m", usage: USAGE, choices: [{ index: 0,
      message: { role: "assistant", content: text },
      finish_reason: "stop" }] });
}

// Each text ends in its number, which its vector repeats.
function embeddings(mark, sent) {
  const texts = [].concat(sent.text || sent.input);
  return json({ model: "m", usage: USAGE, data: texts.map((text, index) => {
    const vector = [mark.call, mark.part, Number(/\d+$/.exec(text)), 0.5];
    const packed = Buffer.from(new Float32Array(vector).buffer);
    return { index, embedding: sent.encoding_format === "base64"
      ? packed.toString("base64") : vector };
  }) });
}

// The bytes of the part of a form that is called "file".
function fileOf(body, boundary) {
  const from = body.indexOf('name="file"');
  const start = body.indexOf("\r\n\r\n", from) + 4;
  return body.subarray(start, body.indexOf("\r\n--" + boundary, start));
}

function difference(got, wanted) {
  let at = 0;
  while (at < got.length && got[at] === wanted[at]) {
    at += 1;
  }
  return `differs at byte ${at}: ${got.length} of ${wanted.length} bytes`;
}

// Says what of the file is wrong in place of the text.
function transcript(mark, request, body) {
  const boundary = /boundary=(\S+)/.exec(request.headers["content-type"])[1];
  const wanted = file(mark), got = fileOf(body, boundary);
  const text = got.equals(wanted) ? "heard " + mark.text
    : difference(got, wanted);
  return json({ data: { text } });
}

// answerTo(mark, request, body)
function answerTo(mark, request, body) {
  const path = request.url;
  if (path.includes("/files/")) {
    return { type: "application/octet-stream", bytes: file(mark) };
  } else if (path.includes("/audio/stt/")) {
    return transcript(mark, request, body);
  } else if (request.method !== "POST") {
    return json({ status: pieces(mark).join("") });
  }
  const sent = JSON.parse(body);
  if (path.includes("/embeddings")) {
    return embeddings(mark, sent);
  } else if (path.includes("/images/")) {
    return json({ data: [{ b64_json: file(mark).toString("base64") }] });
  }
  return sent.stream ? stream(mark) : chat(mark);
}

module.exports = { answerTo };
