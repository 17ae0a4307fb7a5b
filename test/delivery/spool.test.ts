import { randomBytes } from 'node:crypto';
import fs, {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HoneyHiveTracer } from 'honeyhive-decorators';
import { isConfigError } from '../../src/base/errors.js';
import type { OutgoingRequest } from '../../src/delivery/contract.js';
import { deliveryTo, expectConserved } from '../support/delivery.js';
import { decodeTraces } from '../support/otlp-decode.js';
import { type OtlpReceiver, startReceiver } from '../support/otlp-receiver.js';
import { freePort } from '../support/rest-receiver.js';
import { spanOf } from '../support/spans.js';

const MIB = 1024 * 1024;

/** Text that can hardly be compressed. */
function noise(length: number): string {
  return randomBytes((length * 3) / 4).toString('base64');
}

describe('the spool', () => {
  let directory: string;
  let receiver: OtlpReceiver;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'spool-'));
    receiver = await startReceiver();
  });
  afterEach(async () => {
    await receiver.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const spool = (maxBytes = 256 * MIB) => ({ spool: { directory, maxBytes } });
  const files = () =>
    readdirSync(directory)
      .filter((name) => name.endsWith('.spool'))
      .sort();
  const down = () => {
    receiver.answer = (_request, response) => {
      response.writeHead(503).end();
      return true;
    };
  };
  async function leave(count: number, more: object = {}): Promise<void> {
    down();
    const delivery = deliveryTo(receiver.url, { ...spool(), ...more });
    for (let i = 0; i < count; i++) delivery.enqueue(spanOf(`left ${i}`));
    const receipt = await delivery.close({ timeoutMs: 200 });
    expect(receipt).toMatchObject({ delivered: 0, pending: 0, spooled: count, dropped: { count: 0 } });
    expectConserved(delivery);
    receiver.answer = undefined;
  }
  /** The next start: all it does is to send what was left. */
  async function restart(more: object = {}): Promise<void> {
    const delivery = deliveryTo(receiver.url, { ...spool(), ...more });
    await delivery.close({ timeoutMs: 5_000 });
  }
  const names = () => receiver.spans.map((span) => span.name);

  it('keeps what could not be delivered, and the next start sends it once', async () => {
    await leave(3);
    expect(files()).toHaveLength(1);
    await restart();
    expect(names()).toEqual(['left 0', 'left 1', 'left 2']);
    expect(files()).toHaveLength(0);
    await restart();
    expect(receiver.spans).toHaveLength(3);
  });

  it('leaves nothing behind when all is well', async () => {
    const delivery = deliveryTo(receiver.url, spool());
    delivery.enqueue(spanOf('fine'));
    expect(await delivery.flush()).toMatchObject({ delivered: 1, spooled: 0, pending: 0 });
    await delivery.close();
    expect(files()).toHaveLength(0);
  });

  it('has a span on disk 100 ms after its end, and counts it as spooled, not as pending', async () => {
    down();
    const delivery = deliveryTo(receiver.url, spool());
    delivery.enqueue(spanOf('on disk soon'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(readFileSync(join(directory, files()[0] as string)).includes('on disk soon')).toBe(true);
    expect(delivery.stats()).toMatchObject({ made: 1, pending: 0, spooled: 1 });
    expect(await delivery.flush({ timeoutMs: 10 })).toMatchObject({ spooled: 1, pending: 0, timedOut: true });
    receiver.answer = undefined;
    expect(await delivery.flush()).toMatchObject({ delivered: 1, spooled: 0, pending: 0 });
    expectConserved(delivery);
    await delivery.close();
  });

  it('writes no credential, and only its owner may read', async () => {
    await leave(1, { headers: { authorization: 'Bearer canary-1', 'x-other': 'canary-2' } });
    const path = join(directory, files()[0] as string);
    expect(readFileSync(path, 'latin1')).not.toMatch(/canary/);
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
    await restart({ headers: { authorization: 'Bearer new-key' } });
    expect(receiver.requests.at(-1)?.headers.authorization).toBe('Bearer new-key');
  });

  it('sends only to the server and project it was made for', async () => {
    const target = { serverUrl: 'http://a.example', project: 'one' };
    await leave(1, { target });
    await restart({ target: { serverUrl: 'http://a.example', project: 'two' } });
    await restart({ target: { serverUrl: 'http://b.example', project: 'one' } });
    expect(receiver.spans).toHaveLength(0);
    expect(files()).toHaveLength(1);
    await restart({ target });
    expect(receiver.spans).toHaveLength(1);
  });

  it('survives a torn last record, foreign files and damage in the middle', async () => {
    down();
    const delivery = deliveryTo(receiver.url, spool());
    for (let i = 0; i < 3; i++) {
      delivery.enqueue(spanOf(`left ${i}`));
      await delivery.flush({ timeoutMs: 60 });
    }
    await delivery.close({ timeoutMs: 10 });
    receiver.answer = undefined;
    const path = join(directory, files()[0] as string);
    const content = readFileSync(path);
    content.fill(0xff, content.indexOf('left 1'), content.indexOf('left 1') + 6);
    writeFileSync(path, content);
    truncateSync(path, content.length - 5);
    writeFileSync(join(directory, 'notes.txt'), 'mine');
    writeFileSync(join(directory, 'hh-strange.spool'), 'not ours');
    await restart();
    expect(names()).toEqual(['left 0']);
    expect(readdirSync(directory).sort()).toEqual(['hh-strange.spool', 'notes.txt']);
  });

  it('leaves the file of a living owner alone', async () => {
    receiver.answer = (_request, response) => {
      response.writeHead(503, { 'retry-after': '60' }).end();
      return true;
    };
    const owner = deliveryTo(receiver.url, spool());
    owner.enqueue(spanOf('still mine'));
    await owner.flush({ timeoutMs: 200 });
    receiver.answer = undefined;
    await restart();
    expect(receiver.spans).toHaveLength(0);
    expect((await owner.close({ timeoutMs: 10 })).pending).toBe(0);
    await restart();
    expect(names()).toEqual(['still mine']);
  });

  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('is not deceived by a process id that was used again', async () => {
    await leave(1);
    const name = files()[0] as string;
    // Process 1 lives, but it did not start when this file's owner did.
    renameSync(join(directory, name), join(directory, name.replace(`-${process.pid}-`, '-1-')));
    await restart();
    expect(receiver.spans).toHaveLength(1);
  });

  it('holds its size, and says what had no room', async () => {
    down();
    const drops: unknown[] = [];
    const delivery = deliveryTo(receiver.url, { ...spool(300_000), onDrop: (drop) => drops.push(drop) });
    for (let i = 0; i < 10; i++) {
      delivery.enqueue(spanOf(`big ${i}`, { text: noise(100_000) }));
      await delivery.flush({ timeoutMs: 1 });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const receipt = await delivery.close({ timeoutMs: 50 });
    expect(receipt.dropped.reasons).toEqual({ spool_full: receipt.dropped.count });
    expect(receipt.dropped.count).toBeGreaterThan(0);
    expect(delivery.stats().spooled + receipt.dropped.count).toBe(10);
    expectConserved(delivery);
    const bytes = files().reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
    expect(bytes).toBeLessThanOrEqual(300_000);
  });

  it('keeps on disk what has no room in memory, and sends it all', async () => {
    down();
    const delivery = deliveryTo(receiver.url, { ...spool(), queueBytes: 2 * MIB });
    for (let i = 0; i < 40; i++) {
      delivery.enqueue(spanOf(`span ${i}`, { text: noise(200_000) }));
    }
    expect(delivery.stats()).toMatchObject({ made: 40, dropped: 0 });
    expect(delivery.stats().queuedBytes).toBeLessThanOrEqual(2 * MIB);
    receiver.answer = undefined;
    const receipt = await delivery.close({ timeoutMs: 15_000 });
    expect(receipt).toMatchObject({ delivered: 40, dropped: { count: 0 } });
    expectConserved(delivery);
  });

  it('keeps halves in memory: the disk has only the whole', async () => {
    receiver.answer = (_request, response) => {
      response.writeHead(receiver.requests.length === 1 ? 413 : 503).end();
      return true;
    };
    const delivery = deliveryTo(receiver.url, { ...spool(), queueBytes: 100_000 });
    for (let i = 0; i < 6; i++) delivery.enqueue(spanOf(`part ${i}`, { text: noise(1_000) }));
    await delivery.flush({ timeoutMs: 100 });
    for (let i = 0; i < 30; i++) delivery.enqueue(spanOf(`more ${i}`, { text: noise(20_000) }));
    expectConserved(delivery);
    receiver.answer = undefined;
    await delivery.close({ timeoutMs: 10_000 });
    expect(delivery.stats()).toMatchObject({ made: 36, delivered: 36, dropped: 0, spooled: 0 });
    expect(new Set(names()).size).toBe(36);
    expect(files()).toHaveLength(0);
  });

  it('keeps the requests of a source too', async () => {
    down();
    const delivery = deliveryTo(receiver.url, spool());
    const request: OutgoingRequest = {
      kind: 'enrichment',
      method: 'PUT',
      url: `${new URL(receiver.url).origin}/events`,
      headers: { 'content-type': 'application/json', authorization: 'Bearer canary' },
      body: Buffer.from('{"event_id":"x"}'),
      items: 1,
    };
    let unsent = [request];
    delivery.addSource({
      drain: async () => undefined,
      takeUnsent: () => unsent.splice(0),
    });
    delivery.ledger.made(1);
    delivery.spoolRequest?.(request);
    unsent = [request];
    expect(delivery.stats()).toMatchObject({ made: 1, spooled: 1, pending: 0 });
    expect(await delivery.close({ timeoutMs: 50 })).toMatchObject({ spooled: 1, pending: 0 });
    receiver.answer = undefined;
    receiver.requests.length = 0;
    await restart();
    expect(receiver.requests.map(({ method, path, body }) => [method, path, body.toString()])).toEqual([
      ['PUT', '/events', '{"event_id":"x"}'],
    ]);
  });

  it('keeps session data that may not travel, and sends the spans behind it', async () => {
    down();
    const tracer = () =>
      HoneyHiveTracer.init({
        serverUrl: 'http://192.0.2.1:4318',
        apiKey: 'hh_test_key',
        otlpEndpoint: receiver.url,
        spool: directory,
        global: false,
        handleExit: false,
      });
    const first = tracer();
    await first.enrichSession({ k: 1 });
    first.trace('behind', () => 1);
    expect(await first.close({ timeoutMs: 50 })).toMatchObject({ spooled: 2, pending: 0, dropped: { count: 0 } });
    receiver.answer = undefined;
    for (let start = 0; start < 2; start++) await tracer().close({ timeoutMs: 5_000 });
    expect(names()).toEqual(['behind']);
    const held = files().map((file) => readFileSync(join(directory, file), 'latin1'));
    expect(held.filter((text) => text.includes('"k":1'))).toHaveLength(1);
  });

  it('whose files cannot be read any more costs what only it had, said by reason, and nothing else', async () => {
    down();
    const delivery = deliveryTo(receiver.url, { ...spool(), queueBytes: 2 * MIB });
    for (let i = 0; i < 40; i++) delivery.enqueue(spanOf(`gone ${i}`, { text: noise(200_000) }));
    const failing = jest.spyOn(fs, 'readSync').mockImplementation(() => {
      throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
    });
    receiver.answer = undefined;
    const receipt = await delivery.close({ timeoutMs: 15_000 });
    failing.mockRestore();
    expect(receipt.dropped.reasons.spool_lost).toBeGreaterThan(0);
    expect(receipt.delivered + receipt.dropped.count).toBe(40);
    expect(receipt).toMatchObject({ pending: 0, timedOut: false });
    expectConserved(delivery);
  });

  it('on a disk that takes nothing leaves no file and no open file behind', async () => {
    down();
    const delivery = deliveryTo(receiver.url, spool());
    const full = jest.spyOn(fs, 'writevSync').mockImplementation(() => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    });
    const opened = jest.spyOn(fs, 'openSync');
    const closed = jest.spyOn(fs, 'closeSync');
    for (let i = 0; i < 3; i++) {
      delivery.enqueue(spanOf(`kept ${i}`));
      await delivery.flush({ timeoutMs: 10 });
    }
    expect(opened.mock.calls.length).toBeGreaterThan(0);
    expect(closed).toHaveBeenCalledTimes(opened.mock.calls.length);
    for (const spy of [full, opened, closed]) spy.mockRestore();
    expect(files()).toEqual([]);
    receiver.answer = undefined;
    expect(await delivery.close()).toMatchObject({ delivered: 3, dropped: { count: 0 } });
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('of the program');
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('of the program');
      },
    ],
  ])('tells of a leftover that is refused, and goes on though onDrop %s', async (_what, fail) => {
    await leave(1);
    await leave(1);
    const told: unknown[] = [];
    receiver.answer = (_request, response) => {
      response.writeHead(400).end();
      return true;
    };
    await restart({
      onDrop: (drop: unknown) => {
        told.push(drop);
        return fail();
      },
    });
    const drop = { reason: 'refused', count: 1, names: ['left 0'] };
    expect(told).toEqual([drop, drop]);
    expect(files()).toEqual([]);
  });

  it('counts each half of a batch by itself, the disk settled when both are', async () => {
    let first = true;
    receiver.answer = (request, response) => {
      const names = decodeTraces(request.body).map((span) => span.name);
      response.writeHead(first ? 413 : names.includes('part 0') ? 200 : 503).end();
      first = false;
      return true;
    };
    const delivery = deliveryTo(receiver.url, spool());
    for (let i = 0; i < 10; i++) delivery.enqueue(spanOf(`part ${i}`));
    await delivery.flush({ timeoutMs: 300 });
    expect(delivery.stats()).toMatchObject({ made: 10, delivered: 5, spooled: 5, pending: 0 });
    receiver.answer = undefined;
    expect(await delivery.close({ timeoutMs: 5_000 })).toMatchObject({ delivered: 5, pending: 0 });
    expect(delivery.stats()).toMatchObject({ made: 10, delivered: 10, spooled: 0, pending: 0 });
    expect(files()).toEqual([]);
  });

  it('that has no room does not keep a last attempt from being made', async () => {
    down();
    const delivery = deliveryTo(receiver.url, { ...spool(1), handleExit: false });
    delivery.enqueue(spanOf('once more'));
    await delivery.flush({ timeoutMs: 100 });
    receiver.answer = undefined;
    expect(await delivery.close({ timeoutMs: 2_000 })).toMatchObject({ delivered: 1, dropped: { count: 0 } });
  });

  it('sends spans to the place they were made for, and holds no credentials of an address', async () => {
    await leave(1, { target: { serverUrl: 'http://user:canary-1@127.0.0.1:1/?api_key=canary-2' } });
    expect(readFileSync(join(directory, files()[0] as string)).toString('latin1')).not.toContain('canary');
    const other = await startReceiver();
    const elsewhere = deliveryTo(other.url, { ...spool(), target: { serverUrl: 'http://127.0.0.1:1/' } });
    await elsewhere.close({ timeoutMs: 2_000 });
    expect(other.requests).toHaveLength(0);
    await other.close();
    await restart({ target: { serverUrl: 'http://127.0.0.1:1/' } });
    expect(names()).toEqual(['left 0']);
  });

  it('stays where it was when the program changes its directory', async () => {
    const before = process.cwd();
    process.chdir(directory);
    try {
      const tracer = HoneyHiveTracer.init({
        serverUrl: `http://127.0.0.1:${await freePort()}`,
        spool: 'kept',
        global: false,
        handleExit: false,
      });
      process.chdir(before);
      tracer.trace('kept', () => 1);
      expect(await tracer.close({ timeoutMs: 50 })).toMatchObject({ spooled: 1, dropped: { count: 0 } });
      expect(fs.readdirSync(join(directory, 'kept')).length).toBeGreaterThan(0);
    } finally {
      process.chdir(before);
    }
  });

  it('comes back with all it held where a clean-up of temporary files took it', async () => {
    down();
    const delivery = deliveryTo(receiver.url, spool());
    const spooled = async (count: number) => {
      while (delivery.stats().spooled < count) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    delivery.enqueue(spanOf('before'));
    await spooled(1);
    rmSync(directory, { recursive: true });
    delivery.enqueue(spanOf('after'));
    await spooled(2);
    rmSync(directory, { recursive: true });
    expect(await delivery.close({ timeoutMs: 50 })).toMatchObject({ spooled: 2, dropped: { count: 0 } });
    receiver.answer = undefined;
    await restart();
    expect(names().sort()).toEqual(['after', 'before']);
  });

  const isLinux = process.platform === 'linux';
  // Other systems have no such file system: the case runs on Linux only.
  it.each(['a file in its way', ...(isLinux ? ['a file system that takes nothing'] : [])])(
    'refuses an unusable directory at once: %s',
    (what) => {
      const file = join(directory, 'file');
      appendFileSync(file, '');
      const path = what === 'a file in its way' ? join(file, 'below') : '/proc/spool/here';
      let thrown: unknown;
      try {
        deliveryTo(receiver.url, { spool: { directory: path, maxBytes: MIB } });
      } catch (error) {
        thrown = error;
      }
      expect(isConfigError(thrown)).toBe(true);
      expect(String(thrown)).toContain('spool.directory');
    },
  );

  it('makes its directory and those above it, for its owner only', async () => {
    const path = join(directory, 'one', 'two');
    await deliveryTo(receiver.url, { spool: { directory: path, maxBytes: MIB } }).close();
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(directory, 'one'))).toEqual(['two']);
  });
});
