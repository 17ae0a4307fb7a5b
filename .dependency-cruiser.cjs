/**
 * The floors of the house: imports only go down, never round in a circle, and nobody inside goes through a door.
 * `scripts/check-floors.mjs` runs this and refuses a run that saw fewer modules than there are source files.
 */
const floors = [
  ['base', '^src/base/'],
  ['config and attributes', '^src/(config|attributes)/'],
  ['delivery', '^src/delivery/'],
  ['tracing and logging', '^src/(tracing|logging)/'],
  ['session, enrichment and evaluators', '^(src/(session|enrichment)|evaluators)/'],
  ['tracer', '^src/tracer/'],
  ['decorators, experiments and integrations', '^(decorators|experiments|integrations|testing)/'],
  ['the front door', '^index\\.ts$'],
];

const doors = '^(index\\.ts|(decorators|evaluators|testing|experiments|integrations/[^/]+)/index\\.ts)$';
const sdk = '^(src|decorators|evaluators|testing|experiments|integrations|index\\.ts)';

const upwards = floors.slice(0, -1).map(([name, path], floor) => ({
  name: `only-down-from-${name.replaceAll(' ', '-').replaceAll(',', '')}`,
  comment: `Files of the floor "${name}" import only from their own floor and from those below.`,
  severity: 'error',
  from: { path },
  to: { path: floors.slice(floor + 1).map(([, above]) => above) },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...upwards,
    {
      name: 'no-circle',
      comment: 'Two files that need each other are one idea: join them, or move what both need below them.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-door-from-inside',
      comment: 'Doors (index.ts) only re-export, for people outside. Inside, import the file that has the thing.',
      severity: 'error',
      from: { path: `${sdk}|^server/src/`, pathNot: doors },
      to: { path: [doors, '^server/src/index\\.ts$'] },
    },
    {
      name: 'no-orphan',
      comment: 'A source file that nobody imports is dead.',
      severity: 'error',
      from: { orphan: true, path: `${sdk}|^server/src/`, pathNot: ['\\.d\\.ts$', '^server/src/(cli|index)\\.ts$'] },
      to: {},
    },
    {
      name: 'sdk-without-server',
      comment: 'Users of the SDK never install the server; the two meet on the wire.',
      severity: 'error',
      from: { path: sdk },
      to: { path: ['^server/', 'honeyhive-local'] },
    },
    {
      name: 'server-without-sdk',
      comment: 'The server takes spans from any program, so it knows nothing of this one.',
      severity: 'error',
      from: { path: '^server/' },
      to: { path: [sdk, '^dist/'], pathNot: '^server/' },
    },
    {
      name: 'otel-in-two-rooms',
      comment: "OpenTelemetry's SDK is touched in delivery/ and tracing/ only, so that its next major costs two rooms.",
      severity: 'error',
      from: { path: sdk, pathNot: '^src/(delivery|tracing)/' },
      to: {
        path: 'node_modules/@opentelemetry/(sdk-|core|resources|context-async-hooks|otlp|exporter)',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'heavy-only-when-needed',
      comment: "Importing the SDK is a budget: axios, pino and OpenTelemetry's exporters load when first needed.",
      severity: 'error',
      from: { path: sdk },
      to: {
        path: 'node_modules/(axios|pino|class-validator)/',
        dependencyTypesNot: ['type-only', 'type-import', 'dynamic-import'],
      },
    },
    {
      name: 'no-dev-dependency',
      comment: 'What users get may only import what they install.',
      severity: 'error',
      from: { path: sdk },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only', 'npm-peer'] },
    },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      from: { path: `${sdk}|^server/src/` },
      to: { couldNotResolve: true },
    },
    {
      name: 'no-tests-from-sources',
      severity: 'error',
      from: { path: `${sdk}|^server/(src|web)/` },
      to: { path: '^(test|samples|bench|scripts|server/test)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules/\\.cache)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
      extensions: ['.ts', '.tsx', '.d.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
