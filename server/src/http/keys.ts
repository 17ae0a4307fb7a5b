import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { HttpError } from './http-error.js';

export type Right = 'ingest' | 'read';

interface Key {
  project: string;
  rights: ReadonlySet<Right>;
  hash: Buffer;
}

/** `HH_LOCAL_KEYS` says something that cannot be read; the message never repeats a key. */
export class KeysError extends Error {
  override readonly name = 'KeysError';
}

const ALL: readonly Right[] = ['ingest', 'read'];
const TRIES = 20;
const TRIES_MS = 60_000;
/** So many are remembered. */
const ADDRESSES = 10_000;

/**
 * Keys of projects. Only hashes are kept, compared in constant time. Who guesses is slowed down, by address; whoever has
 * shown a valid key from there before is let in all the same, so that one wrong setting does not keep the others out.
 */
export class Keys {
  readonly #keys: Key[];
  readonly #failures = new Map<string, { count: number; since: number }>();
  /** Address and key that came together before there was too much guessing. */
  readonly #known = new Set<string>();

  constructor(text: string | undefined) {
    this.#keys = (text ?? '')
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '')
      .map(parse);
  }

  get used(): boolean {
    return this.#keys.length > 0;
  }

  /** The project of the request's key. Throws 401 without a valid key, 403 where its rights do not reach. */
  project(request: FastifyRequest, right: Right): string | undefined {
    if (!this.used) return undefined;
    const address = request.ip;
    const key = this.#find(request);
    if (!key || !this.#known.has(knownAs(address, key))) this.#throttle(address);
    if (!key) {
      if (request.headers.authorization !== undefined) this.#failed(address);
      throw new HttpError(401, 'unauthorized', 'a valid key is needed: Authorization: Bearer <key>');
    }
    this.#remember(address, key);
    if (!key.rights.has(right))
      throw new HttpError(403, 'forbidden', `this key may not ${right === 'read' ? 'read' : 'write'}`);
    // Here for all routes: taking away is more than adding, and a key that only adds lies in programs and machines
    // where it is easily lost.
    if (request.method === 'DELETE' && key.rights.size < ALL.length)
      throw new HttpError(403, 'forbidden', 'this key may not delete; that needs a key with both rights: project=key');
    return key.project;
  }

  /** The project of a request whose key is valid, whatever it may do. Neither refuses nor counts as a try. */
  projectOf(request: FastifyRequest): string | undefined {
    return this.#find(request)?.project;
  }

  carriesValidKey(request: FastifyRequest): boolean {
    return this.#find(request) !== undefined;
  }

  #find(request: FastifyRequest): Key | undefined {
    const text = bearer(request);
    return text === undefined ? undefined : this.#match(text);
  }

  #match(text: string): Key | undefined {
    const hash = sha256(text);
    let found: Key | undefined;
    for (const key of this.#keys) if (timingSafeEqual(key.hash, hash)) found = key;
    return found;
  }

  #remember(address: string, key: Key): void {
    if (this.#known.size > ADDRESSES) this.#known.clear();
    this.#known.add(knownAs(address, key));
  }

  #throttle(address: string): void {
    const failure = this.#failures.get(address);
    if (!failure) return;
    if (Date.now() - failure.since > TRIES_MS) this.#failures.delete(address);
    else if (failure.count >= TRIES) throw new HttpError(429, 'too_many_tries', 'too many wrong keys; wait a minute');
  }

  #failed(address: string): void {
    if (this.#failures.size > ADDRESSES) this.#failures.clear();
    const failure = this.#failures.get(address) ?? { count: 0, since: Date.now() };
    failure.count++;
    this.#failures.set(address, failure);
  }
}

function parse(entry: string, index: number): Key {
  const at = entry.indexOf('=');
  const project = at === -1 ? '' : entry.slice(0, at).trim();
  let key = entry.slice(at + 1).trim();
  let rights = ALL;
  for (const right of ALL) {
    if (!key.endsWith(`:${right}`)) continue;
    rights = [right];
    key = key.slice(0, -right.length - 1);
  }
  if (project === '' || key === '')
    throw new KeysError(`HH_LOCAL_KEYS: entry ${index + 1} is not project=key, project=key:ingest or project=key:read`);
  return { project, rights: new Set(rights), hash: sha256(key) };
}

function knownAs(address: string, key: Key): string {
  return `${address} ${key.hash.toString('base64')}`;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function bearer(request: FastifyRequest): string | undefined {
  const header = request.headers.authorization;
  if (header === undefined) return undefined;
  const match = /^Bearer +(\S+)$/i.exec(header);
  return match?.[1];
}
