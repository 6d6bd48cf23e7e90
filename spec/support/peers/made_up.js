// What faults/server.js answers: texts and files that follow from a call's mark
// alone, so that the client can make up the same (see spec/soak/made_up.lua).
//
// A mark stands in the body, the path or a header of each request, or in the
// name that a client of TLS asks for:
//
//     soak-CALL-PART-FAULT-TIMES-SIZE.
//
// PART counts the requests that a call needs, FAULT is what to do wrong to the
// first TIMES of them that come, SIZE is that of the answer: pieces of a text,
// or bytes of a file.
"use strict";

const MARK = /soak-(\d+)-(\d+)-([a-z_]+)-(\d+)-(\d+)\./g;

const WORDS = ["the ", "fjord", " is\n", "\"deep\" ", "\\", "né", "日本",
  "🦊", "data: ", "\t", "</b>", "{}", " [DONE]", "0"];

const BLOCK = 4096;
const MODULUS = 2147483647, FACTOR = 16807;

// The last mark of a text, after those of a conversation's history.
function readMark(text) {
  const found = [...text.matchAll(MARK)].pop();
  return found && { call: Number(found[1]), part: Number(found[2]),
    fault: found[3], times: Number(found[4]), size: Number(found[5]),
    text: found[0], id: found[1] + "." + found[2] };
}

function* numbers(mark) {
  let x = (mark.call * 31 + mark.part * 7 + 1) % MODULUS;
  for (;;) {
    x = x * FACTOR % MODULUS;
    yield x;
  }
}

function pieces(mark) {
  const from = numbers(mark), list = [];
  while (list.length < mark.size) {
    list.push(WORDS[from.next().value % WORDS.length]);
  }
  return list;
}

// Numbered blocks: what is lost, doubled or moved shows.
function file(mark) {
  const from = numbers(mark), block = Buffer.alloc(BLOCK), blocks = [];
  for (let i = 0; i < BLOCK; i += 1) {
    block[i] = from.next().value % 256;
  }
  for (let i = 0; i * BLOCK < mark.size; i += 1) {
    blocks.push(Buffer.from(String(i).padStart(8, "0")), block);
  }
  return Buffer.concat(blocks).subarray(0, mark.size);
}

module.exports = { file, pieces, readMark };
