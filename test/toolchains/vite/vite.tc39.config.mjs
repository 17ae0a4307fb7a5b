export default {
  build: { ssr: 'programs/tc39.ts', outDir: 'out/tc39', target: 'node20' },
  esbuild: {
    keepNames: true,
    tsconfigRaw: { compilerOptions: { experimentalDecorators: false, useDefineForClassFields: true } },
  },
};
