import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const script = join(__dirname, '..', '..', 'scripts', 'check-regexes.mjs');
const folder = mkdtempSync(join(tmpdir(), 'honeyhive-regexes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function gate(source: string): { status: number | null; output: string } {
  const file = join(folder, 'seeded.ts');
  writeFileSync(file, source);
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, file], { encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}` };
}

describe('the regular expression gate', () => {
  it('fails on an expression that is not linear, wherever it hides', () => {
    const { status, output } = gate(
      'export const a = /^(a+)+$/;\nexport const b = new RegExp("(x|x)*y", "i");\nexport const c = /ok[a-z]+/;\n',
    );
    expect(status).toBe(1);
    expect(output).toMatch(/seeded\.ts:1: exponential/);
    expect(output).toMatch(/seeded\.ts:2: exponential/);
    expect(output).toContain('3 regular expressions looked at, 2 not linear.');
  });

  it('lets an excused one through, and a linear one', () => {
    const { status, output } = gate(
      '// regex-ok: only sees our own names\nexport const a = /^(a+)+$/;\nexport const b = /b+/;\n',
    );
    expect(output).toContain('2 regular expressions looked at, 0 not linear.');
    expect(status).toBe(0);
  });

  it('is not green where it saw nothing', () => {
    expect(gate('export const a = 1;\n').status).toBe(1);
  });
});
