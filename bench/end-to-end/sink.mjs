/** Takes OTLP over HTTP, counts spans, answers at once: the same sink for everybody. Prints its URL, then counts on demand. */
import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';

let spans = 0;
let requests = 0;
let bytes = 0;

/** Fields with this number in one protobuf message, as views. */
function* fields(message, wanted) {
  let at = 0;
  const varint = () => {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = message[at++];
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const wire = tag & 7;
    if (wire === 0) varint();
    else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    else {
      const length = varint();
      if (tag >> 3 === wanted) yield message.subarray(at, at + length);
      at += length;
    }
  }
}

function count(body) {
  for (const resource of fields(body, 1)) {
    for (const scope of fields(resource, 2)) for (const _span of fields(scope, 2)) spans += 1;
  }
}

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    if (request.url === '/count') {
      response.end(JSON.stringify({ spans, requests, bytes }));
      return;
    }
    const raw = Buffer.concat(chunks);
    if (request.url.endsWith('/v1/traces')) {
      requests += 1;
      bytes += raw.length;
      count(request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw);
    }
    response.writeHead(200, { 'content-type': request.headers['content-type'] ?? 'application/json' });
    response.end(request.url.endsWith('/v1/traces') ? undefined : '{}');
  });
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
