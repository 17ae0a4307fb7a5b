import { messageOf } from '../../src/base/errors.js';
import { platform } from '../../src/base/platform.js';
import { debug } from '../../src/base/warn.js';
import type { JudgeReply } from './client.js';

/**
 * Keeps judges' answers; a `Map` will do. Keys are hashes, values can be written as JSON. What it throws is
 * ignored, and what it gives is checked like any answer.
 */
export interface JudgeCache {
  get(key: string): unknown;
  set(key: string, reply: JudgeReply): unknown;
}

const MOST_ENTRIES = 1_000;

/** A cache in memory that forgets the answer not used for the longest time, from 1,000 entries on. */
export function memoryCache(most: number = MOST_ENTRIES): JudgeCache {
  const entries = new Map<string, JudgeReply>();
  return {
    get(key) {
      const found = entries.get(key);
      if (found !== undefined) {
        entries.delete(key);
        entries.set(key, found);
      }
      return found;
    },
    set(key, reply) {
      entries.delete(key);
      entries.set(key, reply);
      for (const oldest of entries.keys()) {
        if (entries.size <= most) break;
        entries.delete(oldest);
      }
    },
  };
}

/** The same for the same question, model, settings, evaluator version and trial; different where one differs. */
export function cacheKey(parts: readonly unknown[]): string {
  return platform('node:crypto')
    .createHash('sha256')
    .update(JSON.stringify(parts.map((part) => part ?? null)))
    .digest('hex');
}

/** The answer kept under `key`; undefined where there is none or the cache fails. */
export async function recall(cache: JudgeCache, key: string): Promise<JudgeReply | undefined> {
  try {
    const found: unknown = await cache.get(key);
    return typeof found === 'object' && found !== null && 'value' in found ? (found as JudgeReply) : undefined;
  } catch (thrown) {
    debug(`judge cache: ${messageOf(thrown)}`);
    return undefined;
  }
}

/** Keeps an answer that was accepted; never fails. */
export async function remember(cache: JudgeCache, key: string, reply: JudgeReply): Promise<void> {
  try {
    await cache.set(key, reply);
  } catch (thrown) {
    debug(`judge cache: ${messageOf(thrown)}`);
  }
}
