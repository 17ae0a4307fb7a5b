/** For peers that only send over HTTP: a server on 127.0.0.1, in a thread of its own, that reads and keeps nothing. */
const { createServer } = require('node:http');
const { isMainThread, Worker, workerData } = require('node:worker_threads');

/** What the clients ask for and read of the answer. */
const answers = (url) => ({
  // braintrust
  'POST /api/apikey/login': { org_info: [{ id: 'bench', name: 'bench', api_url: url }] },
  'GET /version': {},
  'POST /logs3': {},
  // honeyhive; what it takes for an answer is protobuf
  'POST /opentelemetry/v1/traces': undefined,
  // judgeval
  'POST /v1/projects/resolve/': { project_id: 'bench' },
  // langsmith
  'GET /info': { batch_ingest_config: { use_multipart_endpoint: true } },
  'POST /runs/multipart': {},
  // opik
  'POST /v1/private/traces/batch': {},
  'POST /v1/private/spans/batch': {},
  'PATCH /v1/private/traces/id': {},
  'PATCH /v1/private/spans/id': {},
  // weave
  'POST /call/upsert_batch': {},
  'POST /file/create': { digest: 'bench' },
  'POST /obj/create': { digest: 'bench' },
});

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

function serve(port) {
  let known;
  const server = createServer((request, response) => {
    const route = `${request.method} ${request.url.replace(UUID, 'id')}`;
    // Ends the bench: what a client does after an error is not what is to be measured.
    if (!(route in known)) throw new Error(`The sink has no answer to ${route}.`);
    request.resume().once('end', () => {
      const answer = known[route];
      if (answer === undefined) response.end();
      else response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    });
  });
  server.listen(0, '127.0.0.1', () => {
    known = answers(`http://127.0.0.1:${server.address().port}`);
    Atomics.store(port, 0, server.address().port);
    Atomics.notify(port, 0);
  });
}

/** Gives the address at once, since subjects are built in one go. */
exports.startSink = () => {
  const port = new Int32Array(new SharedArrayBuffer(4));
  new Worker(__filename, { workerData: port });
  if (Atomics.wait(port, 0, 0, 10_000) === 'timed-out') throw new Error('The sink did not start.');
  return `http://127.0.0.1:${port[0]}`;
};

if (!isMainThread) serve(workerData);
