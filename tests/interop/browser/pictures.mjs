// Takes the pictures in docs/images anew:
//
//   PICTURES=yes GATEPOST=target/debug/gatepost tests/interop/run browser
import { fileURLToPath } from 'node:url';
import { launch } from './chromium.mjs';
import { takeOperators } from './pictures/operators.mjs';
import { takePeople } from './pictures/people.mjs';

const folder = fileURLToPath(new URL('../../../docs/images/', import.meta.url));
const browser = await launch();
try {
  await takePeople(browser, folder);
  await takeOperators(browser, folder);
} finally {
  await browser.close();
}
