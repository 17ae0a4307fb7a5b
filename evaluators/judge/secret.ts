/** The text without the key and without anything shaped like one: servers quote keys in their errors. */
export function withoutSecrets(text: string, apiKey: string | undefined): string {
  const bare = apiKey === undefined || apiKey === '' ? text : text.replaceAll(apiKey, '[REDACTED]');
  return bare.replace(/\bBearer\s+[^\s"',]+/gi, 'Bearer [REDACTED]').replace(/\b(?:sk|pk)-[\w*-]{6,}/g, '[REDACTED]');
}

/** Whether a request to `url` stays on this machine. */
export function isLoopback(url: URL): boolean {
  const host = url.hostname.toLowerCase();
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
