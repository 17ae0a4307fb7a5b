/**
 * The API gate: what each entry point exports, compared with the reports in `etc/`. A change there is meant to be
 * read in review; `npm run api` writes the reports anew.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { build } from './build.mjs';
import { cacheFolder, inRoot } from './lib/project.mjs';

const { Extractor, ExtractorConfig } = createRequire(inRoot('package.json'))('@microsoft/api-extractor');
const update = process.argv.includes('--update');
const entries = {
  index: 'honeyhive-decorators',
  decorators: 'decorators',
  evaluators: 'evaluators',
  testing: 'testing',
};

if (update) await build(['sdk']);
mkdirSync(inRoot('etc'), { recursive: true });
mkdirSync(`${cacheFolder}/api`, { recursive: true });

function extract(entry, name) {
  const declarations = inRoot('dist', 'cjs', entry === 'index' ? 'index.d.ts' : `${entry}/index.d.ts`);
  if (!existsSync(declarations)) return [`${declarations} is not there: build first`];
  const configObject = ExtractorConfig.loadFile(inRoot('api-extractor.json'));
  configObject.mainEntryPointFilePath = declarations;
  configObject.projectFolder = inRoot();
  configObject.apiReport.reportFileName = `${name}.api.md`;
  const config = ExtractorConfig.prepare({
    configObject,
    configObjectFullPath: inRoot('api-extractor.json'),
    packageJsonFullPath: inRoot('package.json'),
  });
  const problems = [];
  const result = Extractor.invoke(config, {
    localBuild: update,
    messageCallback: (message) => {
      message.handled = true;
      const isProblem = message.logLevel === 'error' || message.logLevel === 'warning';
      const isNotice = /^console-/.test(message.messageId);
      if (isProblem && !isNotice) problems.push(message.formatMessageWithLocation(inRoot()));
    },
  });
  if (result.apiReportChanged && !update)
    problems.push(`etc/${name}.api.md differs from what is exported: run "npm run api" and review it`);
  return problems;
}

const problems = Object.entries(entries).flatMap(([entry, name]) => extract(entry, name));
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(`${Object.keys(entries).length} entry points looked at.\n`);
if (problems.length > 0) process.exitCode = 1;
