import { type Local, local } from './support/local';

let server: Local;
beforeAll(async () => {
  server = await local();
});

test.each([
  ['filters[__proto__][field]=x', 400],
  ['filters[constructor]=x', 400],
  ['filters[][][][][][][]=x', 200],
  ['filters=[[[', 400],
  ['filters=<deep>', 400],
  ['dateRange[__proto__][$gte]=1', 200],
  ['limit=1&limit=2&page[]=7', 200],
])('GET /events?%s is an answer in words, not a fault', async (query, status) => {
  expect((await server.call('GET', `/events?${query.replace('<deep>', '['.repeat(3000))}`)).status).toBe(status);
});
