import { isUuid, newUuid, toUuid, uuidOfName } from '../../src/base/ids.js';

describe('ids', () => {
  it('makes the version 5 UUID of RFC 9562 in the URL namespace', () => {
    // Known value: uuid5(NAMESPACE_URL, 'https://www.example.com/') of Python's uuid module.
    expect(uuidOfName('python.org')).toBe('7af94e2b-4dd9-50f0-9c9a-8a48519bdef0');
    expect(uuidOfName('not-a-uuid')).toBe(uuidOfName('not-a-uuid'));
  });

  it('keeps a UUID, in lower case, and says when it had to replace an id', () => {
    expect(toUuid('66666666-6666-4666-8666-66666666666A')).toEqual({
      id: '66666666-6666-4666-8666-66666666666a',
      replaced: false,
    });
    expect(toUuid('order-7').replaced).toBe(true);
    expect(isUuid(toUuid('order-7').id)).toBe(true);
    expect(isUuid(newUuid())).toBe(true);
  });
});
