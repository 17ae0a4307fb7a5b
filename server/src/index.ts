export { type LocalServer, type ServerOptions, startServer } from './app.js';
export { StoreFileError } from './store/sqlite/store-file.js';
