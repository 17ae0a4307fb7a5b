const CREDENTIAL = /^(authorization|proxy-authorization|cookie)$|api-?key|token|secret|password|credential/i;

/** Whether any of these headers would let its reader act for the user. */
export function carriesCredentials(headers: Readonly<Record<string, string>>): boolean {
  return Object.keys(headers).some((name) => CREDENTIAL.test(name));
}

/** Whether what is sent to `url` can be read on the way: plain http to another machine. */
export function isExposed(url: string): boolean {
  try {
    const { protocol, hostname } = new URL(url);
    return protocol === 'http:' && !isLoopback(hostname);
  } catch {
    return false;
  }
}

function isLoopback(hostname: string): boolean {
  const host = hostname.toLowerCase();
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}
