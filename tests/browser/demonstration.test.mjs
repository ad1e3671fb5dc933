// The five minutes with the demonstration, as the README walks them: with script and without.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startHazel } from './hazel.mjs';
import { checkAccess, checkWidth, openBrowser, openPerson } from './walk.mjs';
import * as steps from './steps.mjs';

let browser;
before(async () => { browser = await openBrowser(); });
after(() => browser?.close());

for (const script of [true, false]) {
  test(`the five minutes of the README can be walked ${script ? 'with' : 'without'} script`, async (t) => {
    const hazel = await startHazel();
    t.after(() => hazel.stop());
    const ada = await openPerson(browser, hazel, { script, who: 'Ada' });
    await steps.setUp(ada, hazel);
    await steps.loadDemonstration(ada);
    const show = async (product, room) => {
      await ada.open('/');
      await ada.follow(product);
      const address = new URL(ada.page.url()).pathname;
      if (room) await ada.enter(room);
      return address;
    };

    // 1. Not a medical device.
    const counter = await show('Step counter', 'Classification');
    await ada.sees('Not a medical device');
    await steps.approve(ada, counter);
    await ada.open(`${counter}/classification`);
    await ada.sees(`Approved by ${steps.ada.name}`);

    // 2. A class that changed from B to C.
    await show('Telemedicine triage');
    await ada.sees('Class B before.');
    await ada.enter('Classification');
    await ada.sees('From B to C.');
    await ada.follow('A-1');
    await ada.sees('Software safety class B');
    await ada.enter('Deliverables');
    await ada.sees('Deliverables for class C');

    // 3. A review that said no.
    await show('Surgical checklist', 'Classification');
    await ada.sees('Returned by Jonas Lindqvist (demonstration)');
    await ada.sees('C21');
    await ada.follow('Go on answering');

    // 4. Who can it hurt, and what stops that?
    const insulin = await show('Closed-loop insulin controller', 'Hazards');
    assert.ok((await ada.page.locator('[data-risk]').count()) >= 40, 'the register has forty rows on its first page');
    for (const row of ['R-006', 'R-013', 'R-016', 'R-018', 'R-019', 'R-022', 'R-033', 'R-045']) {
      assert.equal((await ada.open(`${insulin}/hazards/${row}`)).status(), 200, row);
    }
    await ada.enter('Risk matrix');
    await ada.sees('After control');
    await ada.enter('Deliverables');
    await ada.sees('Late 1');

    // 5. Who said so?
    const told = await steps.trail(ada, counter);
    assert.ok(told.some((entry) => /Demonstration/.test(entry.who)), 'the demonstration wrote its records');
    assert.ok(told.some((entry) => /Ada Adler/.test(entry.who) && /Approved/.test(entry.deed)), 'Ada approved');

    // In the hand, the history and the people are read without moving sideways.
    await ada.page.setViewportSize({ width: 360, height: 900 });
    for (const room of ['classification', 'members']) {
      await ada.open(`${insulin}/${room}`);
      await checkWidth(ada, room);
      const frame = await ada.page.locator('.table-frame').first().evaluate((found) => found.scrollWidth - found.clientWidth);
      assert.ok(frame <= 0, `the table of ${room} is ${frame} px too wide`);
      if (script) await checkAccess(ada, room);
    }
    await ada.close();
  });
}
