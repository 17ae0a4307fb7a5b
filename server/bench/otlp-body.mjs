/** Builds OTLP protobuf bodies whose ids can be renewed in place, so that the load generator costs little. */
import { randomFillSync } from 'node:crypto';

const varint = (value) => {
  const bytes = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
};
const field = (number, data) => Buffer.concat([varint((number << 3) | 2), varint(data.length), data]);
const text = (number, value) => field(number, Buffer.from(value));
const time = (number, ns) => {
  const data = Buffer.alloc(8);
  data.writeBigUInt64LE(ns);
  return Buffer.concat([varint((number << 3) | 1), data]);
};
const attribute = (key, value) => {
  const any = typeof value === 'number' ? Buffer.concat([varint((3 << 3) | 0), varint(value)]) : text(1, value);
  return field(9, Buffer.concat([text(1, key), field(2, any)]));
};

const WORDS =
  'river answer capital mountain question budget island weather invoice memory planet tensor copper garden window silver engine harbour letter orbit'.split(
    ' ',
  );
const sentence = (seed, count) =>
  Array.from({ length: count }, (_, i) => WORDS[(seed * 7 + i * 13) % WORDS.length]).join(' ');

export function makeBody(spans, sessionId, seed = 1) {
  const parts = [];
  const start = BigInt(Date.now()) * 1_000_000n;
  for (let i = 0; i < spans; i++) {
    const span = Buffer.concat([
      field(1, Buffer.alloc(16, 0xa1)),
      field(2, Buffer.alloc(8, 0xb2)),
      text(5, `Bot.step${i % 12}`),
      Buffer.from([(6 << 3) | 0, 1]),
      time(7, start + BigInt(i) * 1_000_000n),
      time(8, start + BigInt(i) * 1_000_000n + 5_000_000n),
      attribute('honeyhive.session_id', sessionId),
      attribute('honeyhive.project', 'bench'),
      attribute('honeyhive.source', 'bench'),
      attribute('honeyhive_event_type', i % 4 === 0 ? 'model' : 'tool'),
      attribute('honeyhive_event_name', `Bot.step${i % 12}`),
      attribute('honeyhive_inputs.question', sentence(seed + i, 24)),
      attribute('honeyhive_outputs.result', sentence(seed * 3 + i, 30)),
      attribute('honeyhive_metadata.customer', `customer-${(seed + i) % 500}`),
      attribute('honeyhive_metrics.tokens', 100 + (i % 50)),
      attribute('honeyhive_user_properties.user_id', `user-${(seed + i) % 900}`),
    ]);
    parts.push(field(2, span));
  }
  const resource = field(
    1,
    Buffer.concat([field(1, Buffer.concat([text(1, 'service.name'), field(2, text(1, 'bench'))]))]),
  );
  const body = field(1, Buffer.concat([resource, field(2, Buffer.concat(parts))]));
  const places = [];
  const trace = Buffer.alloc(16, 0xa1);
  for (let at = body.indexOf(trace); at !== -1; at = body.indexOf(trace, at + 16)) places.push(at);
  const sessionPlaces = [];
  for (let at = body.indexOf(sessionId); at !== -1; at = body.indexOf(sessionId, at + 36)) sessionPlaces.push(at);
  const timePlaces = places.map((from, i) => body.indexOf(time(7, start + BigInt(i) * 1_000_000n), from) + 1);
  return { body, places, sessionPlaces, timePlaces };
}

const BATCH_MS = 100;
const SPAN_NS = 5_000_000n;

/**
 * New ids for every span, `perTrace` of them in a trace, and times that end about now. A span id follows its trace id by
 * two bytes (tag and length), an end its start by one.
 */
export function renew({ body, places, sessionPlaces, timePlaces }, sessionId, perTrace = 10) {
  const from = BigInt(Date.now() - BATCH_MS) * 1_000_000n;
  places.forEach((at, index) => {
    const start = from + BigInt(Math.floor((index * BATCH_MS * 1e6) / places.length));
    body.writeBigUInt64LE(start, timePlaces[index]);
    body.writeBigUInt64LE(start + SPAN_NS, timePlaces[index] + 9);
    if (index % perTrace === 0) randomFillSync(body, at, 16);
    else body.copy(body, at, places[index - 1], places[index - 1] + 16);
    randomFillSync(body, at + 18, 8);
  });
  for (const at of sessionPlaces) body.write(sessionId, at);
  return Buffer.from(body);
}
