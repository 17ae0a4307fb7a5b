import { existsSync } from 'node:fs';
import { DEFAULT_DB, DEFAULT_PORT } from '../app.js';
import { identify } from '../identify.js';
import { CliError } from './errors.js';
import { readingSource, writingSource } from './file-source.js';
import { httpSource } from './http-source.js';
import type { Source } from './source.js';

export interface SourceOptions {
  url?: string | undefined;
  db?: string | undefined;
  /** Told, in words, what happens to a file. */
  say: (notice: string) => void;
}

/** `writes`: a file is opened to be changed, which only one may do at a time. */
export async function openSource(options: SourceOptions, writes: boolean): Promise<Source> {
  const fromFile = (file: string): Promise<Source> =>
    writes ? writingSource(file, options.say) : Promise.resolve(readingSource(file));
  if (options.url !== undefined) return httpSource(options.url);
  if (options.db !== undefined) return fromFile(options.db);
  const port = process.env.HH_LOCAL_PORT || DEFAULT_PORT;
  const url = `http://127.0.0.1:${port}`;
  const http = httpSource(url);
  if ((await identify('127.0.0.1', Number(port)))?.service === 'honeyhive-local') return http;
  const file = process.env.HH_LOCAL_DB || DEFAULT_DB;
  if (!existsSync(file))
    throw new CliError(
      `no server answers at ${url} and there is no ${file} here; start one with 'honeyhive-local', or name it with --url or --db`,
      'no_file',
    );
  return fromFile(file);
}
