// OpenAI's own client and the AI SDK, at the sandbox's OpenAI-compatible base:
//
//     node openai_clients.js http://127.0.0.1:PORT/v1 NAME...
//
// Runs the named conversations, or all of them, and prints what each of them
// got: one line of JSON for each, { name, value } or { name, error }. The key is
// that of the variable PEER_KEY, if there is one.
"use strict";

const fs = require("fs");
const os = require("os");
const path = require("path");
const OpenAI = require("openai");
const ai = require("ai");
const { createOpenAICompatible } = require("@ai-sdk/openai-compatible");

const [base, ...wanted] = process.argv.slice(2);
const KEY = process.env.PEER_KEY || "indox-peer";
const MODEL = "openai/gpt-4o-mini";
const client = new OpenAI({ baseURL: base, apiKey: KEY, maxRetries: 0 });
const provider = createOpenAICompatible({ name: "indoxhub", baseURL: base,
  apiKey: KEY, includeUsage: true });

const ask = (content, more) => ({ model: MODEL,
  messages: [{ role: "user", content }], ...more });

const WEATHER = { type: "object", required: ["city"],
  properties: { city: { type: "string" } } };
const TOOL = { type: "function", function: { name: "get_weather",
  description: "The weather of a city.", parameters: WEATHER } };

const BOOK = { type: "object", additionalProperties: false,
  required: ["title", "pages"], properties: {
    title: { type: "string" }, pages: { type: "integer" } } };

async function collect(stream) {
  const all = [];
  for await (const one of stream) {
    all.push(one);
  }
  return all;
}

const textOf = (chunks) => chunks.map((chunk) =>
  chunk.choices[0]?.delta?.content ?? "").join("");

const names = {
  async chat() {
    const reply = await client.chat.completions.create(ask("What is 6 * 7?"));
    return { text: reply.choices[0].message.content,
      reason: reply.choices[0].finish_reason, total: reply.usage.total_tokens,
      sum: reply.usage.prompt_tokens + reply.usage.completion_tokens };
  },

  async stream() {
    const plain = await collect(await client.chat.completions.create(
      ask("count to 4", { stream: true })));
    const counted = await collect(await client.chat.completions.create(
      ask("count to 4", { stream: true,
        stream_options: { include_usage: true } })));
    return { text: textOf(plain), usages: plain.filter((chunk) => chunk.usage)
      .length, counted: counted.filter((chunk) => chunk.usage).length,
      choices: counted.at(-1).choices.length };
  },

  async several() {
    const reply = await client.chat.completions.create(
      ask("Why do owls hunt?", { n: 3, max_completion_tokens: 5 }));
    return { indexes: reply.choices.map((choice) => choice.index),
      different: new Set(reply.choices.map((choice) =>
        choice.message.content)).size,
      reasons: [...new Set(reply.choices.map((choice) =>
        choice.finish_reason))] };
  },

  async tools() {
    const first = ask("What is the weather in Oslo?", { tools: [TOOL] });
    const reply = await client.chat.completions.create(first);
    const call = reply.choices[0].message.tool_calls[0];
    const last = await client.chat.completions.create({ ...first, messages: [
      ...first.messages, reply.choices[0].message,
      { role: "tool", tool_call_id: call.id, content: "4 degrees" }] });
    return { name: call.function.name, args: call.function.arguments,
      reason: reply.choices[0].finish_reason,
      text: last.choices[0].message.content };
  },

  // The client's own helper runs the loop, on a stream.
  async runner() {
    const cities = [];
    const runner = client.chat.completions.runTools(ask(
      "What is the weather in Oslo and Rome?", { stream: true, tools: [
        { type: "function", function: { name: "get_weather",
          description: "The weather of a city.", parameters: WEATHER,
          parse: JSON.parse, function: ({ city }) => {
            cities.push(city);
            return `${city.length} degrees`;
          } } }] }));
    return { text: await runner.finalContent(), cities };
  },

  async json() {
    const reply = await client.chat.completions.create(ask("The Sea Wolf", {
      response_format: { type: "json_schema",
        json_schema: { name: "book", strict: true, schema: BOOK } } }));
    return JSON.parse(reply.choices[0].message.content);
  },

  async completion() {
    const reply = await client.completions.create({ model: MODEL,
      prompt: ["count to 2", "count to 3"] });
    const chunks = await collect(await client.completions.create({
      model: MODEL, prompt: "count to 4", stream: true }));
    return { texts: reply.choices.map((choice) => choice.text),
      streamed: chunks.map((chunk) => chunk.choices[0]?.text ?? "").join("") };
  },

  async embeddings() {
    const input = ["a heron", "a stork"];
    const model = "openai/text-embedding-3-small";
    // Unless told otherwise the client asks for base64.
    const packed = await client.embeddings.create({ model, input });
    const plain = await client.embeddings.create({ model, input,
      encoding_format: "float", dimensions: 256 });
    const again = await client.embeddings.create({ model, input,
      dimensions: 256 });
    return { packed: packed.data.map((one) => one.embedding.length),
      plain: plain.data.map((one) => one.embedding.length),
      same: plain.data.every((one, i) => one.embedding.every((value, j) =>
        Math.abs(value - again.data[i].embedding[j]) < 1e-6)) };
  },

  async models() {
    const list = await collect(client.models.list());
    const one = await client.models.retrieve(MODEL);
    return { count: list.length, known: list.some((it) => it.id === MODEL),
      id: one.id, object: one.object, owner: one.owned_by };
  },

  async images() {
    const linked = await client.images.generate({ prompt: "an owl",
      model: "openai/gpt-image-1", n: 2 });
    const inside = await client.images.generate({ prompt: "an owl",
      model: "openai/gpt-image-1", response_format: "b64_json" });
    const bytes = Buffer.from(inside.data[0].b64_json, "base64");
    return { urls: linked.data.filter((one) => one.url).length,
      png: bytes.subarray(1, 4).toString() };
  },

  async audio() {
    const spoken = await client.audio.speech.create({ model: "openai/tts-1",
      voice: "alloy", input: "The ferry leaves at nine.",
      response_format: "mp3" });
    const bytes = Buffer.from(await spoken.arrayBuffer());
    const samples = await client.audio.speech.create({ model: "openai/tts-1",
      voice: "alloy", input: "Hi", response_format: "pcm" });
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "indoxhub-peer-"));
    const file = path.join(folder, "ferry.wav");
    fs.writeFileSync(file, bytes);
    try {
      const heard = await client.audio.transcriptions.create({
        model: "openai/whisper-1", file: fs.createReadStream(file) });
      const words = await client.audio.transcriptions.create({
        model: "openai/whisper-1", file: fs.createReadStream(file),
        response_format: "verbose_json",
        timestamp_granularities: ["word", "segment"] });
      const english = await client.audio.translations.create({
        model: "openai/whisper-1", file: fs.createReadStream(file) });
      return { type: spoken.headers.get("content-type"),
        head: bytes.subarray(0, 4).toString(),
        pcm: samples.headers.get("content-type"), heard: heard.text,
        words: words.words.length, segments: words.segments.length,
        english: english.text };
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  },

  async responses() {
    const reply = await client.responses.create({ model: MODEL,
      input: "My name is Ada." });
    const next = await client.responses.create({ model: MODEL,
      previous_response_id: reply.id, input: "What is my name?" });
    const stream = client.responses.stream({ model: MODEL,
      input: "count to 4" });
    const events = await collect(stream);
    const last = await stream.finalResponse();
    return { text: reply.output_text, remembered: next.output_text,
      streamed: last.output_text, status: last.status,
      numbered: events.every((event, i) => event.sequence_number === i) };
  },

  async response_tools() {
    const tool = { type: "function", name: "get_weather", strict: true,
      description: "The weather of a city.", parameters: WEATHER };
    const question = { role: "user", content: "The weather in Oslo?" };
    const stream = client.responses.stream({ model: MODEL, tools: [tool],
      input: [question] });
    await collect(stream);
    const reply = await stream.finalResponse();
    const call = reply.output[0];
    const last = await client.responses.create({ model: MODEL, tools: [tool],
      input: [question, call, { type: "function_call_output",
        call_id: call.call_id, output: "4 degrees" }] });
    const parsed = await client.responses.create({ model: MODEL,
      input: "The Sea Wolf", text: { format: { type: "json_schema",
        name: "book", schema: BOOK } } });
    return { type: call.type, args: call.arguments, text: last.output_text,
      book: JSON.parse(parsed.output_text) };
  },

  async errors() {
    const seen = {};
    const note = async (name, promise) => {
      seen[name] = await promise.then(() => "no error", (error) =>
        `${error.constructor.name} ${error.status} ${error.code}`);
    };
    const stranger = new OpenAI({ baseURL: base, apiKey: "invalid",
      maxRetries: 0 });
    await note("key", stranger.models.list());
    await note("model", client.chat.completions.create({
      ...ask("Hi"), model: "openai/gpt-none" }));
    await note("field", client.chat.completions.create({ model: MODEL }));
    await note("choice", client.chat.completions.create(ask("Hi", {
      tool_choice: "required" })));
    await note("path", client.get("/nowhere"));
    await note("method", client.delete("/models"));
    return seen;
  },

  // Leaves in the midst of an answer. Returns how much it had by then.
  async abort() {
    const stream = await client.chat.completions.create(
      ask("count to 1000", { stream: true }));
    let count = 0;
    for await (const chunk of stream) {
      count += chunk.choices[0]?.delta?.content ? 1 : 0;
      if (count === 3) {
        stream.controller.abort();
        break;
      }
    }
    return { count };
  },

  async sdk() {
    const model = provider.chatModel(MODEL);
    const { text, usage } = await ai.generateText({ model,
      prompt: "What is 6 * 7?" });
    const stream = ai.streamText({ model, prompt: "count to 4" });
    const pieces = await collect(stream.textStream);
    const used = await stream.usage;
    return { text, input: usage.inputTokens, streamed: pieces.join(""),
      pieces: pieces.length, output: used.outputTokens };
  },

  async sdk_tools() {
    const cities = [];
    const options = { model: provider.chatModel(MODEL),
      prompt: "What is the weather in Oslo?", stopWhen: ai.stepCountIs(3),
      tools: { get_weather: ai.tool({ description: "The weather of a city.",
        inputSchema: ai.jsonSchema(WEATHER),
        execute: async ({ city }) => {
          cities.push(city);
          return "4 degrees";
        } }) } };
    const whole = await ai.generateText(options);
    const stream = ai.streamText(options);
    const streamed = await stream.text;
    return { cities, steps: whole.steps.length, text: whole.text, streamed };
  },

  async sdk_object() {
    const model = createOpenAICompatible({ name: "indoxhub", baseURL: base,
      apiKey: KEY, supportsStructuredOutputs: true })
      .chatModel(MODEL);
    const { object } = await ai.generateObject({ model, prompt: "The Sea Wolf",
      schema: ai.jsonSchema(BOOK) });
    return object;
  },

  async sdk_embeddings() {
    const { embeddings } = await ai.embedMany({
      model: provider.embeddingModel("openai/text-embedding-3-small"),
      values: ["a heron", "a stork"] });
    return embeddings.map((one) => one.length);
  },
};

async function main() {
  for (const name of wanted.length ? wanted : Object.keys(names)) {
    const told = await names[name]().then((value) => ({ name, value }),
      (error) => ({ name, error: String(error && error.stack || error) }));
    process.stdout.write(JSON.stringify(told) + "\n");
  }
}

main();
