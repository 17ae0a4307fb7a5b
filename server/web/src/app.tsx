import { Boundary } from './components/boundary.js';
import { Link } from './components/link.js';
import { FullBar } from './components/notice.js';
import { SessionPage } from './components/session-page.js';
import { SessionsPage } from './components/sessions-page.js';
import { TopBar } from './components/top-bar.js';
import { useRoute } from './hooks/use-route.js';
import type { Route } from './route.js';

function Page({ route }: { readonly route: Route }) {
  switch (route.page) {
    case 'sessions':
      return <SessionsPage q={route.q} />;
    case 'session':
      return (
        <SessionPage key={route.sessionId} sessionId={route.sessionId} spanId={route.spanId} traceId={route.traceId} />
      );
    case 'unknown':
      return (
        <main className="page">
          <div className="notice">
            <h2>No such page</h2>
            <p>
              There is nothing at <code>{route.path}</code>.
            </p>
            <Link to="/" className="button">
              All sessions
            </Link>
          </div>
        </main>
      );
  }
}

export function App() {
  const route = useRoute();
  return (
    <>
      <TopBar />
      <FullBar />
      <Boundary watch={location.href}>
        <Page route={route} />
      </Boundary>
    </>
  );
}
