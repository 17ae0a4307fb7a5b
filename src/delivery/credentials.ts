/** The names that back ends of OpenTelemetry give theirs are many: `x-honeycomb-team`, `uptrace-dsn`, `signoz-ingestion-key`. */
const CREDENTIAL = /^cookie$|auth|api-?key|(^|[-_])(key|team|dsn|license)$|token|secret|password|credential/i;

/** Whether a header of this name would let its reader act for the user. */
export function isCredential(name: string): boolean {
  return CREDENTIAL.test(name);
}

/** Whether credentials in `url` or `headers` could be read on their way: plain http to another machine. */
export function wouldExpose(url: string, headers: Readonly<Record<string, string>>): boolean {
  try {
    const { protocol, hostname, username, password, searchParams } = new URL(url);
    if (protocol !== 'http:' || isLoopback(hostname)) return false;
    return username !== '' || password !== '' || [...searchParams.keys(), ...Object.keys(headers)].some(isCredential);
  } catch {
    return false;
  }
}

/** `url` without user, password and query. */
export function withoutCredentials(url: string): string {
  try {
    const bare = new URL(url);
    bare.username = bare.password = bare.search = '';
    return bare.href;
  } catch {
    return '';
  }
}

/** `url` with the user and password of `other`. */
export function withUserOf(other: string, url: string): string {
  try {
    const { username, password } = new URL(other);
    return Object.assign(new URL(url), { username, password }).href;
  } catch {
    return url;
  }
}

/** Whether `hostname`, as a URL has it, is this very machine. */
export function isLoopback(hostname: string): boolean {
  const host = hostname.toLowerCase();
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}
