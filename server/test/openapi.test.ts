import { local } from './support/local';

test('OpenAPI has every route of both APIs, and no page', async () => {
  const server = await local();
  const { json } = await server.call('GET', '/api/openapi.json');
  const has = (route: string): boolean => {
    const [method, path] = route.split(' ') as [string, string];
    return json.paths[path]?.[method.toLowerCase()] !== undefined;
  };
  const lists = ['runs', 'datasets', 'datapoints', 'metrics', 'configurations'].flatMap((name) =>
    ['', '/v1'].flatMap((base) => [`GET ${base}/${name}`, `POST ${base}/${name}`]),
  );
  expect([...lists, 'POST /sessions', 'POST /session/start', 'GET /events'].filter((route) => !has(route))).toEqual([]);
  expect(['GET /', 'GET /sessions', 'GET /sessions/{id}'].filter(has)).toEqual([]);
});

test('the page is where it can be shown, and nowhere else', async () => {
  const server = await local();
  const kind = async (path: string): Promise<string> =>
    String((await server.call('GET', path)).headers['content-type']).split(';')[0] as string;
  for (const path of ['/', '/?q=x', '/sessions', '/sessions/', '/sessions/one', '/sessions/one/?span=two'])
    expect([path, await kind(path)]).toEqual([path, expect.stringMatching(/^text\//)]);
  const unknown = ['experiments', 'experiments/one', 'search', 'compare', 'settings', 'doctor', 'sessions/one/two'];
  for (const path of unknown) {
    const { status, json } = await server.call('GET', `/${path}`);
    expect([path, status, json?.error.code]).toEqual([path, 404, 'not_found']);
  }
});
