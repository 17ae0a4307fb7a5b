import { type IncomingMessage, request } from 'node:http';
import { importBodies } from '../wire/file-bodies.js';
import { CliError } from './errors.js';
import type { Source } from './source.js';

/** A running server. */
export function httpSource(address: string): Source {
  const url = address.replace(/\/$/, '');
  if (!URL.canParse(url) || !url.startsWith('http://'))
    throw new CliError(`--url is '${address}'`, 'usage', {
      field: '--url',
      allowed: 'an address such as http://127.0.0.1:4318',
    });
  const key = process.env.HH_API_KEY;
  const ask = (method: string, path: string, body?: string, type = 'application/json'): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const headers: Record<string, string> = {
        ...(key ? { authorization: `Bearer ${key}` } : {}),
        ...(body === undefined ? {} : { 'content-type': type }),
      };
      const outgoing = request(`${url}${path}`, { method, headers }, (response) => {
        response.setEncoding('utf8');
        if ((response.statusCode ?? 500) < 300) resolve(response);
        else textOf(partsOf(response, url)).then((text) => reject(refusal(text, url, response.statusCode)), reject);
      });
      outgoing.on('error', (error: Error & { code?: string }) =>
        reject(new CliError(`cannot reach ${url}: ${error.code ?? error.message}`, 'unreachable')),
      );
      outgoing.end(body);
    });
  const json = async (answer: Promise<IncomingMessage>): Promise<unknown> => {
    const text = await textOf(partsOf(await answer, url));
    try {
      return JSON.parse(text);
    } catch {
      throw new CliError(`what answers at ${url} is no honeyhive-local`, 'unreachable');
    }
  };
  return {
    name: url,
    url,
    get: (path) => json(ask('GET', path)),
    post: (path, body) => json(ask('POST', path, JSON.stringify(body))),
    async *lines(sessionId) {
      yield* partsOf(await ask('GET', `/api/sessions/${encodeURIComponent(sessionId)}/export`), url);
    },
    follow: async (path) => partsOf(await ask('GET', path), url),
    import: async (text) => {
      const sum: Record<string, number> = {};
      for (const { body, line } of importBodies(text)) {
        const report = await json(ask('POST', '/api/import', body, 'application/x-ndjson')).catch((error: unknown) => {
          throw line === 0 ? error : afterLine(error, line);
        });
        for (const [name, count] of Object.entries(report as Record<string, number>))
          sum[name] = (sum[name] ?? 0) + count;
      }
      return sum;
    },
    close: async () => undefined,
  };
}

/** What stands before a line was taken in already; the server knows of the lines it was sent last. */
function afterLine(error: unknown, line: number): unknown {
  if (!(error instanceof CliError)) return error;
  const message = error.message.replace(/^line (\d+):/, (_, within) => `line ${line + Number(within)}:`);
  const { code, details } = error;
  return new CliError(`${message} (what stands before line ${line + 1} was imported)`, code, details);
}

async function* partsOf(response: IncomingMessage, url: string): AsyncGenerator<string> {
  try {
    for await (const part of response) yield part as string;
  } catch (error) {
    throw new CliError(`${url} broke off its answer: ${(error as Error).message}`, 'unreachable');
  }
}

async function textOf(answer: AsyncIterable<string>): Promise<string> {
  const parts: string[] = [];
  for await (const part of answer) parts.push(part);
  return parts.join('');
}

/** The server's own words, where the answer has any. */
function refusal(text: string, url: string, status: number | undefined): CliError {
  if (status === 401) return new CliError(`${url} asks for a key, or for another one: set HH_API_KEY`, 'unauthorized');
  try {
    const { error } = JSON.parse(text) as {
      error?: { code?: string; message?: string; field?: string; allowed?: string };
    };
    if (error?.message !== undefined) {
      const { code, message, ...details } = error;
      return new CliError(message, code ?? 'refused', details);
    }
  } catch {
    // Not the answer of a honeyhive-local.
  }
  return new CliError(`${url} answered ${status}`, 'refused');
}
