// Compresses pieces: node compress.js FORMAT FILE. The file has a piece a line,
// in hex; each line that is printed is what a server sends when it flushes after
// that piece, the last one with the end.
const fs = require("fs");
const zlib = require("zlib");

const makers = {
  gzip: () => zlib.createGzip(),
  deflate: () => zlib.createDeflate(),
  bare: () => zlib.createDeflateRaw(),
  br: () => zlib.createBrotliCompress(),
};

const [format, file] = process.argv.slice(2);
const pieces = fs.readFileSync(file, "latin1").split("\n").slice(0, -1);
const stream = makers[format]();
let flushed = [];
stream.on("data", (bytes) => flushed.push(bytes));

function next(i) {
  const tell = () => {
    console.log(Buffer.concat(flushed).toString("hex"));
    flushed = [];
    if (i + 1 < pieces.length) next(i + 1);
  };
  stream.write(Buffer.from(pieces[i], "hex"));
  if (i + 1 < pieces.length) stream.flush(tell);
  else stream.end().on("end", tell);
}

next(0);
