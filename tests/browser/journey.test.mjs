// From the first start to an approved class, with script and without: what "done" means for the first slice.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startHazel } from './hazel.mjs';
import { openBrowser, openPerson } from './walk.mjs';
import * as steps from './steps.mjs';

let browser;
before(async () => { browser = await openBrowser(); });
after(() => browser?.close());

for (const script of [true, false]) {
  test(`a new product is classified, its hazards kept, approved by a second person, ${script ? 'with' : 'without'} script`, async (t) => {
    const hazel = await startHazel();
    t.after(() => hazel.stop());
    const began = Date.now();
    const ada = await openPerson(browser, hazel, { script, who: 'Ada' });

    await steps.setUp(ada, hazel);
    await steps.signOut(ada);
    await steps.signIn(ada, steps.ada);
    await steps.loadDemonstration(ada);
    for (const name of ['Clinic appointment reminder', 'Telemedicine triage', 'Closed-loop insulin controller', 'Surgical checklist', 'Step counter']) {
      await ada.sees(name);
    }

    const product = await steps.startProduct(ada, 'Dressing planner');
    await ada.open(`${product}/deliverables`);
    await ada.sees('Deliverables for class C');
    await steps.classify(ada, product);
    await ada.open(`${product}/classification`);
    await ada.sees('Class B');
    await ada.sees('Class C applies');

    for (const row of steps.rows) await steps.addRow(ada, product, row);
    await ada.open(`${product}/hazards`);
    await ada.sees('Not determined, class C applies.');
    await steps.declareComplete(ada, product);
    await ada.sees(`Declared complete by ${steps.ada.name}`);

    const link = await steps.addPerson(ada, steps.rita);
    const rita = await openPerson(browser, hazel, { script, who: 'Rita' });
    await steps.choosePassword(rita, link);
    assert.equal((await rita.open(product)).status(), 404, 'without a role there is no product');
    rita.allow('404');
    await steps.giveRole(ada, product, steps.rita, 'reviewer');
    await steps.approve(rita, product);

    await ada.open(`${product}/deliverables`);
    await ada.sees('Deliverables for class B');
    await ada.open(product);
    await ada.sees('Dressing planner');

    const trail = await steps.trail(ada, product);
    const told = trail.map((entry) => `${entry.who} | ${entry.deed}`).join('\n');
    const expected = [
      [/Ada Adler/, /product/i],
      [/Ada Adler/, /answer|assessment/i],
      [/Ada Adler/, /hand/i],
      [/Ada Adler/, /row|risk|hazard/i],
      [/Ada Adler/, /declared|complete/i],
      [/Ada Adler/, /role/i],
      [/Rita Reiss/, /approved/i],
    ];
    let place = 0;
    for (const [who, deed] of expected) {
      const found = trail.findIndex((entry, index) => index >= place && who.test(entry.who) && deed.test(entry.deed));
      assert.ok(found >= 0, `the trail shows ${who} ${deed} after entry ${place}:\n${told}`);
      place = found;
    }
    for (const entry of trail) {
      const at = Date.parse(entry.at);
      // Shown times may be cut to the second.
      assert.ok(at >= began - 1000 && at <= Date.now() + 1000, `${entry.deed} carries the time ${entry.at}`);
    }
    await ada.close();
    await rita.close();
  });
}
