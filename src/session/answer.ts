/** What one attempt came to, seen from the one who has to decide what happens next. */
export type Answer =
  | { readonly kind: 'ok' }
  /** Another attempt may succeed by itself: nobody listened, too busy, broken for the moment. */
  | {
      readonly kind: 'retry';
      readonly cause: string;
      readonly problem: string;
      /** Whether it is the server's trouble, not this request's: then nothing else is worth sending now. */
      readonly everyone: boolean;
      readonly retryAfter?: string | undefined;
      /** Whether the server named the delay: a flush does not shorten it. */
      readonly asked: boolean;
    }
  /** Another attempt succeeds only once somebody acted: a refused key, a redirect, plain http to another machine. */
  | { readonly kind: 'held'; readonly cause: string; readonly problem: string }
  /** No attempt with this body will succeed. */
  | { readonly kind: 'refused'; readonly status: number; readonly problem: string };

/** The cause of a request that got no answer, in words that say what to do. `code` is Node's (`ECONNREFUSED`, ...). */
export function unreachable(code: string, url: URL): Answer {
  const base = url.origin;
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return retry(code, `the host ${url.hostname} is unknown: check serverUrl (HH_API_URL) and the network`);
    case 'ECONNREFUSED':
      return retry(
        code,
        `nothing listens at ${base}: start the server (local: npx honeyhive-local) or set serverUrl (HH_API_URL)`,
      );
    case 'TIMEOUT':
      return retry(code, `${base} did not answer within 5 s`);
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'CERT_HAS_EXPIRED':
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return retry(
        code,
        `the certificate of ${base} is not trusted (${code}): fix it, or name its authority in NODE_EXTRA_CA_CERTS`,
      );
    default:
      return retry(code, `no answer from ${base} (${code})`);
  }
}

function retry(cause: string, problem: string): Answer {
  return { kind: 'retry', cause, problem, everyone: true, asked: false };
}
