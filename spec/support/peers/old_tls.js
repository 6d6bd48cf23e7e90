// A server of HTTPS that knows TLS up to 1.1 only, and takes what nobody should
// offer any more:
//
//     old_tls.js CERTIFICATE KEY
"use strict";

const fs = require("fs");
const https = require("https");
const { announce, endWithParent } = require("./peer.js");

const [certificate, key] = process.argv.slice(2);

const server = https.createServer({
  cert: fs.readFileSync(certificate), key: fs.readFileSync(key),
  minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0",
}, (request, response) => {
  request.resume();
  request.on("end", () => {
    response.setHeader("Content-Type", "application/json");
    response.end('{"status":"ok"}');
  });
});


endWithParent();
server.listen(0, "127.0.0.1", () => announce(server.address().port));
