export default {
  build: { ssr: 'programs/tc39.ts', outDir: 'out/tc39', target: 'node20' },
  esbuild: {
    tsconfigRaw: { compilerOptions: { experimentalDecorators: false, useDefineForClassFields: true } },
  },
};
