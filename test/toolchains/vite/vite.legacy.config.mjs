export default {
  build: { ssr: 'programs/legacy.ts', outDir: 'out/legacy', target: 'node20' },
  esbuild: {
    keepNames: true,
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true, useDefineForClassFields: true } },
  },
};
