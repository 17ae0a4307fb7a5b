import { warn } from '../base/warn.js';
import { type HttpOutcome, TIMEOUT_CODE } from './http.js';
import { headerOf } from './response.js';

const HELD = 'What was recorded is kept and sent again later.';

/** One line that says what is wrong with the back end and what to do; at most one per cause and minute. */
export function reportTrouble(url: string, outcome: HttpOutcome): void {
  const where = place(url);
  const { status } = outcome;
  if (status === undefined) {
    const code = outcome.error?.code ?? 'unknown';
    warn(`delivery:${code}:${where}`, networkTrouble(where, code, outcome.error));
  } else {
    warn(`delivery:${status}:${where}`, statusTrouble(where, status, outcome));
  }
}

/** A key that would travel in the clear. */
export function reportExposed(url: string): void {
  warn(
    `delivery:exposed:${place(url)}`,
    `Nothing is sent to ${place(url)}: the key would travel over plain http to another machine. Use https, or allow it with allowInsecure: true (HH_ALLOW_INSECURE=true). What was recorded is kept.`,
  );
}

/** Scheme, host and port: never a path, query or password that may hold a secret. */
export function place(url: string): string {
  try {
    return new URL(url).origin;
  } catch {
    return 'the back end';
  }
}

function networkTrouble(where: string, code: string, error: NodeJS.ErrnoException | undefined): string {
  if (code === 'ECONNREFUSED')
    return `${where} refuses the connection: is the server running there? Check serverUrl (HH_API_URL). ${HELD}`;
  if (code === 'ENOTFOUND')
    return `${where}: this host is unknown. Check the spelling of serverUrl (HH_API_URL) and the DNS. ${HELD}`;
  if (code === 'EAI_AGAIN')
    return `${where}: the name could not be looked up just now. Check the network and the DNS. ${HELD}`;
  if (code === TIMEOUT_CODE || code === 'ETIMEDOUT')
    return `${where} gives no answer in time. Is it reachable from here (firewall, proxy)? ${HELD}`;
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return `${where} cannot be reached from this network. ${HELD}`;
  if (isTls(code))
    return `${where}: the TLS certificate or handshake was not accepted (${code}). Correct the certificate, or name your own authority with NODE_EXTRA_CA_CERTS. ${HELD}`;
  if (code === 'ECONNRESET' || code === 'EPIPE') return `${where} broke the connection off. ${HELD}`;
  return `${where}: sending failed (${error?.message ?? code}). ${HELD}`;
}

function isTls(code: string): boolean {
  return /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO|HOSTNAME_MISMATCH)/.test(code);
}

function statusTrouble(where: string, status: number, outcome: HttpOutcome): string {
  if (status === 401)
    return `${where} does not accept the key (401). Check apiKey (HH_API_KEY): right key, right server? ${HELD}`;
  if (status === 403)
    return `${where} says that this key may not send here (403). Check the key's rights and project (HH_API_KEY, HH_PROJECT). ${HELD}`;
  if (status === 404 || status === 405)
    return `${where} does not take traces at this path (${status}). Check serverUrl (HH_API_URL) and otlpEndpoint (HH_OTLP_ENDPOINT). These spans are dropped.`;
  if (status === 429) return `${where} asks for fewer requests (429). ${HELD}`;
  if (status >= 300 && status < 400)
    return `${where} redirects to ${redirectTarget(outcome)} (${status}); the key does not follow a redirect. Set serverUrl (HH_API_URL) to the final address. ${HELD}`;
  if (status >= 500) return `${where} has a problem of its own (${status}). ${HELD}`;
  return `${where} refuses these spans (${status}): ${excerpt(outcome)}. They are dropped.`;
}

function redirectTarget(outcome: HttpOutcome): string {
  const target = headerOf(outcome, 'location');
  if (target === undefined) return 'another address';
  try {
    return new URL(target).origin;
  } catch {
    return 'another path';
  }
}

/** The beginning of the answer: most back ends say there what they did not like. */
function excerpt(outcome: HttpOutcome): string {
  const text = outcome.body
    .subarray(0, 1_000)
    .toString('utf8')
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim();
  return text === '' ? 'no reason given' : `"${text.slice(0, 200)}"`;
}
