import type { Session } from '../session.js';
import { MeanScores } from './score-list.js';
import { FieldsSection } from './section.js';

/** The session's own data, as the panel beside the tree shows it. */
export function SessionPanel({ session }: { readonly session: Session }) {
  const namespaces = [
    session.inputs,
    session.outputs,
    session.feedback,
    session.userProperties,
    session.metadata,
    session.metrics,
    session.config,
  ];
  const isBare = session.scores.length === 0 && namespaces.every((fields) => Object.keys(fields).length === 0);
  return (
    <aside className="panel" aria-label="Session details" tabIndex={-1}>
      <header className="panel-head">
        <h2>Session</h2>
      </header>
      {isBare && <p className="panel-empty">The session itself carries no data. Select a span to see its own.</p>}
      <MeanScores scores={session.scores} />
      <FieldsSection title="Inputs" fields={session.inputs} />
      <FieldsSection title="Outputs" fields={session.outputs} />
      <FieldsSection title="Feedback" fields={session.feedback} />
      <FieldsSection title="User properties" fields={session.userProperties} />
      <FieldsSection title="Metadata" fields={session.metadata} />
      <FieldsSection title="Metrics" fields={session.metrics} />
      <FieldsSection title="Config" fields={session.config} />
    </aside>
  );
}
