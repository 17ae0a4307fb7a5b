import { isUuid, newUuid, sessionUuid, uuidOfName } from '../../src/base/ids.js';
import { collectWarnings } from '../support/warnings.js';

describe('ids', () => {
  it('makes the version 5 UUID of RFC 9562 in the URL namespace', () => {
    // Known value: uuid5(NAMESPACE_URL, 'https://www.example.com/') of Python's uuid module.
    expect(uuidOfName('python.org')).toBe('7af94e2b-4dd9-50f0-9c9a-8a48519bdef0');
    expect(uuidOfName('not-a-uuid')).toBe(uuidOfName('not-a-uuid'));
  });

  it('keeps a UUID, in lower case, and says when it had to replace an id', () => {
    const warnings = collectWarnings();
    expect(sessionUuid('66666666-6666-4666-8666-66666666666A')).toBe('66666666-6666-4666-8666-66666666666a');
    expect(warnings.lines).toEqual([]);
    expect(sessionUuid('order-7')).toBe(uuidOfName('order-7'));
    warnings.stop();
    expect(warnings.lines).toEqual([expect.stringContaining('"order-7" is no UUID')]);
    expect(isUuid(newUuid())).toBe(true);
  });
});
