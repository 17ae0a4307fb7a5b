import { CopyButton } from './copy-button.js';

const ownPort = 'http://127.0.0.1:4318';

/** The first traced program; the server's address only where it is not the one the SDK uses by itself. */
function firstProgram(origin: string): string {
  const isUsual = origin === ownPort || origin === 'http://localhost:4318';
  return `import { HoneyHiveTracer, Trace } from 'honeyhive-decorators';

const tracer = HoneyHiveTracer.init({${isUsual ? " sessionName: 'first' " : `\n  sessionName: 'first',\n  serverUrl: '${origin}',\n`}});

class Greeter {
  @Trace({ eventType: 'tool' })
  greet(name: string) { return \`Hello, \${name}\`; }
}

new Greeter().greet('world');
await tracer.flush();
`;
}

function Example({ title, code }: { readonly title: string; readonly code: string }) {
  return (
    <figure className="example">
      <figcaption>
        {title}
        <CopyButton text={() => code} label="Copy" />
      </figcaption>
      <pre>{code.trimEnd()}</pre>
    </figure>
  );
}

/** Nothing was received yet: how to send something. */
export function EmptyState() {
  const { origin } = location;
  return (
    <div className="empty">
      <h2>No sessions yet</h2>
      <p>This page shows them as they arrive. Send the first span:</p>
      <Example title="npm install honeyhive-decorators" code={firstProgram(origin)} />
      <p>Or point any OpenTelemetry program, in any language, at this server:</p>
      <Example
        title="environment"
        code={`OTEL_EXPORTER_OTLP_ENDPOINT=${origin}\nOTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf\n`}
      />
    </div>
  );
}
