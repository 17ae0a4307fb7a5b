import { promisify } from 'node:util';
import { createGunzip, createInflate, gunzip, type InflateRaw, inflate } from 'node:zlib';
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
/** How large a body is that does not say it, or not truly, is found out one by one. */
const measuring = lanes(1);

type Coding = 'gzip' | 'deflate';
const CHUNKS = { chunkSize: 64 * 1024 };

interface WithInfo {
  buffer: Buffer;
  engine: InflateRaw;
}

const unzip = { gzip: promisify(gunzip), deflate: promisify(inflate) } as unknown as Record<
  Coding,
  (body: Buffer, options: object) => Promise<WithInfo>
>;

/** RFC 1952, 2.3.1: the last four bytes say how long the last member is, modulo 2^32. */
function saidSize(body: Buffer): number {
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
  const said = coding === 'gzip' ? saidSize(body) : 0;
  const isSaid = said > 0 && said <= MAX_BODY;
  if (isSaid) {
    // Held before it is there: what it says it unzips to, and no more of it.
    countMore(request, said);
    const unzipped = await unzipping(() => unzipBody(body, coding, said));
    if (unzipped !== 'larger') return unzipped;
  }
  const size = await measuring(() => measure(body, coding));
  countMore(request, isSaid ? size - said : size);
  return (await unzipping(() => unzipBody(body, coding, size))) as Buffer;
}

/** Takes at most `most` bytes of memory; a gzip of several members is larger than the last one says. */
async function unzipBody(body: Buffer, coding: Coding, most: number): Promise<Buffer | 'larger'> {
  let result: WithInfo;
  try {
    result = await unzip[coding](body, { maxOutputLength: Math.max(1, most), info: true });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') return 'larger';
    throw malformed(coding);
  }
  if (result.engine.bytesWritten < body.length)
    throw new HttpError(400, 'malformed', `something follows the ${coding} data`);
  return result.buffer;
}

/** What a body unzips to, in bytes, without keeping any of it. */
function measure(body: Buffer, coding: Coding): Promise<number> {
  return new Promise((resolve, reject) => {
    const stream = coding === 'gzip' ? createGunzip(CHUNKS) : createInflate(CHUNKS);
    let bytes = 0;
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_BODY) return;
      stream.destroy();
      reject(new HttpError(413, 'too_large', `the body unzips to more than ${MAX_BODY} bytes`));
    });
    stream.on('end', () => resolve(bytes));
    stream.on('error', () => reject(malformed(coding)));
    stream.end(body);
  });
}

function malformed(coding: Coding): HttpError {
  return new HttpError(400, 'malformed', `the body is not valid ${coding}`);
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
