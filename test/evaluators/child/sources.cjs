/** Lets a plain Node process require the TypeScript sources, as the tests do. */
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const ts = require('typescript');

const compilerOptions = { module: 'commonjs', target: 'es2022', experimentalDecorators: true, esModuleInterop: true };

require.extensions['.ts'] = (module, file) => {
  module._compile(ts.transpileModule(readFileSync(file, 'utf8'), { compilerOptions }).outputText, file);
};

const resolve = Module._resolveFilename;
Module._resolveFilename = function resolveSource(id, parent, ...rest) {
  const fromSource = parent?.filename?.endsWith('.ts') && /^\.{1,2}\//.test(id);
  return resolve.call(this, fromSource ? id.replace(/\.js$/, '.ts') : id, parent, ...rest);
};
