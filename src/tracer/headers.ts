import { wellFormed } from '../attributes/text.js';
import { PACKAGE } from '../base/version.js';
import type { ResolvedConfig } from '../config/options.js';

/** Headers of every request to the back end, as its own SDKs send them. */
export function requestHeaders(config: ResolvedConfig): Record<string, string> {
  const headers: Record<string, string> = {
    'X-Source': headerValue(config.source),
    'hh-client-version': PACKAGE.version,
    'hh-client-language': 'typescript',
    'hh-client-package': PACKAGE.name,
  };
  if (config.apiKey !== undefined) headers.Authorization = `Bearer ${headerValue(config.apiKey)}`;
  return headers;
}

/** HTTP allows visible ASCII in a header (RFC 9110, 5.5); what is none is percent-encoded. */
function headerValue(text: string): string {
  return wellFormed(text).replace(/[^\x20-\x7e]/gu, (char) => encodeURIComponent(char));
}
