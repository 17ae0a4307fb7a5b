import { signalAdvice } from './other-signals.js';

/** A request as it was answered. */
export interface Seen {
  time: number;
  method: string;
  path: string;
  status: number;
  contentType: string;
  contentEncoding: string;
  problem?: string;
}

/** As the log keeps it. */
export interface Kept extends Seen {
  /** It was to bring something in. */
  ingest: boolean;
  /** All that it brought was taken. */
  taken: boolean;
  /** What the client spoke that did not speak HTTP/1.1. */
  protocol?: 'grpc' | 'tls';
}

const PATHS = "traces go to /v1/traces (an exporter's full URL must end so)";
const TYPES =
  'OTLP over HTTP is application/x-protobuf or application/json, plain or gzip (gRPC needs a collector in between)';

/** What each answer means to whoever sent it, and what to do. Of a request that had no valid key no text was kept. */
const MEANINGS: readonly [status: readonly number[], words: (seen: Kept) => string][] = [
  [[404], ({ method, path }) => `${method} ${path} does not exist here: ${PATHS}.`],
  [
    [415],
    ({ contentType, contentEncoding }) =>
      contentType === '' && contentEncoding === ''
        ? `A request had no content type or one that is not supported: ${TYPES}.`
        : `Content type '${contentType}' or encoding '${contentEncoding}' is not supported: ${TYPES}.`,
  ],
  [[400], ({ problem }) => `A request could not be read${problem === undefined ? '.' : `: ${problem}`}`],
  [[401, 403], () => 'A request was refused for its key or its origin: check HH_API_KEY against HH_LOCAL_KEYS.'],
  [[429], () => 'Too many wrong keys came from one address: check HH_API_KEY, and wait a minute.'],
  [[421], () => 'A request used a host name this server does not answer to: add it to HH_LOCAL_HOSTS.'],
  [[413], () => 'A body was larger than 64 MiB: send smaller batches.'],
  [
    [500, 503],
    ({ problem }) =>
      `The server could not take something${problem === undefined ? '' : ` (${problem})`}; see its log and the free disk space.`,
  ],
];

const PROTOCOLS = {
  grpc: 'Something speaks gRPC to this port, which takes OTLP over HTTP: set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf, or use the exporter for HTTP.',
  tls: 'Something speaks https to this port, which takes http: its address has to begin with http://.',
};

/** Why nothing may show up, in sentences. `seen`: the newest first; `last`: the newest of those who ask. */
export function advise(seen: readonly Kept[], last: Kept | undefined): string[] {
  const sent = seen.filter(({ ingest }) => ingest);
  const others = otherSignals(seen);
  if (sent.length === 0)
    return [
      'Nothing has arrived since the server started. Does the program run, and does it send to this address (OTEL_EXPORTER_OTLP_ENDPOINT, HH_API_URL)?',
      ...others,
    ];
  const advice: string[] = [];
  for (const [protocol, words] of Object.entries(PROTOCOLS))
    if (sent.some((one) => one.protocol === protocol)) advice.push(words);
  for (const [status, words] of MEANINGS) {
    const newest = sent.find((one) => status.includes(one.status) && one.protocol === undefined);
    if (newest) advice.push(words(newest));
  }
  const refused = sent.find(({ status, taken }) => status === 200 && !taken);
  if (refused) advice.push(`Of a request that was answered, ${refused.problem}`);
  advice.push(...others);
  if (last?.taken === true)
    advice.push(
      advice.length === 0
        ? 'All is well: the last requests were accepted.'
        : `The last request, at ${new Date(last.time).toISOString()}, was accepted all the same.`,
    );
  return advice;
}

/** What was said to those who send metrics or logs of OpenTelemetry. */
function otherSignals(seen: readonly Kept[]): string[] {
  const said = seen.flatMap(({ path, problem }) =>
    problem !== undefined && problem === signalAdvice(path) ? [`${problem}.`] : [],
  );
  return [...new Set(said)];
}
