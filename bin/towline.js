#!/usr/bin/env node
// The command's front door. It is plain, old JavaScript on purpose: an outdated Node must be able to parse this file, so
// that it can say which version is needed instead of failing on a syntax that it does not know.
import fs from 'fs';
import module from 'module';

const NEEDED = [24, 15];
const EXIT_WRONG_NODE = 2;

const running = process.versions.node.split('.').map(Number);
const tooOld = running[0] < NEEDED[0] || (running[0] === NEEDED[0] && running[1] < NEEDED[1]);

if (tooOld) {
  process.stderr.write(
    [
      'towline needs Node ' + NEEDED.join('.') + ' or newer; this is Node ' + process.versions.node + '.',
      'Any one of these helps:',
      '  npx -p node@24 towline ' + process.argv.slice(2).join(' '),
      '  nvm install 24 && nvm use 24',
      '  an installer from https://nodejs.org/',
      '',
    ].join('\n'),
  );
  process.exitCode = EXIT_WRONG_NODE;
} else {
  // Compiled code is kept between runs: it takes most of the start-up time away.
  module.enableCompileCache();
  import(entry()).then(run).catch(fail);
}

/** The bundle of a published package, or the sources of a checkout. TOWLINE_SOURCE=1 insists on the sources. */
function entry() {
  const emitted = new URL('../dist/bundle/main.js', import.meta.url);
  const useSource = process.env.TOWLINE_SOURCE === '1' || !fs.existsSync(emitted);
  return useSource ? new URL('../src/cli/main.ts', import.meta.url).href : emitted.href;
}

/** @param {{ main(argv: string[]): Promise<number> }} cli */
function run(cli) {
  return cli.main(process.argv.slice(2)).then(function (code) {
    process.exitCode = code;
  });
}

/** @param {unknown} error */
function fail(error) {
  process.stderr.write('towline: ' + (error instanceof Error ? error.stack || error.message : String(error)) + '\n');
  process.exitCode = 1;
}
