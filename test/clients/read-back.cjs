/** HoneyHive's own client as its users run it. `node read-back.cjs <server> <session id>` prints what it got, as JSON. */
const { HoneyHive } = require('honeyhive');

const [serverURL, sessionId] = process.argv.slice(2);
const client = new HoneyHive({ bearerAuth: 'no key is needed on loopback', serverURL });
const is = (field, value) => ({ field, operator: 'is', value, type: 'string' });
const read = (filters, more) =>
  client.events.getEvents({ project: 'default', filters: [is('session_id', sessionId), ...filters], ...more });

async function main() {
  const session = await client.session.getSession(sessionId);
  const all = await read([]);
  const models = await read([is('event_type', 'model')]);
  const pages = [await read([], { limit: 2, page: 1 }), await read([], { limit: 2, page: 2 })];
  const scored = await read([{ field: 'metrics.length', operator: 'greater than', value: '0.5', type: 'number' }]);
  // What it writes itself must land on the same events.
  const [model] = models.events;
  await client.events.updateEvent({ eventId: model.eventId, feedback: { rating: 5 } });
  await client.events.updateEvent({ eventId: sessionId, metadata: { reviewed: true } });
  const after = await client.session.getSession(sessionId);
  process.stdout.write(
    JSON.stringify({
      session,
      all,
      models,
      pages,
      scored,
      rated: (await read([is('event_type', 'model')])).events,
      after,
    }),
  );
}

main().then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(`${error.stack}\n${error.rawValue ? JSON.stringify(error.rawValue) : ''}\n`);
    process.exit(1);
  },
);
