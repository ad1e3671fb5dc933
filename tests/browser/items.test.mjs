// Software items: a tree is grown, classed, moved and pruned, with script and without, and by keyboard alone.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startHazel } from './hazel.mjs';
import { checkAccess, checkWidth, openBrowser, openPerson, themes, widths } from './walk.mjs';
import * as steps from './steps.mjs';

let browser;
before(async () => { browser = await openBrowser(); });
after(() => browser?.close());

async function addItem(person, product, name, parent) {
  await person.open(`${product}/items`);
  const adding = person.page.locator('details', { has: person.page.locator('form#add-item') });
  if ((await adding.getAttribute('open')) === null) await adding.locator('summary').click();
  await person.type('Name', name, adding);
  if (parent) await adding.getByLabel('Stands in').selectOption(parent);
  await person.press('Add the item', { within: adding });
}

/** Opens what carries these words and gives the form in it. */
async function opened(person, words, form) {
  await person.page.locator('summary', { hasText: words }).click();
  return person.page.locator(`form#${form}`);
}

/** The letters of the classes in the table, by the number of the item. */
async function classes(person, product) {
  await person.open(`${product}/items`);
  return Object.fromEntries(await person.page.locator('.tree-table tbody tr[id]').evaluateAll((rows) => rows.map((row) => [row.id, row.querySelector('.plate-letter').textContent])));
}

for (const script of [true, false]) {
  test(`a tree of items is grown, classed and pruned ${script ? 'with' : 'without'} script`, async (t) => {
    const hazel = await startHazel();
    t.after(() => hazel.stop());
    const ada = await openPerson(browser, hazel, { script, who: 'Ada' });
    await steps.setUp(ada, hazel);
    await steps.loadDemonstration(ada);
    const product = await steps.startProduct(ada, 'Dressing planner');
    await ada.enter('Items');
    await ada.sees('No software item is named yet.');
    await addItem(ada, product, 'Planning');
    await addItem(ada, product, 'Record reader', 'SI-001');
    await addItem(ada, product, 'Usage log');
    assert.deepEqual(await classes(ada, product), { 'SI-001': 'C', 'SI-002': 'C', 'SI-003': 'C' });

    await ada.follow('Usage log');
    let form = await opened(ada, 'Change the class', 'set-class');
    await form.getByLabel('Class A').check();
    await ada.press('Save the class', { within: form });
    await ada.sees('A lower class needs its rationale');
    form = ada.page.locator('form#set-class');
    assert.ok(await form.getByLabel('Class A').isChecked(), 'what was chosen is still chosen');
    await ada.type('Segregation rationale', 'A process of its own that nothing waits for.', form);
    await ada.type('Where it is kept effective', 'Architecture 6.2 and test ST-7.', form);
    await ada.press('Save the class', { within: form });
    await ada.sees('its own');
    assert.deepEqual(await classes(ada, product), { 'SI-001': 'C', 'SI-002': 'C', 'SI-003': 'A' });
    assert.equal(await ada.page.locator('svg.tree-picture .is-segregated').count(), 1, 'the picture shows the wall');

    await ada.open(`${product}/items/SI-002`);
    form = await opened(ada, 'Rename or describe', 'describe');
    await ada.type('Name', 'Reader of records', form);
    await ada.press('Save the item', { within: form });
    form = await opened(ada, 'Move', 'move');
    await form.getByLabel('Stands in').selectOption('SI-003');
    await ada.press('Move the item', { within: form });
    assert.deepEqual(await classes(ada, product), { 'SI-001': 'C', 'SI-002': 'A', 'SI-003': 'A' });

    await ada.open(`${product}/items/SI-002`);
    form = await opened(ada, 'Withdraw', 'withdraw');
    await ada.type('Why', 'The record reads itself.', form);
    await ada.press('Withdraw the item', { within: form });
    await ada.sees('SI-002 is withdrawn. Its number stays taken.');

    await ada.open(`${product}/deliverables?by=item`);
    await ada.sees('54 of 95');
    await ada.open(`${product}/legacy`);
    await ada.sees('not asked yet');
    await ada.close();
  });
}

test('items are added and classed by keyboard alone', async (t) => {
  const hazel = await startHazel();
  t.after(() => hazel.stop());
  const ada = await openPerson(browser, hazel, { who: 'Ada' });
  const { page } = ada;
  await steps.setUp(ada, hazel);
  await steps.loadDemonstration(ada);
  const product = await steps.startProduct(ada, 'Dressing planner');
  await ada.open(product);
  // Keys go to the rooms, not into a field: the page itself has the focus.
  await page.locator('main').focus();
  await Promise.all([page.waitForURL(/\/items$/), page.keyboard.type('gi')]);
  await ada.settled();
  const tabTo = async (css) => {
    for (let presses = 0; presses < 120; presses += 1) {
      await page.keyboard.press('Tab');
      if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), css)) return;
    }
    throw new Error(`Tab does not lead to ${css}`);
  };
  const enter = async () => {
    await Promise.all([page.waitForEvent('framenavigated'), page.keyboard.press('Enter')]);
    await ada.settled();
  };
  await tabTo('form#add-item input[name=name]');
  await page.keyboard.type('Usage log');
  await tabTo('form#add-item button[type=submit]');
  await enter();
  await tabTo('tr#SI-001 a');
  await enter();
  await ada.sees('SI-001 Usage log');
  await tabTo('#class summary');
  await page.keyboard.press('Enter');
  await tabTo('form#set-class input[name=class]');
  await page.keyboard.press('ArrowDown');
  await tabTo('form#set-class textarea[name=segregation]');
  await page.keyboard.type('A process of its own.');
  await tabTo('form#set-class textarea[name=kept_effective]');
  await page.keyboard.type('Architecture 6.2.');
  await tabTo('form#set-class button[type=submit]');
  await enter();
  await ada.sees('The class of the item is saved.');
  await ada.close();
});

test('the rooms of items are open to everybody in both themes at every width', async (t) => {
  const hazel = await startHazel();
  t.after(() => hazel.stop());
  const ada = await openPerson(browser, hazel, { who: 'Ada' });
  await steps.setUp(ada, hazel);
  await steps.loadDemonstration(ada);
  await ada.open('/');
  const product = await ada.page.getByRole('link', { name: 'Closed-loop insulin controller' }).first().getAttribute('href');
  for (const path of ['items', 'items/SI-025', 'items/SI-001', 'deliverables?by=item', 'legacy']) {
    await ada.open(`${product}/${path}`);
    for (const theme of themes) {
      await ada.page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      for (const width of widths) {
        await ada.page.setViewportSize({ width, height: 900 });
        await checkWidth(ada, `${path} at ${width} px`);
        await checkAccess(ada, `${path}, ${theme} at ${width} px`);
      }
    }
  }
  await ada.close();
});
