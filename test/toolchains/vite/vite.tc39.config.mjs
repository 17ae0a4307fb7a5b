export default {
  build: { ssr: 'programs/tc39.ts', outDir: 'out/tc39', target: 'node20' },
  // Without it, esbuild calls a decorated class `_Agent`, and spans would be named so.
  esbuild: {
    keepNames: true,
    tsconfigRaw: { compilerOptions: { experimentalDecorators: false, useDefineForClassFields: true } },
  },
};
