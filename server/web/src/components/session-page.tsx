import { useDeferredValue, useEffect, useMemo } from 'react';
import { navigate } from '../hooks/use-route.js';
import { useSession } from '../hooks/use-session.js';
import { sessionPath } from '../route.js';
import { isRunning, sessionTitle } from '../session.js';
import { spanKey } from '../span.js';
import { buildTree, findBySpanId, SESSION_KEY, type SpanTree } from '../tree.js';
import { Boundary } from './boundary.js';
import { Link } from './link.js';
import { Notice, NoticeBar } from './notice.js';
import { SessionHeader } from './session-header.js';
import { SessionPanel } from './session-panel.js';
import { SpanPanel } from './span-panel.js';
import { Split } from './split.js';
import { TreePane } from './tree-pane.js';

interface SessionPageProps {
  readonly sessionId: string;
  readonly spanId: string | null;
  readonly traceId: string | null;
}

function selectedKey(tree: SpanTree, spanId: string | null, traceId: string | null): string {
  if (!spanId) return SESSION_KEY;
  if (traceId) return spanKey({ traceId, spanId });
  return findBySpanId(tree, spanId)?.key ?? SESSION_KEY;
}

/** Puts what is selected into the address, so that it can be sent to somebody. */
function select(sessionId: string, tree: SpanTree, key: string): void {
  const node = tree.byKey.get(key);
  if (node?.kind !== 'span') {
    navigate(sessionPath(sessionId), { replace: true });
    return;
  }
  const { traceId, spanId } = node.span;
  const isFirst = findBySpanId(tree, spanId) === node;
  navigate(sessionPath(sessionId, spanId, isFirst ? null : traceId), { replace: true });
}

export function SessionPage({ sessionId, spanId, traceId }: SessionPageProps) {
  const { loaded, error, retry } = useSession(sessionId);
  const spans = useDeferredValue(loaded?.spans);
  const tree = useMemo(() => (spans ? buildTree(spans, sessionId) : null), [spans, sessionId]);
  const running = useMemo(
    () => loaded !== null && (isRunning(loaded.session) || loaded.spans.some((span) => span.running)),
    [loaded],
  );
  const title = loaded ? sessionTitle(loaded.session) : 'Session';
  useEffect(() => {
    document.title = `${title} · honeyhive-local`;
  }, [title]);

  if (!loaded || !tree) {
    if (error?.kind === 'missing') {
      return (
        <main className="page">
          <div className="notice">
            <h2>No such session</h2>
            <p>
              Nothing is stored under <code>{sessionId}</code>. It may not have arrived yet.
            </p>
            <Link to="/" className="button">
              All sessions
            </Link>
          </div>
        </main>
      );
    }
    return (
      <main className="page">
        {error ? (
          <Notice error={error} retry={retry} />
        ) : (
          <div className="waiting" role="status" aria-label="Loading" />
        )}
      </main>
    );
  }

  const selected = selectedKey(tree, spanId, traceId);
  const node = tree.byKey.get(selected);
  return (
    <main className="page session-page">
      <SessionHeader session={loaded.session} running={running} />
      {error && <NoticeBar error={error} retry={retry} />}
      <Split
        name="panel"
        left={
          <TreePane
            // Collapsed branches and the filter belong to one session.
            key={sessionId}
            tree={tree}
            title={title}
            session={loaded.session}
            running={running}
            complete={loaded.complete}
            selected={selected}
            onSelect={(key) => select(sessionId, tree, key)}
          />
        }
        right={
          <Boundary watch={selected}>
            {node?.kind === 'span' ? (
              <SpanPanel
                key={node.key}
                span={node.span}
                sessionStart={loaded.session.startTime}
                revision={loaded.revision}
              />
            ) : (
              <SessionPanel session={loaded.session} />
            )}
          </Boundary>
        }
      />
    </main>
  );
}
