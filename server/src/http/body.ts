import { promisify } from 'node:util';
import { gunzip, type InflateRaw, inflate } from 'node:zlib';
import type { FastifyRequest } from 'fastify';
import { parseJson } from '../wire/json-text.js';
import { MAX_BODY } from './body-size.js';
import { HttpError } from './http-error.js';
import { countMore } from './load-limit.js';

const INFLATIONS = 2;
/** Header and trailer of gzip alone. */
const SMALLEST_GZIP = 18;

/** A small body can unzip to a thousand times its size, so only a few are unzipped at a time. */
function lanes(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let busy = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (busy >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else busy++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else busy--;
    }
  };
}

const unzipping = lanes(INFLATIONS);
/** What says of itself that it is too large is a bomb or broken; which of them is found out one by one. */
const suspicious = lanes(1);

interface WithInfo {
  buffer: Buffer;
  engine: InflateRaw;
}

const unzip = { gzip: promisify(gunzip), deflate: promisify(inflate) } as unknown as Record<
  'gzip' | 'deflate',
  (body: Buffer, options: object) => Promise<WithInfo>
>;

/** RFC 1952, 2.3.1: the last four bytes say how long the last member is, modulo 2^32. */
function expectedSize(body: Buffer): number {
  return body.length < SMALLEST_GZIP ? 0 : body.readUInt32LE(body.length - 4);
}

/** The body as the client meant it, unzipped. */
export async function readBody(request: FastifyRequest): Promise<Buffer> {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const coding = String(request.headers['content-encoding'] ?? 'identity')
    .trim()
    .toLowerCase();
  if (coding === 'identity' || coding === '') return body;
  if (coding !== 'gzip' && coding !== 'deflate') {
    throw new HttpError(415, 'unsupported_encoding', `content-encoding ${coding.slice(0, 40)} is not supported`, {
      field: 'content-encoding',
      allowed: 'gzip, deflate, identity',
    });
  }
  const expected = coding === 'gzip' ? expectedSize(body) : 0;
  const isBelievable = expected <= MAX_BODY;
  // What it says it unzips to is held before it is there; what it really comes to, after.
  if (isBelievable) countMore(request, expected);
  const unzipped = await (isBelievable ? unzipping : suspicious)(() => unzipBody(body, coding));
  const more = unzipped.length - (isBelievable ? expected : 0);
  if (more > 0) countMore(request, more);
  return unzipped;
}

async function unzipBody(body: Buffer, coding: 'gzip' | 'deflate'): Promise<Buffer> {
  let result: WithInfo;
  try {
    result = await unzip[coding](body, { maxOutputLength: MAX_BODY, info: true });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE')
      throw new HttpError(413, 'too_large', `the body unzips to more than ${MAX_BODY} bytes`);
    throw new HttpError(400, 'malformed', `the body is not valid ${coding}`);
  }
  if (result.engine.bytesWritten < body.length)
    throw new HttpError(400, 'malformed', `something follows the ${coding} data`);
  return result.buffer;
}

/** A form or plain-text body, which any web page may send anywhere, is not taken for JSON. */
export async function readJson(request: FastifyRequest): Promise<unknown> {
  const type =
    String(request.headers['content-type'] ?? '')
      .split(';')[0]
      ?.trim()
      .toLowerCase() ?? '';
  if (type !== 'application/json' && !type.endsWith('+json'))
    throw new HttpError(415, 'unsupported_type', 'content-type is not JSON', {
      field: 'content-type',
      allowed: 'application/json',
    });
  return parseJson(await readBody(request));
}
