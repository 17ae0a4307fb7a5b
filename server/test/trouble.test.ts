/** What is wrong with the file is said in the same words wherever it is met. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../dist/store/sqlite/open-database';
import { folder, inSession, local, span, traces } from './support/local';
import { until } from './support/wait';

/** The text index of each table says which version of it wrote it: here one that nobody knows. */
function damageTexts(db: string): void {
  const bytes = readFileSync(db);
  const version = Buffer.from('version\x04');
  for (let at = bytes.indexOf(version); at !== -1; at = bytes.indexOf(version, at + 1)) bytes[at + 7] = 99;
  writeFileSync(db, bytes);
}

test('a text index that is damaged while the server runs: said as damage, not as a mistake of the server', async () => {
  const db = join(folder(), 'traces.db');
  const server = await local({ db });
  const one = span({ attributes: inSession('one', { 'honeyhive_inputs.text': 'needle' }) });
  expect((await server.call('POST', '/v1/traces', traces([one]))).status).toBe(200);
  const other = openDatabase(db);
  await until('the file has it all', () => other.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.busy === 0);
  other.close();
  damageTexts(db);
  const { status, json } = await server.call('GET', '/api/spans?q=needle');
  expect([status, json.error.code]).toEqual([500, 'storage_damaged']);
  expect(json.error.message).toContain('export what can still be read');
});
