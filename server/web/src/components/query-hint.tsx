const examples = ['"late parcel"', 'name~chat', 'duration>2s', 'span.error:*', 'metadata.customer:acme'];

/** The query language in a line, for where a search led nowhere. */
export function QueryHint() {
  return (
    <p className="query-hint">
      Words, a whole id, or
      {examples.map((example) => (
        <code key={example}>{example}</code>
      ))}
    </p>
  );
}
