const CREDENTIAL = /^(authorization|proxy-authorization|cookie)$|api-?key|token|secret|password|credential/i;

/** Whether a header of this name would let its reader act for the user. */
export function isCredential(name: string): boolean {
  return CREDENTIAL.test(name);
}

/** Whether credentials among `headers` could be read on their way to `url`: plain http to another machine. */
export function wouldExpose(url: string, headers: Readonly<Record<string, string>>): boolean {
  return isExposed(url) && Object.keys(headers).some(isCredential);
}

function isExposed(url: string): boolean {
  try {
    const { protocol, hostname } = new URL(url);
    return protocol === 'http:' && !isLoopback(hostname);
  } catch {
    return false;
  }
}

/** Whether `hostname`, as a URL has it, is this very machine. */
export function isLoopback(hostname: string): boolean {
  const host = hostname.toLowerCase();
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}
