import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Vector {
  id: string;
  family: string;
  op: string;
  in: Record<string, unknown>;
  expect: unknown;
  opts?: Record<string, unknown>;
  src: string;
  how: string;
  tol?: number;
}

interface VectorFile {
  about: string;
  sources: Record<string, { repo: string; path: string; licence: string; note?: string }>;
  vectors: Vector[];
}

export const ROOT = join(__dirname, '..', '..', '..');

export const vectorFile = JSON.parse(readFileSync(join(ROOT, 'test/vectors/eval-vectors.json'), 'utf8')) as VectorFile;
