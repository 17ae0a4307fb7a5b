/** `node migrate.cjs <file> <json: statements of the next schemas>`: brings a file to a schema that does not exist yet. */
const { MIGRATIONS } = require('../../dist/store/sqlite/schema.js');
const { openForWriting } = require('../../dist/store/sqlite/store-file.js');

const [, , file, next] = process.argv;
process.stdout.write('begin\n');
openForWriting(file, (notice) => process.stdout.write(`${notice}\n`), [...MIGRATIONS, ...JSON.parse(next)]).release();
process.stdout.write('done\n');
