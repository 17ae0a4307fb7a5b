export default {
  build: { ssr: 'programs/legacy.ts', outDir: 'out/legacy', target: 'node20' },
  esbuild: {
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true, useDefineForClassFields: true } },
  },
};
