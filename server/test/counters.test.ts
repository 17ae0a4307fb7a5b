/** What a project's key is told of what came is about that project. */
import { local, span, traces } from './support/local';

test('received, stored, duplicates and refused are counted by the project of the key, over a restart too', async () => {
  const server = await local({ keys: 'red=r,blue=b' });
  const as = (key: string) => ({ authorization: `Bearer ${key}` });
  const one = span();
  for (let n = 0; n < 2; n++) await server.call('POST', '/v1/traces', traces([one]), as('r'));
  await server.call('POST', '/v1/traces', traces([span({ traceId: '00' })]), as('r'));
  await server.call('POST', '/v1/traces', traces([span(), span(), span()]), as('b'));
  const stats = async (key: string) => (await server.call('GET', '/api/stats', undefined, as(key))).json;
  expect(await stats('r')).toMatchObject({ spans: 1, received: 3, stored: 1, duplicates: 1, rejected: 1 });
  expect(await stats('b')).toMatchObject({ spans: 3, received: 3, stored: 3, duplicates: 0, rejected: 0 });
  await server.close();
  const again = await local({ keys: 'red=r,blue=b', db: server.db });
  const after = (await again.call('GET', '/api/stats', undefined, as('r'))).json;
  expect(after).toMatchObject({ received: 3, stored: 1, duplicates: 1, rejected: 1 });
});
