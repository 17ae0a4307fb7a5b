import { newSession, sessionIdOf } from '../../src/session/scope.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const defaults = {
  sessionName: 'main',
  source: 'dev',
  project: 'p',
  runId: 'r1',
  datasetId: undefined,
  datapointId: undefined,
};

describe('a new session', () => {
  it("has an id at once, and the tracer's values where it has none of its own", () => {
    const session = newSession({}, defaults);
    expect(session.sessionId).toMatch(UUID);
    expect(session).toMatchObject({ sessionName: 'main', source: 'dev', project: 'p', runId: 'r1' });
    expect(newSession({}, defaults).sessionId).not.toBe(session.sessionId);
  });

  it('takes either spelling', () => {
    const id = '66666666-6666-4666-8666-66666666666A';
    const python = newSession({ session_id: id, session_name: 's', user_properties: { u: 1 } }, defaults);
    const own = newSession({ sessionId: id, sessionName: 's', userProperties: { u: 1 } }, defaults);
    expect(python).toEqual(own);
    expect(own).toMatchObject({ sessionId: id.toLowerCase(), sessionName: 's', userProperties: { u: 1 } });
  });

  it('makes a UUID of an id that is none, the same each time, and says so', () => {
    const stderr = jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
    const first = sessionIdOf('not-a-uuid');
    expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5/);
    expect(sessionIdOf('not-a-uuid')).toBe(first);
    expect(stderr).toHaveBeenCalledTimes(1);
    expect(String(stderr.mock.calls[0]?.[0])).toContain('"not-a-uuid" is no UUID');
    stderr.mockRestore();
  });
});
