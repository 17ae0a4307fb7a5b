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
  const pages = ['GET /', 'GET /sessions', 'GET /experiments', 'GET /search', 'GET /compare', 'GET /settings'];
  expect(pages.filter(has)).toEqual([]);
});
