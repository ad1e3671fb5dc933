// Takes the pictures that the README shows, of the demonstration, into tests/pictures:
//
//   node tests/browser/pictures.mjs
//
// They are committed; shrink them first, for example with `pngquant --force --ext .png 64 tests/pictures/*.png`.

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

  const show = async (product, room) => {
    await ada.open('/');
    await ada.follow(product);
    if (room) await ada.enter(room);
  };
  await ada.open('/');
  await take('portfolio');
  await show('Closed-loop insulin controller');
  await take('overview');
  await ada.enter('Hazards');
  await take('register');
  await ada.follow('R-001');
  await take('hazard');
  await show('Telemedicine triage', 'Classification');
  await take('classification');
  await show('Surgical checklist', 'Classification');
  await ada.follow('Go on answering');
  const question = 'risk_acceptable_after_external_controls';
  await ada.page.goto(`${ada.page.url().split('?')[0]}?question=${question}#question-${question}`);
  await ada.settled();
  await take('questionnaire');
  await ada.close();
} finally {
  await browser.close();
  await hazel.stop();
}
