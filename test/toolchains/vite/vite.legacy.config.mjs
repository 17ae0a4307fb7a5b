export default {
  build: { ssr: 'programs/legacy.ts', outDir: 'out/legacy', target: 'node20' },
  // Without it, esbuild calls a decorated class `_Agent`, and spans would be named so.
  esbuild: {
    keepNames: true,
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true, useDefineForClassFields: true } },
  },
};
