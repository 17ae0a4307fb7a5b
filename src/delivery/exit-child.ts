import { basename } from 'node:path';
import { messageOf } from '../base/errors.js';
import { platform } from '../base/platform.js';
import { debug } from '../base/warn.js';
import type { OutgoingRequest } from './contract.js';

/** What the child needs to start and to end, out of the time it is given. */
const OVERHEAD_MS = 250;
const MIN_MS = 100;

/**
 * The child's program: reads requests on stdin, sends them until the time is up, and prints the index of each that
 * was answered with 2xx. Plain text, so that neither a bundler nor the module format matters; no secret is in argv.
 */
const PROGRAM = `
const http = require('node:http'), https = require('node:https');
const chunks = [];
process.stdin.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
  const all = Buffer.concat(chunks), line = all.indexOf(10);
  const { ms, requests } = JSON.parse(all.subarray(0, line).toString());
  const until = performance.now() + ms;
  let at = line + 1;
  const jobs = requests.map((request, index) => ({ ...request, index, body: all.subarray(at, (at += request.length)) }));
  const once = (job) => new Promise((resolve) => {
    try {
      const { request } = job.url.startsWith('https:') ? https : http;
      const headers = { ...job.headers, 'content-length': job.length };
      const sent = request(job.url, { method: job.method, headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on('error', () => resolve(0));
      sent.end(job.body);
    } catch { resolve(0); }
  });
  const deliver = async (job) => {
    while (performance.now() < until) {
      const status = await once(job);
      if (status >= 200 && status < 300) return process.stdout.write(job.index + '\\n');
      if (status !== 0 && status !== 408 && status !== 429 && status < 500) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
  const inTurn = async (list) => { for (const job of list) await deliver(job); };
  const spans = jobs.filter((job) => job.kind === 'spans');
  const lanes = [0, 1, 2, 3].map((lane) => inTurn(spans.filter((_, index) => index % 4 === lane)));
  lanes.push(inTurn(jobs.filter((job) => job.kind !== 'spans')));
  setTimeout(() => process.exit(), ms).unref();
  Promise.all(lanes).then(() => process.exit());
});
`;

/**
 * Sends requests while this process waits, for the moment when nothing asynchronous runs any more. Returns which of
 * them were acknowledged. Takes at most `timeoutMs`; never throws.
 */
export function sendByChild(requests: readonly OutgoingRequest[], timeoutMs: number): boolean[] {
  const acknowledged = requests.map(() => false);
  if (requests.length === 0 || timeoutMs < MIN_MS + OVERHEAD_MS || !isNode()) return acknowledged;
  try {
    const child = platform('node:child_process').spawnSync(process.execPath, [...networkFlags(), '-e', PROGRAM], {
      input: inputOf(requests, timeoutMs - OVERHEAD_MS),
      // Node takes whole milliseconds only.
      timeout: Math.floor(timeoutMs),
      killSignal: 'SIGKILL',
      stdio: ['pipe', 'pipe', 'ignore'],
      env: environment(),
      windowsHide: true,
    });
    if (child.error !== undefined) debug(`the last delivery was cut short: ${messageOf(child.error)}`);
    for (const line of String(child.stdout ?? '').split('\n')) if (line !== '') acknowledged[Number(line)] = true;
  } catch (error) {
    debug(`the last delivery failed: ${messageOf(error)}`);
  }
  return acknowledged;
}

function inputOf(requests: readonly OutgoingRequest[], ms: number): Buffer {
  const head = requests.map(({ kind, method, url, headers, body }) => ({
    kind,
    method,
    url,
    headers,
    length: body.length,
  }));
  return Buffer.concat([
    Buffer.from(`${JSON.stringify({ ms, requests: head })}\n`, 'utf8'),
    ...requests.map((r) => r.body),
  ]);
}

/** Other runtimes and single-file executables would start the user's program again. */
function isNode(): boolean {
  return (
    /^(node|nodejs)[\d.-]*(\.exe)?$/i.test(basename(process.execPath)) && process.versions['electron'] === undefined
  );
}

/** Which certificates, ciphers and addresses the program's own connections use, the child's use too. */
const SWITCH =
  /^--(use-(openssl|system|bundled)-ca|tls-(min|max)-v[\d.]+|openssl-(legacy-provider|shared-config)|no-network-family-autoselection)$/;
const VALUED = /^--(tls-cipher-list|openssl-config|dns-result-order)(=|$)/;

function networkFlags(): string[] {
  const given = [...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/), ...process.execArgv];
  return given.flatMap((flag, index) => {
    if (SWITCH.test(flag)) return [flag];
    if (!VALUED.test(flag)) return [];
    // The value may be an argument of its own.
    return [flag.includes('=') ? flag : `${flag}=${given[index + 1] ?? ''}`];
  });
}

/** Without what would load the user's own preloads, a debugger or coverage into the child. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, NODE_V8_COVERAGE: _coverage, ...rest } = process.env;
  return rest;
}
