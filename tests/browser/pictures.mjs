// Takes the pictures that the README shows, of the demonstration, into tests/pictures:
//
//   node tests/browser/pictures.mjs
//
// They are committed; shrink them first, for example with `mogrify -colors 64 -strip`.

import { mkdirSync } from 'node:fs';
import { resolve, join } from 'node:path';
import { startHazel } from './hazel.mjs';
import { openBrowser, openPerson } from './walk.mjs';
import * as steps from './steps.mjs';

const folder = resolve(import.meta.dirname, '../pictures');
const browser = await openBrowser();
const hazel = await startHazel();
try {
  mkdirSync(folder, { recursive: true });
  const ada = await openPerson(browser, hazel, { who: 'Ada', width: 1440 });
  await ada.page.setViewportSize({ width: 1440, height: 900 });
  await steps.setUp(ada, hazel);
  await steps.loadDemonstration(ada);
  const take = async (name) => ada.page.screenshot({ path: join(folder, `${name}.png`) });

  await ada.open('/');
  await ada.follow('Closed-loop insulin controller');
  await take('overview');
  await ada.enter('Hazards');
  await take('register');
  await ada.open('/');
  await ada.follow('Telemedicine triage');
  await ada.enter('Classification');
  await ada.follow('Go on answering');
  await ada.page.goto(`${ada.page.url().split('?')[0]}?question=external_control#question-external_control`);
  await ada.settled();
  await take('questionnaire');
  await ada.close();
} finally {
  await browser.close();
  await hazel.stop();
}
