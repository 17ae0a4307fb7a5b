import { maskShapes } from '../../src/attributes/secret-text.js';

const REDACTED = '[REDACTED]';

/** The text without the key and without anything shaped like one: servers quote keys in their errors. */
export function withoutSecrets(text: string, apiKey: string | undefined): string {
  return maskShapes(apiKey === undefined ? text : text.replaceAll(apiKey, REDACTED), REDACTED);
}

/** Whether a request to `url` stays on this machine. */
export function isLoopback(url: URL): boolean {
  const host = url.hostname.toLowerCase();
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
