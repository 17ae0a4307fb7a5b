import { promisify } from 'node:util';
import { gunzip, type InflateRaw, inflate } from 'node:zlib';
import type { FastifyRequest } from 'fastify';
import { parseJson } from '../wire/json-text.js';
import { HttpError } from './http-error.js';

/** The largest body, before and after unzipping; OTLP asks receivers for a limit and names 413 for it. */
export const MAX_BODY = 64 * 1024 * 1024;
const INFLATIONS = 2;

let inflating = 0;
const waiting: (() => void)[] = [];

/** A small body can unzip to a thousand times its size, so only a few are unzipped at a time. */
async function slot<T>(work: () => Promise<T>): Promise<T> {
  if (inflating >= INFLATIONS) await new Promise<void>((resolve) => waiting.push(resolve));
  else inflating++;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else inflating--;
  }
}

interface WithInfo {
  buffer: Buffer;
  engine: InflateRaw;
}

const unzip = { gzip: promisify(gunzip), deflate: promisify(inflate) } as unknown as Record<
  'gzip' | 'deflate',
  (body: Buffer, options: object) => Promise<WithInfo>
>;

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
  return slot(async () => {
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
  });
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
