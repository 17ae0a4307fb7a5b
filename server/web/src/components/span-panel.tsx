import {
  formatCost,
  formatCount,
  formatDuration,
  formatExact,
  formatMoment,
  formatPlural,
  shortId,
} from '../format.js';
import { useSpan } from '../hooks/use-span.js';
import { copyText } from '../json.js';
import { ownMetrics, type ThinSpan, type WholeSpan } from '../span.js';
import { CopyButton } from './copy-button.js';
import { ErrorSection } from './error-section.js';
import { EventList } from './event-list.js';
import { Notice } from './notice.js';
import { ScoreList } from './score-list.js';
import { FieldsSection, Section } from './section.js';
import { Fact } from './session-header.js';
import { TypeTile } from './type-tile.js';
import { ValueView } from './value-view.js';

function Id({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <Fact name={name} title={value}>
      <code className="id">{shortId(value)}</code>
      <CopyButton text={() => value} label={`Copy ${name.toLowerCase()} id`} />
    </Fact>
  );
}

function PanelHead({ span, sessionStart }: { readonly span: ThinSpan; readonly sessionStart: number }) {
  const { tokens } = span;
  return (
    <header className="panel-head">
      <div className="panel-title">
        <TypeTile eventType={span.eventType} />
        <h2 title={span.name}>
          <bdi>{span.name || 'unnamed'}</bdi>
        </h2>
        {span.eventType && <span className="badge">{span.eventType}</span>}
        {span.status === 'error' && <span className="badge badge-error">error</span>}
      </div>
      <dl className="facts">
        <Fact name="Duration">{span.running ? 'running' : formatDuration(span.durationMs)}</Fact>
        <Fact name="Started" title={formatExact(span.startTime)}>
          {formatMoment(span.startTime)}
          {span.startTime > sessionStart && (
            <span className="offset"> +{formatDuration(span.startTime - sessionStart)}</span>
          )}
        </Fact>
        {span.model && <Fact name="Model">{span.model}</Fact>}
        {tokens && (
          <Fact
            name="Tokens"
            title={`${formatPlural(tokens.prompt, 'token')} in, ${formatPlural(tokens.completion, 'token')} out`}
          >
            {formatCount(tokens.total)}
          </Fact>
        )}
        {span.costUsd !== null && span.costUsd > 0 && <Fact name="Cost">{formatCost(span.costUsd)}</Fact>}
        <Id name="Span" value={span.spanId} />
        <Id name="Trace" value={span.traceId} />
      </dl>
    </header>
  );
}

function isBare(span: WholeSpan): boolean {
  const { inputs, outputs, config, metadata, metrics, feedback, userProperties } = span;
  const fields = [inputs, outputs, config, metadata, metrics, feedback, userProperties];
  return !span.error && span.evaluations.length === 0 && fields.every((each) => Object.keys(each).length === 0);
}

function PanelBody({ span }: { readonly span: WholeSpan }) {
  const bare = isBare(span);
  return (
    <>
      {span.flags.map((flag) => (
        <p className="panel-flag" key={flag}>
          {flag}
        </p>
      ))}
      <ErrorSection error={span.error} status={span.status} statusMessage={span.statusMessage} />
      <ScoreList evaluations={span.evaluations} />
      <FieldsSection title="Inputs" fields={span.inputs} />
      <FieldsSection title="Outputs" fields={span.outputs} />
      <FieldsSection title="Feedback" fields={span.feedback} />
      <FieldsSection title="Metrics" fields={ownMetrics(span.metrics, span.evaluations)} />
      <FieldsSection title="Metadata" fields={span.metadata} />
      <FieldsSection title="User properties" fields={span.userProperties} />
      <FieldsSection title="Config" fields={span.config} />
      <EventList events={span.events} spanStart={span.startTime} />
      {span.links.length > 0 && (
        <Section title="Links" count={span.links.length} copied={span.links} startsOpen={false}>
          <ValueView value={span.links} />
        </Section>
      )}
      {bare && <p className="panel-empty">This span carries no inputs or outputs of its own, only what is below.</p>}
      <FieldsSection title="Attributes" fields={span.attributes} startsOpen={bare} />
      <FieldsSection title="Resource" fields={span.resource} startsOpen={false} />
      <FieldsSection title="Scope" fields={span.scope} startsOpen={false} />
      <div className="panel-foot">
        <CopyButton text={() => copyText(span)} label="Copy the whole span as JSON" caption="Copy span as JSON" />
      </div>
    </>
  );
}

interface SpanPanelProps {
  readonly span: ThinSpan;
  readonly sessionStart: number;
  readonly revision: number;
}

/** Everything about one span. Its head is there at once; the rest follows when it has come. */
export function SpanPanel({ span, sessionStart, revision }: SpanPanelProps) {
  const { span: whole, error, retry } = useSpan(span.traceId, span.spanId, revision);
  return (
    <aside className="panel" aria-label="Span details" tabIndex={-1}>
      <PanelHead span={span} sessionStart={sessionStart} />
      {whole && <PanelBody span={whole} />}
      {!whole && error && <Notice error={error} retry={retry} />}
    </aside>
  );
}
