/** This package's name and version, as the back end is told. A test keeps them equal to package.json. */
export const PACKAGE = { name: 'honeyhive-decorators', version: '0.1.0' } as const;
