/** Lets a child process `require` the TypeScript sources: transpiled as they are loaded, types unchecked. */
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const ts = require('typescript');

const compilerOptions = {
  module: ts.ModuleKind.CommonJS,
  target: ts.ScriptTarget.ES2022,
  experimentalDecorators: true,
  esModuleInterop: true,
};

require.extensions['.ts'] = (module, path) => {
  module._compile(ts.transpileModule(readFileSync(path, 'utf8'), { compilerOptions, fileName: path }).outputText, path);
};

const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, parent, ...rest) {
  const isSource = request.startsWith('.') && request.endsWith('.js') && parent?.filename?.endsWith('.ts');
  return resolve.call(this, isSource ? `${request.slice(0, -3)}.ts` : request, parent, ...rest);
};
